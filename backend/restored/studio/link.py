"""The asking side: one thing at a time is asked of a paired machine, over one connection."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import zmq

from restored.ground.errors import Cancelled
from restored.service.protocol import Tell
from restored.sockets.headers import encode
from restored_client.wire import messages
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import FrameHeader, message
from restored_client.wire.order import FACTS, Answer, Order
from restored_client.wire.pixels import Pixels

from . import forms
from .book import Machine
from .connection import Declined, MachineConnection, Road, Unproven
from .delivery import Delivery
from .keys import KeyPair
from .pace import Pace
from .strips import able, unpack


class Link:
    """Use `open`. One thread at a time."""

    def __init__(self, machine: Machine, keys: KeyPair, endpoint: str) -> None:
        self.machine = machine
        self.hello: Mapping[str, Any] = {}
        """What the machine says of itself: device, models, version, state."""
        self.pace = Pace(packs=False)
        """Of what is sent there."""
        self._connection = MachineConnection(machine, keys, endpoint)

    @classmethod
    def open(cls, machine: Machine, keys: KeyPair, road: Road) -> "Link":
        """Connect, let each side prove who it is, and greet. Raises LinkLost or Declined."""
        for last in (False, True):
            link = cls(machine, keys, road.open(machine))
            try:
                link._connection.shake_hands()
                link.greet()
            except Unproven:
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
        return self._connection.alive

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
        """Give the connection up."""
        self._connection.close()

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
        self._connection.listen_anew()
        self._connection.send(message(kind, job, frames=described, **fields))
        upload: Delivery | None = None
        result: tuple[dict[str, Any], FrameHeader, bytearray] | None = None
        while True:
            if cancelled():
                self._connection.send(message(messages.CANCEL, "cancel", job=job))
                raise Cancelled
            self._connection.stay_in_touch()
            for said, piece in upload.due() if upload is not None else ():
                self._connection.send_parts([encode(said), piece])
            received = self._connection.receive(job)
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
                    self._connection.send(message(forms.CREDIT, job, pieces=1))
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


OF_THE_ORDER: Final = ("bad_plan", "bad_picture", "too_long", "expired", "size_mismatch")
"""What is wrong with the order is wrong on every machine."""


def _show(header: Mapping[str, Any], parts: list[zmq.Frame], tell: Tell) -> None:
    try:
        piece = messages.read_frames(header, (messages.LAYER,))[0].content(parts[0].buffer)
    except (ClientError, IndexError):
        return  # only a look on the way
    place = header.get("x", 0), header.get("y", 0)
    tell(header.get("fraction"), str(header.get("words", "")), *place, piece)
