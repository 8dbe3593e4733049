"""What one restoration stands at, and what a window reads of it: may *Restore* be pressed, is the preview right, what to say.

Nothing here changes anything; `desk.Desk` does.
"""

from __future__ import annotations

from typing import Any, Dict, Final, List, NamedTuple, Optional, Sequence

from . import durations, remarks
from .catalogue import Catalogue
from .device import in_words, name_of
from .planedit import PlanEdit
from .previewstate import SPLIT, PreviewState, Want
from .wish import NEW_LAYER, OUTPUTS, QUALITIES, Wish, is_of_a_result

IDLE, NO_PICTURE, NOTHING, UPDATING, FRESH, FAILED = "idle", "no picture", "nothing", "updating", "fresh", "failed"
"""What the preview shows: see `Desk.phase`."""

GONE: Final = ("daemon_died", "unreachable", "timeout", "not_installed", "start_failed", "token", "not_a_daemon")
"""Failures after which looking for the daemon once more may help."""

PLAN, PREVIEW, OPENING, JOB = "plan", "preview", "opening", "job"
"""What a failure was about."""


class Trouble(NamedTuple):
    """What went wrong, in the user's language; `retry`: whether trying again may help; `about`: a value such as PLAN."""

    sentence: str
    retry: bool
    about: str
    code: str = ""
    detail: str = ""


class State:
    """The fields of a desk, and what follows from them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.text = ""
        self.plan = PlanEdit()
        self.strength, self.scale, self.output = 1.0, 1, NEW_LAYER
        self.outputs: Sequence[str] = OUTPUTS
        """Where a result can go in this host."""
        self.texture = 0.0
        """How much of the fine structure that is taken away stays: grain."""
        self.quality = QUALITIES[0]
        self.tasks: List[Dict[str, Any]] = []
        """What the engine can do: [{"id", "label"}]."""
        self.device = ""
        """The daemon's whole device line; `device_short` is for the window."""
        self.hello: Dict[str, Any] = {}
        """What the daemon said of itself; empty before it greeted."""
        self.greeted_once = False
        self.waiting = ""
        """What is being waited for, in words, or nothing."""
        self.trouble: Optional[Trouble] = None
        self.preview: Optional[PreviewState] = None
        """The crop on show; None while there is no layer to look at."""
        self.no_picture = ""
        """Why there is none."""
        self.after: Any = None
        """The crop restored: the outcome's pixels of `shown`; None when there are none, or it looks as before."""
        self.shown: Optional[Want] = None
        """What `after` answers."""
        self.standing: Optional[Dict[str, Any]] = None
        """The plan that a result was made by, while it is adjusted: "less" and "not the colours" are said of it."""
        self.zoom = 1.0
        """How large the preview is shown: a value of previewstate.ZOOMS."""
        self.compare = SPLIT
        """How before and after are shown: a value of previewstate.COMPARISONS."""
        self.busy = False
        """Whether a job holds up everything else (a host that queues its jobs leaves it False)."""
        self.area: Optional[int] = None
        """Pixels that will be restored; None means all of the layer."""
        self.selected = False
        """Whether something is selected, so that only that changes; a host that cannot tell leaves it."""
        self._paces = durations.Paces()
        self._understood = ""
        self._kept: Optional[Dict[str, Any]] = None
        self._eager = False
        self._chosen_scale: Optional[int] = None
        self._asked: Optional[Want] = None

    @property
    def pending(self) -> bool:
        """Whether the plan does not belong to the text (yet)."""
        return self.text.strip() != self._understood.strip()

    def awaits(self, want: Want) -> bool:
        """Whether this preview was asked for, and neither came nor is another one wanted by now."""
        return want is self._asked

    @property
    def once_more(self) -> bool:
        """Whether the words ask for the same once more, on top of the result ("again"), and not in its place."""
        return not self.pending and self.plan.understood.get("action") == "again"

    @property
    def can_restore(self) -> bool:
        """Whether *Restore* can be pressed."""
        hoped = bool(self.text.strip()) and self.trouble is None  # a plan that failed to come is not waited for
        wanted = hoped if self.pending else self.plan.actionable
        return wanted and self.preview is not None and not self.busy and self.strength > 0

    @property
    def phase(self) -> str:
        """What the preview shows.

        NO_PICTURE: no layer. IDLE: nothing was asked for yet. NOTHING: what was asked for does nothing. UPDATING: `after`, if
        any, belongs to an earlier wish. FRESH: `after` is what *Restore* would give. FAILED: see `trouble`.
        """
        if self.preview is None:
            return NO_PICTURE
        if not self.text.strip() and not self.plan.steps():
            return IDLE
        if self.pending:
            return UPDATING if self.trouble is None else FAILED
        if not self.plan.actionable:
            return NOTHING
        if self.shown is not None and self.preview.want({}, self.plan.key(), self.strength, self.texture) is None:
            return FRESH
        return FAILED if self.trouble is not None and self._asked is None else UPDATING

    @property
    def stale(self) -> bool:
        """Whether `after` belongs to other words than stand now, so that it is not to be shown: another strength or weight of the
        same wish only makes it a little older."""
        return self.shown is not None and (self.pending or self.shown.key[:1] != self.plan.key()[:1])

    @property
    def remark(self) -> str:
        """One line about the plan: why it does nothing, what it could not use, what it leaves alone; an invitation at first."""
        tr = self._catalogue.gettext
        if not self.text.strip() and not self.plan.steps():
            return tr(remarks.INVITATION)
        if self.pending:
            return ""
        said = remarks.on_plan(self.plan, self.tasks, self._catalogue, self.selected)
        if not said and self.plan.actionable and self.strength == 0:
            return tr("The strength is 0 %, so nothing would change.")
        return said

    @property
    def device_short(self) -> str:
        return in_words(self.device, self._catalogue)

    @property
    def estimate(self) -> str:
        """How long *Restore* would take, in words; empty until such a restoration was seen on this machine."""
        if self.preview is None or self.pending or not self.plan.actionable:
            return ""
        area = self.preview.width * self.preview.height if self.area is None else self.area
        seconds = self._paces.guess(self._kind(self.plan.steps(), self.scale, self.quality), area)
        return "" if seconds is None else durations.in_words(seconds, self._catalogue)

    def _kind(self, steps: List[Dict[str, Any]], scale: int, quality: str) -> str:
        return durations.kind_of(steps, scale, quality, name_of(self.device))

    def wish(self) -> Wish:
        """What is asked for as it stands. Without a plan while that is pending."""
        plan = None if self.pending else self.plan.to_dict()
        how = self.strength, self.texture, self.scale
        return Wish(self.text, plan, *how, quality=self.quality, output=self.output, key=self.plan.key())

    @property
    def chosen_scale(self) -> int:
        """The size that was chosen by hand; `scale` is another one where the words that stand ask for it."""
        return self.scale if self._chosen_scale is None else self._chosen_scale

    @property
    def says_scale(self) -> bool:
        """Whether `scale` is what the words ask for."""
        return self._chosen_scale is not None

    def settings(self) -> Dict[str, Any]:
        """What a preset keeps: text, strength, size when it is not 1, and the plan when it was edited."""
        kept: Dict[str, Any] = {"instruction": self.text.strip(), "strength": self.strength}
        if self.texture > 0:
            kept["texture"] = self.texture
        if self.quality != QUALITIES[0]:
            kept["quality"] = self.quality
        if self.chosen_scale > 1:
            kept["scale"] = self.chosen_scale
        if (self.plan.edited or is_of_a_result(self.plan.understood)) and not self.pending:
            kept["plan"] = self.plan.to_dict()
        return kept
