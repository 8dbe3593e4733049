"""What a check says: a line for each thing looked at; a time is judged by the clock, on a crowded machine by the processor."""

import os
import resource
import time
from collections.abc import Callable


class Checks:
    """What was looked at, and whether it is as it should be."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.began = time.monotonic()

    def __call__(self, what: str, good: bool, figure: str = "") -> None:
        # one write, as others may be looked at beside it
        print(f"{'ok ' if good else 'BAD'} {what}{': ' if figure else ''}{figure}\n", end="", flush=True)
        if not good:
            self.failed.append(what)

    def in_time(self, what: str, limit: float, act: Callable[[], object], more: Callable[[], float] = lambda: 0.0) -> None:
        """Whether `act` takes at most `limit` seconds. Where more runs than there are cores for, the clock says little: then its
        processor time is judged, with what `more` afterwards says that others have spent for it.
        """
        began, spent = time.monotonic(), children()
        act()
        took, spent = time.monotonic() - began, children() - spent + more()
        figure = f"{took:.1f} s, of the processor {spent:.1f} s"
        if crowded := took > limit and os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1):
            figure += f", which is judged at a load of {os.getloadavg()[0]:.0f}"
        self(f"{what} in at most {limit:g} s", (spent if crowded else took) <= limit, figure)


def children() -> float:
    """Seconds of the processor that children which have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
