"""The pure-Python DEALER against libzmq, and against servers that break every rule."""

import contextlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

from restored_client.wire.zmtp import AccessRefused, ConnectionLost, Dealer, Silent, ZmtpError

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32)
WELCOME = b"\x04\x08\x07WELCOME"
READY = b"\x04\x06\x05READY"
PATIENCE = 60.0


def connect(endpoint: str, password: bytes = b"the token", timeout: float = PATIENCE) -> Dealer:
    return Dealer.connect(endpoint, username=b"restored", password=password, timeout=timeout)


def shake_hands(client) -> None:
    """The server's part of a good handshake."""
    client.recv(64, 0x100)  # MSG_WAITALL
    client.sendall(GREETING)
    client.recv(1000)
    client.sendall(WELCOME)
    client.recv(1000)
    client.sendall(READY)


SIZES = [0, 1, 255, 256, 65_535, 65_536, 3_000_001]


@pytest.mark.parametrize("tcp", [False, True], ids=["unix", "tcp"])
def test_frames_of_all_sizes_go_and_come(router, tcp) -> None:
    server = router(tcp=tcp)
    with contextlib.closing(connect(server.endpoint)) as dealer:
        parts = [bytes([size % 251]) * size for size in SIZES]
        dealer.send(parts)
        assert dealer.receive(PATIENCE) == parts
        dealer.send([b"again"])
        assert dealer.receive(PATIENCE) == [b"again"]
    assert server.received[0] == parts


def test_buffers_of_other_types_are_sent_as_their_bytes(router) -> None:
    import array

    with contextlib.closing(connect(router().endpoint)) as dealer:
        dealer.send([memoryview(array.array("f", [1.0] * 1000)), bytearray(b"x")])
        assert dealer.receive(PATIENCE) == [array.array("f", [1.0] * 1000).tobytes(), b"x"]


def test_pings_are_answered(router) -> None:
    """libzmq hangs up on a peer that does not answer its heartbeats."""
    server = router(heartbeat_ivl=30, heartbeat_timeout=20_000)
    with contextlib.closing(connect(server.endpoint)) as dealer:
        assert dealer.receive(0.3) is None
        dealer.send([b"still here"])
        assert dealer.receive(PATIENCE) == [b"still here"]


def test_the_answer_to_a_ping_is_its_own_words(rude) -> None:
    heard: list[bytes] = []

    def behave(client) -> None:
        shake_hands(client)
        client.sendall(b"\x04\x0b\x04PING\x00\x0awhat")
        heard.append(client.recv(11, socket.MSG_WAITALL))
        client.sendall(b"\x00\x03yes")
        client.recv(1)

    with contextlib.closing(connect(rude(behave))) as dealer:
        assert dealer.receive(PATIENCE) == [b"yes"]
    assert heard == [b"\x04\x09\x04PONGwhat"]


def test_a_wrong_password_is_refused(router) -> None:
    with pytest.raises(AccessRefused):
        connect(router().endpoint, password=b"guess")


def test_a_router_without_passwords_is_another_kind_of_peer(router) -> None:
    with pytest.raises(ZmtpError):
        connect(router(plain_server=False).endpoint)


def test_nobody_there(folder) -> None:
    with pytest.raises(ConnectionLost):
        connect(f"ipc://{folder}/none.sock")
    with pytest.raises(ConnectionLost):
        connect("tcp://127.0.0.1:1")
    with pytest.raises(ConnectionLost):
        connect("pgm://127.0.0.1:1")


@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"SSH-2.0-OpenSSH_9.2p1\r\n"])
def test_another_protocol(rude, said) -> None:
    with pytest.raises(ZmtpError, match="not a ZeroMQ peer"):
        connect(rude(lambda client: client.sendall(said.ljust(100, b"\0"))))


def test_another_mechanism(rude) -> None:
    with pytest.raises(ZmtpError, match="another kind"):
        connect(rude(lambda client: client.sendall(GREETING.replace(b"PLAIN", b"NULL\0"))))


def test_a_server_that_never_answers(rude) -> None:
    with pytest.raises(Silent):
        connect(rude(lambda client: client.recv(1 << 20) and client.recv(1 << 20)), timeout=0.3)


def test_a_server_that_hangs_up_at_once(rude) -> None:
    with pytest.raises(ConnectionLost):
        connect(rude(lambda client: None))


def test_a_server_that_dies_in_the_middle_of_a_message(rude) -> None:
    def behave(client) -> None:
        shake_hands(client)
        client.sendall(b"\x02" + struct.pack(">Q", 1000) + b"x" * 10)

    with contextlib.closing(connect(rude(behave))) as dealer:
        for _ in range(2):  # and it stays so
            with pytest.raises(ConnectionLost):
                dealer.receive(PATIENCE)


