"""One thing at a time in the GUI thread.

While Krita converts colours or takes a layer in, and from 5.3 on whenever it is asked which layer is active, it lets events
through: timers, clicks and calls of other threads arrive in the middle of what we do. What would touch layers again has to wait
for the end of it, as it waits for the end of a dialog that holds everything up: Krita may be in the middle of something there.

The other way round, we are called in the middle of what Qt or Krita does: a docker is resized while all dockers are laid out.
What is read or rearranged there happens afterwards: Krita 6 crashed when its main window was laid out once more inside.
"""

from __future__ import annotations

import contextlib
from typing import Callable, Iterator

from .qt import QtCore, QtWidgets

_taken = False
_interrupted = 0


def occupied() -> bool:
    """Whether something is under way that events may interrupt but must not disturb. GUI thread only."""
    return _taken or asking() or QtWidgets.QApplication.activeModalWidget() is not None


def asking() -> bool:
    """Whether this is an event that came while Krita was asked something."""
    return _interrupted > 0


@contextlib.contextmanager
def taken() -> Iterator[None]:
    """Around calls of Krita's that let events through. Whoever looked at `occupied` never gets here twice."""
    global _taken
    if _taken:
        raise RuntimeError("one thing inside another")
    _taken = True
    try:
        yield
    finally:
        _taken = False


@contextlib.contextmanager
def interrupted() -> Iterator[None]:
    """Around a question to Krita that lets events through, of which some, such as a click, may ask it here once more. What was
    known before it may be another thing after it."""
    global _interrupted
    _interrupted += 1
    try:
        yield
    finally:
        _interrupted -= 1


class Afterwards(QtCore.QTimer):
    """Calls `work` once Qt and Krita have come to the end of what they are doing; asked for several times until then, once."""

    def __init__(self, work: Callable[[], object], parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.timeout.connect(work)

    def ask(self) -> None:
        self.start(0)
