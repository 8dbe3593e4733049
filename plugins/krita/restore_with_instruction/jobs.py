"""Restorations in the background: a queue, one thread that works it off, and calls back to the GUI thread for Krita's objects."""

from __future__ import annotations

import itertools
import queue
import threading
import zlib
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Tuple

from . import colour, layers, turns
from .connection import JobSession
from .finish import finish, title
from .pixels import Buffer, clear_unselected, from_wire, keep_unselected, to_wire
from .qt import QtCore, Signal
from .restored_client.desk.remarks import why_nothing
from .restored_client.desk.timeleft import TimeLeft, in_words
from .restored_client.desk.wish import NEW_LAYER, Wish
from .restored_client.wire.errors import Cancelled, ClientError
from .restored_client.wire.pixels import Pixels
from .words import catalogue, tr

WAITING, RUNNING, DONE, NOTHING, FAILED, CANCELLED = "waiting", "running", "done", "nothing", "failed", "cancelled"

_SOON = 10  # milliseconds until a call that came at the wrong moment is tried again

_numbers = itertools.count(1)


@dataclass(eq=False)
class Job:
    """One restoration from the button to the layer."""

    source: layers.Source
    wish: Wish
    state: str = WAITING
    fraction: Optional[float] = None
    words: str = ""
    message: str = ""
    recipe: Optional[Dict[str, Any]] = None
    device: str = ""  # what computed it
    checksum: int = 0  # of the pixels as they were put there
    result: str = ""  # the id of the layer that came of it
    number: int = field(default_factory=lambda: next(_numbers))
    then: Optional[Callable[[Any], None]] = field(default=None, repr=False)  # a script's, in the GUI thread
    left: TimeLeft = field(default_factory=TimeLeft, repr=False)
    _cancel: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def over(self) -> bool:
        return self.state not in (WAITING, RUNNING)

    @property
    def title(self) -> str:
        return title(self.wish)

    @property
    def time_left(self) -> str:
        """How long it will still take, in words; empty while nobody knows."""
        return in_words(self.left.seconds(), catalogue)

    def cancel(self) -> None:
        self._cancel.set()

    def cancelled(self) -> bool:
        return self._cancel.is_set()

    def go_on(self) -> None:
        """Raise Cancelled when the user does not want this job any more."""
        if self.cancelled():
            raise Cancelled


class _Call:
    """A function on its way to the GUI thread; given up when its caller stopped waiting."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work, self._lock = work, threading.Lock()
        self._abandoned = False
        self.done = threading.Event()
        self.result: Any = None
        self.error: Optional[BaseException] = None

    def run(self) -> None:
        with self._lock:
            if self._abandoned:
                return
            try:
                self.result = self._work()
            except BaseException as problem:
                self.error = problem
            self.done.set()

    def abandon(self) -> bool:
        """Give up; False when it has run already."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._abandoned = not self.done.is_set()
            return self._abandoned
        finally:
            self._lock.release()


class GuiCalls(QtCore.QObject):
    """Runs functions in the GUI thread for a thread that waits for them. Lives in the GUI thread."""

    _asked = Signal(object)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._asked.connect(self._run, QtCore.Qt.ConnectionType.QueuedConnection)

    def _run(self, call: _Call) -> None:
        if turns.occupied():
            QtCore.QTimer.singleShot(_SOON, lambda: self._run(call))
        else:
            call.run()

    def __call__(self, work: Callable[[], Any], cancelled: Callable[[], bool]) -> Any:
        """The result of `work()`; raises what it raised, or Cancelled when `cancelled()` became true before it began."""
        call = _Call(work)
        self._asked.emit(call)
        while not call.done.wait(0.05):
            if cancelled() and call.abandon():
                raise Cancelled
        if call.error is not None:
            raise call.error
        return call.result


