"""A clock that is set while programs run (an empty battery, a laptop that wakes, a time server that was wrong): nobody's job,
result or connection ends by it. The clock of whole processes is set with libfaketime; the one that only goes forward still does.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.waiting import wait_for

from restored_client import ClientError, Pixels
from restored_client.session.exchange import Progress

from .conftest import ODD, Daemon

SHARED = Path("/dev/shm")
FOUND = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOUND and os.environ.get("CI") != "true", reason="libfaketime is not installed"),
    pytest.mark.skipif(sys.platform != "linux", reason="libfaketime is found on Linux"),
]
LAYER = Pixels(4, 4, 3, "u8", bytes(range(48)))
JUMPS = ("+1h", "-1h", "+400d", "-400d", "+20y", "-20y", "+0")


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Sets the clock of the daemon that `under` starts, while it runs."""

    def set_to(when: str) -> None:
        (tmp_path / "new").write_text(when + "\n")
        os.replace(tmp_path / "new", tmp_path / "clock")

    set_to("+0")
    before = set(SHARED.glob("*faketime*"))
    yield set_to
    for left in set(SHARED.glob("*faketime*")) - before:  # what the library leaves when its process is killed
        left.unlink(missing_ok=True)


def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "LD_PRELOAD": str(FOUND[0]),
        "FAKETIME_TIMESTAMP_FILE": str(tmp_path / "clock"),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "TZ": "UTC",
    }


def test_jobs_results_and_connections_outlive_every_jump(launch, tmp_path: Path, clock) -> None:
    daemon: Daemon = launch("Steady", program=[str(ODD)], environment=environment(tmp_path))
    with daemon.session() as session:
        kept = session.restore(LAYER, instruction="0", keep=True).job
        assert kept is not None
        for jump in JUMPS:
            clock(jump)
            assert session.restore(LAYER, instruction="0.3").changed, jump
            assert session.adjust(kept, strength=0.5).pixels is not None, f"the result is still kept after {jump}"
        seen: list[float | None] = []

        def set_it(progress: Progress) -> None:
            clock(JUMPS[len(seen) % len(JUMPS)])
            seen.append(progress.fraction)

        assert session.restore(LAYER, instruction="2", on_progress=set_it).changed
        assert len(seen) > 3
        assert session.hello["pid"] == daemon.process.pid, "it is the same connection"
    clock("+20y")
    with daemon.session() as session:  # what is kept of who has left, and idleness, are measured otherwise
        assert session.status()["uptime"] < 3600
    assert daemon.process.poll() is None


def test_a_picture_that_is_on_its_way_is_not_given_up(launch, tmp_path: Path, clock) -> None:
    daemon: Daemon = launch("Steady", program=[str(ODD)], environment=environment(tmp_path))
    layer = Pixels(3000, 3000, 3, "u8", bytes(3000 * 3000 * 3))
    with daemon.session() as session:
        for number, jump in enumerate(JUMPS):
            asked: list[bool] = []

            def look_up(asked: list[bool] = asked, jump: str = jump) -> bool:
                if not asked:
                    clock(jump)
                asked.append(True)
                return False

            assert session.restore(layer, instruction=f"0.{number}", cancelled=look_up).changed, jump
            assert asked


def test_strangers_are_still_shown_the_door(launch, tmp_path: Path, clock) -> None:
    """Ten seconds for who does not say who he is: a clock that goes back gives nobody years."""
    import socket

    daemon: Daemon = launch("--tcp", environment=environment(tmp_path))
    _, host, port = daemon.connection().endpoint.replace("//", "").split(":")
    silent = socket.create_connection((host, int(port)))
    clock("-20y")
    with silent:
        silent.settimeout(1)

        def closed() -> bool:
            try:
                while silent.recv(4096):
                    pass
            except TimeoutError:
                return False
            except OSError:
                pass
            return True

        wait_for(closed)
    with daemon.session() as session:
        assert session.restore(LAYER, instruction="x").changed


def test_the_clock_was_really_set(launch, tmp_path: Path, clock) -> None:
    """That the others prove something."""
    clock("+20y")
    daemon: Daemon = launch(environment=environment(tmp_path))
    with daemon.session() as session, pytest.raises(ClientError):
        session.adjust("nothing")
    import time

    assert str(time.gmtime().tm_year + 20) in daemon.log or str(time.gmtime().tm_year + 19) in daemon.log
