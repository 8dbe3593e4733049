"""The daemon's end of the wire: a ROUTER that knows its clients by a token, and never blocks."""

import errno
import hmac
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final

import zmq

from restored import sockets
from restored.sockets.door import Door
from restored.sockets.headers import encode
from restored_client.wire import proof
from restored_client.wire.messages import MAX_FRAME

USERNAME: Final = b"restored"
DOMAIN: Final = b"restored"

QUEUE: Final = 4
"""Messages libzmq holds per client in each direction; each may be a whole picture."""

MOST_WAITING: Final = 64
"""Answers kept for a client that does not take them; a plug-in waits for one at a time."""

BACKLOG: Final = 512
"""Connections that the system holds until we take them."""

Parts = list[Any]


class Gone(Exception):
    """The client is not connected any more, or takes no answers."""


class Wire:
    """Messages in and out. All calls from one thread."""

    def __init__(self, *, token: str) -> None:
        # an older client says the token itself; it gets as far as the sentence that tells it to be updated
        self._passwords = (proof.password(token), token.encode())
        self._context = zmq.Context()
        self._zap = sockets.authenticator(self._context)
        self._router = sockets.router(self._context, most=MAX_FRAME, queue=QUEUE, domain=DOMAIN)
        self._router.plain_server = True
        self._router.backlog = BACKLOG
        self.door = Door(self._context, self._router)
        self._poller = zmq.Poller()
        self._poller.register(self._zap, zmq.POLLIN)
        self._poller.register(self._router, zmq.POLLIN)
        self._poller.register(self.door.events, zmq.POLLIN)
        self._waiting: dict[bytes, deque[Parts]] = {}

    def bind(self, endpoint: str) -> str:
        """Listen; returns the endpoint clients connect to. Raises zmq.ZMQError."""
        self._router.bind(endpoint)
        return self._router.getsockopt_string(zmq.LAST_ENDPOINT)

    def watch(self, descriptor: int) -> None:
        """Let `wait` also return when this file descriptor is readable."""
        self._poller.register(descriptor, zmq.POLLIN)

    def wait(self, seconds: float) -> None:
        """Until something arrives, at most so long. Newcomers are checked here."""
        events = dict(self._poller.poll(max(0, int(seconds * 1000))))
        if self._zap in events:
            self._check_newcomer()
        self.door.watch()

    def receive(self) -> tuple[bytes, list[zmq.Frame]] | None:
        """The next message and whom it is from, or None. The frames are libzmq's own memory, not copied."""
        try:
            sender, *frames = self._router.recv_multipart(flags=zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        self.door.heard(sender)
        return sender.bytes, frames

    def send(self, client: bytes, header: Mapping[str, Any], frames: Sequence[Any] = (), *, skippable: bool = False) -> None:
        """Send now, or as soon as the client takes it. A skippable message is dropped when that is not now. Raises Gone."""
        parts = [client, encode(header), *frames]
        if client in self._waiting:
            self.flush(client)
        if client in self._waiting:
            if skippable:
                return
            if len(self._waiting[client]) >= MOST_WAITING:
                raise Gone  # whoever asks and never listens must not fill the memory with answers
            self._waiting[client].append(parts)
        elif not self._try_send(parts) and not skippable:
            self._waiting[client] = deque([parts])

    def flush(self, client: bytes) -> None:
        """Send what this client did not take earlier, as far as it does now. Raises Gone."""
        waiting = self._waiting.get(client)
        while waiting and self._try_send(waiting[0]):
            waiting.popleft()
        if not waiting:
            self._waiting.pop(client, None)

    def forget(self, client: bytes) -> None:
        """Drop what waits for a client that has gone."""
        self._waiting.pop(client, None)

    def close(self, linger: float) -> None:
        """Stop listening; what was sent still goes out for `linger` seconds."""
        self.door.close()
        self._router.close(linger=int(linger * 1000))
        self._zap.close()
        self._context.term()

    def _try_send(self, parts: Parts) -> bool:
        try:
            self._router.send_multipart(parts, flags=zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno in (errno.EHOSTUNREACH, zmq.EHOSTUNREACH):
                raise Gone from None
            raise
        return True

    def _check_newcomer(self) -> None:
        """Answer one question of the ZeroMQ authentication protocol (RFC 27): is this name and password right?"""
        version, request, _domain, _address, _identity, mechanism, *credentials = self._zap.recv_multipart()
        known = (
            mechanism == b"PLAIN"
            and len(credentials) == 2
            and hmac.compare_digest(credentials[0], USERNAME)
            and any(hmac.compare_digest(credentials[1], password) for password in self._passwords)
        )
        status = [b"200", b"OK", b"client", b""] if known else [b"400", b"wrong token", b"", b""]
        self._zap.send_multipart([version, request, *status])
