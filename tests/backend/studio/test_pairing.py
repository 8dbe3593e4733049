"""Pairing: the right code makes two machines known to each other; a wrong one is used up; noise costs nothing."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.secret import SecretBox
from spake2 import SPAKE2_A, SPAKE2_B

from restored.ground.errors import Cancelled
from restored.studio import callers, code_words, pairing
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
            self.found = callers.wait_for_caller(self.listener, code, STRONG, cancelled=self.cancelled.is_set, **options)
        except Exception as error:
            self.found = error
        finally:
            self.listener.close()  # as the command does; whoever was not heard is told by that

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


FOR_EVER = 1e6
"""Seconds of patience: nobody is sent away for being slow, so whoever waits behind a slow one waits until the test is ended."""


@pytest.mark.parametrize("said", [b"", b"\0", struct.pack(">H", 52) + pairing.HELLO, struct.pack(">H", 1024) + b"x" * 1023])
def test_nobody_waits_behind_a_caller_who_is_silent_or_half_through(waiting, said: bytes) -> None:
    strong = waiting("otter-lamp-violet", patience=FOR_EVER)
    with socket.create_connection(("127.0.0.1", strong.port), 5) as slow:
        slow.sendall(said)
        assert pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING) == STRONG
        assert strong.result() == ASKING


def test_nobody_waits_behind_one_who_heard_the_first_answer_and_says_no_more(waiting) -> None:
    strong = waiting("otter-lamp-violet", patience=FOR_EVER)
    with socket.create_connection(("127.0.0.1", strong.port), 5) as slow:
        side = SPAKE2_A(b"guessed-guessed-guessed", idA=b"asking", idB=b"strong")
        slow.sendall(pairing.framed(pairing.HELLO + side.start()))
        assert slow.recv(1024)
        assert pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING) == STRONG


def test_a_flood_of_silent_callers_makes_room_for_one_who_speaks(waiting) -> None:
    strong = waiting("otter-lamp-violet", patience=FOR_EVER)
    with contextlib.ExitStack() as held:
        for _ in range(3 * callers.MOST):
            held.enter_context(socket.create_connection(("127.0.0.1", strong.port), 60))
        assert pairing.call("127.0.0.1", strong.port, "otter-lamp-violet", ASKING) == STRONG


def test_who_has_most_connections_loses_one() -> None:
    here = [SimpleNamespace(address=address) for address in ("b", "a", "a", "c", "a")]
    assert callers._oldest_of_most(dict(enumerate(here))) == 1  # pyright: ignore[reportArgumentType]


def test_a_slow_caller_is_sent_away(waiting) -> None:
    strong = waiting("otter-lamp-violet", patience=0.0)
    with socket.create_connection(("127.0.0.1", strong.port), 60) as slow:
        assert slow.recv(1) == b""


def test_a_caller_may_trickle(waiting) -> None:
    strong = waiting("otter-lamp-violet")
    side = SPAKE2_A(b"otter-lamp-violet", idA=b"asking", idB=b"strong")
    with socket.create_connection(("127.0.0.1", strong.port), 60) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in pairing.framed(pairing.HELLO + side.start()):
            slow.sendall(bytes([byte]))
        hello = pairing._receive(slow, time.monotonic() + 60)
        shared = side.finish(hello[len(pairing.HELLO) :])
        for byte in pairing.framed(pairing._seal(shared, b"asking", ASKING)):
            slow.sendall(bytes([byte]))
        assert pairing._unseal(shared, b"strong", pairing._receive(slow, time.monotonic() + 60)) == STRONG
    assert strong.result() == ASKING


def test_many_wrong_codes_at_once_are_one_attempt(waiting) -> None:
    """However many conversations run side by side, the first guess ends the code for all of them, and nobody is paired."""
    strong = waiting("otter-lamp-violet")
    with ThreadPoolExecutor(8) as pool:
        guesses = [
            pool.submit(pairing.call, "127.0.0.1", strong.port, f"{word}-lamp-violet", ASKING) for word in code_words.WORDS[:8]
        ]
    assert all(isinstance(guess.exception(), StudioError) for guess in guesses)
    assert "used up" in str(strong.result())


def test_both_sides_agree_when_right_and_wrong_codes_come_at_once(waiting) -> None:
    strong = waiting("otter-lamp-violet")
    with ThreadPoolExecutor(4) as pool:
        guesses = [
            pool.submit(pairing.call, "127.0.0.1", strong.port, f"{word}-lamp-violet", ASKING) for word in code_words.WORDS[:3]
        ]
        right = pool.submit(pairing.call, "127.0.0.1", strong.port, "otter-lamp-violet", ASKING)
    assert all(isinstance(guess.exception(), StudioError) for guess in guesses)
    if isinstance(strong.result(), Introduction):
        assert right.result() == STRONG
    else:
        assert isinstance(right.exception(), StudioError)


def test_who_waits_can_give_up_while_somebody_is_half_through(waiting) -> None:
    strong = waiting("otter-lamp-violet", patience=FOR_EVER)
    with socket.create_connection(("127.0.0.1", strong.port), 5):
        strong.cancelled.set()
        assert isinstance(strong.result(), Cancelled)


@pytest.mark.parametrize(
    "said", [b"[" * 980, b'{"name": 1}', b"null", b"\xff", b'{"name":"x","key":"' + b"a" * 40 + b'","port":65535}']
)
def test_what_is_sealed_well_and_says_nothing_sensible_is_no_introduction(said: bytes) -> None:
    sealed = bytes(SecretBox(pairing._key(b"k" * 32, b"asking")).encrypt(said))
    assert pairing._unseal(b"k" * 32, b"asking", sealed) is None


def test_an_impostor_that_does_not_know_the_code_learns_no_key_and_is_not_believed() -> None:
    """It answers in the strong machine's place: the one who asks notices, and what it sealed does not open."""
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
    assert len(code_words.WORDS) == len(set(code_words.WORDS)) == 256
    assert len(code_words.WORDS) ** code_words.COUNT >= 2**16
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 9 for word in code_words.WORDS)
    near = [
        (one, other) for number, one in enumerate(code_words.WORDS) for other in code_words.WORDS[:number] if one_slip(one, other)
    ]
    assert near == []


def one_slip(one: str, other: str) -> bool:
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return len(long) - len(short) == 1 and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def test_codes_differ() -> None:
    assert len({code_words.make_code() for _ in range(50)}) == 50


@settings(max_examples=30)
@given(
    st.lists(st.sampled_from(code_words.WORDS), min_size=code_words.COUNT, max_size=code_words.COUNT),
    st.sampled_from([" ", "-", ", ", "  "]),
)
def test_a_code_may_be_typed_in_any_form(chosen: list[str], between: str) -> None:
    said = code_words.typed(between.join(word.capitalize() for word in chosen) + " ")
    assert said == "-".join(chosen)
    assert code_words.is_code(said)
    assert not code_words.is_code(code_words.typed("xyzzy " + said))
