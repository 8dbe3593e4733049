"""What the house measures, as a table: one column for each folder given, such as checkouts of two commits; this one without any.

`make measure`, or `python tools/measure.py BEFORE AFTER`. Processor time is the median of seven runs.
"""

from __future__ import annotations

import ast
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
TOPS = ("backend", "plugins", "training", "installer", "tools", "tests", "examples")
LONG = 300
ENOUGH = 5
"""So many of the order's fields beside each other are a place that enumerates them."""
_WORDS = re.compile(r"[\"']?([a-z_]+)[\"']?\s*(?=[:,\]})=])")  # an argument, a field, or a text in a list


def sources(root: Path, *folders: str) -> list[Path]:
    """Our own Python files."""
    found = [path for folder in folders or TOPS for path in sorted((root / folder).rglob("*.py"))]
    return [path for path in found if "vendor" not in path.parts]


def lines(paths: list[Path]) -> int:
    return sum(path.read_text("utf-8").count("\n") for path in paths)


def long_files(root: Path) -> list[Path]:
    """The longest first."""
    return sorted((path for path in sources(root) if lines([path]) > LONG), key=lambda path: -lines([path]))


def order_fields() -> set[str]:
    """What an order of this tree holds, as its class and those that it is made from say; looked for in older trees too."""
    tree = ast.parse((HERE / "plugins/restored_client/wire/order.py").read_text("utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    order = classes["Order"]
    above = [classes[base.id] for base in order.bases if isinstance(base, ast.Name) and base.id in classes]
    return {name for each in (order, *above) for name in _listed(each)}


def enumerations(root: Path) -> list[str]:
    """Places where fields of an order are defined or listed beside each other."""
    fields, found = order_fields(), []
    for path in sources(root, "backend", "plugins"):
        text = path.read_text("utf-8")
        if len(fields.intersection(_WORDS.findall(text))) < ENOUGH:  # most files, and making a tree takes time
            continue
        for node in ast.walk(ast.parse(text)):
            if len(fields & set(_listed(node))) >= ENOUGH:
                found.append(f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}")
    return found


def _listed(node: ast.AST) -> Iterator[str]:
    """The names that a class or a function defines, or that a dict, a tuple or a list holds."""
    if isinstance(node, ast.ClassDef):
        yield from (each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name))
    elif isinstance(node, ast.FunctionDef):
        yield from (argument.arg for argument in (*node.args.args, *node.args.kwonlyargs))
    elif isinstance(node, ast.Dict):
        yield from (key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        yield from (each.value for each in node.elts if isinstance(each, ast.Constant) and isinstance(each.value, str))


def processor_time(root: Path, *arguments: str) -> str:
    """Seconds of a Python with these arguments, beyond one that does nothing."""
    paths = os.pathsep.join(str(root / folder) for folder in ("backend", "plugins", "training"))
    environment = {**os.environ, "PYTHONPATH": paths}

    def spent(*what: str) -> float:
        runs = []
        for _ in range(7):
            before = os.times()
            subprocess.run([sys.executable, *what], env=environment, stdout=subprocess.DEVNULL, check=True)
            after = os.times()
            runs.append(after.children_user + after.children_system - before.children_user - before.children_system)
        return statistics.median(runs)

    return f"{spent(*arguments) - spent('-c', 'pass'):.2f} s"


def rows(root: Path) -> dict[str, Callable[[], str]]:
    """What is measured, and how."""
    counted = {f"lines of `{top}`": (top,) for top in TOPS}
    counted |= {f"lines of {host}'s adapter": (f"plugins/{host}",) for host in ("gimp", "krita")}
    lengths = {what: (lambda where=where: str(lines(sources(root, *where)))) for what, where in counted.items()}

    def largest() -> str:
        path = max(sources(root), key=lambda path: lines([path]))
        return f"{path.relative_to(root)} ({lines([path])})"

    return {
        **lengths,
        "largest file": largest,
        f"files over {LONG} lines": lambda: str(len(long_files(root))),
        f"places with {ENOUGH} or more of the order's {len(order_fields())} fields": lambda: str(len(enumerations(root))),
        "`import restored`, processor time": lambda: processor_time(root, "-c", "import restored"),
        "`import restored.hosts`": lambda: processor_time(root, "-c", "import restored.hosts"),
        "`restored --help`": lambda: processor_time(root, "-m", "restored.cli", "--help"),
    }


def main(folders: list[str]) -> None:
    """Print the table, then the files and places behind its counts."""
    roots = [Path(folder).resolve() for folder in folders] or [HERE]
    columns = [rows(root) for root in roots]
    print("| |", " | ".join(root.name for root in roots), "|")
    print("|---|" + "---|" * len(roots))
    for what in columns[-1]:
        print(f"| {what} |", " | ".join(column[what]() if what in column else "-" for column in columns), "|", flush=True)
    last = roots[-1]
    print("\nOver", LONG, "lines:", *(f"{path.relative_to(last)} ({lines([path])})" for path in long_files(last)), sep="\n  ")
    print("\nFields of the order:", *enumerations(last), sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
