"""Where a step applies: shown over the preview, changed, and made a selection or a transparency mask."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from krita import Krita

from . import colour, layers, nodes
from .bar import Bar
from .finding import MASK, SELECTION, PlaceJob
from .opening import beside
from .qt import Qt, QtGui, QtWidgets, Signal
from .restored_client.desk.overlay import is_shaped
from .restored_client.desk.planedit import identity
from .restored_client.wire.pixels import Pixels
from .words import tr

FOUND = ("sky", "skin", "text")
"""Places that an estimator finds: from where on something counts can be chosen. Of the others the border's width can be."""

TINT = (255, 40, 70)
"""What of the picture is meant, laid over it."""

_OPAQUE = 0.55


def tinted(mask: Pixels) -> Any:
    """A QImage that lies over the picture: the more a pixel is meant, the redder."""
    data = bytes(mask.view)
    weights = QtGui.QImage(data, mask.width, mask.height, mask.width, QtGui.QImage.Format.Format_Grayscale8)
    image = QtGui.QImage(mask.width, mask.height, QtGui.QImage.Format.Format_ARGB32)
    image.fill(QtGui.QColor(*TINT))
    image.setAlphaChannel(weights)
    return image


def paint(painter, where, image) -> None:
    """Lay it over a picture, a QRectF."""
    painter.save()
    painter.setOpacity(_OPAQUE)
    painter.drawImage(where, image)
    painter.restore()


class PlacePopup(QtWidgets.QFrame):
    """Below a chip's button. `reshaped` carries changes of the region, `used` is SELECTION or MASK."""

    shown_wanted = Signal(bool)
    reshaped = Signal(object)
    used = Signal(str)

    def __init__(self, parent=None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setFrameShape(QtWidgets.QFrame.Shape.StyledPanel)
        self.show_it = QtWidgets.QCheckBox(tr("Show where"))
        self.outside = QtWidgets.QCheckBox(tr("Everywhere but there"))
        self.reach = Bar(tr("Larger or smaller"), 0.5)
        self.border = Bar(tr("Soft border"), 0.0)
        self.select = QtWidgets.QPushButton(tr("Make a selection"))
        self.make_mask = QtWidgets.QPushButton(tr("Make a transparency mask"))
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        for widget in (self.show_it, self.outside, self.reach, self.border, self.select, self.make_mask):
            column.addWidget(widget)
        self.show_it.toggled.connect(self.shown_wanted)
        self.outside.toggled.connect(lambda on: self.reshaped.emit({"outside": on}))
        self.reach.valueChanged.connect(lambda _: self.reshaped.emit({"threshold": 1.0 - self.reach.fraction}))
        self.border.valueChanged.connect(lambda _: self.reshaped.emit({"feather": self.border.fraction}))
        self.select.clicked.connect(lambda: self._use(SELECTION))
        self.make_mask.clicked.connect(lambda: self._use(MASK))

    def pop_up(self, below, region: Dict[str, Any], shown: bool) -> None:
        """Show it under a button, for a step's region."""
        found = any(place in FOUND for place in region.get("places", ()))
        settings: List[Tuple[QtWidgets.QWidget, Callable[[Any], None], Any]] = [
            (self.show_it, self.show_it.setChecked, shown),
            (self.outside, self.outside.setChecked, bool(region.get("outside"))),
            (self.reach, self.reach.setValue, round(100 * (1.0 - float(region.get("threshold", 0.5))))),
            (self.border, self.border.setValue, round(100 * float(region.get("feather", 0.02)))),
        ]
        for widget, put, value in settings:
            widget.blockSignals(True)
            put(value)
            widget.blockSignals(False)
        shaped = is_shaped(region)
        self.outside.setVisible(shaped)
        self.reach.setVisible(shaped and found)
        self.border.setVisible(shaped and not found)
        for bar in (self.reach, self.border):
            bar.setMinimumWidth(bar.whole_width)  # the window is as wide as its words
        self.adjustSize()
        self.move(beside(below, self.width(), self.height()))
        self.show()
        self.show_it.setFocus()

    def _use(self, kind: str) -> None:
        self.hide()
        self.used.emit(kind)


def can_mask(node: Any) -> bool:
    """Whether this Krita makes transparency masks for scripts (from 5.2 on), and the layer can have one."""
    document = Krita.instance().activeDocument()
    able = document is not None and hasattr(document, "createTransparencyMask")
    return able and node is not None and not nodes.is_root(node)


class Places:
    """The place of each step, as its chip opens it."""

    def __init__(self, desk: Any, look: Any, chips: Any, queue: Any, say: Any, parent: Any) -> None:
        self._desk, self._look, self._chips, self._queue, self._say = desk, look, chips, queue, say
        self._placed = ""  # the step whose place is changed
        self.popup = PlacePopup(parent)
        chips.place_wanted.connect(self.open)
        self.popup.shown_wanted.connect(lambda on: desk.show_region(self._placed if on else ""))
        self.popup.reshaped.connect(lambda changes: desk.edit("reshape", self._placed, changes))
        self.popup.used.connect(self._use_place)

    def open(self, step: str) -> None:
        """Open what changes where a step applies, and show it."""
        self._placed = step
        found, button = self._step(), self._chips.button_of(step)
        if found is None or button is None:
            return
        self._desk.show_region(step)
        self.popup.make_mask.setVisible(can_mask(self._look.source()[1]))
        self.popup.pop_up(button, found["region"], True)

    def _step(self) -> Optional[Dict[str, Any]]:
        """The one whose place is changed, if it is still in the plan."""
        return next((each for each in self._desk.plan.steps() if identity(each) == self._placed), None)

    def _use_place(self, kind: str) -> None:
        """Find it in all of the layer, which may take its time."""
        document, node = self._look.source()
        step = self._step()
        if step is None or node is None:
            return
        try:
            job = PlaceJob(kind, step, document, node, self._look.context)
        except (layers.Refused, colour.ColourError) as problem:
            self._say(str(problem))
            return
        self._queue.give(job)
        self._desk.give_way()
        self._say("")
