"""The real engine behind the daemon's seam: restored.instruction and restored.engine, imported by `load` and not before."""

import threading
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from restored.allocator import keep_pages
from restored.ground.errors import Cancelled, RestoredError
from restored.ground.tasks import FIRST_TASKS, LABELS
from restored.ground.versions import version
from restored.instruction.plan import Plan
from restored.instruction.sanitize import MAX_CHARACTERS
from restored.regions import Frame
from restored_client.wire.errors import ClientError
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import make_recipe

from .work import Done, IsCancelled, Order, Say, Tell

if TYPE_CHECKING:
    import numpy as np

    from restored.engine import Residual

NOTHING_WANTED = "The strength or the mask is zero everywhere, so nothing was changed."
NOTHING_FOUND = "There was nothing of this to take away, so nothing was changed."


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished job's residual, with the strength and mask it was last shown with."""

    residual: "Residual"
    strength: float
    mask: Pixels | None
    done: Done

    @property
    def nbytes(self) -> int:
        return self.residual.nbytes + (self.mask.nbytes if self.mask else 0)


class Restoring:
    """The engine as the daemon's Work."""

    def __init__(self) -> None:
        keep_pages()
        self._reading = threading.Lock()  # the language model is not made for two threads

    def tasks(self) -> list[dict[str, str]]:
        return [{"id": task, "label": LABELS[task]} for task in FIRST_TASKS]

    def load(self, say: Say) -> None:
        with _with_sentences():
            say("Loading the engine…")
            from restored.engine import devices, store
            from restored.instruction import warm

            # what is missing or damaged is told to the job that needs it: another may do without
            say("Loading the language model…")
            with suppress(Exception), self._reading:
                warm()
            say("Opening the model…")
            with suppress(Exception):
                bundle = store.bundle()
                say("Measuring how this machine computes fastest…")
                devices.choose(store.model(bundle, "auto"), bundle.fingerprint)

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
            return {"name": model.name, **facts, "licence": manifest.licence, "default": default}

        return [entry(model, number == 0) for number, model in enumerate(survey())]

    def explain(self, text: str, context: Pixels | None, previous: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        with _with_sentences():
            if previous is not None:
                from restored.instruction.following import follow

                with self._reading:
                    return follow(Plan.from_dict(previous), text).to_dict()
            frame = None
            if context is not None:
                from restored.engine.context import check_context

                frame = check_context(_array(context))
            return self._explain(text, frame).to_dict()

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Done:
        from restored import engine
        from restored.engine import store
        from restored.engine.context import check_context, thumbnail
        from restored.engine.source import LayerSource

        with _with_sentences():
            layer = _array(order.layer)
            context = check_context(_array(order.context)) if order.context else None
            if order.plan is not None:
                plan = Plan.from_dict(order.plan)
            else:
                tell(None, "Reading the instruction")
                context = thumbnail(LayerSource(layer)) if context is None else context
                plan = self._explain(order.instruction or "", context, layer)
            if not plan.actionable:
                return Done(None, plan.to_dict(), plan.message or "There is nothing to do.")

            def progress(fraction: float, words: str, preview: engine.Preview | None = None) -> None:
                if preview is None:
                    tell(fraction, words)
                else:
                    tell(fraction, words, preview.x, preview.y, _pixels(preview.pixels))

            result = engine.run(
                layer,
                plan,
                model=order.model,
                mask=_mask(order.mask),
                strength=order.strength,
                scale=order.scale,
                context=context,
                place=None if order.place is None else Frame(*order.place),
                device=order.device,
                text=order.instruction or plan.text,
                keep=order.keep,
                previews=order.previews,
                progress=progress,
                cancel=cancelled,
            )
        recipe = make_recipe(
            # what was never read is not needed to do it again, and a JPEG has no room for it
            instruction=(order.instruction or plan.text)[:MAX_CHARACTERS],
            plan=result.plan.to_dict(),
            strength=order.strength,
            scale=order.scale,
            model=result.model,
            sha256=store.bundle(order.model).fingerprint if result.model else None,
            version=version(),
        )
        remarks = dict.fromkeys((*result.notes, *(item.message for item in result.plan.unused)))
        done = Done(
            _pixels(result.image) if result.changed else None,
            result.plan.to_dict(),
            " ".join(remarks) if result.changed else " ".join(result.notes) or _why_unchanged(order),
            result.device_line,
            result.model,
            result.seconds,
            recipe,
        )
        if result.residual is None:
            return done
        return replace(done, kept=Kept(result.residual, order.strength, order.mask, replace(done, pixels=None)))

    def adjust(self, kept: Kept, strength: float | None, mask: Pixels | None) -> Done:
        with _with_sentences():
            kept = replace(
                kept, strength=kept.strength if strength is None else strength, mask=kept.mask if mask is None else mask
            )
            image = kept.residual.apply(kept.strength, _mask(kept.mask))
        recipe = {**kept.done.recipe, "strength": kept.strength}
        return replace(kept.done, pixels=_pixels(image), recipe=recipe, kept=kept)

    def unload(self) -> None:
        from restored import engine

        engine.unload()

    def _explain(self, text: str, context: "np.ndarray | None", sample: "np.ndarray | None" = None) -> Plan:
        from restored.instruction import explain

        with self._reading:
            return explain(text, context, sample)


def _array(pixels: Pixels) -> "np.ndarray":
    """Height x width x channels, read-only when the buffer is, without a copy."""
    import numpy as np

    from restored.engine import DEPTHS

    return np.frombuffer(pixels.view, DEPTHS[pixels.depth]).reshape(pixels.height, pixels.width, pixels.channels)


def _mask(pixels: Pixels | None) -> "np.ndarray | None":
    return None if pixels is None else _array(pixels)[..., 0]


def _why_unchanged(order: Order) -> str:
    mask = _mask(order.mask)
    wanted = order.strength > 0 and (mask is None or bool(mask.any()))
    return NOTHING_FOUND if wanted else NOTHING_WANTED


def _pixels(image: "np.ndarray") -> Pixels:
    """The opposite of `_array`, without a copy when the array is contiguous."""
    import numpy as np

    from restored.engine import DEPTHS

    depth = next(name for name, dtype in DEPTHS.items() if dtype == image.dtype)
    height, width, channels = image.shape
    return Pixels(width, height, channels, depth, np.ascontiguousarray(image).reshape(-1).view(np.uint8).data)


@contextmanager
def _with_sentences():
    """Give each of the engine's failures its code on the wire; their messages already are sentences."""
    try:
        yield
    except (Cancelled, ClientError):
        raise
    except RestoredError as error:
        raise ClientError(error.code, str(error)) from error
    except MemoryError as error:
        raise ClientError("out_of_memory", detail=str(error)) from error
    except ImportError as error:
        raise ClientError("engine_missing", detail=repr(error)) from error
