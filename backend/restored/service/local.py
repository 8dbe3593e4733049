"""The service in this process: restored.instruction and restored.engine, imported by `load` or by the first order."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from restored.allocator import keep_pages
from restored.ground.errors import PixelError
from restored.ground.limits import QUALITIES
from restored.ground.tasks import LABELS, TASKS
from restored.ground.versions import version
from restored.instruction.plan import Plan
from restored.instruction.sanitize import MAX_CHARACTERS
from restored.regions import Frame, Region
from restored_client.wire.order import Answer, Order
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import make_recipe

from .arrays import array_of, mask_of, pixels_of
from .failures import in_the_tree
from .little import HARDLY, asks_for_what_shows, hardly_changed
from .protocol import IsCancelled, Say, Tell
from .space import LayerSpace

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from restored.engine import Residual
    from restored.models.bundle import Bundle

NOTHING_WANTED = "The strength or the mask is zero everywhere, so nothing was changed."
NOTHING_FOUND = "There was nothing of this to take away, so nothing was changed."


KEPT_TEXTURE: Final = 0.5
"""Of what is fine in a change, what stays where "keep the texture" was said."""


@dataclass(frozen=True, slots=True)
class KeptResidual:
    """A finished job's residual, with the strength and mask it was last shown with."""

    residual: "Residual"
    strength: float
    mask: Pixels | None
    answer: Answer
    space: LayerSpace | None = None
    texture: float = 0.0

    @property
    def nbytes(self) -> int:
        own = self.space.original.nbytes if self.space else 0
        return self.residual.nbytes + (self.mask.nbytes if self.mask else 0) + own


@dataclass(frozen=True, slots=True)
class Carried:
    """An order that was carried out: the answer, and what of it does not travel. residual: when it was to be kept."""

    answer: Answer
    plan: Plan
    notes: tuple[str, ...] = ()
    residual: "Residual | None" = None


