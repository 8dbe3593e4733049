"""The choices below the preview: strength, size, and where the result goes."""

from __future__ import annotations

from typing import Any, Dict

from . import icons, spoken
from .bar import Bar
from .qt import QT, QtGui, QtWidgets, Signal
from .restored_client.desk.desk import Desk
from .restored_client.desk.previewstate import ZOOMS
from .restored_client.desk.wish import MASKED, NEW_IMAGE, NEW_LAYER, QUALITIES, REPLACE, SCALES
from .words import tr


class Options(QtWidgets.QWidget):
    """Shows the desk's choices and sets them. `changed` after a choice of the user's."""

    changed = Signal()
    way_chosen = Signal(str)  # how the preview is to be shown: a key of `ways`
    zoomed = Signal(float)  # a value of ZOOMS

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.strength = Bar(tr("Strength"))
        self.texture = Bar(tr("Keep grain"), 0.0)
        self.texture.setToolTip(tr("Puts fine structure back that was taken away: grain, pores. Nothing is computed again."))
        self.shown = icons.button("enlarge", tr("How before and after are shown"))
        self.ways = self._ways()
        self.zoom = QtWidgets.QComboBox()
        for zoom, text in zip(ZOOMS, (tr("Fit"), "100 %", "200 %")):
            self.zoom.addItem(text, zoom)
        self.zoom.setCurrentIndex(ZOOMS.index(desk.zoom))
        self.zoom.setToolTip(
            tr("How large the preview is. “Fit” shows the whole layer: for light, haze and colour, not for sharpness and noise.")
        )
        spoken.call(self.zoom, tr("Size of the preview"))
        self.scale = QtWidgets.QComboBox()
        for factor in SCALES:
            self.scale.addItem(tr("Same size") if factor == 1 else tr("Enlarge %d×") % factor, factor)
        self.scale.setToolTip(tr("Above 1× the result opens as a new document."))
        spoken.call(self.scale, tr("Size"))
        self.output = QtWidgets.QComboBox()
        names = {
            NEW_LAYER: tr("New layer"),
            MASKED: tr("Masked layer"),
            REPLACE: tr("In place"),
            NEW_IMAGE: tr("New document"),
        }
        for output in desk.outputs:
            self.output.addItem(names[output], output)
        said = [tr("Above the layer, or instead of it. Undo takes back either.")]
        if MASKED in desk.outputs:
            said.append(tr("“Masked layer”: all of the layer is restored, and what is selected becomes a mask to paint on."))
        self.output.setToolTip("\n".join(said))
        spoken.call(self.output, tr("Where the result goes"))
        self.quality = QtWidgets.QComboBox()
        for name, words in zip(QUALITIES, (tr("Normal"), tr("Best quality"))):
            self.quality.addItem(words, name)
        self.quality.setToolTip(
            tr("“Best” takes four times as long for a little more detail. The preview shows the normal quality.")
        )
        spoken.call(self.quality, tr("Quality"))
        for box in (self.scale, self.output, self.quality):
            box.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        first, middle = QtWidgets.QHBoxLayout(), QtWidgets.QHBoxLayout()
        choices = QtWidgets.QGridLayout()
        first.addWidget(self.strength, 1)
        middle.addWidget(self.texture, 1)
        middle.addWidget(self.zoom)
        middle.addWidget(self.shown)
        choices.addWidget(self.scale, 0, 0)
        choices.addWidget(self.quality, 0, 1)
        choices.addWidget(self.output, 1, 0, 1, 2)  # beside each other their words would be cut off
        for each in range(2):
            choices.setColumnStretch(each, 1)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for row in (first, middle, choices):
            row.setSpacing(4)
            column.addLayout(row)
        self.strength.valueChanged.connect(lambda _: self._set(desk.set_strength, self.strength.fraction))
        self.texture.valueChanged.connect(lambda _: self._set(desk.set_texture, self.texture.fraction))
        self.scale.currentIndexChanged.connect(lambda _: self._set(desk.set_scale, self.scale.currentData()))
        self.output.currentIndexChanged.connect(lambda _: self._set(desk.set_output, self.output.currentData()))
        self.quality.currentIndexChanged.connect(lambda _: self._set(desk.set_quality, self.quality.currentData()))
        self.zoom.currentIndexChanged.connect(lambda _: self.zoomed.emit(self.zoom.currentData()))

    def _ways(self) -> Dict[str, Any]:
        """The menu of ways in which before and after are shown, by name."""
        menu, group = QtWidgets.QMenu(self.shown), QtGui.QActionGroup(self) if QT == 6 else QtWidgets.QActionGroup(self)
        found = {}
        for name, words in (("split", tr("With a line to drag")), ("beside", tr("Side by side"))):
            found[name] = menu.addAction(words)
            group.addAction(found[name])
        menu.addSeparator()
        for name, words in (
            ("window", tr("In a window of its own")),
            ("canvas", tr("On the canvas")),
            ("before", tr("Only before")),
        ):
            found[name] = menu.addAction(words)
        for name, action in found.items():
            action.setCheckable(True)
            action.triggered.connect(lambda _checked=False, name=name: self.way_chosen.emit(name))
        self.shown.setMenu(menu)
        self.shown.setPopupMode(QtWidgets.QToolButton.ToolButtonPopupMode.InstantPopup)
        return found

    def _set(self, setter, value) -> None:
        setter(value)
        self.changed.emit()

    def show_state(self, adjusting: bool) -> None:
        """Show what the desk has chosen; nothing of it can be another for a result that is there."""
        desk = self._desk
        values = (
            (self.strength, self.strength.setValue, round(desk.strength * 100)),
            (self.texture, self.texture.setValue, round(desk.texture * 100)),
            (self.scale, self.scale.setCurrentIndex, SCALES.index(desk.scale)),
            (self.output, self.output.setCurrentIndex, self.output.findData(desk.output)),
            (self.quality, self.quality.setCurrentIndex, QUALITIES.index(desk.quality)),
        )
        for widget, put, value in values:
            widget.blockSignals(True)
            put(value)
            widget.blockSignals(False)
        self.strength.update()
        self.texture.update()
        for box in (self.scale, self.output, self.quality):
            box.setVisible(not adjusting)
        self.scale.setEnabled(not adjusting)
        self.quality.setEnabled(not adjusting)
        self.output.setEnabled(not adjusting and desk.scale == 1)
