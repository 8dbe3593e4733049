"""Restorations that wait for their turn: who is next, how far each is, and how long all of it will still take. No widgets.

An adapter gives jobs, shows `unfinished` after each `changed(job)`, and lets a person move and cancel them. One worker takes
them, one at a time, works, and says how each ended.
"""

from __future__ import annotations

import itertools
import threading
import time
from typing import Callable, Final, Generic, List, Optional, TypeVar

from ..wire.errors import Cancelled
from .timeleft import TimeLeft

WAITING, RUNNING, DONE, NOTHING, FAILED, CANCELLED = "waiting", "running", "done", "nothing", "failed", "cancelled"
"""States of a job. NOTHING: there was nothing to restore; like FAILED it has a `message`."""

OVER: Final = (DONE, NOTHING, FAILED, CANCELLED)

_numbers = itertools.count(1)


class QueuedRestoration:
    """One restoration from the button to the layer. An adapter derives its own, with the pixels and the wish."""

    def __init__(self, title: str = "", size: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        """title: how a person tells it from others. size: pixels, by which the time of those that wait is reckoned."""
        self.number = next(_numbers)
        self.title, self.size = title, max(1, size)
        self.state = WAITING
        self.fraction: Optional[float] = None
        self.words = ""
        """What is being done, in the daemon's English."""
        self.message = ""
        """How it ended, in a sentence for the user."""
        self.left = TimeLeft(clock)
        self._unwanted = threading.Event()

    @property
    def over(self) -> bool:
        return self.state in OVER

    def cancelled(self) -> bool:
        """Whether nobody wants it any more; it may still run for a moment."""
        return self._unwanted.is_set()

    def go_on(self) -> None:
        """Raise Cancelled when nobody wants this job any more."""
        if self.cancelled():
            raise Cancelled


J = TypeVar("J", bound=QueuedRestoration)


class Queue(Generic[J]):
    """Jobs in the order in which they will be done. Thread-safe; `changed(job)` is called in the thread that changed it."""

    def __init__(self, changed: Callable[[J], None] = lambda job: None, clock: Callable[[], float] = time.monotonic) -> None:
        self._changed, self._clock = changed, clock
        self._turn = threading.Condition()
        self._jobs: List[J] = []
        self._closed = False
        self._began = 0.0
        self._seconds = self._pixels = 0.0  # of the jobs that were done

    @property
    def unfinished(self) -> List[J]:
        """The one that runs, then those that wait, in their order."""
        with self._turn:
            return sorted((job for job in self._jobs if not job.over), key=lambda job: job.state == WAITING)

    def give(self, job: J, front: bool = False) -> None:
        """Add a job, behind all others or before those that wait."""
        with self._turn:
            self._jobs = [each for each in self._jobs if not each.over]
            self._jobs.insert(0 if front else len(self._jobs), job)
            self._turn.notify()
        self._changed(job)

    def to_front(self, job: J) -> bool:
        """Have it done next; False when it does not wait any more."""
        return self._move(job, 0)

    def to_back(self, job: J) -> bool:
        """Have it done last; False when it does not wait any more."""
        return self._move(job, len(self._jobs))

    def _move(self, job: J, place: int) -> bool:
        with self._turn:
            waits = job.state == WAITING and job in self._jobs
            if waits:
                self._jobs.remove(job)
                self._jobs.insert(place, job)
        if waits:
            self._changed(job)
        return waits

    def cancel(self, job: J, message: str = "") -> bool:
        """Nobody wants this job any more. One that waits is over at once (True); one that runs notices soon, by `go_on`."""
        job._unwanted.set()
        with self._turn:
            waited = job.state == WAITING
            if waited:
                job.state, job.message = CANCELLED, message
        self._changed(job)
        return waited

    def cancel_all(self, message: str = "") -> None:
        for job in self.unfinished:
            self.cancel(job, message)

    def take(self, wait: bool = True) -> Optional[J]:
        """The next job, RUNNING from now on; waits for one. None when there is none and `wait` is False, or once closed."""
        with self._turn:
            while True:
                job = next((each for each in self._jobs if each.state == WAITING), None)
                if self._closed or (job is None and not wait):
                    return None
                if job is not None:
                    job.state, self._began = RUNNING, self._clock()
                    break
                self._turn.wait()
        self._changed(job)
        return job

    def progress(self, job: J, fraction: Optional[float], words: str) -> None:
        """The job that runs is so far; a fraction in [0, 1], or None while nobody knows."""
        job.fraction, job.words = fraction, words
        job.left.took(fraction)
        self._changed(job)

    def finish(self, job: J, state: str, message: str = "") -> None:
        """The job that ran has ended, in a state of OVER."""
        with self._turn:
            job.state, job.message = state, message
            if state in (DONE, NOTHING):
                self._seconds += self._clock() - self._began
                self._pixels += job.size
        self._changed(job)

    def close(self) -> None:
        """Let the worker go: `take` gives None from now on."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def seconds(self) -> Optional[float]:
        """How long all that is unfinished will still take, by how long such jobs took; None while nobody can say."""
        jobs = self.unfinished
        running = [job for job in jobs if job.state == RUNNING]
        own = running[0].left.seconds() if running else 0.0
        waiting = sum(job.size for job in jobs if job.state == WAITING)
        if own is None:
            if not self._pixels:
                return None
            own = max(0.0, self._pace * running[0].size - (self._clock() - self._began))
        if not waiting:
            return own
        if self._pixels:
            return own + self._pace * waiting
        # none is done yet: those that wait will be as fast as the one that runs
        if not running or not running[0].fraction:
            return None
        whole = own + self._clock() - self._began
        return own + whole / running[0].size * waiting

    @property
    def _pace(self) -> float:
        """Seconds for a pixel, of the jobs that were done."""
        return self._seconds / self._pixels
