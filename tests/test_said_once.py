"""Small things that every room needs are done in one place. Where one does them by itself, there is a reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.sources import FOLDERS, ROOT, modules


def nodes(path: Path, sign: str) -> Iterator[ast.AST]:
    """All that a module says; nothing where its text shows no sign of what is looked for."""
    text = path.read_text("utf-8")
    return ast.walk(ast.parse(text)) if re.search(sign, text) else iter(())


REPLACED = {
    "backend/restored/ground/replacing.py": "the one for all",
    "backend/restored/daemon/runtime_folder.py": "half-written connection files are cleared by their name",
    "backend/restored/archive/trees.py": "one of very many small files: not each is worth a wait for the disk",
    "plugins/restored_client/desk/history.py": "the client's, which has the standard library only",
    "training/restored_training/runs/checkpoint.py": "half-written checkpoints are large, and cleared by their name",
    "training/restored_training/papers/rented.py": "on a rented machine, where this is run with torch and little else",
    "training/restored_training/papers/kept.py": "an experiment's own checkpoints, which it may lose",
}
"""Files that replace another file in one step, and why they do not ask `ground.replacing`."""


def test_a_file_is_replaced_in_one_place() -> None:
    found = {
        str(path.relative_to(ROOT))
        for package in FOLDERS
        for path in modules(package).values()
        for node in nodes(path, r"replace\(")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.replace", "part.replace", "temporary.replace")
    }
    assert found == set(REPLACED)


WEIGHED = {
    "backend/restored/ground/limits.py": "where they are",
    "backend/restored/adjustments/spaces.py": "a row of a matrix, in more digits",
}


def test_luma_is_weighed_in_one_place() -> None:
    weights = (0.2126, 0.299)
    found = {
        str(path.relative_to(ROOT))
        for package in FOLDERS
        for path in modules(package).values()
        for node in nodes(path, r"\.(2125|2126|2989|299)")
        if isinstance(node, ast.Constant) and isinstance(node.value, float) and round(node.value, 4) in weights
    }
    assert found == set(WEIGHED)