def test_a_message_that_trickles_in_is_kept_between_calls(rude) -> None:
    asked = threading.Semaphore(0)

    def behave(client) -> None:
        shake_hands(client)
        for byte in b"\x00\x0bhello there":
            assert asked.acquire(timeout=PATIENCE)  # the next only after one more call has come back with nothing
            client.sendall(bytes([byte]))
        client.recv(1)

    with contextlib.closing(connect(rude(behave))) as dealer:
        calls = 0
        while (message := dealer.receive(0.0)) is None:
            asked.release()
            calls += 1
        assert message == [b"hello there"]
        assert calls >= len(b"\x00\x0bhello there")


@pytest.mark.parametrize(
    "head", [b"\x02" + b"\xff" * 8, b"\x06" + struct.pack(">Q", 1 << 20), b"\xf0\x01"], ids=["endless", "command", "flags"]
)
def test_frames_that_cannot_be(rude, head) -> None:
    def behave(client) -> None:
        shake_hands(client)
        client.sendall(head)
        client.recv(1)

    with contextlib.closing(connect(rude(behave))) as dealer, pytest.raises(ZmtpError, match="frame"):
        dealer.receive(PATIENCE)


@pytest.mark.parametrize("claimed", [1 << 35, 1 << 17])
def test_before_it_has_shown_who_it_is_a_peer_costs_little_memory(rude, claimed) -> None:
    """Another user's program at our port: what it claims is neither waited for nor taken memory for."""

    def behave(client) -> None:
        client.recv(64, 0x100)  # MSG_WAITALL
        client.sendall(GREETING)
        client.recv(1000)
        client.sendall(b"\x02" + struct.pack(">Q", claimed))
        client.recv(1)

    with pytest.raises(ZmtpError, match="frame"):
        connect(rude(behave))


def test_a_message_is_bounded_as_a_whole_not_only_frame_by_frame(rude) -> None:
    def behave(client) -> None:
        shake_hands(client)
        for _ in range(100):
            client.sendall(b"\x03" + struct.pack(">Q", 1000) + bytes(1000))
        client.recv(1)

    with contextlib.closing(connect(rude(behave))) as dealer:
        dealer.most = 5500
        with pytest.raises(ZmtpError, match="behind 5000 others"):
            dealer.receive(PATIENCE)


def test_a_message_of_ever_more_frames_is_given_up(rude) -> None:
    def behave(client) -> None:
        shake_hands(client)
        client.sendall(b"\x01\x00" * 100_000)
        client.recv(1)

    with contextlib.closing(connect(rude(behave))) as dealer, pytest.raises(ZmtpError, match="frames"):
        dealer.receive(PATIENCE)


@pytest.mark.slow
def test_a_peer_that_pings_and_never_reads_is_given_up(rude, monkeypatch) -> None:
    monkeypatch.setattr("restored_client.wire.zmtp.PATIENCE", 0.2)
    done = threading.Event()
    ping = b"\x04PING\0\0" + bytes(16)

    def behave(client) -> None:
        shake_hands(client)
        with contextlib.suppress(OSError):
            while not done.is_set():
                client.sendall((bytes((4, len(ping))) + ping) * 4096)

    with contextlib.closing(connect(rude(behave))) as dealer, pytest.raises((Silent, ConnectionLost)):
        dealer.receive(PATIENCE)
    done.set()


def test_sending_to_a_server_that_does_not_read_can_be_broken_off(rude) -> None:
    done = threading.Event()

    def behave(client) -> None:
        shake_hands(client)
        done.wait(PATIENCE)

    class Enough(Exception):
        pass

    dealer = connect(rude(behave))
    until = time.monotonic() + 0.5

    def look_up() -> None:
        if time.monotonic() > until:
            raise Enough

    with pytest.raises(Enough):
        dealer.send([bytes(100_000_000)], look_up)
    assert dealer.closed
    with pytest.raises(ConnectionLost):
        dealer.receive(0.1)
    done.set()


def test_a_server_that_died_does_not_end_a_host_with_sigpipe(rude) -> None:
    if not hasattr(signal, "SIGPIPE"):
        pytest.skip("this system has no SIGPIPE")

    def leave(client) -> None:
        shake_hands(client)
        client.close()

    endpoint = rude(leave)
    # Krita's Python, unlike python itself, leaves the signal at its default
    code = f"""
import signal, time
from restored_client.wire.zmtp import ConnectionLost, Dealer
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
dealer = Dealer.connect({endpoint!r}, username=b"restored", password=b"the token", timeout=60)
try:
    for _ in range(100):
        dealer.send([bytes(100_000)])
        time.sleep(0.01)
except ConnectionLost:
    print("lost, and still here")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert "lost, and still here" in done.stdout, (done.returncode, done.stderr)
