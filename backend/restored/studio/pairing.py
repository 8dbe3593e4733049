"""Two machines meet for the first time: a code that is read on one and typed on the other becomes a key that only they have, and
under it they tell each other the keys that last.

SPAKE2 (RFC 9382, by the package `spake2`) gives whoever does not know the code one guess per attempt, and nothing to guess at
afterwards; the strong machine grants one attempt. What is said under the key is sealed by NaCl's secretbox. The frames:

    asking: hello X                     X and Y are SPAKE2's messages
    strong: hello Y
    asking: sealed {name, key}          does not open: the code was wrong, and is used up
    strong: sealed {name, key, port}    or an empty frame: no
"""

import contextlib
import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from restored import sockets
from restored.ground.errors import Cancelled

from .keys import StudioError, is_key

HELLO: Final = b"restored pairing 1\n"
MOST: Final = 1024
"""Bytes of a frame: what somebody unknown may make us hold."""

PATIENCE: Final = 10.0
"""Seconds that one caller may take; the next one waits so long."""

LIFETIME: Final = 300.0
"""Seconds that a code is good for."""

WRONG: Final = (
    "That is not the code, or somebody else tried before you. The code is used up: "
    "run “restored pair” on the strong machine again, and type the new one."
)
BURNT: Final = (
    "Somebody called with a wrong code, so this code is used up. If it was a slip, run “restored pair” again; "
    "if nobody of yours was typing, somebody else in your network was guessing."
)
LATE: Final = "Nobody called within five minutes. Run “restored pair” again when you sit at the other machine."


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a machine says of itself when it is paired. port: where it listens, for the strong one."""

    name: str
    key: str
    port: int = 0


class _Broken(Exception):
    """The other side does not speak as agreed, or has gone; nothing was learnt by it."""


def wait_for_caller(
    listener: socket.socket,
    code: str,
    mine: Introduction,
    *,
    lifetime: float = LIFETIME,
    patience: float = PATIENCE,
    cancelled: Callable[[], bool] = lambda: False,
) -> Introduction:
    """On the strong machine: take one attempt with this code, and return who it was. Raises StudioError when it was wrong or
    nobody came; Cancelled. Callers that say nothing sensible, or nothing for `patience` seconds, are sent away and cost no
    attempt, because they learn nothing."""
    deadline = time.monotonic() + lifetime
    listener.settimeout(0.2)
    while time.monotonic() < deadline:
        if cancelled():
            raise Cancelled
        try:
            caller, _ = listener.accept()
        except TimeoutError:
            continue
        with caller, contextlib.suppress(_Broken, OSError):
            return _answer(caller, code, mine, patience)
    raise StudioError(LATE)


def call(host: str, port: int, code: str, mine: Introduction) -> Introduction:
    """On the machine that asks: make the one attempt, and return who answered. Raises StudioError."""
    try:
        connected = sockets.call(host, port, PATIENCE)
    except OSError as error:
        raise StudioError(
            f"Nobody waits to be paired at {host}, port {port} ({error.strerror or error}). "
            "On the strong machine, run “restored pair” first, and let that port through its firewall."
        ) from error
    with connected:
        try:
            return _ask(connected, code, mine)
        except (_Broken, OSError) as error:
            raise StudioError("The other machine ended the conversation, or is no restored. Nothing was paired.") from error


def _answer(caller: socket.socket, code: str, mine: Introduction, patience: float) -> Introduction:
    from spake2 import SPAKE2_B

    deadline = time.monotonic() + patience
    side = SPAKE2_B(code.encode(), idA=b"asking", idB=b"strong")
    ours = side.start()
    hello = _receive(caller, deadline)
    if not hello.startswith(HELLO):
        raise _Broken
    shared = _finish(side, hello[len(HELLO) :])
    _send(caller, HELLO + ours)
    sealed = _receive(caller, deadline)
    theirs = _unseal(shared, b"asking", sealed)
    if theirs is None:
        with contextlib.suppress(OSError):
            _send(caller, b"")
        raise StudioError(BURNT)
    _send(caller, _seal(shared, b"strong", mine))
    return theirs


def _ask(strong: socket.socket, code: str, mine: Introduction) -> Introduction:
    from spake2 import SPAKE2_A

    # the strong machine may be busy with another caller first
    deadline = time.monotonic() + 2 * PATIENCE
    side = SPAKE2_A(code.encode(), idA=b"asking", idB=b"strong")
    _send(strong, HELLO + side.start())
    hello = _receive(strong, deadline)
    if not hello.startswith(HELLO):
        raise _Broken
    shared = _finish(side, hello[len(HELLO) :])
    _send(strong, _seal(shared, b"asking", mine))
    theirs = _unseal(shared, b"strong", _receive(strong, deadline))
    if theirs is None:
        raise StudioError(WRONG)
    return theirs


def _finish(side: Any, message: bytes) -> bytes:
    try:
        return side.finish(message)
    except Exception as error:  # the package raises bare AssertionErrors and others for elements that are none
        raise _Broken from error


def _seal(shared: bytes, who: bytes, said: Introduction) -> bytes:
    from nacl.secret import SecretBox

    words = json.dumps({"name": said.name, "key": said.key, "port": said.port}).encode()
    return bytes(SecretBox(_key(shared, who)).encrypt(words))


def _unseal(shared: bytes, who: bytes, sealed: bytes) -> Introduction | None:
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    try:
        said = json.loads(SecretBox(_key(shared, who)).decrypt(sealed))
    except (CryptoError, ValueError):
        return None
    fits = isinstance(said, dict) and isinstance(said.get("name"), str) and is_key(said.get("key"))
    port = said.get("port") if fits else None
    return Introduction(said["name"], said["key"], port) if isinstance(port, int) and 0 <= port < 65536 else None


def _key(shared: bytes, who: bytes) -> bytes:
    """One key for each direction, so that nothing can be sent back to whom it came from."""
    return blake2b(who, key=shared, digest_size=32, person=b"restored pairing").digest()


def _send(peer: socket.socket, frame: bytes) -> None:
    peer.settimeout(PATIENCE)
    peer.sendall(struct.pack(">H", len(frame)) + frame)


def _receive(peer: socket.socket, deadline: float) -> bytes:
    (size,) = struct.unpack(">H", _exactly(peer, 2, deadline))
    if size > MOST:
        raise _Broken
    return _exactly(peer, size, deadline)


def _exactly(peer: socket.socket, size: int, deadline: float) -> bytes:
    got = bytearray()
    while len(got) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _Broken
        peer.settimeout(left)
        piece = peer.recv(size - len(got))
        if not piece:
            raise _Broken
        got += piece
    return bytes(got)
