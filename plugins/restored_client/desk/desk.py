"""What changes one restoration: what a person does, what a host shows, what the daemon answers. No widgets, no threads.

An adapter tells the desk what the person does and what the daemon answers, and shows what the desk says after each `changed()`.
What is to be asked goes to its `Requests`. Answers may come late, wrong, twice or never: each names what it answers, and one
that is not about what stands now is dropped here, in one place, for every host.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from ..wire.answers import is_plan
from ..wire.errors import ClientError
from .catalogue import Catalogue
from .device import NO_MACHINE
from .planedit import EMPTY_PLAN, identity
from .previewstate import COMPARISONS, ZOOMS, PreviewState, Want
from .requests import Requests
from .state import GONE, OPENING, PLAN, PREVIEW, Trouble
from .wanting import Wanting
from .wish import SCALES, Wish, fraction, is_of_a_result, output_of, quality_of


class Desk(Wanting):
    """One restoration. Every method is for the host's GUI thread; `changed()` is called after whatever changed the state."""

    def __init__(
        self,
        requests: Requests,
        catalogue: Optional[Catalogue] = None,
        changed: Callable[[], None] = lambda: None,
        wanted: Callable[[Wish], object] = lambda wish: None,
    ) -> None:
        """wanted(wish): a restoration that was asked for before its plan was there can begin now."""
        super().__init__(requests, catalogue or Catalogue(), changed)
        self._changed, self._wanted = changed, wanted

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
        said_before = not self.pending and is_of_a_result(self.plan.understood)  # perhaps of another result than stands now
        if self.text.strip() and not said_before:
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
            self.scale, self._chosen_scale = scale, None
        self._changed()

    def set_output(self, output: str) -> None:
        if output in self.outputs:
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
        self._kept = plan if isinstance(plan, dict) and is_plan(plan) and plan.get("steps") else None
        self.strength = fraction(settings.get("strength"), self.strength)
        self.texture = fraction(settings.get("texture"), 0.0)
        self.quality = quality_of(settings.get("quality"))
        if settings.get("scale") in SCALES:
            self.scale, self._chosen_scale = int(settings["scale"]), None
        if "output" in settings:
            self.output = output_of(settings["output"], self.outputs)
        self.type(str(settings.get("instruction") or ""))
        if self._kept is not None and is_of_a_result(self._kept) and self.text.strip():
            # it was said of a result that stood before: of what stands now it would mean something else
            self._requests.drop_plan()
            kept, self._kept = self._kept, None
            self._take(self.text, kept)
            self._changed()

    def restore(self) -> Optional[Wish]:
        """The wish to carry out now; None when there is none, or when its plan is still on its way (then `wanted` follows)."""
        if not self.can_restore:
            return None
        self._eager = self.pending
        return None if self._eager else self.wish()

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
            carried_out = plan is not None and not self.pending and self.plan.is_as(plan)
            if self.text.strip() and not carried_out:
                self._understood = ""  # until it is said anew, nothing is carried out for a layer that it was not said of
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

    def set_busy(self, busy: bool) -> None:
        """A job begins or ends that holds up previews."""
        self.busy = busy
        self._asked = None
        if busy:
            self._requests.drop_preview()
            self.overlay.forget()
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
        """The device line of an answer; what needed no model says nothing of what would compute the next."""
        if isinstance(device, str) and device and device != NO_MACHINE:
            self.device = device

    def took(self, wish: Wish, pixels: int, seconds: float) -> None:
        """A wish was carried out for a picture of so many pixels: the next will take as long."""
        steps = wish.plan.get("steps", ()) if wish.plan else ()
        if steps:
            self._paces.learn(self._kind(steps, wish.scale, wish.quality), pixels, seconds)

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
        same = (want.box, want.reduction, want.key) == (self.preview.box, self.preview.reduction, self.plan.key())
        if same and self.plan.actionable:
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
        sentence = self._catalogue.sentence(problem.sentence)
        self.trouble = Trouble(sentence, problem.code in GONE, about, problem.code, problem.detail)
        self._changed()

    def forgive(self) -> None:
        """The trouble was read, or its cause is gone."""
        self.trouble = None
        self._changed()