class Jobs(QtCore.QObject):
    """The queue and the thread that works it off, in the order in which jobs were given.

    A thread of Python's own, not a QThread: it may still wait for a daemon that starts slowly when Krita quits, and Qt ends a
    program whose QThread runs at that moment with an error.
    """

    changed = Signal(object)  # a Job whose state or progress is another one now
    over = Signal(object)  # a Job that ended, after `changed`

    def __init__(self, line: JobSession, parent=None) -> None:
        super().__init__(parent)
        self._line = line
        self._gui = GuiCalls()
        self._queue: queue.Queue = queue.Queue()
        self._all: List[Job] = []
        self._last: Optional[Tuple[Tuple[Any, ...], str]] = None
        self._turn = threading.Lock()  # held while a job stops to wait
        self._thread = threading.Thread(target=self._run, name="restored jobs", daemon=True)

    def cancel(self, job: Job) -> None:
        """The user does not want this job any more: one that still waits is over at once."""
        job.cancel()
        with self._turn:
            waited = job.state == WAITING
            if waited:
                job.state, job.message = CANCELLED, tr("Cancelled. Nothing was changed.")
        if waited:
            self.changed.emit(job)
            self.over.emit(job)

    def give(self, job: Job) -> None:
        """Queue a job; the thread starts with the first one."""
        self._all = [each for each in self._all if not each.over] + [job]
        self._queue.put(job)
        if not self._thread.is_alive():
            self._thread.start()
        self.changed.emit(job)

    @property
    def unfinished(self) -> List[Job]:
        return [job for job in self._all if not job.over]

    def stop(self, seconds: float = 3.0) -> bool:
        """Cancel everything and end the thread, as when Krita quits; False when it did not end in time."""
        for job in self.unfinished:
            self.cancel(job)
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            if job is None:
                self._line.close()
                return
            with self._turn:
                if job.over:
                    continue
                job.state, job.words = RUNNING, tr("Starting…")
            self.changed.emit(job)
            self._work(job)
            self.changed.emit(job)
            self.over.emit(job)

    def _work(self, job: Job) -> None:
        state, message = DONE, ""
        try:
            job.go_on()
            state, message = self._restore(job)
        except Cancelled:
            state, message = CANCELLED, tr("Cancelled. Nothing was changed.")
        except ClientError as problem:
            state, message = FAILED, tr(problem.sentence)
        except (layers.Refused, colour.ColourError) as problem:
            state, message = FAILED, str(problem)
        except MemoryError:
            state, message = FAILED, tr("There was not enough memory for this picture. Nothing was changed.")
        except Exception as problem:  # a bug of ours must not leave a job that never ends
            state = FAILED
            message = tr("Something went wrong in the plug-in. Nothing was changed. (%s)") % repr(problem)
        job.message, job.state = message, state

    def _restore(self, job: Job) -> Tuple[str, str]:
        source, wish = job.source, job.wish
        width, height = source.rect[2:]
        pixels = self._travelling(job)
        outcome = self._infer(job, pixels)
        job.recipe, job.device = outcome.recipe, outcome.device
        if not outcome.changed or outcome.pixels is None:
            return NOTHING, why_nothing(outcome.plan, outcome.message, catalogue)
        result, scale = outcome.pixels, wish.scale
        if (result.width, result.height) != (width * scale, height * scale):
            raise ClientError("bad_answer", detail=f"{result.width}x{result.height}")
        data = self._returning(job, result)
        if source.mask is not None and not source.space.srgb_encoded:
            data = keep_unselected(data, source.data, source.mask, source.space.pixel_bytes)
        try:
            return self._place(job, data, result, wish.where)
        except layers.Changed as change:
            self._place(job, data, result, NEW_LAYER)
            return DONE, str(change)

    def _place(self, job: Job, data: Buffer, result: Pixels, output: str) -> Tuple[str, str]:
        """Hand the result over to Krita. Every copy is made here, so that the GUI thread has only Krita's own calls to make."""
        source = job.source
        if output == NEW_LAYER and source.mask is not None:
            data = clear_unselected(data, source.mask, source.space.pixel_bytes)
        ready = QtCore.QByteArray(data)
        job.checksum = zlib.crc32(data)
        job.go_on()
        return self._gui(lambda: finish(job, ready, result.width, result.height, output), job.cancelled)

    def _infer(self, job: Job, pixels: Pixels):
        """The restored pixels: from the engine's kept residual when only the strength is another one, else by inference."""
        source, wish = job.source, job.wish
        key = (
            source.node,
            source.rect,
            wish.key or repr((wish.instruction, wish.plan)),
            wish.model,
            wish.scale,
            zlib.crc32(source.data),
            zlib.crc32(source.mask or b""),
        )
        if self._last is not None and self._last[0] == key:
            kept = self._last[1]
            try:
                return self._line.call(lambda session: session.adjust(kept, strength=wish.strength, texture=wish.texture))
            except ClientError as problem:
                if problem.code != "expired":
                    raise
        mask = None if source.mask is None else Pixels(pixels.width, pixels.height, 1, "u8", source.mask)
        self._last = None

        def progress(step) -> None:
            job.fraction, job.words = step.fraction, step.words
            job.left.took(step.fraction)
            self.changed.emit(job)

        outcome = self._line.call(
            lambda session: session.restore(
                pixels,
                instruction=wish.instruction or None,
                plan=wish.plan,
                model=wish.model,
                profile=source.profile,
                strength=wish.strength,
                texture=wish.texture,
                mask=mask,
                scale=wish.scale,
                context=source.context,
                keep=True,
                on_progress=progress,
                cancelled=job.cancelled,
            )
        )
        if outcome.job:
            self._last = (key, outcome.job)
        return outcome

    def _travelling(self, job: Job) -> Pixels:
        source = job.source
        target = source.space if source.profile is not None else colour.exchange_space(source.space)
        data = self._converted(job, source.data, source.rect[2], source.rect[3], source.space, target)
        return to_wire(data, target, source.rect[2], source.rect[3])

    def _returning(self, job: Job, pixels: Pixels) -> Buffer:
        space = job.source.space
        came = space if job.source.profile is not None else colour.exchange_space(space)
        return self._converted(job, from_wire(pixels, came), pixels.width, pixels.height, came, space)

    def _converted(self, job: Job, data: Buffer, width: int, height: int, source, target) -> Buffer:
        """Krita's conversion, stripe by stripe, so that the canvas stays alive in between."""
        if source == target:
            return data
        row, parts = width * source.pixel_bytes, []
        for start, end in colour.stripes(height, width):
            part = bytes(memoryview(data)[start * row : end * row])
            rows = end - start
            parts.append(self._gui(lambda part=part, rows=rows: colour.convert(part, width, rows, source, target), job.cancelled))
        return b"".join(parts)