class LocalService:
    """Carries out orders with this process's engine."""

    def __init__(self) -> None:
        keep_pages()
        self._reading = threading.Lock()  # the language model is not made for two threads

    def tasks(self) -> list[dict[str, str]]:
        return [{"id": task, "label": LABELS[task]} for task in TASKS]

    def load(self, say: Say) -> None:
        with in_the_tree():
            say("Loading the engine…")
            from restored.engine.engine import shared
            from restored.instruction import warm

            # what is missing or damaged is told to the job that needs it: another may do without
            say("Loading the language model…")
            with suppress(Exception), self._reading:
                warm()
            say("Opening the model…")
            with suppress(Exception):
                shared().store.bundle()
                say("Measuring how this machine computes fastest…")
                shared().warm()

    def device(self) -> str:
        from restored.engine import device_line

        return device_line()

    def opened(self) -> list[str]:
        from restored.engine import opened

        return opened()

    def models(self) -> list[dict[str, Any]]:
        from restored.models.installed import Installed, survey

        def entry(model: Installed, default: bool) -> dict[str, Any]:
            manifest = model.manifest
            if manifest is None:
                return {"name": model.name, "family": "", "tasks": [], "default": False, "error": model.problem}
            facts = {"family": manifest.family, "tasks": list(manifest.tasks), "version": manifest.version}
            return {"name": model.name, **facts, "licence": manifest.licence, "default": default, "sha256": model.fingerprint}

        return [entry(model, number == 0) for number, model in enumerate(survey())]

    def explain(self, text: str, context: Pixels | None, previous: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        with in_the_tree():
            from restored.models.installed import known_to_default

            if previous is not None:
                from restored.instruction.following import follow

                with self._reading:
                    said = follow(Plan.from_dict(previous), text)
                return known_to_default(said).to_dict()
            return known_to_default(self._explain(text, _context(context))).to_dict()

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Answer:
        with in_the_tree():
            if problem := order.problem():
                raise PixelError(problem)
            space = LayerSpace.of(order)
            sent = order if space is None else replace(order, layer=space.leave(), profile=None)
        done = self.carry_out(sent, tell, cancelled)
        with in_the_tree():
            answer = done.answer
            if space is not None:
                answer = replace(answer, pixels=space.back(answer.pixels, array_of(sent.pixels)))
        if done.residual is None:
            return answer
        if space is not None and order.scale == 1:
            done.residual.let_go()  # `adjust` makes it again: half of what would be kept
        texture = _texture(order.texture, done.plan)
        kept = KeptResidual(done.residual, order.strength, order.mask, replace(answer, pixels=None), space, texture)
        return replace(answer, kept=kept)

    def carry_out(
        self,
        order: Order,
        tell: Tell,
        cancelled: IsCancelled,
        *,
        plan: Plan | None = None,
        model: "Bundle | str | Path | None" = None,
    ) -> "Carried":
        """`restore`, with all that this process has of it. plan, model: in place of the order's, for who has them at hand."""
        with in_the_tree():
            if problem := order.problem():
                raise PixelError(problem)
            return self._carry_out(order, plan, order.model if model is None else model, tell, cancelled)

    def _carry_out(
        self, order: Order, plan: Plan | None, model: "Bundle | str | Path | None", tell: Tell, cancelled: IsCancelled
    ) -> "Carried":
        from restored import engine
        from restored.engine.engine import shared
        from restored.engine.picture.context import thumbnail
        from restored.engine.picture.source import LayerSource

        layer = array_of(order.pixels)
        context = _context(order.context)
        if plan is None and order.plan is not None:
            plan = Plan.from_dict(order.plan)
        if plan is None:
            tell(None, "Reading the instruction")
            seen = thumbnail(LayerSource(layer)) if context is None else context
            plan = self._explain(order.instruction or "", seen, layer)
            if plan.for_model:  # what was chosen by hand and cannot be done is an error; what was said is answered
                manifest = shared().store.bundle(model).manifest
                plan = plan.within(manifest.tasks, manifest.name)
            if plan.action == "diagnose":  # a question is answered, and waits for the wish that follows it
                return Carried(Answer(None, plan.to_dict(), plan.message), plan)
        if not plan.actionable:
            return Carried(Answer(None, plan.to_dict(), plan.message or "There is nothing to do."), plan)

        def progress(fraction: float, words: str, preview: engine.Preview | None = None) -> None:
            if preview is None:
                tell(fraction, words)
            else:
                tell(fraction, words, preview.x, preview.y, pixels_of(preview.pixels))

        texture = _texture(order.texture, plan)
        result = engine.run(
            layer,
            plan,
            model=model,
            mask=mask_of(order.mask),
            strength=order.strength,
            scale=order.scale,
            context=context,
            place=_place(order),
            device=order.device,
            quality=order.quality or QUALITIES[0],
            find=order.find,
            text=order.instruction or plan.text,
            keep=order.keep or texture > 0,
            previews=order.previews,
            progress=progress,
            cancel=cancelled,
        )
        # of the words, what was never read is not needed to do it again, and a JPEG has no room for it
        words = (order.instruction or plan.text)[:MAX_CHARACTERS]
        done = replace(order, instruction=words, plan=result.plan.to_dict(), model=result.model)
        recipe = make_recipe(done, shared().store.bundle(model).fingerprint if result.model else None, version())
        image = result.image
        if texture > 0 and result.changed and result.residual is not None:
            image = result.residual.apply(order.strength, mask_of(order.mask), texture)
        notes = result.notes
        if result.changed and asks_for_what_shows(result.plan, order) and hardly_changed(layer, image):
            notes = (*notes, HARDLY)
        remarks = dict.fromkeys((*notes, *(item.message for item in result.plan.unused)))
        answer = Answer(
            pixels_of(image) if result.changed else None,
            result.plan.to_dict(),
            " ".join(remarks) if result.changed else " ".join(result.notes) or _why_unchanged(order),
            result.device_line,
            result.model,
            result.seconds,
            recipe,
        )
        return Carried(answer, result.plan, notes, result.residual if order.keep else None)

    def adjust(self, kept: KeptResidual, strength: float | None, mask: Pixels | None, texture: float | None = None) -> Answer:
        with in_the_tree():
            kept = replace(
                kept,
                strength=kept.strength if strength is None else strength,
                mask=kept.mask if mask is None else mask,
                texture=kept.texture if texture is None else _texture(texture, Plan.from_dict(kept.answer.plan)),
            )
            left = None if kept.space is None or kept.residual.scale > 1 else array_of(kept.space.leave())
            pixels: Pixels | None = pixels_of(kept.residual.apply(kept.strength, mask_of(kept.mask), kept.texture, left))
            if kept.space is not None:
                pixels = kept.space.back(pixels, left)
        recipe = {**kept.answer.recipe, "strength": kept.strength, **({"texture": kept.texture} if kept.texture else {})}
        return replace(kept.answer, pixels=pixels, recipe=recipe, kept=kept)

    def region(self, region: Mapping[str, Any], order: Order, tell: Tell, cancelled: IsCancelled) -> Pixels:
        with in_the_tree():
            from restored.engine.engine import shared

            where = Region.from_dict(region)
            space = LayerSpace.of(order)
            layer = array_of(order.pixels if space is None else space.leave())
            context = _context(order.context)

            def progress(fraction: float, words: str, preview: object) -> None:
                tell(fraction, words)

            return pixels_of(shared().where(layer, where, context, _place(order), progress, cancelled))

    def unload(self) -> None:
        from restored import engine

        engine.unload()

    def _explain(self, text: str, context: "np.ndarray | None", sample: "np.ndarray | None" = None) -> Plan:
        from restored.instruction import explain

        with self._reading:
            return explain(text, context, sample)


def _context(sent: Pixels | None) -> "np.ndarray | None":
    """A context frame as the engine takes it."""
    from restored.engine.picture.context import check_context

    return None if sent is None else check_context(array_of(sent))


def _place(order: Order) -> Frame | None:
    """Where the layer lies in the whole picture."""
    return None if order.place is None else Frame(*order.place)


def _texture(asked: float, plan: Plan) -> float:
    """How much of the fine texture stays: as asked, and at least a good part of it where words keep it."""
    return max(asked, KEPT_TEXTURE) if "texture" in plan.keeps else asked


def _why_unchanged(order: Order) -> str:
    mask = mask_of(order.mask)
    wanted = order.strength > 0 and (mask is None or bool(mask.any()))
    return NOTHING_FOUND if wanted else NOTHING_WANTED
