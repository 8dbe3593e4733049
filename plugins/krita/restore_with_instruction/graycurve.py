"""The tone curve of a gray profile, as what a screen shows of it: Qt 5 does not know gray profiles.

Source: ICC.1:2010, 8.4.2 (monochrome profiles), 10.5 and 10.15 (curveType, parametricCurveType).
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Callable, Optional

_FINE = 1 << 12
"""Levels that are told apart: in linear light less than one of the screen's each."""


@lru_cache(maxsize=8)
def shown_levels(profile: bytes) -> Optional[bytes]:
    """For each 16 bit value its 8 bit sRGB one; None where the profile has no curve that this knows."""
    light = _curve(profile)
    if light is None:
        return None
    each = bytes(round(255 * min(1.0, max(0.0, _encoded(light(level / (_FINE - 1)))))) for level in range(_FINE))
    return bytes(level for level in each for _ in range((1 << 16) // _FINE))


def _encoded(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _curve(profile: bytes) -> Optional[Callable[[float], float]]:
    """From encoded values in [0, 1] to light."""
    try:
        if profile[16:20] != b"GRAY" or profile[20:24] != b"XYZ ":
            return None
        (count,) = struct.unpack(">I", profile[128:132])
        for each in range(min(count, 100)):
            name, start, size = struct.unpack(">4sII", profile[132 + 12 * each : 144 + 12 * each])
            if name == b"kTRC":
                return _read(profile[start : start + size])
    except struct.error:
        pass
    return None


def _read(tag: bytes) -> Optional[Callable[[float], float]]:
    kind, number = tag[:4], struct.unpack(">I", tag[8:12])[0]
    if kind == b"curv" and number > 1:
        table = struct.unpack(f">{number}H", tag[12 : 12 + 2 * number])
        return lambda value: table[round(value * (number - 1))] / 65535
    if kind == b"curv":
        power = struct.unpack(">H", tag[12:14])[0] / 256 if number else 1.0
        return lambda value: value**power
    shapes = {0: 1, 3: 5}  # types 1, 2 and 4 are hardly used
    if kind == b"para" and number >> 16 in shapes:
        given = [one / 65536 for one in struct.unpack_from(f">{shapes[number >> 16]}i", tag, 12)]
        power, a, b, c, d = given if len(given) == 5 else (given[0], 1.0, 0.0, 0.0, 0.0)
        return lambda value: max(0.0, a * value + b) ** power if value >= d else c * value
    return None
