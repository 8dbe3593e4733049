"""No connection from any entry point, seen from outside: each runs in a network of its own where every packet shows."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.training.tiny import tiny_run

ROOT = Path(__file__).resolve().parents[2]
NETWATCH = ROOT / "tests" / "netwatch.py"
PYTHON = sys.executable
RESTORED = [PYTHON, "-m", "restored.cli"]

Watch = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def home() -> Iterator[Path]:
    """A new user's home. Short, because a unix socket lies in it."""
    with tempfile.TemporaryDirectory(prefix="rh-") as folder:
        yield Path(folder)


@pytest.fixture
def watch(home: Path) -> Watch:
    """Run a command as a new user, outside CI (where some packages hold their tongue), and return the packets that wanted out."""

    def run(*command: object) -> list[dict[str, Any]]:
        kept = ("PATH", "LANG", "LC_ALL", "OMP_NUM_THREADS", "PYTHONPATH", "SYSTEMROOT")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment |= {
            "HOME": str(home),
            "RESTORED_RUNTIME_DIR": str(home / "run"),
            "RESTORED_EXECUTABLE": str(home / "restored"),
        }
        (home / "restored").write_text(f'#!/bin/sh\nexec "{PYTHON}" -m restored.cli "$@"\n')
        (home / "restored").chmod(0o700)
        report = home / "report.json"
        done = subprocess.run(
            [PYTHON, str(NETWATCH), str(report), *map(str, command)], env=environment, cwd=home, capture_output=True, text=True
        )
        if done.returncode == 125:
            assert not os.environ.get("CI"), done.stderr
            pytest.skip(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        return json.loads(report.read_text())

    return run


@pytest.fixture
def photo(home: Path) -> Path:
    import numpy as np
    from PIL import Image

    path = home / "photos" / "photo.png"
    path.parent.mkdir()
    Image.fromarray(np.random.default_rng(5).integers(0, 120, (64, 80, 3), np.uint8)).save(path)
    return path


# --- the watcher itself sees what there is to see ---


@pytest.mark.parametrize(
    ("attempt", "what"),
    [
        ("socket.create_connection(('192.0.2.9', 443), 0.2)", {"protocol": "tcp", "to": "192.0.2.9", "port": 443}),
        (
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.9', 99))",
            {"protocol": "udp", "to": "192.0.2.9", "port": 99},
        ),
        (
            "subprocess.run([sys.executable, '-c', 'import socket; socket.create_connection((\"192.0.2.9\", 1), 0.2)'])",
            {"protocol": "tcp", "to": "192.0.2.9", "port": 1},
        ),
    ],
)
def test_the_watcher_sees_an_attempt(watch: Watch, attempt: str, what: dict[str, Any]) -> None:
    code = f"import contextlib, socket, subprocess, sys\nwith contextlib.suppress(OSError): {attempt}"
    assert what in watch(PYTHON, "-c", code)


def test_the_watcher_does_not_count_what_stays_on_this_machine(watch: Watch) -> None:
    code = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())"
    assert watch(PYTHON, "-c", code) == []


def test_openvino_by_itself_asks_home(watch: Watch, home: Path) -> None:
    """Why `keep_dependencies_quiet` is there. Should this ever fail, what it does for OpenVINO may go."""
    pytest.importorskip("openvino")
    pytest.importorskip("openvino_telemetry.main", reason="only the package itself shows what it does")
    watch(PYTHON, "-c", "import openvino")
    assert (home / "intel").exists()


def test_openvino_after_restored_does_not(watch: Watch, home: Path) -> None:
    pytest.importorskip("openvino")
    assert watch(PYTHON, "-c", "import restored, openvino") == []
    assert not (home / "intel").exists()


# --- entry points ---

RESTORING = "import numpy as np, restored\npicture = np.random.default_rng(0).integers(0, 120, (64, 64, 3), np.uint8)\n"
HERE = RESTORING + "assert restored.restore(picture, 'remove the noise and brighten it').changed"
CHILD = (
    "import multiprocessing\n"
    + RESTORING
    + "with multiprocessing.get_context({start!r}).Pool(1) as pool:\n"
    + "    assert pool.apply(restored.restore, (picture, 'remove the noise')).changed"
)
PLUGIN = """
from restored_client import Pixels
from restored_client.session import Session
with Session.open(client="a plug-in") as session:
    assert session.restore(Pixels(64, 64, 3, "u8", bytes(range(96)) * 128), instruction="remove the noise").plan["steps"]
    session.shutdown()
"""
LOOKING = " && ".join(
    f"restored {words}"
    for words in ("models list", "models verify", 'explain "remove the rain" --no-daemon', "doctor", "--version")
)


