"""Servers to test the client against: a real libzmq ROUTER, and sockets that behave badly on purpose."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq

from restored_client.session.discovery import Connection
from restored_client.wire import proof
from restored_client.wire.messages import decode

TOKEN = "the token"


class Router:
    """A libzmq ROUTER with PLAIN authentication whose answers come from a function of the received frames."""

    def __init__(self, endpoint: str, answer: Callable[[list[bytes]], list[list[Any]]], **options: Any) -> None:
        self._context = zmq.Context()
        self._zap = self._context.socket(zmq.REP)
        self._zap.bind("inproc://zeromq.zap.01")
        self._router = self._context.socket(zmq.ROUTER)
        self._router.linger = 0
        self._router.plain_server = True
        self._router.zap_domain = b"test"
        for name, value in options.items():
            setattr(self._router, name, value)
        self._router.bind(endpoint)
        self.endpoint = self._router.getsockopt_string(zmq.LAST_ENDPOINT)
        self.received: list[list[bytes]] = []
        self._answer = answer
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        poller = zmq.Poller()
        poller.register(self._zap, zmq.POLLIN)
        poller.register(self._router, zmq.POLLIN)
        while not self._stop.is_set():
            events = dict(poller.poll(50))
            if self._zap in events:
                version, request, *_, name, password = self._zap.recv_multipart()
                known = name == b"restored" and password in (TOKEN.encode(), proof.password(TOKEN))
                self._zap.send_multipart([version, request, b"200" if known else b"400", b"", b"", b""])
            if self._router in events:
                sender, *frames = self._router.recv_multipart()
                self.received.append(frames)
                for message in self._answer(frames):
                    self._router.send_multipart([sender, *message])

    def close(self) -> None:
        if not self._stop.is_set():
            self._stop.set()
            self._thread.join()
            self._router.close()
            self._zap.close()
            self._context.term()


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A runtime folder with a path short enough for a unix socket, private as it must be."""
    path = Path(tempfile.mkdtemp(prefix="rc-"))
    monkeypatch.setenv("RESTORED_RUNTIME_DIR", str(path))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def router(folder: Path) -> Iterator[Callable[..., Router]]:
    """Make Routers; they are closed with the test."""
    made: list[Router] = []

    def make(
        answer: Callable[[list[bytes]], list[list[Any]]] = lambda frames: [frames], tcp: bool = False, **options: Any
    ) -> Router:
        endpoint = "tcp://127.0.0.1:*" if tcp else f"ipc://{folder}/{len(made)}.sock"
        made.append(Router(endpoint, answer, **options))
        return made[-1]

    yield make
    for router in made:
        router.close()


@pytest.fixture
def rude() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """A TCP server that does what the given function does with its only client; returns the endpoint."""
    servers: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def make(behave: Callable[[socket.socket], None]) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def run() -> None:
            try:
                client, _ = server.accept()
                with client:
                    behave(client)
            except OSError:  # the client left first
                pass

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return f"tcp://127.0.0.1:{server.getsockname()[1]}"

    yield make
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
    for thread in threads:
        thread.join()


@pytest.fixture
def publish(folder: Path) -> Callable[[str], Connection]:
    """Write a connection file for an endpoint, as a daemon would."""

    def write(endpoint: str, token: str = TOKEN, pid: int | None = None, mode: int = 0o600) -> Connection:
        connection = Connection(endpoint, token, os.getpid() if pid is None else pid, 1, "0", "0")
        path = folder / "connection.json"
        path.write_text(connection.to_json())
        path.chmod(mode)
        return connection

    return write


@pytest.fixture
def scripted(router: Callable[..., Router], publish: Callable[[str], Connection]) -> Callable[..., Router]:
    """A daemon that says hello properly and answers everything else as `script(header)` says: a list of messages."""
    from restored_client.wire.messages import encode, message

    def make(script: Callable[[dict[str, Any]], list[list[Any]]], **hello: Any) -> Router:
        def answer(frames: list[bytes]) -> list[list[Any]]:
            header = decode(frames[0])
            if header["type"] == "hello":
                facts = {"version": "0", "build": "0", "idle": True, "proof": proof.answer(TOKEN, header["challenge"])}
                return [[encode({**message("hello", header["id"], **facts), **hello})]]
            return script(header)

        made = router(answer)
        publish(made.endpoint)
        return made

    return make
