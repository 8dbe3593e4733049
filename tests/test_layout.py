"""The arrows of the house point one way. Read from the sources, so that an import inside a function counts too."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = {"restored": "backend", "restored_client": "plugins", "restored_training": "training"}


def nodes(path: Path) -> Iterator[ast.AST]:
    """All that stands in a module."""
    return ast.walk(ast.parse(path.read_text("utf-8"), str(path)))


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


@cache
def imports(name: str, path: Path) -> tuple[tuple[int, str], ...]:
    """(line, absolute dotted name) of everything a module imports; each file is read once, however many arrows are looked at."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: list[tuple[int, str]] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            base = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            found += [(node.lineno, f"{module}.{alias.name}") for alias in node.names]
    return tuple(found)


def violations(package: str, *forbidden: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for name, path in modules(package).items()
        for line, target in imports(name, path)
        if any(target == root or target.startswith(root + ".") for root in forbidden)
    ]


def test_there_is_something_to_check() -> None:
    for package in FOLDERS:
        assert modules(package), package
    name = "restored.instruction"
    assert "restored.instruction.plan.Plan" in {target for _, target in imports(name, modules(name)[name])}


def defined(path: Path) -> set[str]:
    """Every name that a module's source gives to something, imported ones included."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return found


def test_every_import_names_something_that_is_there() -> None:
    """Also inside functions and in files that no test imports (benchmarks, the siege): a rename that forgot one is found here."""
    known = {name: path for package in FOLDERS for name, path in modules(package).items()}
    names = {name: defined(path) for name, path in known.items()}
    scripts = [path for folder in ("tests", "examples", "installer") for path in sorted((ROOT / folder).rglob("*.py"))]
    asking = [*known.items(), *((f"script.{path.stem}", path) for path in scripts)]
    wrong = []
    for name, path in asking:
        for line, target in imports(name, path):
            module, _, attribute = target.rpartition(".")
            if target in known or target.partition(".")[0] not in FOLDERS or "vendor" in target or attribute == "*":
                continue
            there = names.get(module, set())
            if attribute not in there and "__getattr__" not in there:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


ABOVE = ("restored.service", "restored.daemon", "restored.cli", "restored.io", "restored.hosts", "restored_client")
ARROWS = {
    # the ground: nothing of restored, and of the client only what both ends of the wire share
    "restored.ground": (
        "restored.instruction",
        "restored.models",
        "restored.engine",
        *ABOVE[:-1],
        "torch",
        "numpy",
    ),
    # the floor: text and models know nothing of pixels' way, of wires or of commands
    "restored.instruction": ("restored.models", "restored.engine", *ABOVE),
    "restored.models": ("restored.engine", *ABOVE, "zmq", "socket"),
    "restored.engine": (*ABOVE, "zmq", "socket"),
    "restored.io": ("restored.daemon", "restored.cli", "restored.models", "restored_client", "torch", "zmq"),
    "restored.files": (
        "restored.daemon",
        "restored.cli",
        "restored.models",
        "restored_client.session",
        "torch",
        "zmq",
        "typer",
        "rich",
    ),
    "restored.archive": (
        "restored.daemon",
        "restored.cli",
        "restored.models",
        "restored_client.session",
        "torch",
        "zmq",
        "typer",
    ),
    "restored.hosts": ("restored.daemon", "restored.cli", "restored.engine", "restored.models", "torch", "zmq"),
    # orders are carried out without knowing who brought them; of the client it shares what both ends of the wire share
    # of files the service knows nothing, but what a colour profile means
    "restored.service": (
        *(above for above in ABOVE[1:-1] if above != "restored.io"),
        *(f"restored.io.{room}" for room in ("reading", "writing", "picture", "sending", "atomic")),
        "restored_client.session",
        "restored_client.desk",
        "zmq",
        "typer",
        "rich",
    ),
    "restored.daemon": ("restored.cli", "restored.io", "restored.hosts", "typer", "rich"),
    # another machine's engine is reached without knowing this one's
    "restored.studio": ("restored.daemon", "restored.cli", "restored.engine", "restored.models", "restored.io", "typer", "rich"),
    "restored.sockets": ("restored.daemon", "restored.studio", "restored.service", "restored.cli", "restored.engine"),
    "restored": ("restored_training",),
    "restored_client": ("restored", "restored_training"),
    "restored_client.wire": ("restored_client.session", "restored_client.desk"),
    "restored_client.session": ("restored_client.desk",),
}


TRAINING = (
    *("degradations", "runs", "data", "regions", "instructions", "evaluation", "report"),
    *("training", "export", "filling", "machines", "analyses", "papers", "cli"),
)
"""The training tree's rooms: each stands on earlier ones only."""


