"""Pictures on their way to another machine, in either direction: cut into strips, each paid for, packed where the link is slow.

A result is kept for a while when the link breaks.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from restored_client.wire.messages import MAX_FRAME, message
from restored_client.wire.pixels import Pixels

from .forms import WINDOW
from .pace import Pace, Transfer
from .strips import described, pack

KEPT_FOR: Final = 30.0
"""Seconds in which the asking machine may come back for a result that it did not get."""

Piece = tuple[Mapping[str, Any], memoryview | bytes]
"""A message's header, and its frame."""


@dataclass(slots=True)
class Delivery:
    """kind: of the messages that carry the pieces. announced: a message that goes before them. credit: pieces that may go now;
    owed: pieces not acknowledged yet."""

    kind: str
    job: str
    pictures: Sequence[Pixels]
    pace: Pace
    announced: Mapping[str, Any] | None = None
    credit: int = WINDOW
    owed: int = 0
    _at: int = 0
    _strips: list[Pixels | memoryview] = field(init=False, repr=False)
    _transfer: Transfer = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._strips = [strip for picture in self.pictures for strip in strips(picture)]
        self._transfer = Transfer(self.pace)

    @property
    def nbytes(self) -> int:
        return sum(picture.nbytes for picture in self.pictures)

    @property
    def complete(self) -> bool:
        return self._at == len(self._strips) and not self.owed

    def grant(self, pieces: int) -> None:
        """The other side has taken so many."""
        taken = min(pieces, self.owed)
        for _ in range(taken):
            self._transfer.taken()
        self.owed -= taken
        self.credit += taken

    def due(self) -> Iterator[Piece]:
        """The pieces that may go now."""
        while self.credit and self._at < len(self._strips) and not self._transfer.waits:
            yield self._next()

    def again(self, pace: Pace) -> "Delivery":
        """The same from its beginning, over another connection."""
        return Delivery(self.kind, self.job, self.pictures, pace, self.announced)

    def _next(self) -> Piece:
        strip = self._strips[self._at]
        self._at += 1
        self.credit -= 1
        self.owed += 1
        packed = pack(strip) if isinstance(strip, Pixels) and self.pace.pack_next(strip.nbytes) else None
        self._transfer.left(strip.nbytes, packed=packed is not None)
        said = {"more": self._at < len(self._strips) or None}
        if packed is not None and isinstance(strip, Pixels):
            return message(self.kind, self.job, packed=described(strip), **said), packed
        return message(self.kind, self.job, **said), strip.view if isinstance(strip, Pixels) else strip


def strips(picture: Pixels) -> Iterator[Pixels | memoryview]:
    """A picture cut into pieces of at most MAX_FRAME bytes: of whole rows, or just bytes where a row is longer than that."""
    view, row = picture.view, picture.nbytes // picture.height
    if row > MAX_FRAME:
        yield from (view[at : at + MAX_FRAME] for at in range(0, len(view), MAX_FRAME))
        return
    step = MAX_FRAME // row * row
    for at in range(0, len(view), step):
        piece = view[at : at + step]
        yield Pixels(picture.width, piece.nbytes // row, picture.channels, picture.depth, piece)


class Unclaimed:
    """Results whose link broke, by the machine that asked and its job's id. Bounded in bytes, the oldest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], tuple[Delivery, float]] = OrderedDict()

    def put(self, key: str, delivery: Delivery) -> None:
        self._kept[key, delivery.job] = (delivery, time.monotonic())
        while sum(each.nbytes for each, _ in self._kept.values()) > self._most:
            self._kept.popitem(last=False)

    def take(self, key: str, job: str) -> Delivery | None:
        """What this machine's job came to, if it is still here; as far as it had got."""
        found = self._kept.pop((key, job), None)
        return None if found is None else found[0]

    def expire(self) -> None:
        """Drop what nobody came back for."""
        limit = time.monotonic() - KEPT_FOR
        while self._kept and next(iter(self._kept.values()))[1] < limit:
            self._kept.popitem(last=False)

    def forget(self, key: str) -> None:
        """Drop everything of a machine."""
        for each in [each for each in self._kept if each[0] == key]:
            del self._kept[each]

    def __len__(self) -> int:
        return len(self._kept)
