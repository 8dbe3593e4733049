"""Who connects and says nothing: few at a time, and not for long."""

import socket
import time
from collections.abc import Callable, Iterator

import pytest
import zmq
from tests.waiting import PATIENCE as LONG

from restored import sockets
from restored.sockets import newcomers
from restored.sockets.newcomers import Newcomers


class Door:
    """A listening socket that is watched."""

    def __init__(self, context: zmq.Context) -> None:
        self.router = sockets.router(context, most=1 << 16, queue=4, domain=b"x")
        self.router.linger = 0
        self.newcomers = Newcomers(context, self.router)
        self.port = self.router.bind_to_random_port("tcp://127.0.0.1")
        self.visitors: list[socket.socket] = []

    def knock(self) -> socket.socket:
        self.visitors.append(sockets.call("127.0.0.1", self.port, LONG))
        return self.visitors[-1]

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + LONG
        while not true():
            assert time.monotonic() < end
            self.newcomers.watch()
            time.sleep(0.01)

    def close(self) -> None:
        self.newcomers.close()
        self.router.close()
        for visitor in self.visitors:
            visitor.close()


@pytest.fixture
def door() -> Iterator[Door]:
    with zmq.Context() as context:
        made = Door(context)
        yield made
        made.close()


def is_shut(visitor: socket.socket) -> bool:
    """Whether the other side ended the connection; what libzmq says of itself first is read over."""
    visitor.settimeout(LONG)
    while True:
        try:
            if not visitor.recv(4096):
                return True
        except ConnectionError:
            return True


def test_who_has_been_silent_longest_makes_room(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    first = door.knock()
    door.until(lambda: door.newcomers.waiting == 1)
    monkeypatch.setattr(newcomers, "MOST", 2)
    door.knock()
    door.until(lambda: door.newcomers.waiting == 2)
    assert door.newcomers.turned_away == 0
    door.knock()
    door.until(lambda: door.newcomers.turned_away == 1)
    assert is_shut(first)
    assert door.newcomers.waiting == 2


def test_nobody_is_silent_for_long(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = door.knock()
    door.until(lambda: door.newcomers.waiting == 1)
    monkeypatch.setattr(newcomers, "PATIENCE", 0.0)
    door.until(lambda: door.newcomers.turned_away == 1)
    assert is_shut(visitor)


def test_who_leaves_is_forgotten_and_was_not_turned_away(door: Door) -> None:
    visitor = door.knock()
    door.until(lambda: door.newcomers.waiting == 1)
    visitor.close()
    door.until(lambda: door.newcomers.waiting == 0)
    assert door.newcomers.turned_away == 0


def test_who_speaks_is_no_newcomer_any_more(door: Door) -> None:
    with zmq.Context() as elsewhere:
        client = sockets.dealer(elsewhere, most=1 << 16, queue=4)
        client.connect(f"tcp://127.0.0.1:{door.port}")
        door.until(lambda: door.newcomers.waiting == 1)
        client.send(b"hello")
        assert door.router.poll(int(LONG * 1000))
        _, said = door.router.recv_multipart(copy=False)
        door.newcomers.heard(said)
        assert door.newcomers.waiting == 0
        door.newcomers.heard(said)  # the same again is no news
        client.close()
