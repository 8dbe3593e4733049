"""docs/architecture.md is true: its table of rooms is what the sources import, there is no circle, and nothing light is heavy."""

import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from tests.sources import FOLDERS, ROOT, imports, known, modules, source

PAGE = ROOT / "docs" / "architecture.md"


@cache
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


@cache
def _rooms() -> set[str]:
    inside = ROOT / "backend" / "restored"
    folders = {path.parent.name for path in inside.glob("*/__init__.py")}
    return folders | {path.stem for path in inside.glob("*.py") if path.stem != "__init__"}


@cache
def imported() -> dict[str, set[str]]:
    """Room -> the rooms that its modules import."""
    found: dict[str, set[str]] = {}
    for package in FOLDERS:
        for name, path in modules(package).items():
            own = room(name)
            assert own is not None
            targets = {room(target) for _, target in imports(name, path)}
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


def test_no_two_files_need_each_other() -> None:
    """Inside rooms too, and counting what functions import when they are called."""
    ours = known()
    needs: dict[str, set[str]] = {}
    for name, path in ours.items():
        asked = [target for line, target in imports(name, path) if line in source(path).needed]
        files = {target if target in ours else target.rpartition(".")[0] for target in asked}
        needs[name] = {each for each in files if each in ours and each != name and not is_face(ours[each])}
    assert list(TopologicalSorter(needs).static_order())


def is_face(path: Path) -> bool:
    """A package's `__init__`, which hands on the names of its files."""
    return path.name == "__init__.py"


def test_what_is_light_stays_light_through_all_that_it_imports() -> None:
    heavy = "{'numpy', 'torch', 'PIL', 'imagecodecs', 'tifffile', 'openvino', 'zmq', 'typer'}"
    light = "restored, restored.hosts, restored_client, restored_client.session, restored_client.desk, restored.ground.tasks"
    code = f"import sys, {light}; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_start_loads_nothing_that_speaks_http() -> None:
    """Pictures are read by the command and, of a layer with a profile, by the daemon: both start with the first restoration."""
    code = (
        "import sys, restored.io, restored.cli.single; print(sorted({'ssl', 'http.client', 'urllib.request'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_layer_without_a_profile_needs_no_reader_of_files() -> None:
    code = (
        "import sys; from restored.service.space import LayerSpace; from restored_client.wire.order import Order; "
        "from restored_client import Pixels; print(LayerSpace.of(Order(layer=Pixels(1, 1, 3, 'u8', bytes(3)), instruction='x')),"
        " 'restored.io' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "None False"
