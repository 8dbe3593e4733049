"""The Python API: `restore`, `explain`, `load_bundle`. Light to import; torch comes with the first call."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from restored_client.wire.order import Order
from restored_client.wire.pixels import Pixels

from .instruction.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

    from .engine import Preview, Residual
    from .models.bundle import Bundle
    from .service import LocalService

    Picture = np.ndarray | Image
    Progress = Callable[[float, str, Preview | None], None]


@dataclass(frozen=True, slots=True)
class Restoration:
    """What `restore` gives back.

    image: the restored picture, of the kind that went in (array of the same dtype and number of channels, or a Pillow image),
    `scale` times as large. plan: what the instruction was understood as; `plan.message` says why when there was nothing to
    do. changed: False when every byte is as it was. device: what computed it and why, for a person to read. notes: sentences
    about anything done otherwise than asked.
    """

    image: "Picture"
    plan: Plan
    changed: bool
    device: str
    model: str
    seconds: float
    notes: tuple[str, ...] = ()
    residual: "Residual | None" = None


def restore(
    image: "Picture",
    instruction: str | Plan,
    *,
    strength: float = 1.0,
    mask: "Picture | None" = None,
    scale: int | None = None,
    context: "Picture | None" = None,
    model: "Bundle | str | Path | None" = None,
    device: str | None = None,
    quality: str | None = None,
    progress: "Progress | None" = None,
    cancel: Callable[[], bool] | None = None,
    keep: bool = False,
) -> Restoration:
    """Restore a picture as an instruction says.

    image: H x W x C (C = 1 gray, 2 gray + alpha, 3 RGB, 4 RGBA) or H x W, of uint8, uint16, uint32 or float16 to
    float64, sRGB-encoded, floats 1.0 = white and unbounded; or a Pillow image, whose colour profile counts. Never written to.
    instruction: words, or a Plan. strength: 0 (nothing) to 1. mask: H x W, 0 leaves a pixel's bytes as they are.
    scale: 1, 2 or 4: how many times as large; None: as the words say ("2x"), else 1. context: the whole picture (any size) when
    `image` is a part of it.
    model: name, path or bundle; None is the default. device: "auto", "cpu", "cuda" or "mps".
    quality: "normal" (None), or "best", which averages over mirrored and turned pictures and takes four times as long.
    progress: called with a fraction in [0, 1], words and None. cancel: True ends the work with `Cancelled`.
    keep: also return the `residual`, whose `apply(strength, mask)` needs no inference.

    An instruction with nothing to do is a success: the picture comes back unchanged and `plan.reason` says why.
    Raises Cancelled, or a RestoredError whose message is a sentence: PixelError, PlanError, ModelError (also ValueErrors),
    EngineError or InstallationError (also RuntimeErrors).
    """
    from .engine.picture.pixels import check_layer
    from .instruction.scale import asked_scale
    from .io.given import as_layer
    from .service.arrays import array_of, pixels_of

    layer, back = as_layer(image)
    check_layer(layer)
    plan = instruction if isinstance(instruction, Plan) else None

    def hear(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
        if progress is not None and fraction is not None:
            progress(fraction, words, None)

    order = Order(
        instruction=instruction.text or None if isinstance(instruction, Plan) else instruction,
        plan=None if plan is None else plan.to_dict(),
        strength=strength,
        scale=scale or (asked_scale(str(instruction)) if plan is None else plan.scale) or 1,
        device=device,
        quality=quality,
        keep=keep,
        layer=pixels_of(layer),
        mask=None if mask is None else _mask(mask, layer),
        context=None if context is None else _context(context),
    )
    done = _service().carry_out(order, hear, cancel or (lambda: False), plan=plan, model=model)
    answer = done.answer
    return Restoration(
        image if answer.pixels is None else back(array_of(answer.pixels)),
        done.plan,
        answer.changed,
        answer.device,
        answer.model,
        answer.seconds,
        done.notes,
        done.residual,
    )


def explain(text: str, image: "Picture | None" = None) -> Plan:
    """What an instruction is understood as. image: the picture, for general wishes ("fix my photo"). Never raises for any
    text: what is not understood has a `reason` and a `message`, and what the default model cannot do stands in `unused`."""
    from .instruction import explain as understand
    from .models.installed import known_to_default

    if image is None:
        return known_to_default(understand(text))
    from .engine.picture.context import check_context
    from .io.given import as_layer

    return known_to_default(understand(text, check_context(as_layer(image)[0])))


@cache
def _service() -> "LocalService":
    from .service import LocalService

    return LocalService()


def _context(picture: "Picture") -> Pixels:
    """The context frame, from a whole picture of any size."""
    from .engine.picture.context import check_context
    from .io.given import as_layer
    from .service.arrays import pixels_of

    return pixels_of(check_context(as_layer(picture)[0]))


def _mask(mask: "Picture", layer: np.ndarray) -> Pixels:
    """A mask of any type as one that travels. Raises PixelError when it does not fit."""
    from .engine.picture.pixels import check_mask
    from .io.given import as_mask
    from .service.arrays import pixels_of

    plane = check_mask(as_mask(mask), *layer.shape[:2])
    if plane.dtype == np.bool_:
        plane = plane.astype(np.uint8) * np.uint8(255)
    elif plane.dtype == np.float64:
        plane = plane.astype(np.float32)
    return pixels_of(plane[..., None])
