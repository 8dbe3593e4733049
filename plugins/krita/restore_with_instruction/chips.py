"""The plan as chips: what was understood, each with its weight, removable and movable, by mouse and by keyboard."""

from __future__ import annotations

from typing import Any, Dict, List

from . import icons
from .bar import Bar
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal, event_pos
from .restored_client.desk.deeds import deed, unsure
from .restored_client.desk.overlay import can_be_shown
from .restored_client.desk.plaintext import plain
from .restored_client.desk.planedit import identity
from .words import tr


class _Handle(QtWidgets.QWidget):
    """Six dots to drag a chip by."""

    dragged = Signal(int)  # by how many pixels below (or, negative, above) where the drag began

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFixedWidth(12)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(tr("Drag to change the order (Alt+Up, Alt+Down)"))
        self._from = 0.0

    def mousePressEvent(self, event) -> None:
        self._from = event_pos(event).y()

    def mouseMoveEvent(self, event) -> None:
        self.dragged.emit(round(event_pos(event).y() - self._from))

    def paintEvent(self, event) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = self.palette().color(QtGui.QPalette.ColorRole.WindowText)
        colour.setAlphaF(0.5)
        painter.setBrush(colour)
        middle = self.height() / 2
        for x in (3.5, 7.5):
            for y in (-4, 0, 4):
                painter.drawEllipse(QtCore.QPointF(x, middle + y), 1.1, 1.1)


class Chip(QtWidgets.QWidget):
    """One step of the plan."""

    weighed = Signal(str, float)
    removed = Signal(str)
    moved = Signal(str, int)
    place_wanted = Signal(str)  # the person wants to see, or change, where it applies

    def __init__(self, step: Dict[str, Any], parent=None) -> None:
        super().__init__(parent)
        self.task = identity(step)
        self._described: Any = None
        label = deed(step, tr)
        self.bar = Bar(label, step["strength"])
        self.bar.round = True
        self.close_button = close = icons.button("cross", "")
        close.setFixedWidth(20)
        self.place = icons.button("place", "")
        self.place.setFixedWidth(22)
        self.describe(step)
        self.place.setCheckable(True)
        self.place.clicked.connect(lambda: self.place_wanted.emit(self.task))
        handle = _Handle()
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for widget in (handle, self.bar, self.place, close):
            row.addWidget(widget)
        self.place.setVisible(can_be_shown(step))  # not before it has a parent: it would be a window for a moment
        self.bar.valueChanged.connect(lambda value: self.weighed.emit(self.task, value / 100))
        close.clicked.connect(lambda: self.removed.emit(self.task))
        handle.dragged.connect(self._drag)
        self.bar.installEventFilter(self)

    def describe(self, step: Dict[str, Any]) -> None:
        """Say what it does, as long as it does it: "only there" may have become "everywhere but there"."""
        label, words = deed(step, tr), str(step.get("words") or "")
        if (label, words, unsure(step)) == self._described:
            return  # a screen reader would say it again
        self._described = label, words, unsure(step)
        self.bar.label, self.bar.dashed = label, unsure(step)
        self.bar.setAccessibleName(label)
        hints = [
            label,  # which may be cut off in a narrow docker
            tr("From “%s”.") % words if words else "",
            tr("I am not sure that this was meant.") if unsure(step) else "",
            tr("Drag to weigh; Delete removes; Alt+Up and Alt+Down change the order."),
        ]
        self.bar.setToolTip(plain("\n".join(filter(None, hints))))
        for button, said in ((self.close_button, tr("Remove “%s” from the plan")), (self.place, tr("Where “%s” applies"))):
            button.setToolTip(plain(said % label))
            button.setAccessibleName(said % label)
        self.bar.update()

    def _drag(self, pixels: int) -> None:
        places = round(pixels / max(1, self.height()))
        if places:
            self.moved.emit(self.task, places)

    def eventFilter(self, watched, event) -> bool:
        if event.type() not in (QtCore.QEvent.Type.ShortcutOverride, QtCore.QEvent.Type.KeyPress):
            return False
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        remove = key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        if not remove and not (alt and key in steps):
            return False
        event.accept()  # as a shortcut it would reach Krita and delete the layer's content
        if event.type() == QtCore.QEvent.Type.KeyPress:
            if remove:
                self.removed.emit(self.task)
            else:
                self.moved.emit(self.task, steps[key])
        return True


