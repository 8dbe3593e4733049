"""Answers go out in order, wait for who is busy, and never without end."""

from collections.abc import Iterator
from typing import Any

import pytest
import zmq

from restored import sockets
from restored.sockets import post
from restored.sockets.headers import decode
from restored.sockets.post import Gone, Post


class Pair:
    """A ROUTER with one client that takes few messages at a time."""

    def __init__(self, context: zmq.Context) -> None:
        self.router = sockets.router(context, most=1 << 20, queue=1, domain=b"x")
        self.router.linger = 0
        self.router.bind("inproc://post")
        self.client = sockets.dealer(context, most=1 << 20, queue=1)
        self.client.connect("inproc://post")
        self.client.send(b"here")
        self.name = self.router.recv_multipart()[0]
        self.post = Post(self.router)

    def all(self) -> list[Any]:
        """The numbers of the answers that come while what waits is sent, until none comes any more."""
        got = []
        silent = 0
        while silent < 5:  # libzmq takes a moment to notice that there is room again
            self.post.flush(self.name)
            if self.client.poll(50):
                got.append(decode(self.client.recv())["number"])
                silent = 0
            else:
                silent += 1
        return got

    def close(self) -> None:
        self.client.close()
        self.router.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    with zmq.Context() as context:
        made = Pair(context)
        yield made
        made.close()


def test_what_is_not_taken_at_once_comes_later_and_in_order(pair: Pair) -> None:
    for number in range(20):
        pair.post.send(pair.name, {"number": number})
    assert pair.all() == list(range(20))
    pair.post.send(pair.name, {"number": 20})
    assert pair.all() == [20]


def test_words_of_progress_are_dropped_for_who_is_busy(pair: Pair) -> None:
    for number in range(20):
        pair.post.send(pair.name, {"number": number}, skippable=number >= 10)
    assert pair.all() == list(range(10))


def test_who_never_listens_has_gone(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10):
        pair.post.send(pair.name, {"number": number})
    monkeypatch.setattr(post, "MOST_WAITING", 5)
    with pytest.raises(Gone):
        pair.post.send(pair.name, {"number": 10})
    pair.post.forget(pair.name)
    got = pair.all()
    assert got == list(range(len(got))), "what was under way comes"
    assert len(got) < 10, "what waited does not"


def test_who_is_not_there_has_gone(pair: Pair) -> None:
    with pytest.raises(Gone):
        pair.post.send(b"nobody", {"number": 1})


def test_a_broken_socket_is_no_client_that_went(pair: Pair) -> None:
    pair.router.close()
    with pytest.raises(zmq.ZMQError):
        pair.post.send(pair.name, {"number": 1})
