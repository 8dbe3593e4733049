"""From the first start to the last file removed."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.waiting import PATIENCE, wait_for

from restored.daemon import runtime_folder
from restored.daemon.runtime_folder import AlreadyRunning, RuntimeFolder
from restored_client import ClientError, Pixels, Session
from restored_client.locking import try_lock
from restored_client.session.discovery import read_connection

LAYER = Pixels(2, 2, 3, "u8", bytes(12))


def files(folder: Path) -> set[str]:
    return {path.name for path in (folder / "run").iterdir()}


def started_by_clients(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: str = "") -> None:
    """Let sessions of this test start echo daemons, through an executable like the installed one."""
    command = folder / "restored"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m restored.daemon --engine echo {arguments} "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("RESTORED_EXECUTABLE", str(command))
    monkeypatch.setenv("RESTORED_LOG_DIR", str(folder / "log"))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_its_files_are_the_users_alone(daemon, folder) -> None:
    connection = daemon.connection()
    socket = Path(connection.endpoint.removeprefix("ipc://"))
    assert stat.S_IMODE(daemon.file.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "run").stat().st_mode) == 0o700
    assert socket.parent == folder / "run"
    private = [*(folder / "run").iterdir(), *(folder / "log").iterdir()]
    assert len(private) == 4
    assert [path for path in private if path.stat().st_mode & 0o077] == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_removes_its_files(daemon, folder, number) -> None:
    daemon.connection()
    daemon.process.send_signal(number)
    assert daemon.process.wait(60) == 0
    assert files(folder) == {"lock"}


def test_ending_tells_clients_whose_jobs_it_cancels(daemon, folder) -> None:
    caught: list[ClientError] = []

    def work() -> None:
        with daemon.session() as session, pytest.raises(ClientError) as raised:
            session.restore(LAYER, instruction="sleep 600")
        caught.append(raised.value)

    thread = threading.Thread(target=work)
    thread.start()
    daemon.wait_for(lambda status: status["jobs"] and status["jobs"][0]["stage"] == "running")
    assert daemon.end() == 0
    thread.join()
    assert caught[0].code == "shutting_down"
    assert files(folder) == {"lock"}


@pytest.mark.slow
def test_two_started_at_once_are_one(launch) -> None:
    daemons = [launch() for _ in range(3)]
    ended = []
    while len(ended) < 2:
        ended = [daemon for daemon in daemons if daemon.process.poll() is not None]
        time.sleep(0.02)
    assert [daemon.process.returncode for daemon in ended] == [0, 0]
    (one,) = [daemon for daemon in daemons if daemon not in ended]
    with one.session() as session:
        assert session.hello["pid"] == one.process.pid


def test_a_client_starts_it_and_it_survives_the_client(folder, monkeypatch) -> None:
    started_by_clients(folder, monkeypatch)
    said: list[str] = []
    code = "from restored_client import Session; print(Session.open(client='short-lived').hello['pid'])"
    pid = int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
    with Session.open(client="next", on_status=said.append) as session:
        assert session.hello["pid"] == pid
        assert said == []
        session.shutdown()
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=60)
    assert files(folder) == {"lock"}


def test_clients_that_start_it_at_once_find_the_same(folder, monkeypatch) -> None:
    started_by_clients(folder, monkeypatch)
    pids: list[int] = []

    def find() -> None:
        with Session.open(client="one of many") as session:
            pids.append(session.hello["pid"])

    threads = [threading.Thread(target=find) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session.open(client="last", start=False) as session:
        session.shutdown()
    assert len(pids) == 4
    assert len(set(pids)) == 1


@pytest.mark.slow
def test_after_a_kill_the_next_client_starts_anew(folder, monkeypatch) -> None:
    started_by_clients(folder, monkeypatch)
    said: list[str] = []
    session = Session.open(client="test", on_status=said.append)
    first = session.hello["pid"]
    with pytest.raises(ClientError) as raised:
        session.restore(LAYER, instruction="sleep 600", on_progress=lambda _progress: os.kill(first, signal.SIGKILL))
    assert raised.value.code == "daemon_died"
    stale = read_connection()
    assert stale is not None
    assert stale.pid == first
    assert session.restore(LAYER, instruction="x").changed, "the next request works"
    assert session.hello["pid"] != first
    assert said == ["Starting the restoration engine…"] * 2
    assert len(list((folder / "run").glob("*.sock"))) == 1
    session.shutdown()


@pytest.mark.slow
def test_a_stale_file_whose_port_another_program_took(folder, monkeypatch) -> None:
    """The file names a dead process and a port where somebody speaks something else."""
    import socketserver

    class Http(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 64)

    started_by_clients(folder, monkeypatch)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Http) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        (folder / "run").mkdir(mode=0o700)
        path = folder / "run" / "connection.json"
        path.touch(mode=0o600)
        endpoint = f"tcp://127.0.0.1:{server.server_address[1]}"
        stale = {"endpoint": endpoint, "token": "t", "pid": dead.pid, "protocol": 1, "version": "", "build": ""}
        path.write_text(json.dumps(stale))
        with Session.open(client="test") as session:
            assert session.hello["type"] == "hello"
            session.shutdown()
        server.shutdown()


def test_a_deleted_connection_file_comes_back(daemon) -> None:
    daemon.connection()
    daemon.file.unlink()
    assert daemon.connection().pid == daemon.process.pid


def test_without_its_socket_it_ends(daemon) -> None:
    Path(daemon.connection().endpoint.removeprefix("ipc://")).unlink()
    assert daemon.process.wait(60) == 0


def test_a_path_too_long_for_a_socket(launch, folder, monkeypatch) -> None:
    deep = folder / ("deep" * 25)
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(deep))
    daemon = launch(environment={"RESTORED_RUNTIME_DIR": str(deep)})
    with daemon.session() as session:
        assert session.restore(LAYER, instruction="x").changed
    assert daemon.connection().endpoint.startswith("tcp://127.0.0.1:")


def test_a_disk_without_sockets(launch) -> None:
    code = """
