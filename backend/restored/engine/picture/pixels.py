"""The one definition of depth, channels, alpha and non-finite pixels: what a layer's bytes mean, what a model is shown of
them, and how a residual is written back.

A layer is an H x W x C array, C = 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha, sRGB-encoded, straight (not premultiplied)
alpha. Integers span 0..max as 0..1; floats are 0..1 with values beyond it (wide gamut, HDR) allowed.
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from restored.ground import limits
from restored.ground.errors import PixelError

Layer: TypeAlias = npt.NDArray[np.uint8 | np.uint16 | np.uint32 | np.float16 | np.float32]
Floats: TypeAlias = npt.NDArray[np.float32]

DEPTHS: Final[dict[str, np.dtype]] = {
    "u8": np.dtype(np.uint8),
    "u16": np.dtype(np.uint16),
    "u32": np.dtype(np.uint32),
    "f16": np.dtype(np.float16),
    "f32": np.dtype(np.float32),
}
"""Depth names, as on the wire, and the numpy types they stand for (native byte order)."""

LUMA: Final = np.array(limits.LUMA, np.float32)
"""Rec. 709 weights: how an RGB residual becomes the residual of a gray layer."""


class Box(NamedTuple):
    """A rectangle of pixels, rows top..bottom-1 and columns left..right-1; it may reach beyond its picture."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def of(self, array: np.ndarray) -> np.ndarray:
        """The view of `array` inside this box (the box must lie inside it)."""
        return array[self.top : self.bottom, self.left : self.right]

    def inside(self, other: "Box") -> "Box":
        """The same box in the coordinates of another one that holds it."""
        return Box(self.top - other.top, self.left - other.left, self.bottom - other.top, self.right - other.left)


def check_layer(image: np.ndarray) -> Layer:
    """`image` itself when it is a layer the engine can work on; raises PixelError with a sentence otherwise."""
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] not in (1, 2, 3, 4):
        shape = getattr(image, "shape", None)
        raise PixelError(f"A layer must be height x width x 1 to 4 channels; this one has the shape {shape}.")
    if image.dtype not in DEPTHS.values():
        raise PixelError(f"Pixels of the type {image.dtype} are not known; I work on {', '.join(DEPTHS)}.")
    if image.shape[0] == 0 or image.shape[1] == 0:
        raise PixelError("This picture has no pixels.")
    return image


def check_mask(mask: np.ndarray, height: int, width: int) -> npt.NDArray:
    """The mask as H x W of bool, integers or floats (a view). Raises PixelError when it does not fit the layer."""
    if not isinstance(mask, np.ndarray) or mask.shape not in ((height, width), (height, width, 1)):
        shape = getattr(mask, "shape", None)
        raise PixelError(f"The mask must be as large as the layer, {width} x {height}; it has the shape {shape}.")
    if mask.dtype != np.bool_ and mask.dtype not in DEPTHS.values() and mask.dtype != np.float64:
        raise PixelError(f"A mask of the type {mask.dtype} is not known.")
    return mask.reshape(height, width)


def colours(image: Layer) -> int:
    """The number of colour channels: 1 or 3."""
    return 1 if image.shape[2] <= 2 else 3


def has_alpha(image: Layer) -> bool:
    return image.shape[2] in (2, 4)


def full_scale(dtype: np.dtype) -> int:
    """What 1.0 is in this depth: 255, 65535, 4294967295, or 1 for floats."""
    return 1 if dtype.kind == "f" else int(np.iinfo(dtype).max)


def to_unit(block: np.ndarray, out: Floats | None = None) -> Floats:
    """Values as float32 with 1.0 = full scale, unclamped; bool is 0 or 1. Written to `out` where given."""
    if out is None:
        out = np.empty(block.shape, np.float32)
    if block.dtype == np.bool_ or full_scale(block.dtype) == 1:
        out[...] = block
    elif block.dtype == np.uint32:  # float32 has 24 bits: divide first, round once
        out[...] = block * (1.0 / full_scale(block.dtype))
    else:
        np.multiply(block, np.float32(1.0 / full_scale(block.dtype)), out=out)
    return out


def mask_weight(block: np.ndarray) -> Floats:
    """A piece of a mask as weights in [0, 1]; NaN counts as 0."""
    weight = to_unit(block)
    if block.dtype.kind == "f":
        np.nan_to_num(weight, copy=False, nan=0.0, posinf=1.0, neginf=0.0)
        np.clip(weight, 0.0, 1.0, out=weight)
    return weight


def visible(block: Layer) -> npt.NDArray[np.bool_] | None:
    """Where a piece of a layer shows colour that can be trusted: alpha above 0 and every value finite (h x w).

    None means everywhere, which is the common case and costs nothing to find out for opaque integers.
    """
    seen: npt.NDArray[np.bool_] | None = None
    if has_alpha(block):
        seen = np.greater(block[..., -1], 0)
    if block.dtype.kind == "f" and not np.isfinite(block).all():  # asked of all at once first: one channel alone is slow to read
        for channel in range(colours(block)):  # along an axis of three, reduce takes six times as long
            finite: npt.NDArray[np.bool_] = np.isfinite(block[..., channel])
            seen = finite if seen is None else np.logical_and(seen, finite, out=seen)
    return None if seen is None or seen.all() else seen


def add_residual(block: Layer, residual: np.ndarray, weight: float | Floats) -> Layer:
    """`block + weight * residual` in the block's own depth.

    block: h x w x C; residual: h x w x colours, float, 1.0 = full scale; weight: a number or h x w, in [0, 1].
    Alpha is carried. Where the weighted residual is 0, and where a value is not finite, the bytes are the block's own.
    Integers are rounded to nearest and kept in range; floats are not clamped.
    """
    count, out, scale = colours(block), block.copy(), full_scale(block.dtype)
    exact = np.float64 if block.dtype == np.uint32 else np.float32
    # with alpha between them colours are read, and written, twice as fast one channel at a time
    for part in range(count) if count < block.shape[2] else (slice(None),):
        old, delta = block[..., part], residual[..., part].astype(exact)
        delta *= weight[..., None] if isinstance(weight, np.ndarray) and delta.ndim == 3 else weight
        if block.dtype.kind == "f":
            # not even the sign of a zero or the payload of a NaN may change where nothing is added
            changed = (delta != 0) & np.isfinite(old)
            np.copyto(out[..., part], old + delta, where=changed, casting="same_kind")
            continue
        delta *= scale
        delta += old
        np.rint(delta, out=delta)
        np.clip(delta, 0, scale, out=delta)
        out[..., part] = delta
    return out