class Chips(QtWidgets.QWidget):
    """The steps of a plan, one chip per line so that they stay usable in a narrow docker, and a button to add another."""

    weighed = Signal(str, float)
    removed = Signal(str)
    moved = Signal(str, int)
    place_wanted = Signal(str)
    added = Signal(str, str)

    def __init__(self, before: QtWidgets.QWidget, parent=None) -> None:
        """`before`: the widget from which Tab goes to the first chip."""
        super().__init__(parent)
        self._before = before
        self._tasks: List[Dict[str, str]] = []
        self._chips: List[Chip] = []
        self._listed: Any = None  # what the menu was made from
        self._column = QtWidgets.QVBoxLayout()
        self._column.setSpacing(3)
        self._add = QtWidgets.QToolButton()
        self._add.setText(tr("Add…"))
        self._add.setToolTip(tr("Add a step that the words did not name"))
        self._add.setAutoRaise(True)
        self._add.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QtWidgets.QMenu(self)
        self._add.setMenu(self._menu)
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self._add)
        foot.addStretch(1)
        outer = QtWidgets.QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(3)
        outer.addLayout(self._column)
        outer.addLayout(foot)
        self._refresh_foot()

    def set_tasks(self, tasks: List[Dict[str, str]]) -> None:
        """Every task the engine knows, as `{"id", "label"}`: what can be added by hand."""
        if tasks != self._tasks:
            self._tasks = tasks
            self._refresh_foot()

    def show_steps(self, steps: List[Dict[str, Any]]) -> None:
        """Show these; chips that only changed their weight keep the mouse and the keyboard."""
        if [identity(step) for step in steps] == [chip.task for chip in self._chips]:
            for chip, step in zip(self._chips, steps):
                if not chip.bar.isSliderDown():
                    chip.bar.blockSignals(True)
                    chip.bar.setValue(round(step["strength"] * 100))
                    chip.bar.blockSignals(False)
                    chip.describe(step)
        else:
            self._rebuild(steps)
        self._refresh_foot()

    def show_place(self, step: str) -> None:
        """Mark the chip whose place is on show."""
        for chip in self._chips:
            chip.place.setChecked(chip.task == step)

    def button_of(self, step: str) -> Any:
        """The button for a step's place, or None."""
        return next((chip.place for chip in self._chips if chip.task == step), None)

    def _rebuild(self, steps: List[Dict[str, Any]]) -> None:
        known = {chip.task: chip for chip in self._chips}
        focused = next((index for index, chip in enumerate(self._chips) if chip.bar.hasFocus()), None)
        focused_task = None if focused is None else self._chips[focused].task
        self._chips = []
        for index, step in enumerate(steps):
            chip = known.pop(identity(step), None) or self._new_chip(step)
            self._column.removeWidget(chip)
            self._column.insertWidget(index, chip)
            self._chips.append(chip)
        for chip in known.values():
            self._column.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        if focused is not None and self._chips and focused_task in known:  # the focused one went: the next one takes over
            self._chips[min(focused, len(self._chips) - 1)].bar.setFocus()
        before = self._before  # the chips were made last, but Tab reaches them where they stand
        for chip in self._chips:
            for widget in (chip.bar, chip.place, chip.close_button):
                QtWidgets.QWidget.setTabOrder(before, widget)
                before = widget
        QtWidgets.QWidget.setTabOrder(before, self._add)

    def _new_chip(self, step: Dict[str, Any]) -> Chip:
        chip = Chip(step)
        chip.weighed.connect(self.weighed)
        chip.removed.connect(self.removed)
        chip.moved.connect(self.moved)
        chip.place_wanted.connect(self.place_wanted)
        return chip

    def _refresh_foot(self) -> None:
        present = {chip.task for chip in self._chips}
        shown = (present, [task["id"] for task in self._tasks])
        if shown == self._listed:
            return
        self._listed = shown
        self._menu.clear()
        for task in self._tasks:
            if task["id"] not in present:
                action = self._menu.addAction(deed(task, tr))
                action.triggered.connect(lambda _=False, task=task: self.added.emit(task["id"], str(task.get("label", ""))))
        self._add.setVisible(bool(self._menu.actions()))
