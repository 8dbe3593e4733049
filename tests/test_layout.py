"""The arrows of the house point one way. Read from the sources, so that an import inside a function counts too."""

import ast
import sys

import pytest
from tests.sources import FOLDERS, ROOT, imports, known, modules, scripts, source, violations


def test_there_is_something_to_check() -> None:
    for package in FOLDERS:
        assert modules(package), package
    name = "restored.instruction"
    assert "restored.instruction.plan.Plan" in {target for _, target in imports(name, modules(name)[name])}


def test_every_import_names_something_that_is_there() -> None:
    """Also inside functions and in files that no test imports (benchmarks, the siege): a rename that forgot one is found here."""
    ours = known()
    wrong = []
    for name, path in [*ours.items(), *scripts()]:
        for line, target in imports(name, path):
            module, _, attribute = target.rpartition(".")
            if target in ours or target.partition(".")[0] not in FOLDERS or "vendor" in target or attribute == "*":
                continue
            there = source(ours[module]).defined if module in ours else set()
            if attribute not in there and "__getattr__" not in there:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert wrong == []


NO_ENGINE = ("restored.daemon", "restored.cli", "restored.models", "restored_client.session", "torch", "zmq")
"""What works with files knows whoever restores by its `restore` alone."""

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
    "restored.files": (*NO_ENGINE, "typer", "rich"),
    "restored.archive": (*NO_ENGINE, "typer"),
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
    """Nor what it brings along; msgpack asks for PyPy's own module before it uses it."""
    allowed = sys.stdlib_module_names | {"restored_client", "__pypy__"}
    foreign = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for path in sorted((ROOT / "plugins" / "restored_client").rglob("*.py"))
        for line, target in imports(".".join(path.relative_to(ROOT / "plugins").with_suffix("").parts), path)
        if target.partition(".")[0] not in allowed
    ]
    assert foreign == []


def test_plugins_are_python_3_9() -> None:
    """The oldest Python inside a host, for whose syntax vendored code counts too. Types in annotations may be newer where they
    are never evaluated."""
    newer = []
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        try:
            ast.parse(path.read_text("utf-8"), str(path), feature_version=(3, 9))
        except SyntaxError as error:
            newer.append(f"{path.relative_to(ROOT)}:{error.lineno} {error.msg}")
    assert newer == []


MAKERS = {"socket", "Socket", "socketpair", "create_connection", "create_server", "fromfd", "SocketType"}


SOCKETS = ("socket", "_socket", "zmq.asyncio", "asyncio", "http.client")


def test_one_place_makes_sockets() -> None:
    """So that who may call whom can be read in one file. What others hold comes from there; type annotations may name it."""
    found = []
    for path in modules("restored").values():
        if "sockets" in path.parts:
            continue
        found += [f"{path.relative_to(ROOT)}:{line} {name}" for line, name in source(path).called if name in MAKERS]
        found += [
            f"{path.relative_to(ROOT)}:{line} from {module}" for line, module, _, _ in source(path).imported if module in SOCKETS
        ]
    assert found == []


OWN_JSON = ("restored/instruction", "restored/ground/shipped.py", "restored_client/wire/parsing.py")
"""What ships with the program, under a checksum; and the one place."""


def test_one_place_reads_json() -> None:
    """So that no file and no stranger's message is read without bounds on its depth, its length and its numbers."""
    found = []
    for path in [
        *modules("restored").values(),
        *modules("restored_client").values(),
        *(ROOT / "plugins").glob("*/restore*/*.py"),
    ]:
        if not any(own in path.as_posix() for own in OWN_JSON):
            found += [f"{path.relative_to(ROOT)}:{line} {name}" for line, name in source(path).called if name in JSON_READERS]
    assert found == []


CLOCK_OF_THE_WALL = ("restored/studio/speeds.py", "restore_gimp/recipes.py")
"""What is noted with a date and time: how fast another machine was, when a layer was made."""


def test_time_is_measured_by_the_clock_that_only_goes_forward() -> None:
    """So that no token, lease or patience ends, or never ends, when somebody sets the other one."""
    found = []
    for path in [
        *modules("restored").values(),
        *modules("restored_client").values(),
        *(ROOT / "plugins").glob("*/restore*/*.py"),
    ]:
        if not path.as_posix().endswith(CLOCK_OF_THE_WALL):
            found += [
                f"{path.relative_to(ROOT)}:{line}" for line, name in source(path).called if name in ("time.time", "time.time_ns")
            ]
    assert found == []


def test_one_place_reads_yaml() -> None:
    """Likewise: run files and queues travel between people."""
    readers = ("yaml.load", "yaml.safe_load", "yaml.safe_load_all", "yaml.full_load", "yaml.unsafe_load", "yaml.load_all")
    found = []
    for path in (*modules("restored").values(), *modules("restored_training").values()):
        found += [f"{path.relative_to(ROOT)}:{line} {name}" for line, name in source(path).called if name in readers]
    assert found == []


JSON_READERS = ("json.loads", "json.load", "json.JSONDecoder")


def families() -> list[str]:
    """Every family's name, in every spelling that code could have for it."""
    return [path.parent.name for path in sorted((ROOT / "backend/restored/models").glob("*/family.py"))]


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
            for line, word in source(path).words:
                plain = word.lower().replace("_", "").replace("-", "")
                found += [
                    f"{path.relative_to(ROOT)}:{line} says {word!r}"
                    for name in names
                    if name not in own and name.replace("_", "") in plain
                ]
    assert found == []
