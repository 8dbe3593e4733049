"""WebP: what a file was, and one that is about as large."""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .picture import Encoding

_TRIES: Final = 5
_CLOSE: Final = 0.06


@dataclass(frozen=True, slots=True)
class Webp(Encoding):
    """A lossy WebP's size without its metadata: libwebp keeps no quality in the file, so one is looked for that gives this."""

    nbytes: int


def encoding(data: bytes) -> Webp | None:
    """None for a lossless WebP."""
    lossy = sum(len(body) for kind, body in _chunks(data) if kind in (b"VP8 ", b"ALPH"))
    return Webp(lossy) if any(kind == b"VP8 " for kind, _ in _chunks(data)) else None


def matching_quality(pixels: NDArray, how: Webp) -> int:
    """The quality 1..100 at which these (H, W, 1 to 4) uint8 pixels take about as much as the file did."""
    low, high, quality = 1, 100, 75
    for _ in range(_TRIES):
        ratio = len(encode(pixels, {}, quality)) / max(how.nbytes, 1)
        if abs(ratio - 1) < _CLOSE or low >= high:
            break
        low, high = (quality + 1, high) if ratio < 1 else (low, quality - 1)
        guess = round(quality + (100 - quality) * (1 - ratio)) if ratio < 1 else round(quality / ratio**0.7)
        quality = int(np.clip(guess, low, max(low, high)))
    return quality


def encode(pixels: NDArray, blocks: dict[str, Any], quality: int | None) -> bytes:
    """A WebP of (H, W, 1 to 4) uint8 pixels; lossless where `quality` is None."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    image = image.convert("RGBA" if pixels.shape[2] in (2, 4) else "RGB")
    how = {"quality": quality} if quality is not None else {"lossless": True, "quality": 80, "exact": True}
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", **blocks, **how)
    return buffer.getvalue()


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
