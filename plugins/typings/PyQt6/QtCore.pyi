from typing import Any

import PySide6.QtCore
from PySide6.QtCore import *
from PySide6.QtCore import Signal as Signal

pyqtSignal = Signal

def pyqtSlot(*types: type) -> Any: ...

class QRect(PySide6.QtCore.QRect):  # PySide says of it that it is an object
    def getRect(self) -> tuple[int, int, int, int]: ...
    def adjusted(self, dx1: int, dy1: int, dx2: int, dy2: int) -> QRect: ...
    def intersected(self, other: PySide6.QtCore.QRect) -> QRect: ...
    def translated(self, p: QPoint) -> QRect: ...  # type: ignore[override]
