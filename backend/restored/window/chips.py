"""The steps of a plan as chips, each with what can be done about it, and a button for one more."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLayout, QLayoutItem, QMenu, QScrollArea, QSizePolicy, QToolButton, QWidget

from restored_client.desk.deeds import deed
from restored_client.desk.desk import Desk
from restored_client.desk.overlay import can_be_shown
from restored_client.desk.plaintext import plain
from restored_client.desk.planedit import identity

from .words import tr

_ROWS = 2
_SHARES = (1.0, 0.75, 0.5, 0.25)


class Rows(QLayout):
    """One after the other, in as many rows as they need."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(6)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem, /) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int, /) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]: None ends it
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int, /) -> QLayoutItem | None:  # pyright: ignore[reportIncompatibleMethodOverride]: as above
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int, /) -> int:
        return self._lay(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._items]
        return QSize(max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0))

    def setGeometry(self, place: QRect, /) -> None:
        super().setGeometry(place)
        self._lay(place, move=True)

    def _lay(self, place: QRect, *, move: bool) -> int:
        x, y, high = place.x(), place.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > place.x() and x + size.width() > place.right() + 1:
                x, y, high = place.x(), y + high + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x, high = x + size.width() + self.spacing(), max(high, size.height())
        return y + high - place.y()


class Chips(QScrollArea):
    """As high as two rows, however many there are: chips that go and come must not move what lies below them."""

    def __init__(self, desk: Desk, fills: Callable[[], bool], fill: Callable[[bool], None]) -> None:
        """fills, fill: whether marks that the engine finds are filled, and what says so."""
        super().__init__()
        self._desk, self._fills, self._fill = desk, fills, fill
        self._shown: object = None
        self._place = QWidget()
        self.rows = Rows(self._place)
        self.setWidget(self._place)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        sample = QToolButton()
        sample.setText("X")
        self.setFixedHeight(_ROWS * sample.sizeHint().height() + self.rows.spacing() + 2)

    def show_plan(self) -> None:
        """Anew only when the plan is another."""
        desk = self._desk
        steps = [(identity(step), deed(step, tr), step.get("strength")) for step in desk.plan.steps()]
        typed = bool(desk.text.strip())
        shown = (steps, len(desk.tasks), typed, desk.overlay.step, self._fills())
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self.rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for step in desk.plan.steps():
            self.rows.addWidget(self._chip(step))
        if desk.tasks and typed:
            self.rows.addWidget(self._more())

    def _chip(self, step: dict[str, Any]) -> QToolButton:
        chip, menu = QToolButton(), QMenu(self)
        weight, name, said = float(step.get("strength", 1.0)), identity(step), deed(step, tr)
        chip.setText(said + ("" if weight == 1 else f" {weight:.0%}"))
        words = str(step.get("words") or "")
        chip.setToolTip(plain(tr("From “{words}”.").format(words=words)) if words else "")
        for part in _SHARES:
            entry = _entry(menu, f"{part:.0%}", lambda part=part: self._desk.edit("weigh", name, part))
            entry.setCheckable(True)
            entry.setChecked(part == weight)
        menu.addSeparator()
        if can_be_shown(step):
            on = self._desk.overlay.step == name
            _entry(menu, tr("Show where"), lambda: self._desk.show_region("" if on else name), checked=on)
        if step["task"] == "inpaint":
            fills = self._fills()
            _entry(menu, tr("Fill what I find"), lambda: self._fill(not fills), checked=fills)
        _entry(menu, tr("Remove"), lambda: self._desk.edit("remove", name))
        chip.setMenu(menu)
        chip.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return chip

    def _more(self) -> QToolButton:
        more, menu = QToolButton(), QMenu(self)
        more.setText("+")
        more.setToolTip(tr("Add a step that the words did not name"))
        more.setAccessibleName(tr("Add a step that the words did not name"))
        there = {step["task"] for step in self._desk.plan.steps()}
        for task in self._desk.tasks:
            if task["id"] not in there:
                label = str(task.get("label", task["id"]))
                _entry(menu, deed(task, tr), lambda task=task["id"], label=label: self._desk.edit("add", task, label))
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return more


def _entry(menu: QMenu, words: str, act: Callable[[], object], *, checked: bool | None = None) -> QAction:
    action = QAction(words, menu)
    if checked is not None:
        action.setCheckable(True)
        action.setChecked(checked)
    action.triggered.connect(lambda: act())
    menu.addAction(action)
    return action
