"""Fixtures of the Krita tests. What drives Krita is krita_host.py."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostkit import Screen, missing
from krita_host import Krita, need_krita, wear_in

VERSIONS = {"bookworm": "5.1", "trixie": "5.2"}
for suite, version in (("krita53", "5.3"), ("krita6", "6.0")):
    if os.environ.get(f"RESTORED_HOSTS_{suite.upper()}"):
        VERSIONS[suite] = version
SUITES = [pytest.param(suite, id=f"krita-{version}") for suite, version in VERSIONS.items()]


@pytest.fixture(scope="session", params=SUITES)
def krita(request: pytest.FixtureRequest, krita_screen: Screen) -> Iterator[Krita]:
    """Krita 5.1 and Krita 5.2; with RESTORED_HOSTS_KRITA53=1 and RESTORED_HOSTS_KRITA6=1 also these (tests/hosts/setup)."""
    need_krita(request.param)
    wear_in(request.param, krita_screen)
    folder = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    yield Krita(request.param, folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_krita(krita_screen: Screen) -> Iterator[Krita]:
    """Krita 5.1 with a profile of its own, for tests that spoil it."""
    need_krita("bookworm")
    wear_in("bookworm", krita_screen)
    folder = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    yield Krita("bookworm", folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def krita_screen() -> Iterator[Screen]:
    """One screen for all windows of Krita."""
    for tool in ("Xvfb", "openbox", "xdotool", "import"):
        if shutil.which(tool) is None:
            missing(f"no {tool}: run tests/hosts/setup as root")
    made = Screen("1280x900")
    yield made
    made.close()
