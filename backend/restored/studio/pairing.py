"""Two machines meet for the first time: a code that is read on one and typed on the other becomes a key that only they have, and
under it they tell each other the keys that last.

SPAKE2 (RFC 9382, by the package `spake2`) gives whoever does not know the code one guess per attempt, and nothing to guess at
afterwards; the strong machine grants one attempt. What is said under the key is sealed by NaCl's secretbox. The frames:

    asking: hello X                     X and Y are SPAKE2's messages
    strong: hello Y
    asking: sealed {name, key}          does not open: the code was wrong, and is used up
    strong: sealed {name, key, port}    or an empty frame: no
"""

import json
import socket
import struct
import time
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from restored import sockets
from restored.ground.bounded import parse_json

from .book import is_port
from .keys import StudioError, is_key

HELLO: Final = b"restored pairing 1\n"
MOST: Final = 1024
"""Bytes of a frame: what somebody unknown may make us hold."""

HEAD: Final = 2
"""Bytes before a frame, which say how many it has."""

PATIENCE: Final = 10.0
"""Seconds that a caller waits for a connection, and for each answer."""

WRONG: Final = (
    "That is not the code, or somebody else tried before you. The code is used up: "
    "run “restored pair” on the strong machine again, and type the new one."
)
BURNT: Final = (
    "Somebody called with a wrong code, so this code is used up. If it was a slip, run “restored pair” again; "
    "if nobody of yours was typing, somebody else in your network was guessing."
)


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a machine says of itself when it is paired. port: where it listens, for the strong one."""

    name: str
    key: str
    port: int = 0


class Broken(Exception):
    """The other side does not speak as agreed, or has gone; nothing was learnt by it."""


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
        except (Broken, OSError) as error:
            raise StudioError("The other machine ended the conversation, or is no restored. Nothing was paired.") from error


class Answering:
    """The strong machine's part in one call, frame by frame, whoever carries them. Only the second, sealed one is an attempt."""

    def __init__(self, code: str, mine: Introduction) -> None:
        from spake2 import SPAKE2_B

        self._mine = mine
        self._side: Any = SPAKE2_B(code.encode(), idA=b"asking", idB=b"strong")
        self._shared: bytes | None = None

    def hear(self, frame: bytes) -> tuple[bytes, Introduction | None]:
        """What to say to that; the second time also who it was, None for somebody with a wrong code. Raises Broken."""
        if self._shared is not None:
            theirs = _unseal(self._shared, b"asking", frame)
            return (b"" if theirs is None else _seal(self._shared, b"strong", self._mine)), theirs
        if not frame.startswith(HELLO):
            raise Broken
        ours = self._side.start()
        self._shared = _finish(self._side, frame[len(HELLO) :])
        return HELLO + ours, None

    @property
    def greeted(self) -> bool:
        """Whether the first frame was heard, so that the next one is the attempt."""
        return self._shared is not None


def _ask(strong: socket.socket, code: str, mine: Introduction) -> Introduction:
    from spake2 import SPAKE2_A

    deadline = time.monotonic() + 2 * PATIENCE
    side = SPAKE2_A(code.encode(), idA=b"asking", idB=b"strong")
    _send(strong, HELLO + side.start())
    hello = _receive(strong, deadline)
    if not hello.startswith(HELLO):
        raise Broken
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
        raise Broken from error


def _seal(shared: bytes, who: bytes, said: Introduction) -> bytes:
    from nacl.secret import SecretBox

    words = json.dumps({"name": said.name, "key": said.key, "port": said.port}).encode()
    return bytes(SecretBox(_key(shared, who)).encrypt(words))


def _unseal(shared: bytes, who: bytes, sealed: bytes) -> Introduction | None:
    from nacl.exceptions import CryptoError
    from nacl.secret import SecretBox

    try:
        said = parse_json(SecretBox(_key(shared, who)).decrypt(sealed))
    except (CryptoError, ValueError):
        return None
    fits = isinstance(said, dict) and isinstance(said.get("name"), str) and is_key(said.get("key"))
    port = said.get("port") if fits else None
    return Introduction(said["name"], said["key"], port or 0) if port == 0 or is_port(port) else None


def _key(shared: bytes, who: bytes) -> bytes:
    """One key for each direction, so that nothing can be sent back to whom it came from."""
    return blake2b(who, key=shared, digest_size=32, person=b"restored pairing").digest()


def framed(frame: bytes) -> bytes:
    """A frame as it is sent."""
    return struct.pack(">H", len(frame)) + frame


def size_of(head: bytes | bytearray) -> int:
    """How many bytes follow these HEAD ones. Raises Broken."""
    (size,) = struct.unpack(">H", head)
    if size > MOST:
        raise Broken
    return size


def _send(peer: socket.socket, frame: bytes) -> None:
    peer.settimeout(PATIENCE)
    peer.sendall(framed(frame))


def _receive(peer: socket.socket, deadline: float) -> bytes:
    return _exactly(peer, size_of(_exactly(peer, HEAD, deadline)), deadline)


def _exactly(peer: socket.socket, size: int, deadline: float) -> bytes:
    got = bytearray()
    while len(got) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Broken
        peer.settimeout(left)
        piece = peer.recv(size - len(got))
        if not piece:
            raise Broken
        got += piece
    return bytes(got)
