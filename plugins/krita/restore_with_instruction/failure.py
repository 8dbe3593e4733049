"""The docker that stands in when the plug-in could not load. Needs nothing but Krita and its Qt; with what it carries it speaks
the user's language."""

import platform
import sys
import traceback

from krita import DockWidget, DockWidgetFactory, DockWidgetFactoryBase, Krita

if any(name.startswith("PyQt6") for name in sys.modules):
    from PyQt6 import QtWidgets
else:
    from PyQt5 import QtWidgets

try:
    from .words import tr
except Exception:  # that may be what is broken

    def tr(message: str) -> str:
        return message


_ADVICE = tr(
    "“Restore with instruction” could not start.\n\n"
    "What to do: run “restored plugins install krita” in a terminal, or import the plug-in's zip again with "
    "Tools ▸ Scripts ▸ Import Python Plugin from File, then restart Krita. If this message comes back, please report it with the "
    "text below (“restored doctor” collects it)."
)


def register_failure() -> None:
    """Register a docker that explains the exception being handled."""
    details = f"Krita {Krita.instance().version()}, Python {platform.python_version()}\n{traceback.format_exc()}"
    print("restore_with_instruction:", details, file=sys.stderr)

    class FailureDocker(DockWidget):
        def __init__(self):
            super().__init__()
            self.setWindowTitle(tr("Restore with instruction"))
            shown = QtWidgets.QPlainTextEdit(_ADVICE + "\n\n" + details)  # scrolls in a small docker, and can be copied
            shown.setReadOnly(True)
            self.setWidget(shown)

        def canvasChanged(self, canvas):
            pass

    scope = getattr(DockWidgetFactoryBase, "DockPosition", DockWidgetFactoryBase)
    Krita.instance().addDockWidgetFactory(DockWidgetFactory("restore_with_instruction", scope.DockRight, FailureDocker))
