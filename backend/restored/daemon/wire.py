"""The daemon's end of the wire: a ROUTER that knows its clients by a token, and never blocks."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, Final

import zmq

from restored import sockets
from restored.sockets.newcomers import Newcomers
from restored.sockets.post import Post
from restored_client.wire import messages, proof
from restored_client.wire.messages import MAX_FRAME

USERNAME: Final = b"restored"
DOMAIN: Final = b"restored"

QUEUE: Final = 4
"""Messages libzmq holds per client in each direction; each may be a whole picture."""

BACKLOG: Final = 512
"""Connections that the system holds until we take them."""


class Wire:
    """Messages in and out. All calls from one thread."""

    forms = messages.FORMS
    told: tuple[str, ...] | None = None
    most_jobs = 64
    """Requests of one client that may be unfinished at a time; a plug-in has two or three."""
    share = 1.0

    def __init__(self, *, token: str) -> None:
        # an older client says the token itself; it gets as far as the sentence that tells it to be updated
        self._passwords = (proof.password(token), token.encode())
        self._context = zmq.Context()
        self._zap = sockets.authenticator(self._context)
        self._router = sockets.router(self._context, most=MAX_FRAME, queue=QUEUE, domain=DOMAIN)
        self._router.plain_server = True
        self._router.backlog = BACKLOG
        self._post = Post(self._router)
        self.newcomers = Newcomers(self._context, self._router)
        self._poller = zmq.Poller()
        self._poller.register(self._zap, zmq.POLLIN)
        self._poller.register(self._router, zmq.POLLIN)
        self._poller.register(self.newcomers.events, zmq.POLLIN)

    def bind(self, endpoint: str) -> str:
        """Listen; returns the endpoint clients connect to. Raises zmq.ZMQError."""
        self._router.bind(endpoint)
        return self._router.getsockopt_string(zmq.LAST_ENDPOINT)

    def watch(self, other: Any) -> None:
        """Let `wait` also return when this file descriptor or socket is readable."""
        self._poller.register(other, zmq.POLLIN)

    def wait(self, seconds: float) -> None:
        """Until something arrives, at most so long. Newcomers are checked here."""
        events = dict(self._poller.poll(max(0, int(seconds * 1000))))
        if self._zap in events:
            self._check_newcomer()
        self.newcomers.watch()

    def receive(self) -> tuple[bytes, list[zmq.Frame]] | None:
        """The next message and whom it is from, or None. The frames are libzmq's own memory, not copied."""
        try:
            sender, *frames = self._router.recv_multipart(flags=zmq.NOBLOCK, copy=False)
        except zmq.Again:
            return None
        self.newcomers.heard(sender)
        return sender.bytes, frames

    def send(self, client: bytes, header: Mapping[str, Any], frames: Sequence[Any] = (), *, skippable: bool = False) -> None:
        """Send now, or as soon as the client takes it. A skippable message is dropped when that is not now. Raises Gone."""
        self._post.send(client, header, frames, skippable=skippable)

    def forget(self, client: bytes) -> None:
        """Drop what waits for a client that has gone."""
        self._post.forget(client)

    def owner(self, routing: bytes) -> None:
        """Every connection stands for itself."""

    def name(self, routing: bytes) -> str:
        """Clients say theirs."""
        return ""

    def close(self, linger: float) -> None:
        """Stop listening; what was sent still goes out for `linger` seconds."""
        self.newcomers.close()
        self._router.close(linger=int(linger * 1000))
        self._zap.close()
        self._context.term()

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
