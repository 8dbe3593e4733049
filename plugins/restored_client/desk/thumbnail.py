"""A small picture of a result, to know it again by: made of Pixels of any form and kept as PNG, by the standard library alone."""

from __future__ import annotations

import struct
import zlib
from operator import itemgetter
from typing import Any, Callable, Dict, Final, List, Sequence, Tuple

from ..wire.pixels import Pixels

SIDE: Final = 96
"""Pixels of the longer side, at most: twice what a list shows, for fine screens."""

SAMPLES: Final = 3
"""Pixels of the picture, across and down, whose mean is one of the thumbnail's."""

BEHIND: Final = 128
"""The gray that shows through what is transparent."""

_CODES: Final[Dict[str, Any]] = {"u8": "B", "u16": "H", "u32": "I", "f16": "H", "f32": "f"}  # a memoryview has no half floats


def thumbnail(pixels: Pixels, side: int = SIDE) -> Pixels:
    """The whole picture at most `side` pixels wide or high, 8-bit sRGB without alpha. Never larger than it was.

    Each of its pixels is the mean of nine that are spread over its place: for a picture of any size that takes some ten
    milliseconds. Floats outside [0, 1] are clipped.
    """
    longest = max(pixels.width, pixels.height)
    width, height = (max(1, min(length, length * side // longest)) for length in (pixels.width, pixels.height))
    rows = [_spread(row, height, pixels.height) for row in range(height)]
    columns = [place for column in range(width) for place in _spread(column, width, pixels.width)]
    values = memoryview(pixels.data).cast("B").cast(_CODES[pixels.depth])
    value_of = _to_bytes(pixels.depth)
    out = bytearray(3 * width * height)
    colours = (0, 0, 0) if pixels.channels < 3 else (0, 1, 2)
    alpha = pixels.channels - 1 if pixels.channels in (2, 4) else None
    length = pixels.width * pixels.channels
    for y, places in enumerate(rows):
        lines = [values[place * length : (place + 1) * length] for place in places]
        opaque = None if alpha is None else _means(lines, columns, alpha, pixels.channels, value_of)
        for channel, colour in enumerate(colours):
            means = _means(lines, columns, colour, pixels.channels, value_of)
            if opaque is not None:
                means = [(mean * seen + BEHIND * (255 - seen)) // 255 for mean, seen in zip(means, opaque)]
            out[3 * width * y + channel : 3 * width * (y + 1) : 3] = bytes(means)
    return Pixels(width, height, 3, "u8", bytes(out))


def _spread(place: int, places: int, length: int) -> List[int]:
    """SAMPLES positions in [0, length) for one of `places` that share it."""
    return [
        min(length - 1, (place * 2 * SAMPLES + 2 * sample + 1) * length // (places * 2 * SAMPLES)) for sample in range(SAMPLES)
    ]


def _means(
    lines: Sequence[Any], columns: Sequence[int], channel: int, channels: int, value_of: Callable[[Any], int]
) -> List[int]:
    """The mean of each SAMPLES x SAMPLES positions of one channel, as bytes."""
    pick = itemgetter(*(column * channels + channel for column in columns))
    taken: List[Tuple[Any, ...]] = [tuple(map(value_of, pick(line))) for line in lines]
    spread = [line[offset::SAMPLES] for line in taken for offset in range(SAMPLES)]
    return [sum(each) // len(spread) for each in zip(*spread)]


def _to_bytes(depth: str) -> Callable[[Any], int]:
    """A value of this depth as one of 8 bits."""
    if depth in ("u8", "u16", "u32"):
        shift = {"u8": 0, "u16": 8, "u32": 24}[depth]
        return lambda value: value >> shift
    return _half if depth == "f16" else _clipped


def _half(bits: int) -> int:
    return _clipped(struct.unpack("<e", struct.pack("<H", bits))[0])


def _clipped(value: float) -> int:
    return int(min(1.0, max(0.0, value)) * 255 + 0.5) if value == value else 0  # NaN is no colour: black


def png(pixels: Pixels) -> bytes:
    """8-bit RGB Pixels as a PNG file (ISO/IEC 15948)."""
    row = 3 * pixels.width
    lines = b"".join(b"\0" + bytes(pixels.view[y * row : (y + 1) * row]) for y in range(pixels.height))
    header = struct.pack(">IIBBBBB", pixels.width, pixels.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