EVERYTHING = """
import importlib, pkgutil, sys
import restored
found = 0
for package in ("restored", "restored_client", "restored_training"):
    place = importlib.import_module(package)
    for module in pkgutil.walk_packages(place.__path__, package + ".", onerror=lambda name: None):
        if module.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(module.name)
            found += 1
        except ImportError:  # what is not installed cannot call anybody
            pass
assert found > 250, found
"""
ARCHIVE = " && ".join(
    f"./restored archive {words}"
    for words in ('plan photos "brighten it" --to out', "work out --shard 0", "status out", "report out")
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        pytest.param([PYTHON, "-c", HERE], id="api"),
        *[pytest.param([PYTHON, "-c", CHILD.format(start=start)], id=f"api-{start}") for start in ("fork", "spawn")],
        pytest.param([PYTHON, "-c", PLUGIN], id="plugin-and-daemon"),
        pytest.param([*RESTORED, "run", "photos/photo.png", "brighten it", "-o", "out.png", "--no-daemon"], id="run"),
        pytest.param([*RESTORED, "batch", "photos", "brighten it", "-o", "out", "--no-daemon"], id="batch"),
        pytest.param(["sh", "-c", ARCHIVE], id="archive"),
        pytest.param([PYTHON, "-c", EVERYTHING], id="every-import"),
        pytest.param(["sh", "-c", LOOKING.replace("restored ", "./restored ")], id="looking"),
    ],
)
def test_no_connection(watch: Watch, photo: Path, home: Path, command: list[str]) -> None:
    assert watch(*command) == []
    assert not (home / "intel").exists()


PAIRED = """
import os
from restored.studio.book import Machine, Machines
Machines().add(Machine("the studio", "k" * 40, "192.0.2.9", 47340))
"""
ASKING = (
    PAIRED
    + """
from restored_client import Pixels
from restored_client.session import Session
with Session.open(client="a plug-in") as session:
    answer = session.restore(Pixels(64, 64, 3, "u8", bytes(range(96)) * 128), instruction="remove the noise")
    assert "because the studio" in answer.device, answer.device
    assert answer.plan["steps"]
    session.shutdown()
"""
)


@pytest.mark.slow
def test_a_paired_machine_is_the_only_one_called(watch: Watch, home: Path) -> None:
    """And what it was asked for is done here, when it does not answer. Only its own port at its own address is ever tried."""
    seen = watch(PYTHON, "-c", ASKING)
    assert {tuple(packet.items()) for packet in seen} == {(("protocol", "tcp"), ("to", "192.0.2.9"), ("port", 47340))}


@pytest.mark.slow
def test_a_machine_that_was_paired_and_is_never_to_be_asked_is_not_called(watch: Watch, home: Path) -> None:
    never = ASKING.replace(
        "from restored_client import Pixels", "Machines().say(use='never')\nfrom restored_client import Pixels"
    )
    assert watch(PYTHON, "-c", never.replace('assert "because the studio"', "assert 'studio' not")) == []


@pytest.mark.slow
def test_no_connection_from_training(watch: Watch, photo: Path, home: Path) -> None:
    run = tiny_run(steps=2, data={"photographs": str(photo.parent), "scales": [1.0]}, optim={"warmup": 1})
    (home / "run.yaml").write_text(yaml.safe_dump(run), encoding="utf-8")
    code = "from restored_training.cli import main; main()"
    assert watch(PYTHON, "-c", code, "train", "run.yaml", "--folder", "run-folder") == []
    assert not (home / "intel").exists()


@pytest.mark.slow
def test_no_connection_from_the_frozen_program(watch: Watch, photo: Path) -> None:
    frozen = os.environ.get("RESTORED_FROZEN")
    if not frozen:
        pytest.skip("$RESTORED_FROZEN names no frozen program")
    assert watch(frozen, "run", "photos/photo.png", "brighten it", "-o", "out.png", "--no-daemon") == []
