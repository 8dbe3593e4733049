"""docs/architecture.md is true: its table of rooms is what the sources import, there is no circle, and nothing light is heavy."""

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"

_spec = importlib.util.spec_from_file_location("layout", ROOT / "tests" / "test_layout.py")
assert _spec is not None
assert _spec.loader is not None
layout = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(layout)


def room(name: str) -> str | None:
    """The room of a module, as the page calls it; None for other packages."""
    package, *rest = name.split(".")
    if package == "restored_training":
        return f"training/{rest[0]}" if rest else "training"
    if package == "restored_client":
        return f"client/{rest[0]}" if rest and rest[0] in ("wire", "session", "desk") else "client"
    if package == "restored":
        return rest[0] if rest and (ROOT / "backend/restored" / rest[0]).with_suffix("").name in _rooms() else "restored"
    return None


def _rooms() -> set[str]:
    inside = ROOT / "backend" / "restored"
    folders = {path.parent.name for path in inside.glob("*/__init__.py")}
    return folders | {path.stem for path in inside.glob("*.py") if path.stem != "__init__"}


def imported() -> dict[str, set[str]]:
    """Room -> the rooms that its modules import."""
    found: dict[str, set[str]] = {}
    for package in layout.FOLDERS:
        for name, path in layout.modules(package).items():
            own = room(name)
            assert own is not None
            targets = {room(target) for _, target in layout.imports(name, path)}
            found.setdefault(own, set()).update(target for target in targets if target and target != own)
    return found


def drawn() -> dict[str, set[str]]:
    """The page's table, read."""
    rows = re.findall(r"^\| (`.*?) \| .*? \|(.*)\|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: set(re.findall(r"`(.*?)`", below)) for names, below in rows for name in re.findall(r"`(.*?)`", names)}


def test_the_page_names_every_room_and_all_that_it_stands_on() -> None:
    assert drawn() == imported()


def test_there_is_no_circle() -> None:
    order = list(TopologicalSorter(imported()).static_order())
    assert order.index("ground") < order.index("models") < order.index("service") < order.index("daemon") < order.index("cli")


def at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """All that stands in a module, without what only a type checker reads."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from at_run_time(child)


def test_no_two_files_need_each_other() -> None:
    """Inside rooms too, and counting what functions import when they are called."""
    known = {name: path for package in layout.FOLDERS for name, path in layout.modules(package).items()}
    needs: dict[str, set[str]] = {}
    for name, path in known.items():
        lines = {getattr(node, "lineno", None) for node in at_run_time(ast.parse(path.read_text("utf-8")))}
        asked = [target for line, target in layout.imports(name, path) if line in lines]
        modules = {target if target in known else target.rpartition(".")[0] for target in asked}
        needs[name] = {module for module in modules if module in known and module != name and not is_face(known[module])}
    assert list(TopologicalSorter(needs).static_order())


def is_face(path: Path) -> bool:
    """A package's `__init__`, which hands on the names of its files."""
    return path.name == "__init__.py"


def test_what_is_light_stays_light_through_all_that_it_imports() -> None:
    heavy = "{'numpy', 'torch', 'PIL', 'imagecodecs', 'tifffile', 'openvino', 'zmq', 'typer'}"
    light = "restored, restored.hosts, restored_client, restored_client.session, restored_client.desk, restored.ground.tasks"
    code = f"import sys, {light}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
