"""Fixtures of the host tests: folders, daemons and screens. The kit itself is hostkit.py."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostkit import DaemonProcess, Screen, missing
from screenreader import ScreenReader


@pytest.fixture
def box() -> Iterator[Path]:
    """A short folder under /tmp: the hosts see it, and a socket's path fits into it."""
    folder = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def daemon(box: Path) -> Iterator[DaemonProcess]:
    """A daemon for one test."""
    process = DaemonProcess(box).start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def shared_daemon() -> Iterator[DaemonProcess]:
    """One daemon for all tests that do not harm it; answers with negatives."""
    yield from _for_the_session("negative")


@pytest.fixture(scope="session")
def real_daemon() -> Iterator[DaemonProcess]:
    """One daemon with the real engine: models load once."""
    yield from _for_the_session("restored")


def _for_the_session(engine: str) -> Iterator[DaemonProcess]:
    folder = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    process = DaemonProcess(folder, engine).start()
    yield process
    process.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def screen() -> Iterator[Screen]:
    for tool in ("Xvfb", "openbox", "xdotool", "import"):
        if shutil.which(tool) is None:
            missing(f"no {tool}: run tests/hosts/setup as root")
    made = Screen()
    yield made
    made.close()


@pytest.fixture
def reader(box: Path, screen: Screen) -> Iterator[ScreenReader]:
    """What a screen reader hears of the hosts that get its `env`."""
    made = ScreenReader(box, screen)
    yield made
    made.close()
