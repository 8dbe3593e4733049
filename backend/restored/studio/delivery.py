"""A result on its way to another machine: in pieces, each paid for, and kept for a while when the link breaks."""

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from restored_client.wire.messages import MAX_FRAME, message

from .forms import PIECE, WINDOW

KEPT_FOR: Final = 30.0
"""Seconds in which the asking machine may come back for a result that it did not get."""


@dataclass(slots=True)
class Delivery:
    """header: the answer, which announces the frame. credit: pieces that may go now; owed: pieces not acknowledged yet."""

    header: Mapping[str, Any]
    data: memoryview
    at: int = 0
    credit: int = WINDOW
    owed: int = 0

    @property
    def job(self) -> str:
        return self.header["id"]

    @property
    def complete(self) -> bool:
        return self.at == self.data.nbytes and not self.owed

    def grant(self, pieces: int) -> None:
        """The other side has taken so many."""
        taken = min(pieces, self.owed)
        self.owed -= taken
        self.credit += taken

    def due(self) -> Iterator[tuple[Mapping[str, Any], memoryview]]:
        """The pieces that may go now, with their headers."""
        while self.credit and self.at < self.data.nbytes:
            piece = self.data[self.at : self.at + MAX_FRAME]
            self.at += piece.nbytes
            self.credit -= 1
            self.owed += 1
            yield message(PIECE, self.job, more=self.at < self.data.nbytes or None), piece

    def again(self) -> "Delivery":
        """The same from its beginning."""
        return Delivery(self.header, self.data)


class Unclaimed:
    """Results whose link broke, by the machine that asked and its job's id. Bounded in bytes, the oldest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], tuple[Delivery, float]] = OrderedDict()

    def put(self, key: str, delivery: Delivery) -> None:
        self._kept[key, delivery.job] = (delivery, time.monotonic())
        while sum(each.data.nbytes for each, _ in self._kept.values()) > self._most:
            self._kept.popitem(last=False)

    def take(self, key: str, job: str) -> Delivery | None:
        """What this machine's job came to, if it is still here."""
        found = self._kept.pop((key, job), None)
        return None if found is None else found[0].again()

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
