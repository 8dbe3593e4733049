"""`restored-train` where only what restoring needs is installed: one sentence that says what to install, never a traceback."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from restored_training.cli import EXTRA

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "training" / "restored_training"


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


@pytest.mark.slow
def test_all_that_training_imports_is_needed_anyway_or_known_as_the_extras() -> None:
    """Every imported package is a dependency of restoring, or in EXTRA: a new import cannot bring the traceback back."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    everywhere = [line for line in project["dependencies"] if "platform" not in line]
    base = {plain(re.split("[>=]", line)[0]) for line in everywhere}
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            found |= {name.partition(".")[0] for name in names}
    known = packages_distributions()
    foreign = {
        name
        for name in found - set(sys.stdlib_module_names) - {"restored", "restored_training"}
        if not base & {plain(distribution) for distribution in known.get(name, ())}
    }
    assert foreign - EXTRA == set()
    assert {"torch", "yaml", "pydantic"} <= foreign


def ask(*arguments: str, without: frozenset[str]) -> subprocess.CompletedProcess[str]:
    """`restored-train` in a process where some packages are not installed."""
    code = f"import sys; sys.modules.update(dict.fromkeys({sorted(without)!r})); sys.argv[1:] = {list(arguments)!r}\n"
    code += "from restored_training.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_without_the_extra_a_command_ends_in_a_sentence() -> None:
    for arguments in (("--help",), ("train", "run.yaml")):
        done = ask(*arguments, without=EXTRA)
        assert "Traceback" not in done.stderr
        assert done.returncode == 2
        assert "restore-with-instruction[training]" in done.stderr


def test_another_missing_package_is_not_taken_for_the_extra() -> None:
    assert "ModuleNotFoundError" in ask("train", "run.yaml", without=frozenset({"numpy"})).stderr