def test_the_training_trees_rooms_stand_on_earlier_ones_only() -> None:
    package = "restored_training"
    found = {name.split(".")[1] for name in modules(package) if "." in name}
    assert found == set(TRAINING)
    upwards = [
        line
        for place, room in enumerate(TRAINING)
        for line in violations(f"{package}.{room}", *(f"{package}.{above}" for above in TRAINING[place + 1 :]))
    ]
    assert upwards == []


def test_only_the_verb_that_starts_it_imports_the_daemon() -> None:
    found = [line for line in violations("restored", "restored.daemon") if not line.startswith("backend/restored/daemon/")]
    assert [line.partition(":")[0] for line in found] == ["backend/restored/cli/__init__.py"]


@pytest.mark.parametrize("package", ARROWS)
def test_arrows(package: str) -> None:
    assert violations(package, *ARROWS[package]) == []


def test_the_client_needs_nothing_but_python() -> None:
    allowed = sys.stdlib_module_names | {"restored_client"}
    foreign = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for name, path in modules("restored_client").items()
        for line, target in imports(name, path)
        if target.partition(".")[0] not in allowed
    ]
    assert foreign == []


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((ROOT / "plugins").rglob("*.py")) if "vendor" not in p.parts],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_plugins_are_python_3_9(path: Path) -> None:
    """The oldest Python inside a host. Types in annotations may be newer where they are never evaluated."""
    ast.parse(path.read_text("utf-8"), str(path), feature_version=(3, 9))


MAKERS = {"socket", "Socket", "socketpair", "create_connection", "create_server", "fromfd", "SocketType"}


def test_one_place_makes_sockets() -> None:
    """So that who may call whom can be read in one file. What others hold comes from there; type annotations may name it."""
    found = []
    for path in modules("restored").values():
        if "sockets" in path.parts:
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name in MAKERS:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {name}")
            elif isinstance(node, ast.ImportFrom) and node.module in (
                "socket",
                "_socket",
                "zmq.asyncio",
                "asyncio",
                "http.client",
            ):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} from {node.module}")
    assert found == []


def families() -> list[str]:
    """Every family's name, in every spelling that code could have for it."""
    return [path.parent.name for path in sorted((ROOT / "backend/restored/models").glob("*/family.py"))]


