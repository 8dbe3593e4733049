"""How long a job will still take, from how fast it went so far."""

from __future__ import annotations

import time
from typing import Callable, Optional

from .catalogue import Catalogue

SETTLED = 1.5
"""Seconds of work before its speed tells anything."""

ENOUGH = 0.04
"""Part of the work that must be done before its speed tells anything."""


class TimeLeft:
    """Fed with how much is done; asked for the seconds that are left. `clock` gives seconds, as time.monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: Optional[float] = None
        self._first = self._fraction = 0.0
        self._last = 0.0

    def took(self, fraction: Optional[float]) -> None:
        """`fraction` in [0, 1] of the work is done now. None, and anything before the first fraction, is waiting, not work."""
        if fraction is None:
            return
        now = self._clock()
        if self._began is None or fraction < self._fraction:  # begun, or begun once more with smaller tiles
            self._began, self._first = now, fraction
        self._fraction, self._last = fraction, now

    def seconds(self) -> Optional[float]:
        """Seconds left, or None while nobody can say."""
        if self._began is None:
            return None
        took, done = self._last - self._began, self._fraction - self._first
        if took < SETTLED or done < ENOUGH:
            return None
        return max(0.0, took / done * (1.0 - self._fraction) - (self._clock() - self._last))


def in_words(seconds: Optional[float], catalogue: Catalogue) -> str:
    """Such as “about 20 s left”, in steps that do not flicker; empty when unknown or nearly over."""
    tr = catalogue.gettext
    if seconds is None or seconds < 3:
        return ""
    if seconds < 55:
        return tr("about {n} s left").format(n=max(5, 5 * round(seconds / 5)))
    return tr("about {n} min left").format(n=max(1, round(seconds / 60)))
