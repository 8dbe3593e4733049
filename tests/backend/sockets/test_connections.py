"""Sockets that call and that wait: what they promise, and that what cannot be opened is an OSError and leaves nothing open."""

import socket
from pathlib import Path

import pytest

from restored import sockets


def test_a_call_is_answered_at_once() -> None:
    with sockets.listen("127.0.0.1", 0, 1) as waiting, sockets.call("127.0.0.1", waiting.getsockname()[1], 5) as calling:
        assert calling.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if sockets.USER_TIMEOUT is not None:
            assert calling.getsockopt(socket.IPPROTO_TCP, sockets.USER_TIMEOUT) == sockets.LONGEST_SILENCE
        answering, _ = waiting.accept()
        with answering:
            calling.sendall(b"hello")
            assert answering.recv(5) == b"hello"


def test_nobody_there_is_an_oserror() -> None:
    with sockets.listen("127.0.0.1", 0, 1) as waiting:
        port = waiting.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        sockets.call("127.0.0.1", port, 5)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this system has no IPv6")
def test_the_newer_addresses() -> None:
    try:
        waiting = sockets.listen("::1", 0, 1)
    except OSError:
        pytest.skip("this machine has no IPv6 of its own")
    with waiting:
        assert waiting.family == socket.AF_INET6


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no unix sockets")
def test_a_socket_for_one_visitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # such a path has to be short
    with sockets.listen_here("door") as waiting, socket.socket(socket.AF_UNIX) as visitor:
        visitor.connect("door")
        waiting.accept()[0].close()
        with pytest.raises(OSError, match="in use"):
            sockets.listen_here("door")
    with pytest.raises(OSError, match="No such file"):
        sockets.listen_here("none/door")


def test_a_name_is_looked_up_here() -> None:
    assert sockets.address_of("127.0.0.1", 80) == "127.0.0.1"
    assert sockets.address_of("::1", 80) == "::1"
    assert sockets.address_of("localhost", 80) in ("127.0.0.1", "::1")


def test_the_bell_never_waits_and_messages_stay_whole() -> None:
    one, other = sockets.bell()
    with one, other:
        with pytest.raises(BlockingIOError):
            one.recv(1)
        other.send(b"x")
        assert one.recv(1) == b"x"
    one, other = sockets.letters()
    with one, other:
        one.send(b"first")
        one.send(b"second")
        assert [other.recv(100), other.recv(100)] == [b"first", b"second"]


def test_a_handle_closes_the_connection_that_it_is_of() -> None:
    with sockets.listen("127.0.0.1", 0, 1) as waiting, sockets.call("127.0.0.1", waiting.getsockname()[1], 5) as calling:
        answering, _ = waiting.accept()
        with answering, sockets.handle(answering.fileno()) as own:
            assert own.fileno() != answering.fileno()
            own.shutdown(socket.SHUT_RDWR)
            assert calling.recv(1) == b""
    with pytest.raises(OSError, match=r"[Bb]ad file"):
        sockets.handle(10**6)
