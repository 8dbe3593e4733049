"""Live daemons, each in a process and a folder of its own."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import zmq
from tests.waiting import PATIENCE, wait_for

from restored_client import Cancelled, ClientError, Pixels
from restored_client.session import Session, discovery
from restored_client.session.discovery import Connection
from restored_client.wire.messages import decode, encode, message

PROGRAM = ("-m", "restored.daemon", "--engine", "echo")
ODD = Path(__file__).with_name("odd_engines.py")


class Daemon:
    """One daemon process, and ways to talk to it."""

    def __init__(
        self, folder: Path, *arguments: str, program: Sequence[str] = PROGRAM, environment: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "RESTORED_RUNTIME_DIR": str(folder / "run"),
            "RESTORED_LOG_DIR": str(folder / "log"),
            **(environment or {}),
        }
        self.process = subprocess.Popen([sys.executable, *program, *arguments], env=self.environment, stderr=subprocess.PIPE)

    @property
    def file(self) -> Path:
        return self.folder / "run" / discovery.FILE_NAME

    @property
    def log(self) -> str:
        path = self.folder / "log" / "daemon.log"
        return path.read_text() if path.exists() else ""

    def connection(self) -> Connection:
        """The connection file, once it is this process's."""

        def mine() -> Connection | None:
            assert self.process.poll() is None, self.process.communicate()
            found = discovery.read_connection()
            return found if found and found.pid == self.process.pid else None

        return wait_for(mine, "the connection file")

    def session(self, client: str = "test", **options: Any) -> Session:
        self.connection()
        return Session.open(client=client, start=False, **options)

    def wait_for(self, condition: Callable[[dict[str, Any]], Any]) -> None:
        """Until the daemon's status is so."""
        with self.session("watcher") as session:
            wait_for(lambda: condition(session.status()))

    def status(self) -> dict[str, Any]:
        with self.session("status") as session:
            return session.status()

    @contextmanager
    def busy(self) -> Iterator[Session]:
        """While somebody's picture is being worked on; yields whose."""
        stop = threading.Event()
        session = self.session("busy")

        def work() -> None:
            with suppress(Cancelled, ClientError):
                session.restore(Pixels(1, 1, 3, "u8", bytes(3)), instruction="sleep 600", cancelled=stop.is_set)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            self.wait_for(lambda status: any(job["stage"] == "running" for job in status["jobs"]))
            yield session
        finally:
            stop.set()
            thread.join()
            session.close()

    @contextmanager
    def raw(self, token: str | None = None) -> Iterator["Raw"]:
        """A libzmq client without manners."""
        connection = self.connection()
        context = zmq.Context()
        dealer = context.socket(zmq.DEALER)
        dealer.linger = 0
        dealer.plain_username = b"restored"
        dealer.plain_password = (token or connection.token).encode()
        dealer.connect(connection.endpoint)
        try:
            yield Raw(dealer)
        finally:
            dealer.close()
            context.term()

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        if self.process.stderr:
            self.process.stderr.close()
        return code


class Raw:
    """Frames out, frames in."""

    def __init__(self, dealer: "zmq.Socket[bytes]") -> None:
        self.dealer = dealer

    def send(self, *frames: bytes) -> None:
        self.dealer.send_multipart(frames)

    def ask(self, kind: str, *frames: bytes, request: str = "r", **fields: Any) -> dict[str, Any]:
        """Send a request and return the first answer to it that is not progress."""
        self.ask_nothing(kind, *frames, request=request, **fields)
        return self.answer(request)

    def ask_nothing(self, kind: str, *frames: bytes, request: str = "r", **fields: Any) -> None:
        """Send a request and do not wait for its answer."""
        self.send(encode(message(kind, request, **fields)), *frames)

    def answer(self, request: str = "r") -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.dealer.poll(100):
                header = decode(self.dealer.recv_multipart()[0])
                if header["id"] == request and header["type"] not in ("progress", "preview"):
                    return header
        raise AssertionError("no answer")


@contextmanager
def runtime_folder() -> Iterator[Path]:
    """A short path, because a unix socket's may have 100 bytes; the client under test looks into it too."""
    path = Path(tempfile.mkdtemp(prefix="rd-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESTORED_RUNTIME_DIR", str(path / "run"))
        yield path
    _end_late_starters(path)
    shutil.rmtree(path, ignore_errors=True)


def _end_late_starters(path: Path) -> None:
    """Where several clients start daemons at once, one that is slow to start may find the lock free again when the test is over,
    and would wait for clients for hours."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get("RESTORED_RUNTIME_DIR") == str(path / "run"):
                process.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    """What this test's daemons live in; `run` is the runtime folder."""
    with runtime_folder() as path:
        yield path


@pytest.fixture
def launch(folder: Path) -> Iterator[Callable[..., Daemon]]:
    """Start daemons; they are ended with the test."""
    started: list[Daemon] = []

    def start(*arguments: str, **options: Any) -> Daemon:
        started.append(Daemon(folder, *arguments, **options))
        return started[-1]

    yield start
    for daemon in started:
        daemon.process.kill()
        daemon.end()


@pytest.fixture
def daemon(launch: Callable[..., Daemon]) -> Daemon:
    """An echo daemon of this test's own."""
    return launch()


@pytest.fixture
def launch_odd(launch: Callable[..., Daemon]) -> Callable[[str], Daemon]:
    """Start a daemon with one of odd_engines.py's engines."""
    return lambda engine: launch(engine, program=[str(ODD)])


@pytest.fixture(scope="module")
def survivor() -> Iterator[Daemon]:
    """One echo daemon for all tests of a module: it has to live through them and to end well."""
    with runtime_folder() as path:
        daemon = Daemon(path)
        daemon.connection()
        yield daemon
        assert daemon.process.poll() is None, daemon.log
        assert daemon.end() == 0
