"""The line for a layer that is a result: adjust it, or restore it once more."""

from __future__ import annotations

from .qt import QtWidgets
from .words import tr


class OriginChoice(QtWidgets.QCheckBox):
    """Checked: the layer that the result was made of is restored anew, in its place. Hidden for every other layer."""

    def __init__(self) -> None:
        super().__init__(tr("Adjust this result"))
        self.setToolTip(
            tr("Restores the layer below it anew, in place of this result. Off: works on the result, on top of what was done.")
        )
        self.setVisible(False)
