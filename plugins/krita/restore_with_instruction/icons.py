"""Icons for tool buttons: Krita's own, which follow its theme, else Qt's."""

from __future__ import annotations

from krita import Krita

from .qt import QtCore, QtWidgets

_STANDARD = QtWidgets.QStyle.StandardPixmap

ICONS = {
    "cross": (("docker_close", "window-close"), _STANDARD.SP_TitleBarCloseButton),
    "history": (("view-history", "snapshot-load", "document-open-recent"), _STANDARD.SP_FileDialogDetailedView),
    "repeat": (("view-refresh", "reload-preset"), _STANDARD.SP_BrowserReload),
    "place": (("selection-mode_ants", "selection-mode_mask", "transparencyMask", "visible"), _STANDARD.SP_DialogApplyButton),
    "front": (("arrowup", "arrow-up", "go-top"), _STANDARD.SP_ArrowUp),
    "back": (("arrowdown", "arrow-down", "go-bottom"), _STANDARD.SP_ArrowDown),
    "enlarge": (("docker_float", "zoom-in"), _STANDARD.SP_TitleBarMaxButton),
    "help": (("help-contents", "system-help"), _STANDARD.SP_MessageBoxQuestion),
}
"""Name -> Krita's names in the order of liking, and Qt's."""


def button(name: str, words: str) -> QtWidgets.QToolButton:
    """A flat tool button; `words` are its tooltip and what a screen reader says."""
    made = QtWidgets.QToolButton()
    made.setAutoRaise(True)
    made.setToolTip(words)
    made.setAccessibleName(words)
    ours, standard = ICONS[name]
    icon = next((each for each in map(Krita.instance().icon, ours) if not each.isNull()), None)
    made.setIcon(icon or made.style().standardIcon(standard))
    made.setIconSize(QtCore.QSize(14, 14) if name == "cross" else QtCore.QSize(18, 18))
    return made
