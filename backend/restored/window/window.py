"""The window: instruction, what was understood, preview, strength, and a copy beside the original."""

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QPushButton, QSlider, QVBoxLayout, QWidget

from restored.files import FileOrder as FileWish
from restored.files import Report
from restored.ground.errors import Cancelled
from restored_client.desk.conversation import OpenSession
from restored_client.desk.desk import Desk
from restored_client.desk.plaintext import plain
from restored_client.desk.previewstate import ZOOMS
from restored_client.desk.remarks import SELECT_FIRST, why_nothing
from restored_client.desk.state import FAILED, UPDATING
from restored_client.desk.wish import SCALES, Wish
from restored_client.session import Progress

from .chips import Chips
from .layer import Opened, free_place
from .preview import PreviewWidget
from .talk import Talk, WindowPost
from .words import CATALOGUE, tr

_WARNING, _ON_DARK = "#b3261e", "#ff8a80"


class EditWindow(QWidget):
    """One picture. Closing it while a job runs cancels the job; then nothing was written."""

    def __init__(self, opened: Opened, open_session: OpenSession) -> None:
        super().__init__()
        self._opened = opened
        self._talk = Talk(opened, open_session, WindowPost())
        self.desk = Desk(self._talk, CATALOGUE, self._show, self._restore)
        self._talk.conversation.serve(self.desk)
        self.saved: Report | None = None
        self._begun = self._done = Wish()  # what was asked for last, and what of that there is a file of
        self._said: tuple[Wish, str, bool] | None = None  # to what stood there: what became of it, and whether that is a warning
        self._build()
        self._show()

    def _build(self) -> None:
        self.setWindowTitle(f"{self._opened.source.name} – {tr('Restore with instruction')}")
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("What is wrong with it? Such as: remove the noise and brighten it"))
        self.words.setAccessibleName(tr("Instruction"))
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self.desk.type)
        self.words.returnPressed.connect(self._pressed)
        self.chips = Chips(self.desk, lambda: self._talk.find, self._fill)
        self.remark = QLabel()
        self.remark.setTextFormat(Qt.TextFormat.PlainText)  # names and instructions are anybody's
        self.remark.setWordWrap(True)
        self.remark.setFixedHeight(2 * self.remark.fontMetrics().lineSpacing() + 4)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.preview = PreviewWidget(self._opened, self.desk)
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(0, 100)
        self.strength.setValue(100)
        self.strength.setAccessibleName(tr("Strength"))
        self.strength.valueChanged.connect(lambda value: self.desk.set_strength(value / 100))
        self.percent = QLabel()
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("100% "))
        self.zoom = _choice(tr("Size of the preview"), [tr("Fit"), "100 %", "200 %"], ZOOMS.index(self.desk.zoom))
        self.zoom.setToolTip(tr("“Fit” shows the whole picture: for light, haze and colour, not for noise and sharpness."))
        self.zoom.currentIndexChanged.connect(lambda index: self.desk.set_zoom(ZOOMS[index]))
        self.scale = _choice(tr("Size of the result"), [tr("Same size"), "2 ×", "4 ×"], 0)
        self.scale.currentIndexChanged.connect(lambda index: self.desk.set_scale(SCALES[index]))
        self.device = QLabel()
        self.device.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setTextVisible(True)
        self.bar.hide()
        self.go = QPushButton(tr("Save a copy"))
        self.go.setDefault(True)
        self.go.clicked.connect(self._pressed)
        self.leave = QPushButton()
        self.leave.clicked.connect(self._stop_or_close)
        row, last = QHBoxLayout(), QHBoxLayout()
        for widget in (QLabel(tr("Strength")), self.strength, self.percent, QLabel(tr("Preview")), self.zoom):
            row.addWidget(widget)
        for widget in (self.device, self.bar):
            last.addWidget(widget, 1)
        for widget in (self.scale, self.leave, self.go):
            last.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.addWidget(self.words)
        whole.addWidget(self.chips)
        whole.addWidget(self.remark)
        whole.addWidget(self.preview, 1)
        whole.addLayout(row)
        whole.addLayout(last)
        self.resize(760, 700)

    # --- what the desk says ---

    def _show(self) -> None:
        if not hasattr(self, "go"):
            return
        desk = self.desk
        self.chips.show_plan()
        trouble = desk.trouble.sentence if desk.trouble is not None else ""
        updating = tr("Updating…") if desk.phase == UPDATING and not desk.waiting else ""
        if self._said is not None and self._said[0] == desk.wish():
            self._say(self._said[1], warning=self._said[2])
        else:
            self._say(
                trouble or desk.waiting or self._here(desk.remark) or updating, warning=desk.phase == FAILED or bool(trouble)
            )
        self.percent.setText(f"{desk.strength:.0%}")
        self.device.setText(desk.device_short)
        self.device.setToolTip(plain(desk.device))
        for choice, index in ((self.scale, SCALES.index(desk.scale)), (self.zoom, ZOOMS.index(desk.zoom))):
            with QSignalBlocker(choice):  # nobody chose it: the words may say how large, and say otherwise later
                choice.setCurrentIndex(index)
        self.go.setEnabled(desk.can_restore and desk.wish() != self._done)
        self.leave.setText(tr("Cancel") if desk.busy else tr("Close"))
        self.preview.update()

    def _say(self, words: str, *, warning: bool = False) -> None:
        dark = self.palette().window().color().lightness() < 128
        self.remark.setText(words or " ")
        self.remark.setToolTip(plain(words))  # which may be longer than there is room
        self.remark.setStyleSheet(f"color: {_ON_DARK if dark else _WARNING}" if warning else "")

    def _here(self, words: str) -> str:
        """A remark about what can be filled, as this window has it: nothing can be selected here."""
        if self._talk.find:
            own = tr("What I find is filled. “Show where” in the step's menu shows it.")
        else:
            own = tr(
                "Scratches are filled once you say so: look where I find some, and choose “Fill what I find” in the step's menu."
            )
        for sentence in (tr(SELECT_FIRST), SELECT_FIRST):
            words = words.replace(sentence, own)
        return words

    def _why_not(self, result: Report) -> str:
        return self._here(why_nothing(dict(result.done.plan), result.done.message, CATALOGUE))

    def _fill(self, on: bool) -> None:
        self._talk.find, self._done, self._said = on, Wish(), None
        if on:
            self.desk.show_region("")  # what lies over the marks would hide that they are filled
        self.desk.repainted()  # what was restored so far is of the other answer

    # --- the job ---

    def _pressed(self) -> None:
        wish = self.desk.restore()
        if wish is not None:
            self._restore(wish)

    def _restore(self, wish: Wish) -> None:
        self._begun = wish
        self._opened.target = free_place(self._opened.source)  # another file each time
        self.bar.setRange(0, 0)
        self.device.hide()
        self.bar.show()
        asked = FileWish(**{**wish.asked(), "find": self._talk.find})
        self._talk.job(asked, self._heard, self._ended)
        self.desk.set_busy(True)

    def _heard(self, step: Progress) -> None:
        self.bar.setRange(0, 0 if step.fraction is None else 100)
        self.bar.setValue(round(100 * (step.fraction or 0)))
        self.bar.setFormat(tr(step.words) if step.words else "%p %")

    def _ended(self, result: Any, error: Exception | None) -> None:
        self.bar.hide()
        self.device.show()
        if error is None:
            self.saved, self._done = result, self._begun
            name = self._opened.target.name
            said = tr("Saved as {name}.").format(name=name) if result.done.changed else self._why_not(result)
            said = " ".join([said, *result.notes])
        else:
            cancelled = isinstance(error, Cancelled)
            said = tr("Cancelled. Nothing was saved.") if cancelled else CATALOGUE.sentence(str(error))
        self._said = self.desk.wish(), said, error is not None and not isinstance(error, Cancelled)
        self.desk.set_busy(False)

    def _stop_or_close(self) -> None:
        if self.desk.busy:
            self._talk.conversation.cancel()
        else:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._talk.conversation.close()
        super().closeEvent(event)


def _choice(name: str, words: list[str], at: int) -> QComboBox:
    made = QComboBox()
    made.addItems(words)
    made.setCurrentIndex(at)
    made.setAccessibleName(name)
    return made
