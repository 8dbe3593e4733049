"""The state of one restoration as a person sees it: words, plan, preview, and what may be pressed. No widgets, no threads.

An adapter tells the desk what the person does and what the daemon answers, and shows what the desk says after each `changed()`.
What is to be asked goes to its `Requests`. Answers may come late, wrong, twice or never: each names what it answers, and one
that is not about what stands now is dropped here, in one place, for every host.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Final, List, NamedTuple, Optional, Protocol

from ..wire.errors import ClientError
from . import remarks
from .catalogue import Catalogue
from .device import in_words
from .overlay import Overlay, RegionWant
from .planedit import EMPTY_PLAN, PlanEdit, identity
from .previewstate import COMPARISONS, SPLIT, ZOOMS, PreviewState, Want
from .wish import NEW_LAYER, OUTPUTS, QUALITIES, SCALES, Wish, fraction, output_of, quality_of

IDLE, NO_PICTURE, NOTHING, UPDATING, FRESH, FAILED = "idle", "no picture", "nothing", "updating", "fresh", "failed"
"""What the preview shows: see `Desk.phase`."""

GONE: Final = ("daemon_died", "unreachable", "timeout", "not_installed", "start_failed", "token", "not_a_daemon")
"""Failures after which looking for the daemon once more may help."""

PLAN, PREVIEW, OPENING, JOB = "plan", "preview", "opening", "job"
"""What a failure was about."""


class Requests(Protocol):
    """What the desk asks for. Nothing here waits; answers come back as calls on the desk."""

    def ask_plan(self, text: str) -> None:
        """Have the text understood: `Desk.understood(text, plan)` or `Desk.failed(error, PLAN)` follows."""

    def drop_plan(self) -> None:
        """The plan that was asked for is not wanted any more."""

    def ask_preview(self, want: Want) -> None:
        """Have a crop restored, or weighed again: `Desk.previewed(want, …)` or `Desk.failed(error, PREVIEW)` follows."""

    def drop_preview(self) -> None:
        """The preview that was asked for is not wanted any more."""

    def ask_region(self, want: RegionWant) -> None:
        """Have the mask of a region made: `Desk.overlay.located(want, mask)` follows."""


class NoRequests:
    """Asks nobody: for a desk that only reports, or whose answers are made up."""

    def ask_plan(self, text: str) -> None: ...
    def drop_plan(self) -> None: ...
    def ask_preview(self, want: Want) -> None: ...
    def drop_preview(self) -> None: ...
    def ask_region(self, want: RegionWant) -> None: ...


class Trouble(NamedTuple):
    """What went wrong, in the user's language; `retry`: whether trying again may help; `about`: a value such as PLAN."""

    sentence: str
    retry: bool
    about: str
    code: str = ""
    detail: str = ""


