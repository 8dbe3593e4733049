"""One thing at a time in the GUI thread.

While Krita converts colours or takes a layer in, it waits for its own threads and lets events through meanwhile: timers, clicks
and calls of other threads arrive in the middle of what we do. What would touch layers again has to wait for the end of it, as it
waits for the end of a dialog that holds everything up: Krita may be in the middle of something there, too.
"""

from __future__ import annotations

import contextlib
from typing import Iterator

from .qt import QtWidgets

_taken = False


def occupied() -> bool:
    """Whether something is under way that events may interrupt but must not disturb. GUI thread only."""
    return _taken or QtWidgets.QApplication.activeModalWidget() is not None


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
