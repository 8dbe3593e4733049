"""Real schedulers on this machine: everything is done, and kills at random moments lose and double nothing.

What may be done twice is the shard in hand, and of it only what a kill caught between result and record.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from restored.archive import ArchiveError, status
from restored.archive.echo import SECONDS
from restored.archive.running import Place, run

from .kit import ECHO, check, make, planned, records

PICTURES = 240

DRIVER = """
import sys
from restored.archive.running import Place, run
if __name__ == "__main__":
    engine, target, workers = sys.argv[1:4]
    print(run(target, Place(engine=engine, workers=int(workers), worker_engine="restored.archive.echo:Echo")).sentence())
"""


def engines(*names: str) -> list:
    missing = {"dask": "distributed", "ray": "ray"}
    return [
        pytest.param(name, marks=pytest.mark.skipif(name in missing and not _there(missing[name]), reason=f"{name} is not here"))
        for name in names
    ]


def _there(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


@pytest.mark.slow
@pytest.mark.parametrize("engine", engines("local", "dask"))
def test_everything_is_done(tmp_path: Path, engine: str) -> None:
    source, target = make(tmp_path / "in", 90), tmp_path / "out"
    planned(source, target)
    heard = []
    end = run(str(target), Place(engine=engine, workers=2, worker_engine=ECHO), tell=heard.append)
    assert (end.done, end.errors, end.complete) == (90, 0, 5)
    assert heard
    check(source, target)
    assert max(Counter(records(target)).values()) == 1
    assert run(str(target), Place(engine=engine, workers=2, worker_engine=ECHO)).done == 90


@pytest.mark.slow
@pytest.mark.timeout(280)
@pytest.mark.parametrize("engine", engines("local", "dask"))
@pytest.mark.parametrize("victim", ["worker", "driver"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_kills_lose_nothing(tmp_path: Path, engine: str, victim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three kill -9 at moments drawn from a seed; `make siege` draws more."""
    kills = int(os.environ.get("RESTORED_KILLS", "3"))
    drawn = random.Random(f"{engine} {victim}")
    monkeypatch.setenv(SECONDS, "0.02")
    source, target = make(tmp_path / "in", PICTURES), tmp_path / "out"
    planned(source, target)
    (tmp_path / "driver.py").write_text(DRIVER)

    def start() -> subprocess.Popen:
        command = [sys.executable, "driver.py", engine, str(target), "2"]
        return subprocess.Popen(command, cwd=tmp_path, start_new_session=True)

    driver = start()
    for _ in range(kills):
        moved = len(records(target))
        until = time.monotonic() + 60
        while driver.poll() is None and len(records(target)) <= moved and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(drawn.uniform(0, 0.8))
        if driver.poll() is not None:
            break
        if victim == "driver":
            driver.send_signal(signal.SIGKILL)
            driver.wait()
            driver = start()
        elif workers := [child for child in psutil.Process(driver.pid).children(recursive=True) if _works(child)]:
            os.kill(drawn.choice(workers).pid, signal.SIGKILL)
    assert driver.wait(timeout=180) == 0
    assert status(str(target)).done == PICTURES
    check(source, target)
    times = Counter(records(target))
    assert len(times) == PICTURES
    assert sum(times.values()) <= PICTURES + kills * 2 * 20, "done twice at most the shards in hand"


def _works(process: psutil.Process) -> bool:
    """A worker: not multiprocessing's helper, and not a reader, which is a worker's child."""
    try:
        line = " ".join(process.cmdline())
        return "spawn_main" in line and not any("spawn_main" in " ".join(p.cmdline()) for p in process.parents())
    except psutil.NoSuchProcess:
        return False


def test_a_stall_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECONDS, "60")
    planned(make(tmp_path / "in", 2), tmp_path / "out")
    with pytest.raises(ArchiveError, match="No picture was finished"):
        run(str(tmp_path / "out"), Place(workers=1, worker_engine=ECHO), patience=2.0)


def test_other_machines_only_with_tls() -> None:
    pytest.importorskip("distributed")
    from restored.archive.engine_dask import check_address

    for address in ("tcp://127.0.0.1:8786", "127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786"):
        check_address(address, {})
    for address in ("tcp://10.0.0.1:8786", "cluster.example:8786", "tls://cluster.example:8786"):
        with pytest.raises(ArchiveError, match=r"TLS|--tls-ca"):
            check_address(address, {})
    check_address("tls://cluster.example:8786", {"ca": "a", "cert": "b", "key": "c"})
