"""How fast a link takes pixels, learnt from the pieces that go over it as they are, and so whether packing them pays."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final

SLOW: Final = 60e6
"""Bytes a second, 480 Mbit/s: below, a strip is packed, sent and unpacked sooner than it is sent as it is."""

MEASURES: Final = 1 << 18
"""Bytes; a smaller piece tells more of the time there and back than of the link."""

ASKED: Final = 2
"""Pieces that a verdict is made from: behind the first one, the second shows the link without the way there and back."""

HELD: Final = 30.0
"""Seconds after which a link that was found slow is measured again."""

KEPT: Final = 8

TOGETHER: Final = 1e-3
"""Seconds between two acknowledgements that were read in one go: a busy machine was late to look, the link is not that fast."""


class Pace:
    """Of one connection, in one direction. packs: whether both sides can pack at all, else nothing is measured."""

    def __init__(self, packs: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.packs = packs
        self.clock = clock
        self._rates: deque[float] = deque(maxlen=KEPT)
        self._slow = False
        self._asked = 0
        self._since = clock()

    @property
    def rate(self) -> float | None:
        """Bytes a second that the link was seen to carry at best, for other work only slows it; None before anything was."""
        return max(self._rates, default=None)

    def pack_next(self, nbytes: int) -> bool:
        """Whether a piece of so many bytes should be packed now."""
        if nbytes < MEASURES:
            return self.packs and self._slow
        if self._slow and self.clock() - self._since > HELD:
            self._rates.clear()
            self._since, self._asked = self.clock(), ASKED
        return self.packs and self._slow and not self._asked

    def asks(self) -> None:
        """A piece that measures has left as it is."""
        self._asked = max(0, self._asked - 1)

    def learn(self, nbytes: int, seconds: float) -> None:
        """A piece that went as it is kept the link busy for so long."""
        self._rates.append(nbytes / max(seconds, 1e-6))
        self._slow = max(self._rates) < SLOW
        self._since = self.clock()


class Transfer:
    """The pieces of one delivery that are under way, in the order in which they are acknowledged."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self._under_way: deque[tuple[int, float]] = deque()
        self._last = 0.0
        self._run = (0, 0.0)
        """Bytes of the pieces that were acknowledged together last, and when the first of them began to be the link's."""

    @property
    def waits(self) -> bool:
        """Whether nothing more should leave before it is known how fast the link is."""
        measuring = sum(nbytes > 0 for nbytes, _ in self._under_way)
        return self.pace.packs and self.pace.rate is None and measuring >= ASKED

    def left(self, nbytes: int, *, packed: bool) -> None:
        """A piece has left."""
        measures = not packed and nbytes >= MEASURES
        if measures:
            self.pace.asks()
        self._under_way.append((nbytes if measures else 0, self.pace.clock()))

    def taken(self) -> None:
        """The oldest piece under way was acknowledged."""
        now = self.pace.clock()
        nbytes, since = self._under_way.popleft()
        if nbytes:
            start = max(since, self._last)
            if now - start < TOGETHER and self._run[0]:
                nbytes, start = nbytes + self._run[0], self._run[1]
            self._run = nbytes, start
            self.pace.learn(nbytes, now - start)
        self._last = now
