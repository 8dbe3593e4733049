"""What happens while a person types and looks: the plan of the text and the preview of a crop, newest request only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Tuple

from .connection import Line
from .i18n import tr
from .qt import QtCore, Signal
from .restored_client.desk.latest import Latest
from .restored_client.desk.previewstate import Want
from .restored_client.wire.errors import Cancelled, ClientError
from .restored_client.wire.pixels import Pixels

PLAN_PAUSE, PREVIEW_PAUSE, STRENGTH_PAUSE = 0.06, 0.3, 0.03
"""Seconds of quiet before a plan is asked for, a preview is inferred, a kept preview is weighed again."""


@dataclass(frozen=True)
class Request:
    """A crop to preview: 8 bit sRGB R G B A pixels of `want.padded`, and the thumbnail of the whole layer."""

    want: Want
    crop: Pixels
    context: Optional[Pixels]


class Live(QtCore.QObject):
    """Signals arrive in the GUI thread, in the order of the requests, and only for the newest one."""

    understood = Signal(str, object)  # a text and its plan
    looked = Signal(object, str, object)  # a Want, its job, and the restored Pixels or None when nothing changed
    computed = Signal(str)  # the device line of an answer
    looking = Signal(bool)
    failed = Signal(str)
    greeted = Signal(object)  # the daemon's hello
    said = Signal(str)  # words while the daemon starts

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._plan_line = Line(self.greeted.emit, self.said.emit)
        self._look_line = Line(self.greeted.emit, self.said.emit)
        self._greetings = Latest(lambda value, superseded: self._plan_line.listen(), _nobody, 0, "restored hello")
        self._plans = Latest(self._explain, self._explained, PLAN_PAUSE, "restored plan")
        self._looks = Latest(self._look, self._looked, PREVIEW_PAUSE, "restored preview")

    def greet(self) -> None:
        """Learn about a daemon that runs already, without starting one."""
        self._greetings.ask(None)

    def ask_plan(self, text: str, context: Optional[Pixels]) -> None:
        self._plans.ask((text, context))

    def drop_plan(self) -> None:
        self._plans.drop()

    def ask_look(self, look: Request) -> None:
        self._looks.ask(look, STRENGTH_PAUSE if look.want.job else PREVIEW_PAUSE)

    def drop_look(self) -> None:
        self._looks.drop()
        self.looking.emit(False)

    def close(self) -> None:
        """Give up what is running, as when Krita quits. The lines end with the process: closing them could wait."""
        self._looks.close(0.5)
        self._plans.close(0.5)
        self._greetings.close(0.5)

    def _explain(self, value: Tuple[str, Optional[Pixels]], superseded) -> Any:
        text, context = value
        return self._plan_line.call(lambda session: session.explain(text, context))

    def _explained(self, value, plan, error) -> None:
        if error is not None:
            self.failed.emit(_sentence(error))
        else:
            self.understood.emit(value[0], plan)

    def _look(self, look: Request, superseded) -> Tuple[Want, Optional[Pixels], str]:
        self.looking.emit(True)
        want = look.want
        if want.job is not None:
            try:
                outcome = self._look_line.call(lambda session: session.adjust(want.job, strength=want.strength))
                self.computed.emit(outcome.device)
                return want, outcome.pixels, want.job
            except ClientError as problem:
                if problem.code != "expired":
                    raise
        outcome = self._look_line.call(
            lambda session: session.restore(
                look.crop, plan=want.plan, strength=want.strength, context=look.context, keep=True, cancelled=superseded
            )
        )
        self.computed.emit(outcome.device)
        return want._replace(job=None), outcome.pixels if outcome.changed else None, outcome.job

    def _looked(self, look: Request, answer, error) -> None:
        self.looking.emit(False)
        if isinstance(error, Cancelled):
            return
        if error is not None:
            self.failed.emit(_sentence(error))
        else:
            want, pixels, job = answer
            self.looked.emit(want, job, pixels)


def _nobody(value, result, error) -> None:
    """Nobody asked for anything yet: that no daemon runs is no failure."""


def _sentence(error: Exception) -> str:
    if isinstance(error, ClientError):
        return tr(error.sentence)
    return tr("Something went wrong in the plug-in. Nothing was changed. (%s)") % repr(error)
