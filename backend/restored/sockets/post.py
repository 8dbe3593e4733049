"""What goes out through a ROUTER: at once, or as soon as its addressee takes it; never waiting, and never kept without end."""

import errno
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, Protocol

import zmq

from restored_client.wire.messages import RequestForm

from .headers import encode

MOST_WAITING: Final = 64
"""Answers kept for a client that does not take them; a plug-in waits for one at a time."""

Parts = list[Any]


class Gone(Exception):
    """The client is not connected any more, or takes no answers."""


class Entrance(Protocol):
    """How some clients come in, and what they may ask for.

    forms: the messages they may send. told: what of a greeting they learn; None is all. most_jobs: requests of one owner that may
    be unfinished at a time. share: of the memory for pictures, what one owner may have announced.
    """

    @property
    def forms(self) -> Mapping[str, RequestForm]: ...
    @property
    def told(self) -> Sequence[str] | None: ...
    @property
    def most_jobs(self) -> int: ...
    @property
    def share(self) -> float: ...

    def owner(self, routing: bytes) -> Hashable | None:
        """What several connections have in common whose work counts as one's; None for a connection that stands for itself."""
        ...

    def name(self, routing: bytes) -> str:
        """What it is called before, or whatever, it calls itself; empty when only it knows."""
        ...

    def receive(self) -> tuple[bytes, list[zmq.Frame]] | None:
        """The next message and whom it is from, or None."""
        ...

    def send(self, client: bytes, header: Mapping[str, Any], frames: Sequence[Any] = (), *, skippable: bool = False) -> None:
        """Send now, or as soon as the client takes it. A skippable message is dropped when that is not now. Raises Gone."""
        ...

    def forget(self, client: bytes) -> None:
        """Drop what waits for a client that has gone."""
        ...


class Post:
    """All calls from one thread."""

    def __init__(self, router: "zmq.Socket[bytes]") -> None:
        self._router = router
        self._waiting: dict[bytes, deque[Parts]] = {}

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
