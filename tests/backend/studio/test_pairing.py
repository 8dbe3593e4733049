"""Pairing: the right code makes two machines known to each other; a wrong one is used up; noise costs nothing."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.studio import pairing, words
from restored.studio.keys import StudioError
from restored.studio.pairing import Introduction

ASKING = Introduction("desk", "a" * 40)
STRONG = Introduction("studio", "b" * 40, 47340)


class Waiting:
    """A strong machine that waits for one caller in a thread."""

    def __init__(self, code: str, **options: float) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.found: Any = None
        self.cancelled = threading.Event()
        self._thread = threading.Thread(target=self._wait, args=(code,), kwargs=options)
        self._thread.start()

    def _wait(self, code: str, **options: float) -> None:
        try:
            self.found = pairing.wait_for_caller(self.listener, code, STRONG, cancelled=self.cancelled.is_set, **options)
        except Exception as error:
            self.found = error

    def result(self) -> Any:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.found

    def close(self) -> None:
        self.cancelled.set()
        self._thread.join(60)
        self.listener.close()


@pytest.fixture
def waiting() -> Iterator[Callable[..., Waiting]]:
    made: list[Waiting] = []

    def start(code: str, **options: Any) -> Waiting:
        made.append(Waiting(code, **options))
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_the_right_code_tells_each_who_the_other_is(waiting) -> None:
    strong = waiting("otter-lamp-violet")
    assert pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING) == STRONG
    assert strong.result() == ASKING


def test_a_wrong_code_is_said_on_both_sides_and_is_used_up(waiting) -> None:
    strong = waiting("otter-lamp-violet")
    with pytest.raises(StudioError, match="not the code"):
        pairing.call("127.0.0.1", strong.port, "otter-lamp-orange", ASKING)
    assert isinstance(strong.result(), StudioError)
    assert "used up" in str(strong.result())
    strong.listener.close()
    with pytest.raises(StudioError, match="Nobody waits"):
        pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING)


def test_a_code_that_nobody_uses_ends(waiting) -> None:
    assert "five minutes" in str(waiting("otter-lamp-violet", lifetime=0.1).result())


@pytest.mark.parametrize(
    "noise",
    [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">H", 60_000) + b"x" * 2000,
        struct.pack(">H", 52) + pairing.HELLO + bytes(33),
        struct.pack(">H", 20) + pairing.HELLO + b"x",
        struct.pack(">H", 52) + pairing.HELLO + b"A" + b"\xff" * 32,
        struct.pack(">H", 30) + b"half",
    ],
)
def test_noise_costs_no_attempt(waiting, noise: bytes) -> None:
    strong = waiting("otter-lamp-violet")
    with socket.create_connection(("127.0.0.1", strong.port), 5) as stranger:
        stranger.sendall(noise)
    assert pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING) == STRONG
    assert strong.result() == ASKING


def test_a_silent_caller_holds_up_the_next_for_a_moment_only(waiting) -> None:
    strong = waiting("otter-lamp-violet", patience=3.0)  # the good one has as long, on however busy a machine
    with socket.create_connection(("127.0.0.1", strong.port), 5):
        time.sleep(0.3)  # it is the one that is being listened to
        assert pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING) == STRONG


def test_an_impostor_that_does_not_know_the_code_learns_no_key_and_is_not_believed() -> None:
    """It answers in the strong machine's place: the one who asks notices, and what it sealed does not open."""
    from spake2 import SPAKE2_B

    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def impostor() -> None:
            caller, _ = listener.accept()
            with caller:
                size = struct.unpack(">H", caller.recv(2))[0]
                hello = caller.recv(size)
                side = SPAKE2_B(b"guessed-guessed-guessed", idA=b"asking", idB=b"strong")
                ours = side.start()
                shared = side.finish(hello[len(pairing.HELLO) :])
                pairing._send(caller, pairing.HELLO + ours)
                size = struct.unpack(">H", caller.recv(2))[0]
                seen.append(caller.recv(size))
                pairing._send(caller, pairing._seal(shared, b"strong", STRONG))

        thread = threading.Thread(target=impostor)
        thread.start()
        with pytest.raises(StudioError, match="not the code"):
            pairing.call("127.0.0.1", listener.getsockname()[1], "otter-lamp-violet", ASKING)
        thread.join(60)
    assert ASKING.key.encode() not in seen[0]


def test_nothing_sealed_can_be_sent_back() -> None:
    sealed = pairing._seal(b"k" * 32, b"asking", ASKING)
    assert pairing._unseal(b"k" * 32, b"asking", sealed) == ASKING
    assert pairing._unseal(b"k" * 32, b"strong", sealed) is None


# --- the words ---


def test_a_code_has_enough_to_guess_and_is_easy_to_type() -> None:
    assert len(words.WORDS) == len(set(words.WORDS)) == 256
    assert len(words.WORDS) ** words.COUNT >= 2**16
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 9 for word in words.WORDS)
    near = [(one, other) for number, one in enumerate(words.WORDS) for other in words.WORDS[:number] if one_slip(one, other)]
    assert near == []


def one_slip(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def test_codes_differ() -> None:
    assert len({words.make_code() for _ in range(50)}) == 50


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(words.WORDS), min_size=words.COUNT, max_size=words.COUNT), st.sampled_from([" ", "-", ", ", "  "])
)
def test_a_code_may_be_typed_in_any_form(chosen: list[str], between: str) -> None:
    said = words.typed(between.join(word.capitalize() for word in chosen) + " ")
    assert said == "-".join(chosen)
    assert words.is_code(said)
    assert not words.is_code(words.typed("xyzzy " + said))
