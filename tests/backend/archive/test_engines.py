"""Real schedulers on this machine: everything is done, and kills at random moments lose and double nothing.

What may be done twice is the shard in hand, and of it only what a kill caught between result and record.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import warnings
from collections import Counter
from pathlib import Path

import psutil
import pytest
from tests import waiting

from restored.archive import ArchiveError, status
from restored.archive.echo import SECONDS
from restored.archive.running import run
from restored.archive.shard_workers import Place

from .clusters import free_port, wait_for
from .kit import ECHO, check, make, planned, records

PICTURES = 160

KILLS = {("driver", "dask"): 2, ("driver", "ray"): 1}
"""Three where no others are named: a driver that is started again starts its cluster again, which takes most of the time."""

DRIVER = """
import sys
from restored.archive.running import run
from restored.archive.shard_workers import Place
if __name__ == "__main__":
    engine, target, workers = sys.argv[1:4]
    place = Place(engine=engine, workers=int(workers), worker_engine="restored.archive.echo:NegativeEngine")
    print(run(target, place).sentence())
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
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", engines("local", "dask", "ray"))
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
@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", engines("local", "dask", "ray"))
@pytest.mark.parametrize("victim", ["worker", "driver"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_kills_lose_nothing(tmp_path: Path, engine: str, victim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kill -9 at moments drawn from a seed; `make siege` draws more."""
    kills = int(os.environ.get("RESTORED_KILLS", KILLS.get((victim, engine), 3)))
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
    assert driver.wait(timeout=600) == 0
    assert status(str(target)).done == PICTURES
    check(source, target)
    times = Counter(records(target))
    assert len(times) == PICTURES
    assert sum(times.values()) <= PICTURES + kills * 2 * 20, "done twice at most the shards in hand"


def _works(process: psutil.Process) -> bool:
    """A worker: not multiprocessing's helper, and not a reader, which is a worker's child."""
    try:
        line = " ".join(process.cmdline())
        if line.startswith("ray::"):
            return line.startswith(("ray::work_here", "ray::IDLE"))  # not Ray's own agents
        above = " ".join(" ".join(parent.cmdline()) for parent in process.parents())
        return "spawn_main" in line and "spawn_main" not in above and "ray::" not in above
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_new_workers_come_when_all_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is killed while it starts is not started again by Dask: with all gone, a run would wait for ever."""
    pytest.importorskip("distributed")
    from restored.archive import engine_dask
    from restored.archive.running import Lost, Place

    monkeypatch.setattr(engine_dask, "PATIENCE", 1.0)
    source, target = make(tmp_path / "in", 4), tmp_path / "out"
    planned(source, target)
    engine = engine_dask.Dask(str(target), Place(engine="dask", workers=1))
    try:
        with monkeypatch.context() as busy:
            busy.setattr(engine_dask, "PATIENCE", -1.0)
            busy.setattr(engine._client, "scheduler_info", lambda **_: {"workers": {}})
            assert not engine._deserted(), "a worker that lives is on its way"
        engine._cluster.scale(0)
        waiting.wait_for(lambda: not engine._client.scheduler_info(n_workers=-1)["workers"], "the worker to go")
        engine.submit(0)
        back = waiting.wait_for(lambda: engine.finished(1.0), "the shard to come back")
        assert [shard for shard, _ in back] == [0]
        assert isinstance(back[0][1], Lost)
        assert engine._client.scheduler_info(n_workers=-1)["workers"], "new ones are there"
        (old,) = engine._cluster.workers.values()
        stuck = engine._cluster
        with monkeypatch.context() as busy:
            busy.setattr(engine, "close", lambda **_: None)
            engine._anew()
        waiting.wait_for(lambda: not old.is_alive(), "one that could not be closed to go, beside the new ones")
        stuck.close(timeout=10)
    finally:
        engine.close(kill=True)


def test_a_stall_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECONDS, "60")
    planned(make(tmp_path / "in", 2), tmp_path / "out")
    with pytest.raises(ArchiveError, match="No picture was finished"):
        run(str(tmp_path / "out"), Place(workers=1, worker_engine=ECHO), patience=2.0)


@pytest.mark.slow
def test_other_machines_only_with_tls() -> None:
    pytest.importorskip("distributed")
    from restored.archive.engine_dask import check_address

    for address in ("tcp://127.0.0.1:8786", "127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786"):
        check_address(address, {})
    for address in ("tcp://10.0.0.1:8786", "cluster.example:8786", "tls://cluster.example:8786"):
        with pytest.raises(ArchiveError, match=r"TLS|--tls-ca"):
            check_address(address, {})
    check_address("tls://cluster.example:8786", {"ca": "a", "cert": "b", "key": "c"})


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_a_scheduler_behind_tls_as_the_documentation_says(tmp_path: Path) -> None:
    """The very commands of docs/archive.md, on loopback."""
    distributed = pytest.importorskip("distributed")
    from restored.archive.engine_dask import _security

    page = Path(__file__).parents[3] / "docs" / "archive.md"
    commands = [line for line in page.read_text("utf-8").splitlines() if line.startswith("openssl")]
    assert len(commands) == 3
    subprocess.run(" && ".join(commands), shell=True, cwd=tmp_path, check=True, capture_output=True)
    files = ["--tls-ca-file", "ca.pem", "--tls-cert", "cert.pem", "--tls-key", "key.pem", "--no-dashboard"]
    port = free_port()
    (closed,) = [line for line in page.read_text("utf-8").splitlines() if line.startswith("export DASK_")]
    settings = {name: value.strip("'") for name, _, value in (word.partition("=") for word in closed.split()[1:])}
    dask = [sys.executable, "-m", "dask"]
    own = ["--host", "127.0.0.1"]
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--protocol", "tls", *own, "--port", str(port), *files],
            cwd=tmp_path,
            env={**os.environ, **settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    ]
    try:
        wait_for(port)
        worker = [*dask, "worker", f"tls://127.0.0.1:{port}", "--nworkers", "1", "--nthreads", "1", *own, *files]
        started.append(
            subprocess.Popen(
                worker, cwd=tmp_path, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        )
        source, target = make(tmp_path / "in", 45), tmp_path / "out"
        planned(source, target)
        tls = {"ca": str(tmp_path / "ca.pem"), "cert": str(tmp_path / "cert.pem"), "key": str(tmp_path / "key.pem")}
        end = run(str(target), Place(engine="dask", address=f"tls://127.0.0.1:{port}", worker_engine=ECHO, tls=tls))
        assert (end.done, end.complete) == (45, 3)
        check(source, target)
        with distributed.Client(f"tls://127.0.0.1:{port}", security=_security(tls), timeout=60) as client:
            told = client.scheduler_info(n_workers=-1)
        for place in (told, *told["workers"].values()):
            shows_nothing(place["services"]["dashboard"])
        planned(source, tmp_path / "again")
        with pytest.raises(ArchiveError, match="does not answer"):
            run(str(tmp_path / "again"), Place(engine="dask", address=f"tcp://127.0.0.1:{port}"))
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(120)


def shows_nothing(port: int) -> None:
    """At Dask's HTTP port, which is open whatever one says, there is no page."""
    for page in ("", "health", "info/main/workers.html", "info/main/logs.html", "json/counts.json", "metrics"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=60)


@pytest.mark.slow
def test_dasks_own_scheduler_listens_to_nobody_else() -> None:
    """Any user of this machine could have run programs as the one whose scheduler listened on loopback in the open."""
    pytest.importorskip("distributed")
    from distributed import Client

    from restored.archive.engine_dask import _cluster

    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Port .* is already in use")
        another = _cluster(0)
        cluster = _cluster(1)
    try:
        for scheduler in (cluster.scheduler, another.scheduler):
            shows_nothing(scheduler.http_server.port)
        for worker in cluster.scheduler.workers.values():
            shows_nothing(worker.services["dashboard"])
        address = str(cluster.scheduler_address)
        assert address.startswith("tls://127.0.0.1:")
        for stranger in (address, address.replace("tls://", "tcp://")):
            # an AssertionError: Dask gives its own thread ten seconds to begin, which a busy machine does not always have
            with pytest.raises((OSError, TimeoutError, TypeError, ValueError, AssertionError)):
                Client(stranger, timeout=2)
    finally:
        cluster.close(timeout=10)
        another.close(timeout=10)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no parents that children are taken from")
def test_a_worker_whose_driver_is_gone_already_goes_too() -> None:
    code = "import time; from restored.archive.worker import go_with_parent; go_with_parent(2**22 - 1); time.sleep(280)"
    assert subprocess.run([sys.executable, "-c", code], timeout=250, check=False).returncode == 1
