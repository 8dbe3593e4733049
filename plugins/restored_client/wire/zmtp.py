"""A ZeroMQ DEALER in pure Python: ZMTP 3.1 (ZeroMQ RFC 37) with the PLAIN mechanism (RFC 24), over a unix socket or TCP.

Hosts often cannot load compiled modules, so pyzmq is out of reach inside them. Large frames are sent from, and received into, one
buffer each. Not thread-safe: one thread at a time.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from typing import Any, Callable, Final, Generator, List, Optional, Sequence, Tuple

MORE: Final = 1
LONG: Final = 2
COMMAND: Final = 4

TICK: Final = 0.1
"""Seconds after which a blocked read or write looks up, so that a user can cancel."""

CHUNK: Final = 1 << 20

NO_SIGNAL: Final = getattr(socket, "MSG_NOSIGNAL", 0)
SO_NOSIGPIPE: Final = 0x1022  # macOS has this option instead
"""A Python inside a host (Krita) has SIGPIPE at its default, so that writing to a daemon that died would end the host."""

MAX_FRAME: Final = 1 << 36
MAX_COMMAND: Final = 1 << 16
MAX_PARTS: Final = 64
PING_CONTEXT: Final = 16
"""Bytes of a ping that come back with its answer (ZeroMQ RFC 37)."""

PATIENCE: Final = 30.0
"""Seconds without a byte taken after which a peer that does not read is given up, where nobody else looks up meanwhile."""


class ZmtpError(Exception):
    """The peer does not speak as agreed; the connection cannot be used any more."""


class ConnectionLost(ZmtpError):
    """The peer closed the connection or never opened it."""


class AccessRefused(ZmtpError):
    """The peer refused our name and password."""


class Silent(ZmtpError):
    """The peer did not answer in time."""


class Dealer:
    """One connection to a ROUTER."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.settimeout(TICK)
        if sys.platform == "darwin":
            self._socket.setsockopt(socket.SOL_SOCKET, SO_NOSIGPIPE, 1)
        self._messages = self._read_messages()
        self.most = MAX_COMMAND
        """Bytes that a message may claim, all its frames together; memory is taken for each before it has arrived. Little until
        the peer has shown who it is: it may be anybody."""
        self.moved = time.monotonic()
        """When the peer last sent or took a byte (time.monotonic)."""

    @classmethod
    def connect(cls, endpoint: str, *, username: bytes, password: bytes, timeout: float) -> Dealer:
        """Connect and authenticate. Raises ConnectionLost, AccessRefused, Silent or ZmtpError."""
        deadline = time.monotonic() + timeout
        try:
            dealer = cls(_open(endpoint, timeout))
        except (BlockingIOError, socket.timeout) as error:  # noqa: UP041 - somebody listens there, and has no room for us
            raise Silent(f"no room at {endpoint}: {error}") from error
        except (OSError, ValueError) as error:
            raise ConnectionLost(f"cannot connect to {endpoint}: {error}") from error
        try:
            dealer._shake_hands(username, password, deadline)
        except BaseException:
            dealer.close()
            raise
        dealer.most = MAX_FRAME
        return dealer

    def send(self, parts: Sequence[Any], look_up: Optional[Callable[[], None]] = None) -> None:
        """Send one message of buffers. `look_up` is called between chunks; when it raises half-way, the connection closes."""
        last = len(parts) - 1
        try:
            for index, part in enumerate(parts):
                view = memoryview(part).cast("B")
                size, flags = len(view), MORE if index < last else 0
                self._write(struct.pack(">BQ", flags | LONG, size) if size > 255 else bytes((flags, size)), look_up)
                self._write(view, look_up)
        except BaseException:
            self.close()
            raise

    def receive(self, timeout: float) -> Optional[List[bytearray]]:
        """The next message, or None when it is not complete after `timeout` seconds; what has arrived of it is kept."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = next(self._messages)
            except StopIteration:  # an earlier failure ended the reading
                raise ConnectionLost("the connection is closed") from None
            if message is not None:
                return message
            if time.monotonic() >= deadline:
                return None

    @property
    def closed(self) -> bool:
        """True after `close`, or after a message was broken off."""
        return self._socket.fileno() < 0

    def close(self) -> None:
        """Close the connection; a message half sent is dropped by the peer."""
        self._socket.close()

    # --- handshake ---

    def _shake_hands(self, username: bytes, password: bytes, deadline: float) -> None:
        self._write(b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"PLAIN".ljust(20, b"\0") + bytes(32))
        signature = self._wait(self._exactly(10), deadline)
        if signature[0] != 0xFF or not signature[9] & 1:
            raise ZmtpError(f"not a ZeroMQ peer: {bytes(signature)!r}")
        greeting = self._wait(self._exactly(54), deadline)
        if greeting[0] < 3 or bytes(greeting[2:22]).rstrip(b"\0") != b"PLAIN":
            raise ZmtpError(f"a ZeroMQ peer of another kind: version {greeting[0]}, {bytes(greeting[2:22])!r}")
        self._command(b"HELLO", bytes((len(username),)) + username + bytes((len(password),)) + password)
        self._expect(b"WELCOME", deadline)
        self._command(b"INITIATE", _property(b"Socket-Type", b"DEALER") + _property(b"Identity", b""))
        self._expect(b"READY", deadline)

    def _expect(self, name: bytes, deadline: float) -> None:
        try:
            flags, body = self._wait(self._frame(), deadline)
        except ConnectionLost as error:
            # libzmq may close without a word when its authenticator says no
            raise AccessRefused("the peer closed the connection while authenticating") from error
        got, rest = _split_command(body)
        # libzmq's PLAIN server spells its ERROR "\x5ERROR", which a C compiler reads as "^RROR"
        if flags & COMMAND and (got == b"ERROR" or body.startswith(b"^RROR")):
            raise AccessRefused(f"the peer refused: {bytes(rest[-3:])!r}")
        if not flags & COMMAND or got != name:
            raise ZmtpError(f"expected {name!r}, got {bytes(body[:60])!r}")

    def _wait(self, reading: Generator[None, None, Any], deadline: float) -> Any:
        """Run one of the reading generators to its end."""
        while True:
            try:
                next(reading)
            except StopIteration as done:
                return done.value
            if time.monotonic() >= deadline:
                raise Silent("the peer did not answer in time")

    # --- reading: generators that yield None whenever there is nothing to read, so that a message may arrive over many calls ---

    def _read_messages(self) -> Generator[Optional[List[bytearray]], None, None]:
        parts: List[bytearray] = []
        while True:
            flags, body = yield from self._frame(sum(map(len, parts)))
            if flags & COMMAND:
                name, rest = _split_command(body)
                if name == b"PING":
                    self._command(b"PONG", bytes(rest[2 : 2 + PING_CONTEXT]))
                yield None  # the caller's time may be over, however often the peer pings
                continue
            parts.append(body)
            if len(parts) > MAX_PARTS:
                raise ZmtpError(f"a message of more than {MAX_PARTS} frames")
            if not flags & MORE:
                yield parts
                parts = []

    def _frame(self, held: int = 0) -> Generator[None, None, Tuple[int, bytearray]]:
        """held: bytes of the same message that are there already."""
        head = yield from self._exactly(2)
        flags, size = head[0], head[1]
        if flags & ~(MORE | LONG | COMMAND):
            raise ZmtpError(f"a frame with unknown flags {flags}")
        if flags & LONG:
            rest = yield from self._exactly(7)
            size = struct.unpack(">Q", head[1:] + rest)[0]
        if size > (MAX_COMMAND if flags & COMMAND else self.most - held):
            raise ZmtpError(f"a frame of {size} bytes behind {held} others")
        body = yield from self._exactly(size)
        return flags, body

    def _exactly(self, size: int) -> Generator[None, None, bytearray]:
        try:
            buffer = bytearray(size)
        except MemoryError as error:
            raise ZmtpError(f"no memory for a frame of {size} bytes") from error
        view, got, looked_up = memoryview(buffer), 0, time.monotonic()
        while got < size:
            try:
                count = self._socket.recv_into(view[got : got + CHUNK])
            except socket.timeout:  # noqa: UP041 - not an alias of TimeoutError before Python 3.10
                yield None
                continue
            except OSError as error:
                raise ConnectionLost(f"the connection broke: {error}") from error
            if count == 0:
                raise ConnectionLost("the peer closed the connection")
            got += count
            self.moved = time.monotonic()
            if self.moved - looked_up > TICK:
                looked_up = self.moved
                yield None
        return buffer

    # --- writing ---

    def _command(self, name: bytes, body: bytes) -> None:
        body = bytes((len(name),)) + name + body
        head = struct.pack(">BQ", COMMAND | LONG, len(body)) if len(body) > 255 else bytes((COMMAND, len(body)))
        self._write(head + body)

    def _write(self, data: Any, look_up: Optional[Callable[[], None]] = None) -> None:
        view = memoryview(data)
        sent, began = 0, time.monotonic()
        while sent < len(view):
            if look_up is not None:
                look_up()
            try:
                sent += self._socket.send(view[sent : sent + CHUNK], NO_SIGNAL)
            except socket.timeout:  # noqa: UP041 - see above
                if look_up is None and time.monotonic() - began > PATIENCE:
                    raise Silent("the peer does not read") from None
                continue
            except OSError as error:
                raise ConnectionLost(f"the connection broke: {error}") from error
            self.moved = began = time.monotonic()


def _open(endpoint: str, timeout: float) -> socket.socket:
    if endpoint.startswith("ipc://"):
        deadline = time.monotonic() + timeout
        while True:
            connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connected.settimeout(timeout)
                connected.connect(endpoint[len("ipc://") :])
            except BlockingIOError:  # more are waiting to be let in than the system holds: not the same as nobody there
                connected.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(TICK)
            except BaseException:
                connected.close()
                raise
            else:
                return connected
    if not endpoint.startswith("tcp://"):
        raise ValueError("an endpoint of unknown kind")
    host, _, port = endpoint[len("tcp://") :].rpartition(":")
    connected = socket.create_connection((host, int(port)), timeout)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _property(name: bytes, value: bytes) -> bytes:
    return bytes((len(name),)) + name + struct.pack(">I", len(value)) + value


def _split_command(body: bytearray) -> Tuple[bytes, bytearray]:
    size = body[0] if body else 0
    return bytes(body[1 : 1 + size]), body[1 + size :]
