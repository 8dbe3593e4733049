"""One connection to a paired machine: made once, each side proven to the other, watched, and given up when it falls silent.

When it breaks, `LinkLost` says so within SILENCE seconds, and whoever asked decides what comes then.
"""

import itertools
import time
from collections.abc import Mapping
from typing import Any, Final, Protocol

import zmq
from zmq.utils.monitor import recv_monitor_message

from restored import sockets
from restored.sockets.headers import decode, encode
from restored_client.wire import messages
from restored_client.wire.answers import check_answer
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import message

from . import forms
from .book import Machine
from .keys import KeyPair

TIME_TO_CONNECT: Final = 4.0
"""Seconds; a machine in the same house answers within a hundredth of one."""

POLL: Final = 0.05
MOST: Final = forms.LARGEST_PREVIEW + forms.SEALING

_HEARD: Final = (
    zmq.EVENT_CLOSED
    | zmq.EVENT_DISCONNECTED
    | zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
)
_numbers: Final = itertools.count()


class LinkLost(Exception):
    """The machine could not be reached, or is no longer there. The message goes on a sentence: "because ..."."""


class Unreached(LinkLost):
    """No connection came about, so nothing was asked."""


class Declined(Exception):
    """The machine is there, and will not or cannot do it. The message goes on a sentence: "because ..."."""


class Unproven(Declined):
    """What answers ended the connection instead of proving who it is: another machine, or the right one on its way out."""


class Road(Protocol):
    """How a paired machine is reached."""

    def open(self, machine: Machine) -> str:
        """A libzmq endpoint that leads there, good for one connection. Raises Unreached."""
        ...


class Direct:
    """libzmq calls the machine itself: where no kernel keeps this process from it."""

    def open(self, machine: Machine) -> str:
        return f"tcp://{machine.address}"


class MachineConnection:
    """Not yet made when it begins: `shake_hands` waits for it. One thread at a time."""

    def __init__(self, machine: Machine, keys: KeyPair, endpoint: str) -> None:
        self.machine = machine
        self._alive = False
        self._heard = time.monotonic()
        self._said = 0.0
        self._context = zmq.Context()
        self._dealer = sockets.dealer(self._context, most=MOST, queue=2 * forms.WINDOW)
        self._dealer.curve_serverkey = machine.key.encode()
        self._dealer.curve_publickey = keys.public
        self._dealer.curve_secretkey = keys.secret
        self._dealer.ipv6 = ":" in machine.host
        self._dealer.connect_timeout = int(TIME_TO_CONNECT * 1000)
        # longer than anybody waits: what ends a handshake earlier is the other side, not a clock of ours
        self._dealer.handshake_ivl = int(2 * TIME_TO_CONNECT * 1000)
        forms.heartbeats(self._dealer)
        self._events = sockets.events(self._context, self._dealer, f"inproc://link-{next(_numbers)}", _HEARD)
        self._poller = zmq.Poller()
        self._poller.register(self._dealer, zmq.POLLIN)
        self._poller.register(self._events, zmq.POLLIN)
        self._dealer.connect(endpoint)

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as is known without asking."""
        self._watch()
        return self._alive

    def close(self) -> None:
        """Give it up."""
        self._dealer.disable_monitor()
        self._events.close()
        self._dealer.close()
        self._context.term()

    def listen_anew(self) -> None:
        """Count the silence from now: nothing was due before."""
        self._heard = time.monotonic()

    def shake_hands(self) -> None:
        """Wait until each side has proven who it is. Raises Unreached, Declined, Unproven."""
        deadline = time.monotonic() + TIME_TO_CONNECT
        while not self._alive:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Unreached(f"{self.machine.name} did not answer")
            if self._events.poll(int(left * 1000)):
                self._watch(raising=True)

    def _watch(self, *, raising: bool = False) -> None:
        """Take notice of what happened to the connection. raising: what keeps it from being made is an error."""
        while self._events.poll(0):
            event: Any = recv_monitor_message(self._events, zmq.NOBLOCK)
            kind, stood = event["event"], self._alive
            self._alive = kind == zmq.EVENT_HANDSHAKE_SUCCEEDED
            if not raising or self._alive:
                continue
            if kind == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                raise Declined(forms.CLAUSES["revoked"].format(self.machine.name))
            if stood or kind == zmq.EVENT_CLOSED:
                raise Unreached(f"{self.machine.name} did not answer")
            # it spoke, but not as the machine that was paired: libzmq by itself would try for ever
            raise Unproven(
                f"what answers at {self.machine.address} could not prove to be {self.machine.name}, so it was told nothing; "
                "if that machine was set up anew, pair the two again"
            )

    def receive(self, job: str) -> tuple[dict[str, Any], list[zmq.Frame]] | None:
        """The next message about this job, or None when there was none for a moment. Raises LinkLost, Declined."""
        ready = dict(self._poller.poll(int(POLL * 1000)))
        if self._dealer in ready:
            first, *parts = self._dealer.recv_multipart(copy=False)
            self._heard = time.monotonic()
            try:
                header = decode(first.buffer, messages.MAX_ANSWER)
                # an error without an id is about the connection
                nameless = header.get("type") == messages.ERROR and not header.get("id")
                if not (nameless or header.get("id") == job) or not isinstance(header.get("type"), str):
                    return None
                check_answer(header)
            except ClientError as error:
                raise Declined(f"{self.machine.name} sent an answer that this machine does not understand") from error
            return header, parts
        if self._events in ready:
            self._watch()
            if not self._alive:
                raise LinkLost(f"{self.machine.name} ended the connection")
        if time.monotonic() - self._heard > forms.SILENCE:
            self._alive = False
            raise LinkLost(f"{self.machine.name} fell silent")
        return None

    def stay_in_touch(self) -> None:
        """Say that this side is still there, when nothing was said for a while. Raises LinkLost."""
        if time.monotonic() - self._said > forms.ALIVE_EVERY:
            self.send(message(messages.ALIVE, "alive"))

    def send(self, header: Mapping[str, Any]) -> None:
        """Send a message without pictures. Raises LinkLost."""
        self.send_parts([encode(header)])

    def send_parts(self, parts: list[Any]) -> None:
        """Send, or wait as long as silence is borne. Raises LinkLost."""
        self._said = time.monotonic()
        while True:
            try:
                self._dealer.send_multipart(parts, flags=zmq.NOBLOCK, copy=False)
                return
            except zmq.Again:
                self._watch()
                if not self._alive or time.monotonic() - self._said > forms.SILENCE:
                    raise LinkLost(f"{self.machine.name} takes nothing any more") from None
                self._dealer.poll(int(POLL * 1000), zmq.POLLOUT)
