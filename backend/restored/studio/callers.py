"""Who calls while a code is shown: several at a time, so that the one with the code waits behind nobody who is slow or silent.

All of it in one thread. Until a call has ended it costs a frame of memory, and there are few; when one more comes, the address
that holds most of them loses its oldest. Nothing is learnt by being heard: only a sealed frame is an attempt, and the first one,
right or wrong, ends the code (`pairing`).
"""

import contextlib
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from restored.ground.errors import Cancelled

from .keys import StudioError
from .pairing import BURNT, HEAD, Answering, Broken, Introduction, framed, size_of

LIFETIME: Final = 300.0
"""Seconds that a code is good for."""

PATIENCE: Final = 10.0
"""Seconds that one caller may take."""

MOST: Final = 32
"""Callers that are heard at a time."""

LOOK_AROUND: Final = 0.2

LATE: Final = "Nobody called within five minutes. Run “restored pair” again when you sit at the other machine."


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
    nobody came; Cancelled. Callers that say nothing sensible, or take longer than `patience` seconds, are sent away and cost no
    attempt, because they learn nothing."""
    deadline = time.monotonic() + lifetime
    listener.setblocking(False)
    with selectors.DefaultSelector() as waiting, contextlib.ExitStack() as ends:
        waiting.register(listener, selectors.EVENT_READ)
        callers: dict[socket.socket, _Caller] = {}
        ends.callback(lambda: [each.close() for each in callers])

        def send_away(connection: socket.socket) -> None:
            waiting.unregister(connection)
            del callers[connection]
            connection.close()

        while (now := time.monotonic()) < deadline:
            if cancelled():
                raise Cancelled
            for connection in [each for each, caller in callers.items() if caller.since + patience < now]:
                send_away(connection)
            ready = {key.fileobj for key, _ in waiting.select(LOOK_AROUND)}
            # who is here already comes before newcomers
            for connection in [each for each in callers if each in ready]:
                try:
                    theirs = callers[connection].read(connection)
                except (Broken, OSError):
                    send_away(connection)
                else:
                    if theirs is not None:
                        return theirs
            if listener in ready:
                with contextlib.suppress(OSError):  # gone again
                    connection, (address, *_) = listener.accept()
                    if len(callers) >= MOST:
                        send_away(_oldest_of_most(callers))
                    connection.setblocking(False)
                    callers[connection] = _Caller(address, code, mine)
                    waiting.register(connection, selectors.EVENT_READ)
    raise StudioError(LATE)


class _Caller:
    """One call: what has been heard of the next frame."""

    def __init__(self, address: str, code: str, mine: Introduction) -> None:
        self.address = address
        self.since = time.monotonic()
        self._answering = Answering(code, mine)
        self._heard = bytearray()

    def read(self, connection: socket.socket) -> Introduction | None:
        """Hear what there is, and answer a whole frame. Raises Broken, OSError; StudioError when the code was wrong."""
        size = size_of(self._heard[:HEAD]) if len(self._heard) >= HEAD else 0
        try:
            piece = connection.recv(HEAD + size - len(self._heard))
        except BlockingIOError:
            return None
        if not piece:
            raise Broken
        self._heard += piece
        if len(self._heard) < HEAD or len(self._heard) < HEAD + size_of(self._heard[:HEAD]):
            return None
        frame = bytes(self._heard[HEAD:])
        self._heard.clear()
        was_attempt = self._answering.greeted
        answer, theirs = self._answering.hear(frame)
        if was_attempt and theirs is None:
            with contextlib.suppress(OSError):
                connection.send(framed(answer))
            raise StudioError(BURNT)
        if connection.send(framed(answer)) != len(framed(answer)):  # less than a kilobyte: there is room, or somebody plays
            raise Broken
        return theirs


def _oldest_of_most(callers: dict[socket.socket, _Caller]) -> socket.socket:
    """Whom to send away: one machine with many connections does not push out another with one."""
    ((most, _),) = Counter(caller.address for caller in callers.values()).most_common(1)
    return next(connection for connection, caller in callers.items() if caller.address == most)
