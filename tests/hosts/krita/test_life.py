"""How the plug-in starts, fails, and ends with Krita."""

import contextlib
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from hostkit import OUTPUT, DaemonProcess, Screen
from krita_host import Krita, need_krita, office, starter, wear_in

from restored_client.session import Session

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1800)]


def one(krita: Krita, box: Path, screen: Screen, case: str, **env: str) -> dict:
    """The facts of one case of life_cases.py."""
    return several(krita, box, screen, (case,), **env)[case]


def several(krita: Krita, box: Path, screen: Screen, cases: tuple[str, ...], **env: str) -> dict[str, dict]:
    """The facts of several cases in one Krita, by their names."""
    told = krita.window(box, screen, "life_cases.py", RWI_ONLY=" ".join(cases), **env)
    assert [fact["error"] for fact in told] == [None] * len(cases), told
    for picture in box.glob("*.png"):
        OUTPUT.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, OUTPUT / f"krita-{picture.name}")
    return {fact["case"]: fact["facts"] for fact in told}


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


@dataclass(frozen=True)
class Place:
    """A screen, a language and a theme in which somebody sees the docker for the first time, and then looks closer."""

    size: str
    theme: str
    then: str
    env: tuple[tuple[str, str], ...] = ()


PLACES = {
    "small": Place("1366x768", "Krita dark", "legible"),
    "twice-german": Place("1920x1080", "Krita dark", "german", (("QT_SCALE_FACTOR", "2"), ("LANGUAGE", "de"))),
    "half-as-large-again": Place("1920x1080", "Krita bright", "legible", (("QT_SCALE_FACTOR", "1.5"),)),
}
"""One Krita each: it takes far longer to start than to be looked at."""


@pytest.fixture(scope="module")
def seen() -> Callable[[str], dict[str, dict]]:
    """What the cases told in one of PLACES, by their names."""
    return cache(_seen)


def _seen(name: str) -> dict[str, dict]:
    need_krita("bookworm")
    place, folder = PLACES[name], Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    screen = Screen(place.size)
    try:
        wear_in("bookworm", screen)
        krita = Krita("bookworm", folder)
        krita.settings(placed=False, theme=place.theme)
        with office(krita) as (box, env):
            told = several(krita, box, screen, ("first_use", place.then), **dict(place.env), **env)
    finally:
        screen.close()
        shutil.rmtree(folder, ignore_errors=True)
    return told


@pytest.mark.parametrize("place", PLACES)
def test_first_use_needs_no_arranging(seen: Callable[[str], dict[str, dict]], place: str) -> None:
    facts = seen(place)["first_use"]
    assert facts["hidden"] == []
    assert min(facts["preview"]) >= 100, "large enough to see something"
    assert facts["floats_again"] is False, "where the user puts it, it stays"
    assert facts["offered"]


@pytest.mark.parametrize(("place", "dark"), [("small", True), ("half-as-large-again", False)])
def test_every_word_can_be_read_in_both_themes(seen: Callable[[str], dict[str, dict]], place: str, dark: bool) -> None:
    facts = seen(place)["legible"]
    assert (facts["window"] < 128) == dark, "the theme is on"
    assert len(facts["contrast"]) >= 12
    assert {name: ratio for name, ratio in facts["contrast"].items() if ratio < 4.5} == {}


def test_it_speaks_german(seen: Callable[[str], dict[str, dict]]) -> None:
    assert seen("twice-german")["german"] == {
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
def test_twenty_runs_quit_cleanly(krita_screen: Screen) -> None:
    """Ten after their job and ten with a job running: two Kritas beside each other, as each mostly waits for itself to start."""
    need_krita("bookworm")
    wear_in("bookworm", krita_screen)
    with ThreadPoolExecutor() as pool:
        assert list(pool.map(_ten_visits, ["0", "1"])) == [10, 10]


def _ten_visits(haste: str) -> int:
    """The same Krita ten times, on a screen of its own: one that another has the keyboard of waits for it."""
    folder, screen, visits = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp")), Screen("1280x900"), 0
    try:
        krita = Krita("bookworm", folder)
        with office(krita) as (box, env):
            for _ in range(10):
                one(krita, box, screen, "start_type_restore_quit", RWI_HASTE=haste, **env)
                visits += 1
    finally:
        screen.close()
        shutil.rmtree(folder, ignore_errors=True)
    return visits
