"""`restored plugins install krita` as a user types it, and Krita's own importer: afterwards a real Krita has the docker."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import outside
import pytest
from hostkit import ROOT, Screen
from krita_host import INSIDE, LONG, Krita

from restored.hosts import build_zip

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1800)]

FROZEN = os.environ.get("RESTORED_FROZEN")
RESTORED = [FROZEN] if FROZEN else [sys.executable, "-m", "restored.cli"]
"""The command; $RESTORED_FROZEN is one that an installer brought."""


@pytest.fixture
def bare(krita: Krita) -> Iterator[Krita]:
    """This Krita with a home of its own in which only the tests' driver is installed and switched on."""
    folder = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    made = Krita(krita.suite, folder, installed=False)
    yield made
    shutil.rmtree(folder, ignore_errors=True)


def plugins(krita: Krita, *words: str, **more: str) -> dict:
    """What `restored plugins` says of this home."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | more
    done = subprocess.run(
        [*RESTORED, "plugins", *words, "krita", "--json"],
        env={**environment, "HOME": str(krita.home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    (place,) = json.loads(done.stdout)["places"]
    return place


def seen(krita: Krita, box: Path, screen: Screen) -> dict:
    """What a Krita that starts now shows of the plug-in."""
    (told,) = krita.window(box, screen, "life_cases.py", RWI_ONLY="is_it_there", RESTORED_RUNTIME_DIR=str(box))
    assert told["error"] is None, told["error"]
    return told["facts"]


def test_the_command_puts_it_in_and_takes_it_out(bare: Krita, box: Path, krita_screen: Screen) -> None:
    assert plugins(bare, "status")["installed"] is False
    told = plugins(bare, "install")
    assert (told["installed"], told["enabled"], told["current"]) == (True, True, True), told
    assert "enable_rwi_driver=true" in (bare.home / ".config/kritarc").read_text(), "what others have set stays"
    assert seen(bare, box, krita_screen) == {"docker": "Restore with instruction", "actions": 2}
    assert plugins(bare, "status")["state"].startswith("version ")
    assert plugins(bare, "uninstall")["installed"] is False
    assert seen(bare, box, krita_screen) == {"docker": "", "actions": 0}
    assert not list((bare.home / ".local").rglob("*restore_with_instruction*"))


def test_what_it_put_in_starts_its_program_and_restores(
    bare: Krita, box: Path, krita_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No daemon runs: the docker starts the program that the command recorded, with the real engine."""
    runtime, program = box / "run", outside.program(box)
    runtime.mkdir(mode=0o700)
    assert plugins(bare, "install", RESTORED_EXECUTABLE=str(program))["executable"] == str(program)
    try:
        (told,) = bare.window(
            box, krita_screen, "life_cases.py", RWI_ONLY="cold_start", RESTORED_RUNTIME_DIR=str(runtime), **LONG
        )
    finally:
        stopped = outside.stop(runtime, monkeypatch)
    assert told["error"] is None, told["error"]
    assert told["facts"]["words"][0] == "Starting the restoration engine…"
    assert "cores" in told["facts"]["device"], "a real engine says what it computes on"
    assert stopped, "the docker should have left its daemon running"


def test_kritas_own_importer_takes_the_zip(bare: Krita, box: Path, krita_screen: Screen) -> None:
    build_zip(box / "plugin.zip")
    shutil.copy(INSIDE / "importing.py", box)
    said = bare.headless(box, "importing", RWI_DATA=str(bare.plugins.parent))
    assert "@@ imported ['restore_with_instruction']" in said, said
    assert (bare.plugins.parent / "actions/restore_with_instruction.action").is_file()
    bare.settings()  # as Krita's importer offers: both plug-ins on
    assert seen(bare, box, krita_screen) == {"docker": "Restore with instruction", "actions": 2}
