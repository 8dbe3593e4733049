"""Work in the background: the desk's queue, one thread that works it off, and signals for the windows."""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, List, Optional, Tuple

from . import colour, layers
from .connection import JobSession
from .guicalls import GuiCalls
from .qt import QtCore, Signal
from .restored_client.desk import queue as queues
from .restored_client.desk.timeleft import in_words
from .restored_client.wire.errors import Cancelled, ClientError
from .restored_client.wire.pixels import Pixels
from .sending import Sending
from .words import catalogue, tr

WAITING, RUNNING, DONE, CANCELLED, FAILED = queues.WAITING, queues.RUNNING, queues.DONE, queues.CANCELLED, queues.FAILED


class KritaJob(queues.QueuedRestoration):
    """Something that takes its time: from a button to what comes of it in Krita."""

    of = ""
    """The picture's name, where several are restored."""
    device = ""
    """What computed it."""
    instruction = ""
    """The words that the history has it under."""
    picture: Optional[Pixels] = None
    """What came of it, small, to know it again by."""
    seconds = 0.0
    """How long it took, once it is over."""
    then: Optional[Callable[[Any], None]] = None
    """A script's, called in the GUI thread."""

    def work(self, working: Sending) -> Tuple[str, str]:
        """Do it, in the queue's thread: a state, and a sentence. Raises Cancelled, ClientError, Refused, ColourError."""
        raise NotImplementedError

    def let_go(self) -> None:
        """It is over, and may be remembered for long: its pixels are not needed any more."""

    @property
    def time_left(self) -> str:
        """How long it will still take, in words; empty while nobody knows."""
        return in_words(self.left.seconds(), catalogue)

    def cancel(self) -> None:
        """As `Jobs.cancel`, of one that runs."""
        self._unwanted.set()


class Jobs(QtCore.QObject):
    """The queue and the thread that works it off.

    A thread of Python's own, not a QThread: it may still wait for a daemon that starts slowly when Krita quits, and Qt ends a
    program whose QThread runs at that moment with an error.
    """

    changed = Signal(object)  # a KritaJob whose state, place or progress is another one now
    over = Signal(object)  # a KritaJob that ended, after `changed`

    def __init__(self, line: JobSession, parent=None) -> None:
        super().__init__(parent)
        self._line = line
        self._gui = GuiCalls()
        self._queue: queues.Queue[KritaJob] = queues.Queue(self.changed.emit)
        self._working = Sending(self)
        self._thread = threading.Thread(target=self._run, name="restored jobs", daemon=True)

    def cancel(self, job: KritaJob) -> None:
        """The user does not want this job any more: one that still waits is over at once."""
        if self._queue.cancel(job, tr("Cancelled. Nothing was changed.")):
            self.over.emit(job)

    def to_front(self, job: KritaJob) -> None:
        """Have it done next."""
        self._queue.to_front(job)

    def to_back(self, job: KritaJob) -> None:
        """Have it done last."""
        self._queue.to_back(job)

    def give(self, job: KritaJob) -> None:
        """Queue a job; the thread starts with the first one."""
        self._queue.give(job)
        if not self._thread.is_alive():
            self._thread.start()

    @property
    def unfinished(self) -> List[Any]:
        """The one that runs, then those that wait, in their order."""
        return self._queue.unfinished

    @property
    def time_left(self) -> str:
        """How long all of them will still take, in words; empty while nobody knows."""
        return in_words(self._queue.seconds(), catalogue)

    def stop(self, seconds: float = 3.0) -> bool:
        """Cancel everything and end the thread, as when Krita quits; False when it did not end in time."""
        for job in self.unfinished:
            self.cancel(job)
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def progress(self, job: KritaJob, fraction: Optional[float], words: str) -> None:
        """The job that runs is so far."""
        self._queue.progress(job, fraction, words)

    def _run(self) -> None:
        while True:
            job = self._queue.take()
            if job is None:
                self._line.close()
                return
            assert isinstance(job, KritaJob)
            self._queue.progress(job, None, tr("Starting…"))
            began = time.monotonic()
            ended = self._work(job)
            job.seconds = time.monotonic() - began
            job.let_go()
            self._queue.finish(job, *ended)
            self.over.emit(job)

    def _work(self, job: KritaJob) -> Any:
        """How it ended: a state and a sentence."""
        try:
            job.go_on()
            return job.work(self._working)
        except Cancelled:
            return CANCELLED, tr("Cancelled. Nothing was changed.")
        except ClientError as problem:
            return FAILED, catalogue.sentence(problem.sentence)
        except (layers.Refused, colour.ColourError) as problem:
            return FAILED, str(problem)
        except MemoryError:
            return FAILED, tr("There was not enough memory for this picture. Nothing was changed.")
        except Exception as problem:  # a bug of ours must not leave a job that never ends
            return FAILED, tr("Something went wrong in the plug-in. Nothing was changed. (%s)") % repr(problem)


_queue: Optional[Jobs] = None


def shared() -> Jobs:
    """The one queue of this Krita: restorations take turns, whichever window they were given in."""
    global _queue
    if _queue is None:
        _queue = Jobs(JobSession())
    return _queue


def stop_shared() -> None:
    """Krita quits: cancel its jobs."""
    if _queue is not None:
        _queue.stop()