def code_words(path: Path) -> Iterator[tuple[int, str]]:
    """(line, word) of every identifier and every string of a module; docstrings may cite papers, and comments may say why."""
    found = list(nodes(path))
    prose = {id(node.value) for node in found if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in found:
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield line, node.value
        elif isinstance(node, ast.Name):
            yield line, node.id
        elif isinstance(node, ast.Attribute):
            yield line, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield line, node.module or ""
            yield from ((line, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((line, alias.name) for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield line, node.name


def test_no_family_is_named_outside_its_folder() -> None:
    """The registry names them, and run files; the exceptions are the command that imports one family's published weights, and
    the papers' experiments, which are about two families' methods."""
    names = families()
    assert {"swift", "instructir"} <= set(names)
    allowed = {ROOT / "backend/restored/models/registry.py", ROOT / "backend/restored/cli/models.py"}
    found = []
    for package in FOLDERS:
        for path in modules(package).values():
            own = [name for name in names if ROOT / "backend/restored/models" / name in path.parents]
            if path in allowed or ROOT / "training/restored_training/papers" in path.parents:
                continue
            for line, word in code_words(path):
                plain = word.lower().replace("_", "").replace("-", "")
                found += [
                    f"{path.relative_to(ROOT)}:{line} says {word!r}"
                    for name in names
                    if name not in own and name.replace("_", "") in plain
                ]
    assert found == []


ADAPTERS = ("gimp/restore_gimp", "krita/restore_with_instruction")


def own_sources() -> list[tuple[str, Path]]:
    """(where it stands, path) of every module of ours, the adapters' too. The two adapters and the small window are one place:
    they have the same widgets for the same jobs, each in its toolkit."""
    found = [
        ("adapter" if name.startswith("restored.window.") else name, path)
        for package in FOLDERS
        for name, path in modules(package).items()
    ]
    for adapter in ADAPTERS:
        found += [("adapter", path) for path in sorted((ROOT / "plugins" / adapter).glob("*.py"))]
    return found


SAME_IDEA = {
    "Region": "a part of a picture: where a step applies, and in GIMP's adapter what of a layer is meant",
    "LightConditioned": "what a family prepares for a job without torch, one a family",
    "ExperimentSettings": "what an experiment of the papers can be told, one an experiment",
}
"""Names of classes that several modules have, and the one thing that each of them means."""


def test_a_class_name_means_one_thing() -> None:
    """Private ones are their module's own business."""
    places: dict[str, set[str]] = {}
    for name, path in own_sources():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, set()).add(name)
    double = {name: sorted(found) for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in double.items() if name not in SAME_IDEA} == {}
    assert SAME_IDEA.keys() == double.keys() & SAME_IDEA.keys(), "an exception that is none any more"


SAME_FILE = {
    "app": "a command with all its verbs",
    "base": "what all of a kind share",
    "blocks": "the blocks that a network is made of",
    "coarse": "coarse to fine",
    "colour": "what is done to colours",
    "config": "a configuration, checked",
    "context": "the frame that shows the whole picture",
    "doctor": "the report of what a restoration needs, and the verb that shows it",
    "echo": "an engine that costs nothing",
    "errors": "kinds of errors",
    "family": "a model family",
    "filling": "holes, filled; and how well",
    "folders": "folders in a user's home",
    "graph": "a network as a graph",
    "jpeg": "JPEG files, and the damage they do",
    "limits": "what can be asked at most",
    "marks": "what seems to be scratched or dusty",
    "masks": "masks",
    "memory": "how much memory there is",
    "model": "a family's model with its weights as arrays",
    "names": "ids, and how a person reads them",
    "network": "a network in torch",
    "openvino": "a network in OpenVINO",
    "optimizer": "how weights are moved in training",
    "options": "options that several verbs have",
    "page": "a page to look at, written by the program",
    "paths": "where things lie",
    "photographs": "photographs to train on, and the verbs for them",
    "pixels": "what a layer's bytes mean",
    "queue": "what waits for its turn",
    "rented": "a machine rented for minutes",
    "report": "how something stands, in words",
    "run": "one job, or one evaluation, from its beginning to its end",
    "searching": "the network that searches for marks: run, measured, trained",
    "signature": "minisign's signatures",
    "talk": "questions to the daemon, and its answers",
    "tasks": "the tasks",
    "tone": "curves of light, and their damage",
    "train": "how a small network that ships was trained",
    "training": "a network's training, and the verbs for it",
    "traits": "what a family's configuration alone tells the engine",
    "wire": "the daemon's end of a socket",
}
"""Names of files that several folders have, and the one thing that each of them means. A file with another meaning has another
name, so that what an import or a search finds is what was looked for."""


def test_a_file_name_means_one_thing() -> None:
    found: dict[str, set[Path]] = {}
    for package in FOLDERS:
        for path in modules(package).values():
            if path.stem not in ("__init__", "__main__"):
                found.setdefault(path.stem, set()).add(path)
    assert {name for name, paths in found.items() if len(paths) > 1} == set(SAME_FILE)
