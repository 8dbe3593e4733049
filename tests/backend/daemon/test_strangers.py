"""Whoever does not know the token: an impostor in the daemon's place, and strangers at its door."""

import os
import resource
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import psutil
import pytest
import zmq
from tests.waiting import wait_for

from restored.sockets.newcomers import MOST
from restored_client import ClientError, Pixels, Session
from restored_client.session.discovery import Connection
from restored_client.wire import proof
from restored_client.wire.messages import MAX_FRAME, decode, encode, message

PRIVATE = Pixels(8, 8, 3, "u8", b"my face " * 24)
SECRET = "remove my secret"


@contextmanager
def impostor(**answered: str) -> Iterator[tuple[str, list[bytes]]]:
    """A program on the daemon's port that lets everybody in, and everything it hears."""
    context = zmq.Context()
    router = context.socket(zmq.ROUTER)
    router.linger = 0
    router.plain_server = True
    zap = context.socket(zmq.REP)
    zap.linger = 0
    zap.bind("inproc://zeromq.zap.01")
    router.zap_domain = b"x"
    port = router.bind_to_random_port("tcp://127.0.0.1")
    heard: list[bytes] = []
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            if zap.poll(10):
                version, request, *_, password = zap.recv_multipart()
                heard.append(password)
                zap.send_multipart([version, request, b"200", b"", b"", b""])
            if router.poll(10):
                sender, *frames = router.recv_multipart()
                heard.extend(frames)
                header = decode(frames[0])
                facts = {"version": "0", "build": "0", "idle": True, "state": "ready", **answered}
                kind = "hello" if header["type"] == "hello" else "accepted"
                router.send_multipart([sender, encode(message(kind, header["id"], **facts))])

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{port}", heard
    finally:
        ended.set()
        thread.join()
        router.close()
        zap.close()
        context.term()


@pytest.mark.parametrize("answered", [{}, {"proof": "0" * 64}, {"proof": ""}], ids=["no proof", "a guess", "nothing"])
def test_an_impostor_is_given_neither_picture_nor_words_nor_token(folder, answered) -> None:
    token = "the token"
    with impostor(**answered) as (endpoint, heard):
        (folder / "run").mkdir(mode=0o700)
        file = folder / "run" / "connection.json"
        file.write_text(Connection(endpoint, token, os.getpid(), 2, "0", "0").to_json())
        file.chmod(0o600)
        with pytest.raises(ClientError) as raised, Session.open(client="x", start=False) as session:
            session.restore(PRIVATE, instruction=SECRET)
    assert raised.value.code == "not_a_daemon"
    everything = b"".join(heard)
    assert everything, "it was spoken to"
    assert token.encode() not in everything
    assert b"my face" not in everything
    assert b"secret" not in everything


def test_what_an_impostor_heard_does_not_answer_the_next_challenge() -> None:
    first, second = proof.challenge(), proof.challenge()
    assert proof.is_right("t", first, proof.answer("t", first))
    for wrong in (proof.answer("t", first), proof.answer("u", second), proof.password("t").decode(), None, 7, ""):
        assert not proof.is_right("t", second, wrong)


def test_a_real_daemon_proves_itself(launch) -> None:
    daemon = launch("--tcp")
    with daemon.session() as session:
        assert len(session.hello["proof"]) == 64
        assert session.restore(PRIVATE, instruction=SECRET).changed


# --- at the door ---


def bare(daemon) -> socket.socket:
    endpoint = daemon.connection().endpoint
    if endpoint.startswith("ipc://"):
        connected = socket.socket(socket.AF_UNIX)
        connected.connect(endpoint[len("ipc://") :])
        return connected
    host, _, port = endpoint[len("tcp://") :].rpartition(":")
    return socket.create_connection((host, int(port)))


@pytest.mark.slow
@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_hundreds_of_silent_connections_are_turned_away_and_others_are_served(launch, tcp) -> None:
    daemon = launch(*(["--tcp"] if tcp else []))
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(bare(daemon))
        with daemon.session() as session:
            assert session.restore(PRIVATE, instruction="x").changed
            wait_for(lambda: session.status()["newcomers"]["waiting"] <= MOST)
            newcomers = session.status()["newcomers"]
        assert newcomers["turned_away"] >= 400 - MOST
        assert psutil.Process(daemon.process.pid).num_fds() < 200
        # and the rest is not waited for without end
        wait_for(lambda: daemon.status()["newcomers"]["waiting"] == 0)
    assert daemon.end() == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are limited on unix")
def test_with_no_descriptor_left_the_daemon_goes_on(launch) -> None:
    """On TCP, where strangers are; a unix socket lies in a folder that is the user's own."""
    daemon = launch(program=["-c", SMALL_LIMIT.replace("(64, 512)", "(40, 40)").replace("'echo'", "'echo', '--tcp'")])
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(bare(daemon))
        time.sleep(3)  # it looks around every second
        assert daemon.process.poll() is None, daemon.log

    def serves() -> bool:
        """libzmq takes descriptors for those that waited, and gives them back in its own time."""
        with suppress(ClientError), daemon.session() as session:
            return session.restore(PRIVATE, instruction="x").changed
        return False

    wait_for(serves)
    assert daemon.process.poll() is None, daemon.log


def greeting() -> bytes:
    return b"\xff" + bytes(8) + b"\x7f\x03\x01PLAIN" + bytes(15) + b"\0" + bytes(31)


def test_a_stranger_costs_no_more_than_a_frame(launch) -> None:
    daemon = launch("--tcp")
    daemon.connection()
    with daemon.session() as session:
        session.restore(PRIVATE, instruction="x")
    process = psutil.Process(daemon.process.pid)
    before = process.memory_info().rss
    with ExitStack() as stack:
        strangers = [stack.enter_context(bare(daemon)) for _ in range(60)]
        for stranger in strangers:
            stranger.settimeout(1)
            try:
                stranger.sendall(greeting())
                # a command of eight gigabytes, and the beginning of it
                stranger.sendall(b"\x06" + struct.pack(">Q", 8 << 30))
                for _ in range(4):
                    stranger.sendall(bytes(MAX_FRAME))
            except OSError:
                pass  # turned away
        grown = process.memory_info().rss - before
        assert grown < 64 << 20
        with daemon.session() as session:
            assert session.restore(PRIVATE, instruction="x").changed
    assert daemon.end() == 0


def test_a_full_backlog_is_not_read_as_nobody_there(folder) -> None:
    """A server that does not accept: the client waits, and then says that there is no sign of life."""
    from restored_client.wire.zmtp import ConnectionLost, Dealer, Silent

    path = str(folder / "full.sock")
    with socket.socket(socket.AF_UNIX) as server, ExitStack() as stack:
        server.bind(path)
        server.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket(socket.AF_UNIX))
            waiting.setblocking(False)
            try:
                waiting.connect(path)
            except BlockingIOError:
                break
        with pytest.raises(Silent, match="no room"):
            Dealer.connect(f"ipc://{path}", username=b"", password=b"", timeout=0.3)
    with pytest.raises(ConnectionLost):
        Dealer.connect(f"ipc://{path}", username=b"", password=b"", timeout=0.3)


def test_the_limit_of_descriptors_is_raised_as_far_as_it_may(launch) -> None:
    daemon = launch(program=["-c", SMALL_LIMIT])
    daemon.connection()
    assert resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE)[0] == 512


SMALL_LIMIT = (
    "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512)); "
    "import sys; from restored.daemon import main; sys.exit(main(['--engine', 'echo']))"
)
