"""Newcomers: who has connected but not said a word yet. Few at a time, and not for long.

Before a client has shown that it knows the token, its connection costs at most one frame of memory (`messages.MAX_FRAME`), and no
more than `MOST` such connections are held: when another comes, the one that has been silent longest is closed.
"""

import contextlib
import socket
import time
from collections import OrderedDict
from typing import Any, Final

import zmq
from zmq.utils.monitor import recv_monitor_message

from . import events, handle

MOST: Final = 48
"""Connections that may be there without having said a word."""

PATIENCE: Final = 5.0
"""Seconds in which a newcomer has to say who it is, and then what it wants."""

ADDRESS: Final = "inproc://newcomers"


class Newcomers:
    """Watches a listening socket. All calls from one thread."""

    def __init__(self, context: zmq.Context, listener: "zmq.Socket[bytes]") -> None:
        listener.handshake_ivl = int(PATIENCE * 1000)
        self.events = events(context, listener, ADDRESS, zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)
        self._listener = listener
        self._silent: OrderedDict[int, tuple[socket.socket, float]] = OrderedDict()
        self.turned_away = 0
        """Connections that were closed without having said a word."""

    @property
    def waiting(self) -> int:
        """How many have connected and said nothing yet."""
        return len(self._silent)

    def watch(self) -> None:
        """Take notice of who came and went, and close what has been silent too long."""
        while self.events.poll(0):
            event: Any = recv_monitor_message(self.events, zmq.NOBLOCK)
            if event["event"] == zmq.EVENT_ACCEPTED:
                self._came(event["value"])
            else:
                self._forget(event["value"])
        limit = time.monotonic() - 2 * PATIENCE
        while self._silent and (len(self._silent) > MOST or next(iter(self._silent.values()))[1] < limit):
            self._turn_away(next(iter(self._silent)))

    def heard(self, frame: zmq.Frame) -> None:
        """The connection that this came from has shown who it is."""
        if self._silent:
            with contextlib.suppress(zmq.ZMQError, ValueError):
                self._forget(int(frame.get(zmq.SRCFD)))

    def close(self) -> None:
        """Watch no longer."""
        self._listener.disable_monitor()
        self.events.close()
        for descriptor in list(self._silent):
            self._forget(descriptor)

    def _came(self, descriptor: int) -> None:
        self._forget(descriptor)
        with contextlib.suppress(OSError):  # gone already
            # of our own, so that what we close is this connection even when libzmq has closed it and its number is another's
            self._silent[descriptor] = (handle(descriptor), time.monotonic())

    def _turn_away(self, descriptor: int) -> None:
        self.turned_away += 1
        with contextlib.suppress(OSError):
            self._silent[descriptor][0].shutdown(socket.SHUT_RDWR)
        self._forget(descriptor)

    def _forget(self, descriptor: int) -> None:
        connection, _ = self._silent.pop(descriptor, (None, 0.0))
        if connection is not None:
            connection.close()
