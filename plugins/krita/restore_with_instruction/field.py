"""The field for the instruction: Return, also with Ctrl, restores, Shift+Return begins a new line, Tab goes on."""

from __future__ import annotations

from .qt import Qt, QtCore, QtWidgets, Signal
from .words import tr

RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class InstructionEdit(QtWidgets.QPlainTextEdit):
    submitted = Signal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(tr("What is wrong with the picture? For example: remove the rain and brighten it"))
        self.setAccessibleName(tr("Instruction"))
        self.setTabChangesFocus(True)
        self.textChanged.connect(self._align)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Expanding, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setToolTip(tr("Return restores, Shift+Return begins a new line."))
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing() + 2 * self.frameWidth() + 10)

    def _align(self) -> None:
        """Arabic and Hebrew begin at the right, which Qt leaves to whom a plain text belongs."""
        ways = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        wanted = ways[self.document().firstBlock().textDirection() == Qt.LayoutDirection.RightToLeft]
        option = self.document().defaultTextOption()
        if option.alignment() != wanted:
            option.setAlignment(wanted)
            self.document().setDefaultTextOption(option)

    def event(self, event) -> bool:
        # typed letters are text here, never Krita's one-letter shortcuts, nor is Ctrl+Return its search for actions
        if event.type() == QtCore.QEvent.Type.ShortcutOverride and (event.key() in RETURN or not event.modifiers() & COMMANDS):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event) -> None:
        if event.key() in RETURN and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source) -> None:
        self.insertPlainText(source.text())
