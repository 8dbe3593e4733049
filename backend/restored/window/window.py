"""The window: instruction, what was understood, preview, strength, and a copy beside the original."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from restored.files import FileOrder as FileWish
from restored.files import Report
from restored.ground.errors import Cancelled, RestoredError
from restored_client.desk.catalogue import Catalogue
from restored_client.desk.desk import Desk
from restored_client.desk.plaintext import plain
from restored_client.desk.planedit import identity
from restored_client.desk.state import FAILED, UPDATING
from restored_client.desk.wish import Wish
from restored_client.session import Session

from .layer import Opened, free_place
from .preview import PreviewWidget
from .talk import Talk, WindowPost

OpenSession = Callable[[Callable[[str], None]], Session]


class EditWindow(QWidget):
    """One picture. Closing it while a job runs cancels the job; then nothing was written."""

    def __init__(self, opened: Opened, open_session: OpenSession, catalogue: Catalogue | None = None) -> None:
        super().__init__()
        self._opened = opened
        self._tr = (catalogue or Catalogue()).gettext
        self._post = WindowPost()
        self._talk = Talk(opened, open_session, self._post)
        self.desk = Desk(self._talk, catalogue, self._show, self._restore)
        self._talk.desk = self.desk
        self._running = self._stopped = False
        self._chips_shown: object = None
        self.saved: Report | None = None
        self._build()
        self._show()

    def _build(self) -> None:
        tr = self._tr
        self.setWindowTitle(f"{self._opened.source.name} – {tr('Restore with instruction')}")
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("What is wrong with it? Such as: remove the noise and brighten it"))
        self.words.setAccessibleName(tr("Instruction"))
        self.words.textChanged.connect(self.desk.type)
        self.words.returnPressed.connect(self._pressed)
        row_of_chips = QWidget()
        row_of_chips.setFixedHeight(34)
        self.chips = QHBoxLayout(row_of_chips)
        self.chips.setContentsMargins(0, 0, 0, 0)
        self.chips.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.remark = QLabel()
        self.remark.setTextFormat(Qt.TextFormat.PlainText)  # names and instructions are anybody's
        self.remark.setWordWrap(True)
        self.remark.setFixedHeight(2 * self.remark.fontMetrics().lineSpacing() + 4)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.preview = PreviewWidget(self._opened, self.desk, tr)
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setValue(100)
        self.strength.setAccessibleName(tr("Strength"))
        self.strength.valueChanged.connect(lambda value: self.desk.set_strength(value / 100))
        self.percent = QLabel()
        self.percent.setMinimumWidth(48)
        self.scale = QComboBox()
        self.scale.addItems([tr("Same size"), "2 ×", "4 ×"])
        self.scale.setAccessibleName(tr("Size of the result"))
        self.scale.currentIndexChanged.connect(lambda index: self.desk.set_scale((1, 2, 4)[index]))
        self.device = QLabel()
        self.device.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(True)
        self.bar.hide()
        self.go = QPushButton(tr("Save a copy"))
        self.go.setDefault(True)
        self.go.clicked.connect(self._pressed)
        self.leave = QPushButton(tr("Close"))
        self.leave.clicked.connect(self.close)
        row, last = QHBoxLayout(), QHBoxLayout()
        for widget in (QLabel(tr("Strength")), self.strength, self.percent, self.scale):
            row.addWidget(widget)
        last.addWidget(self.device, 1)
        for widget in (self.bar, self.leave, self.go):
            last.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.addWidget(self.words)
        whole.addWidget(row_of_chips)
        whole.addWidget(self.remark)
        whole.addWidget(self.preview, 1)
        whole.addLayout(row)
        whole.addLayout(last)
        self.resize(720, 660)

    # --- what the desk says ---

    def _show(self) -> None:
        if not hasattr(self, "go"):
            return
        desk = self.desk
        self._show_chips()
        trouble = desk.trouble.sentence if desk.trouble is not None else ""
        updating = self._tr("Updating…") if desk.phase == UPDATING and not desk.waiting else ""
        self.remark.setText(trouble or desk.waiting or desk.remark or updating or " ")
        self.remark.setStyleSheet("color: #c33" if desk.phase == FAILED or trouble else "")
        self.percent.setText(f"{desk.strength:.0%}")
        self.device.setText(desk.device_short)
        self.device.setToolTip(plain(desk.device))
        index = (1, 2, 4).index(desk.scale)
        if self.scale.currentIndex() != index:
            self.scale.setCurrentIndex(index)
        self.go.setEnabled(desk.can_restore and not self._running)
        self.preview.update()

    def _show_chips(self) -> None:
        """Anew only when they are others: chips that go and come would move what lies below them."""
        steps = [(identity(step), step.get("label"), step.get("strength")) for step in self.desk.plan.steps()]
        shown = (steps, len(self.desk.tasks), bool(self.words.text().strip()))
        if shown == self._chips_shown:
            return
        self._chips_shown = shown
        while (item := self.chips.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for step in self.desk.plan.steps():
            self.chips.addWidget(self._chip(step))
        if self.desk.tasks and self.words.text().strip():
            self.chips.addWidget(self._more())

    def _chip(self, step: dict[str, Any]) -> QToolButton:
        chip, menu = QToolButton(), QMenu(self)
        weight = float(step.get("strength", 1.0))
        chip.setText(f"{step.get('label', step['task'])}" + ("" if weight == 1 else f" {weight:.0%}"))
        name = identity(step)
        for part in (1.0, 0.75, 0.5, 0.25):
            self._entry(menu, f"{part:.0%}", lambda part=part: self.desk.edit("weigh", name, part))
        menu.addSeparator()
        self._entry(menu, self._tr("Remove"), lambda: self.desk.edit("remove", name))
        chip.setMenu(menu)
        chip.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return chip

    def _more(self) -> QToolButton:
        more, menu = QToolButton(), QMenu(self)
        more.setText("+")
        more.setAccessibleName(self._tr("Add a step"))
        there = {step["task"] for step in self.desk.plan.steps()}
        for task in self.desk.tasks:
            if task["id"] not in there:
                label = str(task.get("label", task["id"]))
                self._entry(menu, label, lambda task=task["id"], label=label: self.desk.edit("add", task, label))
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return more

    def _entry(self, menu: QMenu, words: str, act: Callable[[], object]) -> None:
        action = QAction(words, menu)
        action.triggered.connect(lambda: act())
        menu.addAction(action)

    # --- the job ---

    def _pressed(self) -> None:
        wish = self.desk.restore()
        if wish is not None:
            self._restore(wish)

    def _restore(self, wish: Wish) -> None:
        if self._running:
            return
        self._running, self._stopped = True, False
        self._opened.target = free_place(self._opened.source)  # another file each time
        self.bar.setRange(0, 0)
        self.bar.show()
        asked = FileWish(instruction=wish.instruction, plan=wish.plan, strength=wish.strength, scale=wish.scale)
        self._talk.job(asked, self._heard, self._ended, lambda: self._stopped)
        self._show()

    def _heard(self, fraction: float | None, words: str) -> None:
        """In the job's thread."""

        def act() -> None:
            self.bar.setRange(0, 0 if fraction is None else 100)
            self.bar.setValue(round(100 * (fraction or 0)))
            self.bar.setFormat(words or "%p %")

        self._post(act)

    def _ended(self, result: Report | Exception) -> None:
        self._running = False
        self.bar.hide()
        self._show()
        if isinstance(result, Report):
            self.saved = result
            said = (
                self._tr("Saved as {name}.").format(name=self._opened.target.name) if result.done.changed else result.done.message
            )
            self.remark.setText(" ".join([said, *result.notes]))
            self.go.setEnabled(False)
        elif not isinstance(result, Cancelled):
            sentence = str(result) if isinstance(result, RestoredError) else f"{type(result).__name__}: {result}"
            self.remark.setText(sentence)
            self.remark.setStyleSheet("color: #c33")

    def closeEvent(self, event: QCloseEvent) -> None:
        self._stopped = True
        self._talk.close()
        super().closeEvent(event)