class Desk:
    """One restoration. Every method is for the host's GUI thread; `changed()` is called after whatever changed the state."""

    def __init__(
        self,
        requests: Requests,
        catalogue: Optional[Catalogue] = None,
        changed: Callable[[], None] = lambda: None,
        wanted: Callable[[Wish], object] = lambda wish: None,
    ) -> None:
        """wanted(wish): a restoration that was asked for before its plan was there can begin now."""
        self._requests, self._catalogue = requests, catalogue or Catalogue()
        self._changed, self._wanted = changed, wanted
        self.text = ""
        self.plan = PlanEdit()
        self.strength, self.scale, self.output = 1.0, 1, NEW_LAYER
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
        self.overlay = Overlay(requests.ask_region, changed)
        """Where a step applies, on the preview; `overlay.show` turns it on and off."""
        self.busy = False
        """Whether a job holds up everything else (a host that queues its jobs leaves it False)."""
        self._understood = ""
        self._kept: Optional[Dict[str, Any]] = None
        self._eager = False
        self._asked: Optional[Want] = None
        self._again: Optional[tuple] = None

    # --- what the person does ---

    def type(self, text: str) -> None:
        """The instruction is another one now."""
        self.text, self._eager = text, False
        if text.strip():
            self._requests.ask_plan(text)
        else:
            self._requests.drop_plan()
            self.plan.forget()
            self._take(text, dict(EMPTY_PLAN))
        self._changed()

    def ask_again(self) -> None:
        """Ask for the plan and the preview once more, as when the layer can be seen now, or another daemon runs."""
        if self.text.strip():
            self._requests.ask_plan(self.text)
        self._asked = None
        self._look()
        self._changed()

    def edit(self, verb: str, task: str, *values: Any) -> None:
        """Change one step of the plan, by its `identity`: "remove", "add" (a label), "weigh" (a fraction), "move" (places),
        "reshape" (changes of its region)."""
        getattr(self.plan, verb)(task, *values)
        self._look()
        self._changed()

    def set_strength(self, strength: float) -> None:
        self.strength = fraction(strength, self.strength)
        self._look()
        self._changed()

    def set_texture(self, texture: float) -> None:
        self.texture = fraction(texture, self.texture)
        self._look()
        self._changed()

    def set_quality(self, quality: str) -> None:
        self.quality = quality_of(quality)
        self._changed()

    def set_scale(self, scale: int) -> None:
        if scale in SCALES:
            self.scale = scale
        self._changed()

    def set_output(self, output: str) -> None:
        if output in OUTPUTS:
            self.output = output
        self._changed()

    def set_zoom(self, zoom: float) -> None:
        """Show the preview larger or smaller; what was restored of another size goes."""
        if zoom in ZOOMS:
            self.zoom = zoom
            if self.preview is not None and self.preview.set_zoom(zoom):
                self.moved()
                return
        self._changed()

    def show_region(self, step: str) -> None:
        """Show where this step applies, by its identity; an empty one shows none."""
        self.overlay.show(step)
        self.overlay.look(self.preview, [] if self.pending else self.plan.steps(), identity)

    def set_compare(self, compare: str) -> None:
        """Show before and after in another way, a value of previewstate.COMPARISONS: split, one at a time, side by side."""
        if compare in COMPARISONS:
            self.compare = compare
            if self.preview is not None and self.preview.set_compare(compare):
                self.moved()
                return
        self._changed()

    def use(self, settings: Dict[str, Any]) -> None:
        """Take over a preset, an earlier instruction or a recipe: its text, and strength and plan when it has them.

        The plan is followed once the text was understood: what a person took out stays out, also of what is understood now.
        """
        self.plan.forget()
        plan = settings.get("plan")
        self._kept = plan if isinstance(plan, dict) and plan.get("steps") else None
        self.strength = fraction(settings.get("strength"), self.strength)
        self.texture = fraction(settings.get("texture"), 0.0)
        self.quality = quality_of(settings.get("quality"))
        if settings.get("scale") in SCALES:
            self.scale = int(settings["scale"])
        if "output" in settings:
            self.output = output_of(settings["output"])
        self.type(str(settings.get("instruction") or ""))

    def settings(self) -> Dict[str, Any]:
        """What a preset keeps: text, strength, size when it is not 1, and the plan when it was edited."""
        kept: Dict[str, Any] = {"instruction": self.text.strip(), "strength": self.strength}
        if self.texture > 0:
            kept["texture"] = self.texture
        if self.quality != QUALITIES[0]:
            kept["quality"] = self.quality
        if self.scale > 1:
            kept["scale"] = self.scale
        if self.plan.edited and not self.pending:
            kept["plan"] = self.plan.to_dict()
        return kept

    def restore(self) -> Optional[Wish]:
        """The wish to carry out now; None when there is none, or when its plan is still on its way (then `wanted` follows)."""
        if not self.can_restore:
            return None
        self._eager = self.pending
        return None if self._eager else self.wish()

    def wish(self) -> Wish:
        """What is asked for as it stands. Without a plan while that is pending."""
        plan = None if self.pending else self.plan.to_dict()
        return Wish(self.text, plan, self.strength, self.scale, self.output, None, self.plan.key(), self.texture, self.quality)

    # --- what the host shows ---

    def look_at(self, preview: Optional[PreviewState], why_not: str = "") -> None:
        """Another layer, or none, is looked at now."""
        self.preview, self.no_picture = preview, why_not
        self._forget_after()
        self._look()
        self._changed()

    def stand_on(self, plan: Optional[Dict[str, Any]]) -> None:
        """Another result, or none, is adjusted now: what was typed may mean something else by it."""
        if plan != self.standing:
            self.standing = plan
            if self.text.strip():
                self._requests.ask_plan(self.text)

    def moved(self) -> None:
        """Another part of the layer is on show: what was restored belongs to the former one."""
        self._forget_after()
        self._look()
        self._changed()

    def repainted(self) -> None:
        """The layer under the crop, or the selection, changed: nothing that was restored of it counts."""
        if self.preview is not None:
            self.preview.expired()
        self.overlay.forget()
        self.moved()

    def look(self) -> None:
        """Ask for what is to be shown if it is neither on show nor on its way."""
        self._look()
        self._changed()

    def give_way(self) -> None:
        """A job goes first: a preview that is on its way is given up, and asked for once more behind it."""
        if self._asked is not None:
            self._stop_asking()
            self.look()

    def already(self, key: Optional[tuple]) -> None:
        """The layer on show is the result of the plan with this key: restoring it so once more is not previewed."""
        self._again = key
        self._look()
        self._changed()

    def set_busy(self, busy: bool) -> None:
        """A job begins or ends that holds up previews."""
        self.busy = busy
        self._asked = None
        if busy:
            self._requests.drop_preview()
        else:
            self._look()
        self._changed()

    # --- what the daemon answers ---

    def waiting_for(self, words: str) -> None:
        """The daemon is being looked for or started."""
        self.waiting = self._catalogue.gettext(words) if words else ""
        self._changed()

    def greeted(self, hello: Dict[str, Any]) -> None:
        """A daemon is there; it may be another one than before."""
        first, self.greeted_once, self.hello = not self.greeted_once, True, hello
        self.waiting = ""
        tasks = hello.get("tasks")
        self.tasks = [task for task in tasks if isinstance(task, dict) and "id" in task] if isinstance(tasks, list) else []
        self.computed_on(hello.get("device"))
        lost = self.trouble is not None and self.trouble.retry
        if lost:
            self.trouble = None
        if first or lost:
            self.ask_again()
        else:
            self._changed()

    def computed_on(self, device: object) -> None:
        """The device line of an answer."""
        if isinstance(device, str) and device:
            self.device = device

    def understood(self, text: str, plan: object) -> None:
        """The plan of a text; one of an earlier text is dropped."""
        if text != self.text or not isinstance(plan, dict):
            return
        self.waiting = ""
        if self.trouble is not None and self.trouble.about in (PLAN, OPENING):
            self.trouble = None
        self._take(text, plan)
        self._changed()
        if self._eager:
            self._eager = False
            if self.can_restore:
                self._wanted(self.wish())

    def previewed(self, want: Want, pixels: Any, job: Optional[str], device: object = "") -> None:
        """The answer to `want`: pixels of its padded crop, None when nothing changed. Dropped unless it is what is wanted."""
        if want != self._asked or self.preview is None:
            return
        self._asked = None
        self.computed_on(device)
        if self.trouble is not None and self.trouble.about == PREVIEW:
            self.trouble = None
        same = (want.box, want.scale, want.key) == (self.preview.box, self.preview.scale, self.plan.key())
        if same and self._wants_preview:
            self.preview.rendered(want, job)
            self.after, self.shown = pixels, want
            self._look()  # the strength may have moved meanwhile
        self._changed()

    def failed(self, error: Exception, about: str) -> None:
        """Something that was asked for failed. A kept preview that expired is asked for anew, without a word."""
        problem = error if isinstance(error, ClientError) else ClientError("engine_failed", detail=repr(error))
        asked = self._asked
        if about == PREVIEW and asked is None:
            return  # of a preview that is not wanted any more
        self.waiting, self._eager = "", False
        if about == PREVIEW and asked is not None:
            self._asked = None
            if self.preview is not None:
                self.preview.expired()  # what was there before is forgotten, so it has to be asked for anew
            if problem.code == "expired" and self.preview is not None and asked.job is not None:
                self._look()
                self._changed()
                return
            self._forget_after()
        tr = self._catalogue.gettext
        self.trouble = Trouble(tr(problem.sentence), problem.code in GONE, about, problem.code, problem.detail)
        self._changed()

    def forgive(self) -> None:
        """The trouble was read, or its cause is gone."""
        self.trouble = None
        self._changed()

    # --- what is to be seen ---

    @property
    def pending(self) -> bool:
        """Whether the plan does not belong to the text (yet)."""
        return self.text.strip() != self._understood.strip()

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
        if not self._wants_preview:
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
        said = remarks.on_plan(self.plan, self.tasks, self._catalogue)
        if not said and self.plan.actionable and self.strength == 0:
            return tr("The strength is 0 %, so nothing would change.")
        return said

    @property
    def device_short(self) -> str:
        return in_words(self.device, self._catalogue)

    @property
    def _wants_preview(self) -> bool:
        return self.plan.actionable and self.plan.key() != self._again

    # --- inside ---

    def _take(self, text: str, plan: Dict[str, Any]) -> None:
        self._understood = text
        if plan.get("scale") in SCALES and plan is not self.plan.understood:
            self.scale = int(plan["scale"])  # "2x": the words say how large
        self.plan.take(plan)
        kept = self._kept
        if kept is not None:
            self._kept = None
            if str(kept.get("text") or text).strip() == text.strip():
                self.plan.follow(kept)
        self._look()

    def _look(self) -> None:
        """Ask for the preview that is wanted now, if it is neither on show nor on its way."""
        self.overlay.look(self.preview, [] if self.pending else self.plan.steps(), identity)
        if self.preview is None or self.busy or self.pending:
            return
        if not self._wants_preview:
            self._stop_asking()
            self.preview.expired()
            self.after = self.shown = None
            return
        want = self.preview.want(self.plan.to_dict(), self.plan.key(), self.strength, self.texture)
        if want is None:
            self._stop_asking()
        elif want != self._asked:
            self._asked = want
            self._requests.ask_preview(want)

    def _stop_asking(self) -> None:
        if self._asked is not None:
            self._asked = None
            self._requests.drop_preview()

    def _forget_after(self) -> None:
        self.after = self.shown = None
        if self.preview is not None:
            self.preview.expired()  # else what is on show no longer would be taken for what is
        self._stop_asking()
