"""From the first start to the last file removed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tests.waiting import PATIENCE, wait_for

from restored_client import ClientError, Pixels, Session
from restored_client.session.discovery import read_connection
from restored_client.wire.messages import describe

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


def test_a_daemon_that_somebody_has_just_greeted_is_not_replaced(folder, monkeypatch) -> None:
    """Who says hello is about to send a picture: another build, which came between, uses the daemon as it is, and replaces it
    when the other has left or has been quiet for long."""
    started_by_clients(folder, monkeypatch)
    with Session.open(client="one") as session:
        first, build = session.hello["pid"], session.hello["build"]
        with Session.open(client="two", build="newer") as other:
            assert other.hello["pid"] == first
            assert other.hello["idle"] is False
            assert session.restore(LAYER, instruction="x").changed
            assert other.restore(LAYER, instruction="x").changed
        assert session.hello["pid"] == first, "it did not have to look for another"
    with Session.open(client="three", build="newer") as third:
        assert (third.hello["pid"], third.hello["build"]) != (first, build)
        third.shutdown()


def test_one_who_is_connected_and_long_quiet_keeps_no_old_build_alive(launch_odd, folder, monkeypatch) -> None:
    daemon = launch_odd("Echo")
    with daemon.session() as quiet:
        time.sleep(0.5)
        started_by_clients(folder, monkeypatch)
        with Session.open(client="newer", build="newer") as other:
            assert other.hello["pid"] != daemon.process.pid
            assert quiet.restore(LAYER, instruction="x").changed, "and the quiet one loses nothing"
            other.shutdown()


def test_what_comes_behind_a_request_to_end_is_told_so_and_not_begun(daemon) -> None:
    """Two clients ask in the same moment: one that the daemon ends, the other for a job, before both were read."""
    with daemon.raw() as one, daemon.raw() as two:
        for raw in (one, two):
            raw.ask("hello", client="test", pid=1)
        daemon.process.send_signal(signal.SIGSTOP)
        one.ask_nothing("shutdown")
        time.sleep(0.3)  # so that the daemon finds them in this order
        layer = {"instruction": "x", "frames": [describe("layer", LAYER)]}
        asked = {"restore": layer, "explain": {"instruction": "x"}, "hello": {"client": "test", "pid": 1}}
        for number, (kind, fields) in enumerate(asked.items()):
            two.ask_nothing(kind, request=str(number), **fields)
        time.sleep(0.3)
        daemon.process.send_signal(signal.SIGCONT)
        assert one.answer()["type"] == "shutdown"
        answers = [two.answer(str(number)) for number in range(3)]
        told = [answer.get("code") == "shutting_down" for answer in answers]
        # which of two connections is read first is the system's; once the request to end was, nothing is begun any more
        assert told == sorted(told), answers


def test_a_client_of_a_newer_protocol_is_told_to_update_the_engine(folder, monkeypatch, launch) -> None:
    daemon = launch()
    daemon.connection()
    monkeypatch.setattr("restored_client.wire.messages.PROTOCOL_VERSION", 3)
    with pytest.raises(ClientError) as raised:
        Session.open(client="test", start=False)
    assert raised.value.code == "protocol"
    assert "engine is older" in raised.value.sentence
