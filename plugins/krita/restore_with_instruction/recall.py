"""Earlier instructions, presets and how the active layer was made, in a list that is searched by typing."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Dict, Optional

from . import presetfiles
from .opening import beside
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .restored_client.desk.history import History, Presets
from .restored_client.desk.plaintext import plain
from .restored_client.desk.starters import STARTERS
from .sentence import Sentence
from .words import tr

_KIND = Qt.ItemDataRole.UserRole
_VALUE = Qt.ItemDataRole.UserRole + 1

PICTURE = 44
"""Size of the small picture of what an instruction made last."""

SHOWN = 60
"""Earlier instructions in the list at most; searching finds the others."""


class Recall(QtWidgets.QFrame):
    """A pop-up below a button. `chosen` carries settings: `instruction`, and from presets and recipes `strength` and `plan`."""

    chosen = Signal(object)
    command_wanted = Signal()  # the docker's wish is to be copied as a command line

    def __init__(self, history: History, presets: Presets, parent=None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._history, self._presets = history, presets
        self._current: Dict[str, Any] = {}
        self._recipe: Optional[Dict[str, Any]] = None
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self._search = QtWidgets.QLineEdit()
        self._search.setPlaceholderText(tr("Search"))
        self._search.setClearButtonEnabled(True)
        self._list = QtWidgets.QListWidget()
        self._list.setWordWrap(True)
        self._list.setIconSize(QtCore.QSize(PICTURE, PICTURE))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._save = QtWidgets.QPushButton(tr("Save as preset…"))
        self._search.setAccessibleName(tr("Search"))
        hint = Sentence(quiet=True)
        hint.setText(tr("Delete forgets an entry, F2 renames a preset."))
        foot = QtWidgets.QHBoxLayout()
        foot.addWidget(self._save, 1)
        foot.addWidget(self._make_more())
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        for widget in (self._search, self._list, hint):
            column.addWidget(widget)
        column.addLayout(foot)
        self._search.textChanged.connect(self._fill)
        self._search.returnPressed.connect(lambda: self._choose(self._list.currentItem() or self._list.item(0)))
        self._list.itemActivated.connect(self._choose)
        self._list.itemClicked.connect(self._choose)
        self._save.clicked.connect(self._save_preset)
        self._list.installEventFilter(self)

    def _make_more(self) -> QtWidgets.QToolButton:
        more = QtWidgets.QToolButton()
        more.setText(tr("More"))
        more.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QtWidgets.QMenu(more)
        for words, act in (
            (tr("Copy as a command line"), self.command_wanted.emit),
            (tr("Export presets…"), lambda: presetfiles.give_out(self._presets, self.parentWidget(), self._warn)),
            (tr("Import presets…"), lambda: presetfiles.take_in(self._presets, self.parentWidget(), self._warn)),
        ):
            menu.addAction(words).triggered.connect(lambda _checked=False, act=act: act())
        more.setMenu(menu)
        return more

    def _change(self, act, otherwise: str) -> None:
        """Change what is kept; what prevents it is said: `otherwise`, or why it could not be written."""
        try:
            act()
        except OSError as problem:
            self._warn(presetfiles.not_kept(problem))
        except ValueError:
            self._warn(otherwise)
        except KeyError:
            pass  # another program has removed it meanwhile: the list shows that

    def _warn(self, words: str) -> None:
        QtWidgets.QMessageBox.warning(self.parentWidget(), tr("Restore with instruction"), plain(words))

    def rename(self, name: str, new: str) -> None:
        """Give a preset another name; an empty one changes nothing, and of a taken one that is said."""
        if new.strip():
            self._change(lambda: self._presets.rename(name, new), tr("There is a preset of that name already."))
        self._fill()

    def _ask_name(self, name: str) -> None:
        self.hide()
        new, sure = QtWidgets.QInputDialog.getText(self.parentWidget(), tr("Rename preset"), tr("Name"), text=name)
        if sure:
            self.rename(name, new)

    def pop_up(self, below, current: Dict[str, Any], recipe: Optional[Dict[str, Any]]) -> None:
        """Show it under a widget; `current` is what "Save as preset" would keep, `recipe` how the active layer was made."""
        self._current, self._recipe = current, recipe
        self._save.setEnabled(bool(current.get("instruction", "").strip()))
        self._search.clear()
        self._fill()
        self.resize(max(220, below.width()), 280)
        self.move(beside(below, self.width(), self.height(), left=True))
        self.show()
        self._search.setFocus()

    def _fill(self) -> None:
        words = self._search.text().strip()
        self._list.clear()
        if self._recipe is not None and not words:
            self._add("◈ " + tr("As this layer was made"), "recipe", self._recipe)
        for name, preset in self._presets.all().items():
            if _fits(words, name, str(preset.get("instruction", ""))):
                self._add("★ " + name, "preset", (name, preset))
        for text in self._history.list(words)[:SHOWN]:
            self._add(" ".join(text.split()), "history", text, self._history.picture(text))
        for name, instruction in STARTERS:
            if _fits(words, tr(name), instruction):
                self._add("☆ " + tr(name), "starter", {"instruction": instruction})
        if not self._list.count():
            item = QtWidgets.QListWidgetItem(tr("Nothing found"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(item)

    def _add(self, shown: str, kind: str, value: Any, picture: Optional[Path] = None) -> None:
        item = QtWidgets.QListWidgetItem(shown)
        if picture is not None:
            item.setIcon(QtGui.QIcon(str(picture)))
        item.setToolTip(plain(str(_settings(kind, value).get("instruction", ""))))
        item.setData(_KIND, kind)
        item.setData(_VALUE, value)
        self._list.addItem(item)

    def _choose(self, item) -> None:
        if item is None or item.data(_KIND) is None:
            return
        self.hide()
        self.chosen.emit(_settings(item.data(_KIND), item.data(_VALUE)))

    def _save_preset(self) -> None:
        settings = self._current
        self.hide()
        name, sure = QtWidgets.QInputDialog.getText(
            self.parentWidget(), tr("Save as preset"), tr("Name"), text=" ".join(settings["instruction"].split())[:40]
        )
        name = name.strip()
        if sure and name and (name not in self._presets.all() or self._sure(tr("Replace the preset “%s”?") % name)):
            self._change(lambda: self._presets.save(name, settings), "")

    def _sure(self, question: str) -> bool:
        button = QtWidgets.QMessageBox.StandardButton
        asked = QtWidgets.QMessageBox.question(self.parentWidget(), tr("Restore with instruction"), plain(question))
        return asked == button.Yes

    def eventFilter(self, watched, event) -> bool:
        if event.type() == QtCore.QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Delete:
            item = self._list.currentItem()
            if item is not None and item.data(_KIND) is not None:
                value = item.data(_VALUE)
                with contextlib.suppress(OSError):  # a full disk: it is still there, and seen to be
                    if item.data(_KIND) == "preset":
                        self._presets.remove(value[0])
                    elif item.data(_KIND) == "history":
                        self._history.remove(value)
                self._fill()
            return True
        if event.type() == QtCore.QEvent.Type.KeyPress and event.key() == Qt.Key.Key_F2:
            item = self._list.currentItem()
            if item is not None and item.data(_KIND) == "preset":
                self._ask_name(item.data(_VALUE)[0])
            return True
        return False


def _settings(kind: str, value: Any) -> Dict[str, Any]:
    if kind == "preset":
        return dict(value[1])
    return {"instruction": value} if kind == "history" else dict(value)


def _fits(words: str, *texts: str) -> bool:
    return words.casefold() in " ".join(texts).casefold()
