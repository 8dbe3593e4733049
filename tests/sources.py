"""What the sources say, each file read once however many tests ask: a module's imports, names, classes, calls and words."""

import ast
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
FOLDERS = {"restored": "backend", "restored_client": "plugins", "restored_training": "training"}


@cache
def script(path: str) -> ModuleType:
    """A program of the repository that is in no package, as a module. path: from the root, such as "tools/measure.py"."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name; vendored code is someone else's house."""
    base = ROOT / FOLDERS[package.partition(".")[0]]
    start = base.joinpath(*package.split("."))
    files = [start.with_suffix(".py")] if start.with_suffix(".py").is_file() else sorted(start.rglob("*.py"))
    found = {}
    for path in files:
        if "vendor" in path.parts:
            continue
        name = ".".join(path.relative_to(base).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def known() -> dict[str, Path]:
    """Every module of ours by its dotted name."""
    return {name: path for package in FOLDERS for name, path in modules(package).items()}


@dataclass(slots=True)
class Source:
    """One module. What stands inside functions counts, too.

    imported: (line, what it is relative to, how many levels up, name). needed: lines of those beyond a type checker's.
    defined: every name that is given to something. classes: the public ones. called: (line, name) of calls. words: (line, word)
    of every identifier and every string; docstrings may cite papers, and comments may say why.
    """

    imported: list[tuple[int, str, int, str]] = field(default_factory=list)
    needed: set[int] = field(default_factory=set)
    defined: set[str] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)
    called: list[tuple[int, str]] = field(default_factory=list)
    words: list[tuple[int, str]] = field(default_factory=list)

    def read(self, node: ast.AST, at_run_time: bool) -> None:
        """Note a node and all below it."""
        self._note(node, at_run_time)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            at_run_time = False
        for child in ast.iter_child_nodes(node):
            if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):  # prose
                self.read(child, at_run_time)

    def _note(self, node: ast.AST, at_run_time: bool) -> None:
        if isinstance(node, ast.Name):
            self.words.append((node.lineno, node.id))
            if isinstance(node.ctx, ast.Store):
                self.defined.add(node.id)
        elif isinstance(node, ast.Attribute):
            self.words.append((node.lineno, node.attr))
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                self.words.append((node.lineno, node.value))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            self.called.append((node.lineno, name))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.defined.add(node.name)
            self.words.append((node.lineno, node.name))
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                self.classes.append(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._note_import(node, at_run_time)

    def _note_import(self, node: ast.Import | ast.ImportFrom, at_run_time: bool) -> None:
        module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        level = node.level if isinstance(node, ast.ImportFrom) else 0
        self.imported += [(node.lineno, module, level, alias.name) for alias in node.names]
        self.defined |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        self.words += [(node.lineno, name) for name in (module, *(alias.name for alias in node.names)) if name]
        if at_run_time:
            self.needed.add(node.lineno)


@cache
def source(path: Path) -> Source:
    """A module, read."""
    found = Source()
    found.read(ast.parse(path.read_text("utf-8"), str(path)), at_run_time=True)
    return found


@cache
def imports(name: str, path: Path) -> tuple[tuple[int, str], ...]:
    """(line, absolute dotted name) of everything a module imports."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: list[tuple[int, str]] = []
    for line, module, level, what in source(path).imported:
        parts = package.split(".")
        base = ".".join(parts[: len(parts) - level + 1]) if level else ""
        found.append((line, ".".join(filter(None, (base, module, what)))))
    return tuple(found)


def violations(package: str, *forbidden: str) -> list[str]:
    """What a package imports although it may not, as sentences."""
    return [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for name, path in modules(package).items()
        for line, target in imports(name, path)
        if any(target == root or target.startswith(root + ".") for root in forbidden)
    ]


def scripts() -> Iterator[tuple[str, Path]]:
    """(a name, path) of every program and test beside the packages."""
    for folder in ("tests", "examples", "installer"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield f"script.{path.stem}", path