import sys
from restored.daemon import main, runtime_folder
real = runtime_folder.RuntimeFolder.endpoint
runtime_folder.RuntimeFolder.endpoint = lambda self, tcp: real(self, tcp) if tcp else "ipc:///proc/none.sock"
sys.exit(main())
"""
    daemon = launch("--engine", "echo", program=["-c", code])
    with daemon.session() as session:
        assert session.restore(LAYER, instruction="x").changed
    assert daemon.connection().endpoint.startswith("tcp://127.0.0.1:")


def test_another_program_s_socket_in_the_folder_stays(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(tmp_path))
    for name in ("4711.sock", ".connection-1234", "connection.json", "postgres.sock"):
        (tmp_path / name).touch()
    folder = RuntimeFolder()
    folder.enter()
    folder.leave()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "postgres.sock"]


def test_a_folder_that_cannot_be_made(launch, folder) -> None:
    (folder / "file").touch()
    run = folder / "file" / "run"
    daemon = launch(environment={"RESTORED_RUNTIME_DIR": str(run)})
    assert daemon.process.wait(60) == 1
    said = daemon.process.stderr.read().decode()
    assert said == f"The restoration daemon cannot use its folder “{run}”: Not a directory.\n"


def test_unused_it_forgets_what_it_kept(launch) -> None:
    daemon = launch("--idle-unload", str(0.2 / 60))
    with daemon.session() as session:
        kept = session.restore(LAYER, instruction="x", keep=True)
        wait_for(lambda: session.status()["kept"]["results"] == 0)
        with pytest.raises(ClientError) as raised:
            session.adjust(kept.job)
        assert raised.value.code == "expired"


@pytest.mark.slow
def test_looking_in_is_no_use_of_the_models(launch, folder) -> None:
    """A plug-in whose docker is open says hello, asks for the status and for the models, again and again: the models are unloaded
    all the same, and then the daemon ends."""
    daemon = launch("--idle-unload", str(0.2 / 60), "--idle-exit", str(6 / 3600))
    daemon.connection()
    deadline = time.monotonic() + PATIENCE
    while daemon.process.poll() is None and time.monotonic() < deadline:
        with suppress(ClientError), Session.open(client="docker", start=False) as session:
            session.models()
            session.status()
        time.sleep(0.2)
    assert daemon.process.poll() == 0
    assert "unloading: unused" in daemon.log
    assert "ending: unused" in daemon.log
    assert files(folder) == {"lock"}


def test_work_is_use_of_the_models(launch) -> None:
    daemon = launch("--idle-unload", "10")
    with daemon.session() as session:
        kept = session.restore(LAYER, instruction="x", keep=True)
        for use in (
            lambda: session.explain("x"),
            lambda: session.restore(LAYER, instruction="x"),
            lambda: session.adjust(kept.job, strength=0.5),
        ):
            time.sleep(1)
            before = session.status()["idle_seconds"]
            use()
            assert session.status()["idle_seconds"] < before


def test_an_idle_daemon_of_another_build_is_replaced(folder, monkeypatch) -> None:
    started_by_clients(folder, monkeypatch)
    with Session.open(client="test") as session:
        first, build = session.hello["pid"], session.hello["build"]
    with Session.open(client="test", build=build) as session:
        assert session.hello["pid"] == first
    said: list[str] = []
    with Session.open(client="test", build="newer", on_status=said.append) as session:
        assert session.hello["pid"] != first
        assert said[0].startswith("Restarting")
        session.shutdown()


def test_a_busy_daemon_of_another_build_is_used_as_it_is(daemon) -> None:
    with daemon.busy() as session, Session.open(client="test", build="newer") as other:
        assert other.hello["pid"] == session.hello["pid"] == daemon.process.pid


def test_a_client_of_a_newer_protocol_is_told_to_update_the_engine(folder, monkeypatch, launch) -> None:
    daemon = launch()
    daemon.connection()
    monkeypatch.setattr("restored_client.wire.messages.PROTOCOL_VERSION", 3)
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", start=False)
    assert raised.value.code == "protocol"
    assert "engine is older" in raised.value.sentence


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can make another user's link")
@pytest.mark.parametrize("what", ["link", "folder"])
def test_another_users_link_does_not_lead_the_daemon_into_somebodys_folder(folder, what) -> None:
    """In a world-writable place anybody can put a link where the runtime folder will be looked for."""
    precious = folder / "documents"
    precious.mkdir(mode=0o755)
    for name in ("mine.sock", ".connection-notes", "letter.txt"):
        (precious / name).write_text("precious")
    run = folder / "run"
    if what == "link":
        run.symlink_to(precious)
        os.lchown(run, 65534, 65534)
    else:
        precious.rename(run)
        os.chown(run, 65534, 65534)
    places = {"RESTORED_RUNTIME_DIR": str(run), "RESTORED_LOG_DIR": str(folder / "log")}
    program = [sys.executable, "-m", "restored.daemon", "--engine", "echo"]
    done = subprocess.run(program, env={**os.environ, **places}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "belongs to another user" in done.stderr
    assert sorted(path.name for path in run.iterdir()) == [".connection-notes", "letter.txt", "mine.sock"]
    assert run.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can make another user's files")
@pytest.mark.parametrize("what", ["link", "pipe", "locked"])
def test_what_others_left_in_the_place_of_the_lock_keeps_no_daemon_from_starting(folder, monkeypatch, what) -> None:
    """In a folder that once was open to everybody: a link to somebody's file, a pipe, a file that its owner holds locked."""
    run = folder / "run"
    run.mkdir(mode=0o777)
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(run))
    letter = folder / "letter.txt"
    letter.write_text("precious")
    lock = run / "lock"
    {"link": lambda: lock.symlink_to(letter), "pipe": lambda: os.mkfifo(lock), "locked": lock.touch}[what]()
    os.lchown(lock, 65534, 65534)
    with open(os.open(lock, os.O_RDWR), "r+b", buffering=0) as held:
        assert try_lock(held)
        ours = RuntimeFolder()
        ours.enter()
        status = lock.lstat()
        assert (status.st_uid, stat.S_ISREG(status.st_mode), stat.S_IMODE(run.stat().st_mode)) == (0, True, 0o700)
        monkeypatch.setattr(runtime_folder, "TIME_TO_LEAVE", 0.1)
        with pytest.raises(AlreadyRunning):
            RuntimeFolder().enter()
        ours.leave()
    assert letter.read_text() == "precious"
