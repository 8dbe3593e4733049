"""What can be asked at most, and by which names: defined once, for both ends of the wire."""

from __future__ import annotations

from typing import Dict, Final, Tuple

SCALES: Final[Tuple[int, ...]] = (1, 2, 4)
"""How many times as large a result may be."""

DEVICES: Final[Tuple[str, ...]] = ("auto", "cpu", "cuda", "mps")
"""What may compute."""

QUALITIES: Final[Tuple[str, ...]] = ("normal", "best")
"""How thorough a restoration is: "best" averages over mirrored and turned pictures and takes four times as long."""

CONTEXT_SIDE: Final[int] = 256
"""Pixels of the longer side of a context frame (the whole picture as a thumbnail), at most."""

DEPTHS: Final[Dict[str, int]] = {"u8": 1, "u16": 2, "u32": 4, "f16": 2, "f32": 4}
"""Depth name -> bytes per value. Integers span [0, max]; floats are sRGB-encoded with 1.0 = white, unbounded."""
