"""How the plug-in starts, fails, and ends with Krita."""

import contextlib
import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from hostkit import OUTPUT, DaemonProcess, Screen
from krita_host import Krita, starter

from restored_client.session import Session

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1800)]


def one(krita: Krita, box: Path, screen: Screen, case: str, **env: str) -> dict:
    """The facts of one case of life_cases.py."""
    told = krita.window(box, screen, "life_cases.py", RWI_ONLY=case, **env)
    assert told[0]["error"] is None, told[0]["error"]
    for picture in box.glob("*.png"):
        OUTPUT.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, OUTPUT / f"krita-{picture.name}")
    return told[0]["facts"]


def test_the_docker_is_there_at_once(krita: Krita, box: Path) -> None:
    """Issue 6: within 0.3 s of Krita's start, no heavy import, no waiting for a daemon (there is none)."""
    output = krita.headless(box, "load_time", RESTORED_RUNTIME_DIR=str(box), RESTORED_CONFIG_DIR=str(box))
    importing, wall, processor = map(float, output.split("@@ load ")[1].split()[:3])
    print(f"{krita.suite}: import {importing:.3f} s, with the docker {wall:.3f} s, of which the processor {processor:.3f} s")
    assert processor < 0.3, "work, however busy the machine is; tests/benchmarks/krita.py has the time on the wall"


def test_what_cannot_load_says_why_in_the_docker(own_krita: Krita, box: Path, krita_screen: Screen) -> None:
    (own_krita.plugins / "restore_with_instruction/chips.py").write_text("raise ImportError('half of an update is missing')\n")
    facts = one(own_krita, box, krita_screen, "failure_is_explained")
    assert facts["title"] == "Restore with instruction"
    assert "could not start" in facts["words"]
    assert "restored plugins install krita" in facts["words"]
    assert "half of an update is missing" in facts["words"]
    assert "Krita 5.1" in facts["words"]


@pytest.mark.parametrize(
    ("size", "env"),
    [("1366x768", {}), ("1920x1080", {"QT_SCALE_FACTOR": "2", "LANGUAGE": "de"}), ("1920x1080", {"QT_SCALE_FACTOR": "1.5"})],
    ids=["small", "twice-german", "half-as-large-again"],
)
def test_first_use_needs_no_arranging(own_krita: Krita, daemon: DaemonProcess, box: Path, size: str, env: dict[str, str]) -> None:
    own_krita.settings(placed=False)
    screen = Screen(size)
    try:
        facts = one(own_krita, box, screen, "first_use", **env, **daemon.env)
    finally:
        screen.close()
    assert facts["hidden"] == []
    assert min(facts["preview"]) >= 100, "large enough to see something"
    assert facts["floats_again"] is False, "where the user puts it, it stays"
    assert facts["offered"]


@pytest.mark.parametrize(("theme", "dark"), [("Krita dark", True), ("Krita bright", False)])
def test_every_word_can_be_read_in_both_themes(
    own_krita: Krita, daemon: DaemonProcess, box: Path, krita_screen: Screen, theme: str, dark: bool
) -> None:
    own_krita.settings(theme=theme)
    facts = one(own_krita, box, krita_screen, "legible", **daemon.env)
    assert (facts["window"] < 128) == dark, "the theme is on"
    assert len(facts["contrast"]) >= 12
    assert {name: ratio for name, ratio in facts["contrast"].items() if ratio < 4.5} == {}


def test_it_speaks_german(own_krita: Krita, daemon: DaemonProcess, box: Path, krita_screen: Screen) -> None:
    facts = one(own_krita, box, krita_screen, "german", LANGUAGE="de", **daemon.env)
    assert facts == {
        "title": "Restaurieren nach Anweisung",
        "button": "Restaurieren",
        "chips": ["Regen entfernen", "Rauschen entfernen"],
        "actions": ["Restaurieren nach Anweisung …"],
    }


def test_quitting_cancels_the_jobs_and_leaves_the_daemon(
    own_krita: Krita, daemon: DaemonProcess, box: Path, krita_screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = one(own_krita, box, krita_screen, "quit_with_work_to_do", **daemon.env)
    assert facts["queued"] == 2
    for name, value in daemon.env.items():
        monkeypatch.setenv(name, value)
    with Session.open(client="test", start=False) as session:
        deadline = time.monotonic() + 240  # a busy machine notices late, and is no failure of ours
        while (jobs := session.status()["jobs"]) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert not jobs, "the daemon still works for a Krita that is gone"


def test_the_docker_starts_the_daemon_itself(own_krita: Krita, box: Path, krita_screen: Screen) -> None:
    daemon = DaemonProcess(box)  # never started: the plug-in has to
    program = starter(daemon, box)
    try:
        facts = one(own_krita, box, krita_screen, "cold_start", RESTORED_EXECUTABLE=program, **daemon.env)
    finally:
        with contextlib.suppress(OSError, ValueError):
            os.kill(json.loads((daemon.runtime / "connection.json").read_text())["pid"], signal.SIGTERM)
    assert facts["words"][0] == "Starting the restoration engine…"
    assert facts["device"] == "CPU, in negative"


def test_what_is_not_installed_is_said(own_krita: Krita, box: Path, krita_screen: Screen) -> None:
    record = own_krita.plugins / "restore_with_instruction/restored_client/installed.json"
    record.write_text(json.dumps({"version": "0", "executable": str(box / "gone")}))
    (box / "run").mkdir(mode=0o700)
    facts = one(own_krita, box, krita_screen, "not_installed", RESTORED_RUNTIME_DIR=str(box / "run"))
    assert "not installed" in facts["said"]
    assert "restored plugins install" in facts["said"]
    assert facts["can_restore"] is False
    assert facts["device"] == "", "nothing starts any more"
    assert facts["all_of_it"], "the whole sentence can be read in a low docker"


def test_quitting_while_the_daemon_starts(own_krita: Krita, box: Path, krita_screen: Screen) -> None:
    slow = box / "restored"
    slow.write_text("#!/bin/sh\nsleep 30\n")
    slow.chmod(0o755)
    (box / "run").mkdir(mode=0o700)
    env = {"RESTORED_EXECUTABLE": str(slow), "RESTORED_RUNTIME_DIR": str(box / "run")}
    assert one(own_krita, box, krita_screen, "quit_while_the_daemon_starts", **env)["words"]


@pytest.mark.slow
@pytest.mark.parametrize("haste", ["0", "1"], ids=["after the job", "with a job running"])
def test_twenty_runs_quit_cleanly(own_krita: Krita, daemon: DaemonProcess, box: Path, krita_screen: Screen, haste: str) -> None:
    for _ in range(10):
        one(own_krita, box, krita_screen, "start_type_restore_quit", RWI_HASTE=haste, **daemon.env)
