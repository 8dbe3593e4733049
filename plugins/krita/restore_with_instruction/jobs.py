"""Restorations in the background: the desk's queue, one thread that works it off, and signals for the windows."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, Callable, Dict, List, Optional

from . import colour, layers, refusals
from .connection import JobSession
from .finish import title
from .guicalls import GuiCalls
from .qt import QtCore, Signal
from .restored_client.desk import queue as queues
from .restored_client.desk.timeleft import in_words
from .restored_client.desk.wish import Wish
from .restored_client.wire.errors import Cancelled, ClientError
from .restored_client.wire.pixels import Pixels
from .words import catalogue, tr
from .working import Working

WAITING, RUNNING, DONE, CANCELLED, FAILED = queues.WAITING, queues.RUNNING, queues.DONE, queues.CANCELLED, queues.FAILED


class LayerJob(queues.QueuedRestoration):
    """One restoration from the button to the layer.

    source: the layer as it was when the job was given; of a layer in a picture that is not in front it is read when its turn
    comes, by `take` in the GUI thread, so that twenty open pictures do not lie in memory twice. of: the picture's name, where
    several are restored.
    """

    def __init__(
        self,
        source: Optional[layers.Source],
        wish: Wish,
        then: Optional[Callable[[Any], None]] = None,
        take: Optional[Callable[[], layers.Source]] = None,
        of: str = "",
    ) -> None:
        size = source.rect[2] * source.rect[3] * max(1, len(source.times)) if source is not None else 1
        super().__init__(f"{of}: {title(wish)}" if of else title(wish), size * wish.scale**2)
        self._source, self.wish, self.take, self.of = source, wish, take, of
        self.recipe: Optional[Dict[str, Any]] = None
        self.device = ""
        """What computed it."""
        self.picture: Optional[Pixels] = None
        """What came of it, small, to know it again by."""
        self.checksum = 0
        """Of the pixels as they were put there."""
        self.result = ""
        """The id of the layer that came of it."""
        self.then = then
        """A script's, called in the GUI thread."""

    @property
    def source(self) -> layers.Source:
        assert self._source is not None, "its turn has not come"
        return self._source

    def taken(self, source: layers.Source) -> None:
        """Its turn has come, and its layer was read."""
        self._source, self.take = source, None
        self.size = source.rect[2] * source.rect[3] * self.wish.scale**2

    def let_go(self) -> None:
        """It is over, and may be remembered for long: its pixels are not needed any more."""
        if self._source is not None:
            self._source = replace(self._source, data=b"", mask=None, context=None)

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

    changed = Signal(object)  # a LayerJob whose state, place or progress is another one now
    over = Signal(object)  # a LayerJob that ended, after `changed`

    def __init__(self, line: JobSession, parent=None) -> None:
        super().__init__(parent)
        self._line = line
        self._gui = GuiCalls()
        self._queue: queues.Queue[LayerJob] = queues.Queue(self.changed.emit)
        self._working = Working(self)
        self._thread = threading.Thread(target=self._run, name="restored jobs", daemon=True)

    def cancel(self, job: LayerJob) -> None:
        """The user does not want this job any more: one that still waits is over at once."""
        if self._queue.cancel(job, tr("Cancelled. Nothing was changed.")):
            self.over.emit(job)

    def to_front(self, job: LayerJob) -> None:
        """Have it done next."""
        self._queue.to_front(job)

    def to_back(self, job: LayerJob) -> None:
        """Have it done last."""
        self._queue.to_back(job)

    def give(self, job: LayerJob) -> None:
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

    def progress(self, job: LayerJob, fraction: Optional[float], words: str) -> None:
        """The job that runs is so far."""
        self._queue.progress(job, fraction, words)

    def _run(self) -> None:
        while True:
            job = self._queue.take()
            if job is None:
                self._line.close()
                return
            assert isinstance(job, LayerJob)
            self._queue.progress(job, None, tr("Starting…"))
            ended = self._work(job)
            job.let_go()
            self._queue.finish(job, *ended)
            self.over.emit(job)

    def _work(self, job: LayerJob) -> Any:
        """How it ended: a state and a sentence."""
        try:
            job.go_on()
            return self._working.restore(job)
        except Cancelled:
            return CANCELLED, tr("Cancelled. Nothing was changed.")
        except ClientError as problem:
            return FAILED, tr(problem.sentence)
        except (refusals.Refused, colour.ColourError) as problem:
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
