"""The asking side: one connection to a paired machine, on which one thing at a time is asked.

A connection is made once. When it breaks, `LinkLost` says so within SILENCE seconds, and whoever asked decides what comes then.
"""

import itertools
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import zmq
from zmq.utils.monitor import recv_monitor_message

from restored import sockets
from restored.ground.errors import Cancelled
from restored.service.protocol import Tell
from restored.sockets.headers import decode, encode
from restored_client.wire import messages
from restored_client.wire.answers import check_answer
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import FrameHeader, message
from restored_client.wire.order import FACTS, Answer, Order
from restored_client.wire.pixels import Pixels

from . import forms
from .book import Machine
from .delivery import Delivery
from .keys import KeyPair
from .pace import Pace
from .packing import able, unpack

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


class _Unproven(Declined):
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


class Link:
    """Use `open`. One thread at a time."""

    def __init__(self, machine: Machine, keys: KeyPair, endpoint: str) -> None:
        self.machine = machine
        self.hello: Mapping[str, Any] = {}
        """What the machine says of itself: device, models, version, state."""
        self.pace = Pace(packs=False)
        """Of what is sent there."""
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

    @classmethod
    def open(cls, machine: Machine, keys: KeyPair, road: Road) -> "Link":
        """Connect, let each side prove who it is, and greet. Raises LinkLost or Declined."""
        for last in (False, True):
            link = cls(machine, keys, road.open(machine))
            try:
                link._shake_hands()
                link.greet()
            except _Unproven:
                link.close()
                if last:
                    raise
                continue  # perhaps it was just ending, or starting
            except BaseException:
                link.close()
                raise
            return link
        raise AssertionError

    @property
    def alive(self) -> bool:
        """Whether the connection stands, as far as is known without asking."""
        self._watch()
        return self._alive

    def greet(self) -> Mapping[str, Any]:
        """Ask how the machine is. Raises LinkLost or Declined."""
        packs = able()
        fields = {"client": "restored", "link": forms.LINK, "packs": packs}
        self.hello, _ = self._ask(messages.HELLO, "hello", fields, [], None, lambda: False)
        if self.hello.get("link") != forms.LINK:
            raise Declined(forms.CLAUSES["link"].format(self.machine.name))
        self.pace.packs = packs and self.hello.get("packs") is True
        return self.hello

    def has(self, sha256: str) -> bool:
        """Whether the machine has a model of this hash, as far as it has said."""
        return any(model.get("sha256") == sha256 for model in self.hello.get("models", ()))

    def restore(self, job: str, order: Order, sha256: str, tell: Tell, cancelled: Callable[[], bool]) -> Answer:
        """Carry an order out there. job: its id, the same when it is sent again. sha256: of the model.

        Raises LinkLost, Declined, Cancelled, or the RestoredError that the order itself came to.
        """
        fields = {name: value for name, value in order.asked().items() if name not in ("model", "device")}
        layer = order.pixels
        fits = (layer.width * order.scale, layer.height * order.scale, layer.channels, layer.depth)
        return self._answer(
            messages.RESTORE, job, {**fields, "sha256": sha256}, order.frames(), fits=fits, tell=tell, cancelled=cancelled
        )

    def adjust(self, job: str, kept: str, fits: tuple[int, int, int, str], mask: Pixels | None, **wanted: Any) -> Answer:
        """Another strength, mask or texture for a job that is kept there. Raises LinkLost, Declined, RestoredError."""
        frames = [] if mask is None else [(messages.MASK, mask)]
        fields = {"job": kept, **{name: value for name, value in wanted.items() if value is not None}}
        return self._answer(messages.ADJUST, job, fields, frames, fits=fits, tell=None, cancelled=lambda: False)

    def close(self) -> None:
        self._dealer.disable_monitor()
        self._events.close()
        self._dealer.close()
        self._context.term()

    # --- one question ---

    def _answer(
        self,
        kind: str,
        job: str,
        fields: Mapping[str, Any],
        frames: list[tuple[str, Pixels]],
        *,
        fits: tuple[int, int, int, str],
        tell: Tell | None,
        cancelled: Callable[[], bool],
    ) -> Answer:
        header, data = self._ask(kind, job, fields, frames, tell, cancelled, fits)
        pixels = None
        if header["type"] == messages.RESULT:
            pixels = messages.read_frames(header, (messages.LAYER,))[0].content(data)
        elif header["type"] != messages.NOTHING_TO_DO:
            raise Declined(f"{self.machine.name} sent an answer that this machine does not understand")
        return Answer(pixels, **{"plan": {}, **{name: header[name] for name in FACTS if name in header}})

    def _ask(
        self,
        kind: str,
        job: str,
        fields: Mapping[str, Any],
        frames: list[tuple[str, Pixels]],
        tell: Tell | None,
        cancelled: Callable[[], bool],
        fits: tuple[int, int, int, str] | None = None,
    ) -> tuple[dict[str, Any], bytearray]:
        """Send a request, its frames once they are wanted, and take the answer with its frame."""
        described = [messages.describe(role, content) for role, content in frames] or None
        self._heard = time.monotonic()
        self._send(message(kind, job, frames=described, **fields))
        upload: Delivery | None = None
        result: tuple[dict[str, Any], FrameHeader, bytearray] | None = None
        while True:
            if cancelled():
                self._send(message(messages.CANCEL, "cancel", job=job))
                raise Cancelled
            self._stay_in_touch()
            for said, piece in upload.due() if upload is not None else ():
                self._send_parts([encode(said), piece])
            received = self._receive(job)
            if received is None:
                continue
            header, parts = received
            match header["type"]:
                case messages.ACCEPTED:
                    upload = Delivery(messages.UPLOAD, job, [content for _, content in frames], self.pace)
                case forms.CREDIT if upload is not None:
                    upload.grant(1)
                case messages.PROGRESS if tell is not None:
                    tell(header.get("fraction"), str(header.get("words", "")))
                case messages.PREVIEW if tell is not None:
                    _show(header, parts, tell)
                case messages.PROGRESS | messages.PREVIEW | messages.ALIVE:
                    pass
                case messages.RESULT:
                    result = header, self._announced(header, fits), bytearray()
                case forms.PIECE:
                    if result is None or not parts:
                        raise Declined(f"{self.machine.name} sent a picture that was not announced")
                    announced, frame, data = result
                    data += self._unpacked(header, parts[0].buffer)
                    if len(data) > frame.nbytes:
                        raise Declined(f"{self.machine.name} sent more than it had announced")
                    self._send(message(forms.CREDIT, job, pieces=1))
                    if len(data) == frame.nbytes:
                        return announced, data
                case messages.CANCELLED:
                    raise Cancelled
                case messages.ERROR:
                    self._raise(header)
                case _:
                    return header, bytearray()

    def _announced(self, header: Mapping[str, Any], fits: tuple[int, int, int, str] | None) -> FrameHeader:
        """The frame of a result; of the very size and kind that was asked for, so that nobody else says what memory it takes."""
        frames = messages.read_frames(header, (messages.LAYER,))
        if fits is None or len(frames) != 1 or frames[0].geometry != fits:
            raise Declined(f"{self.machine.name} sent a picture of another size or kind")
        return frames[0]

    def _unpacked(self, header: Mapping[str, Any], data: Any) -> Any:
        """A piece's own bytes."""
        if "packed" not in header:
            return data
        try:
            return unpack(header["packed"], data)
        except ClientError as error:
            raise Declined(f"{self.machine.name} sent an answer that this machine does not understand") from error

    def _raise(self, header: Mapping[str, Any]) -> None:
        """An error as what it means here: the order's own, which this machine would answer as well; or the other machine's."""
        code, sentence = str(header.get("code")), header.get("sentence")
        if code in OF_THE_ORDER:
            raise ClientError(code, sentence, str(header.get("detail", "")))
        if code in forms.CLAUSES:
            raise Declined(forms.CLAUSES[code].format(self.machine.name))
        raise Declined(f"{self.machine.name} answered “{str(sentence or code).rstrip('.')}”")

    # --- the connection ---

    def _shake_hands(self) -> None:
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
            raise _Unproven(
                f"what answers at {self.machine.address} could not prove to be {self.machine.name}, so it was told nothing; "
                "if that machine was set up anew, pair the two again"
            )

    def _receive(self, job: str) -> tuple[dict[str, Any], list[zmq.Frame]] | None:
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

    def _stay_in_touch(self) -> None:
        if time.monotonic() - self._said > forms.ALIVE_EVERY:
            self._send(message(messages.ALIVE, "alive"))

    def _send(self, header: Mapping[str, Any]) -> None:
        self._send_parts([encode(header)])

    def _send_parts(self, parts: list[Any]) -> None:
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


OF_THE_ORDER: Final = ("bad_plan", "bad_picture", "too_long", "expired", "size_mismatch")
"""What is wrong with the order is wrong on every machine."""


def _show(header: Mapping[str, Any], parts: list[zmq.Frame], tell: Tell) -> None:
    try:
        piece = messages.read_frames(header, (messages.LAYER,))[0].content(parts[0].buffer)
    except (ClientError, IndexError):
        return  # only a look on the way
    place = header.get("x", 0), header.get("y", 0)
    tell(header.get("fraction"), str(header.get("words", "")), *place, piece)
