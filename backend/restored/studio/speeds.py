"""How long a picture takes here and there, learnt from the pictures that were restored."""

import math
import statistics
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from restored.ground.errors import RestoredError

from .keys import folder, read_private, write_private

FILE: Final = "speeds.json"
HERE: Final = "here"
SMALL: Final = 0.25
"""Megapixels below which a picture takes no less time."""
KEPT: Final = 8
"""Times per kind of work; their median counts, so that one queue or one busy minute does not."""
STALE: Final = 15 * 60.0
"""Seconds after which a machine that was found slower is tried again."""
SAVE_EVERY: Final = 10.0


class Speeds:
    """Thread-safe. A place is HERE or a machine's key; work is what was done (`work_of`)."""

    def __init__(self) -> None:
        self._path = folder() / FILE
        self._lock = threading.Lock()
        self._saved = time.monotonic()
        self._known: dict[str, dict[str, list[list[float]]]] = {}
        with suppress(RestoredError):
            self._known = _checked(read_private(self._path))

    def learn(self, place: str, work: str, pixels: int, seconds: float, *, save: bool = False) -> None:
        """A picture of so many (resulting) pixels took so long there."""
        with self._lock:
            times = self._known.setdefault(place, {}).setdefault(work, [])
            times.append([seconds / _megapixels(pixels), time.time()])
            del times[:-KEPT]
            if save or time.monotonic() - self._saved > SAVE_EVERY:
                self._saved = time.monotonic()
                with suppress(RestoredError, OSError):  # what was learnt is a convenience
                    write_private(self._path, self._known)

    def guess(self, place: str, work: str, pixels: int) -> float | None:
        """Seconds that a picture would take there; None when nothing is known of the place."""
        with self._lock:
            known = self._known.get(place, {})
            times = known.get(work) or [each for every in known.values() for each in every]
        return statistics.median(each for each, _ in times) * _megapixels(pixels) if times else None

    def stale(self, place: str) -> bool:
        """Whether what is known of a place is from another day, or hour."""
        with self._lock:
            latest = max((when for every in self._known.get(place, {}).values() for _, when in every), default=0.0)
        return not -STALE < time.time() - latest < STALE

    def forget(self, place: str) -> None:
        """Drop what is known of a place."""
        with self._lock:
            if self._known.pop(place, None) is not None:
                write_private(self._path, self._known)


def work_of(steps: Iterable[Any], scale: int, quality: str | None = None) -> str:
    """What of a plan and an order decides how long it takes."""
    tasks = sorted({str(step.get("task", "")) for step in steps if isinstance(step, dict)})
    return f"{'+'.join(tasks)} x{scale}" + (f" {quality}" if quality else "")


def shown(seconds: float) -> str:
    """ "0.4 s", "12 s", "3 min"."""
    if seconds < 9.95:
        return f"{max(seconds, 0.1):.1f} s"
    return f"{seconds:.0f} s" if seconds < 99.5 else f"{seconds / 60:.0f} min"


def _megapixels(pixels: int) -> float:
    return max(pixels / 1e6, SMALL)


def _checked(said: Any) -> dict[str, dict[str, list[list[float]]]]:
    """A file's content, as far as it is what `learn` wrote."""
    known: dict[str, dict[str, list[list[float]]]] = {}
    for place, works in said.items() if isinstance(said, dict) else ():
        for work, times in works.items() if isinstance(works, dict) else ():
            good = [each for each in times if _is_time(each)] if isinstance(times, list) else []
            known.setdefault(place, {})[work] = good[-KEPT:]
    return known


def _is_time(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int | float) and math.isfinite(each) for each in value)
    )
