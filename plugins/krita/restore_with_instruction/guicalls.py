"""Calls from a worker's thread into the GUI thread, where alone Krita's objects may be touched."""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Callable, Optional

from . import turns
from .qt import QtCore, Signal
from .restored_client.wire.errors import Cancelled

_SOON = 10  # milliseconds until a call that came at the wrong moment is tried again


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


class GuiPost(QtCore.QObject):
    """Runs calls of other threads in the GUI thread, in order, while the docker is there."""

    _asked = Signal(object)

    def __init__(self, owner: QtCore.QObject) -> None:
        super().__init__(owner)
        self._asked.connect(self._run, QtCore.Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # Qt has deleted us: Krita quits
            self._asked.emit(call)

    def _run(self, call: Callable[[], None]) -> None:
        call()
