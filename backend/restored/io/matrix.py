"""Colour profiles that are a matrix and three curves, as those of working spaces are, by formula.

A colour engine goes pixel by pixel through what is three powers and nine products; for these profiles the same is done on whole
arrays, some twenty times as fast. Profiles with tables of colours, or with curves this does not know, are left to the engine.

Source: ICC.1:2010, 8.3.3 (three-component matrix-based profiles), 10.5 and 10.15 (curveType, parametricCurveType), annex F.3.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_STEPS: Final = 1 << 16
"""Entries of a table of a curve's inverse."""


@dataclass(frozen=True, slots=True)
class Curve:
    """From encoded values to light. `power`, `a`, `b`, `c`, `d`, `e`, `f`: (a x + b)^power + e for x >= d, else c x + f; or a
    `table` over [0, 1]."""

    power: float = 1.0
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 0.0
    f: float = 0.0
    table: tuple[float, ...] = ()

    def light(self, values: Floats) -> Floats:
        """Linear light; below 0 the curve is mirrored where it is a pure power."""
        if self.table:
            axis = np.linspace(0.0, 1.0, len(self.table), dtype=np.float32)
            return np.interp(values, axis, np.array(self.table, np.float32)).astype(np.float32)
        if self.d <= 0.0 and not (self.b or self.e):
            return np.copysign(np.power(np.abs(values) * np.float32(self.a), np.float32(self.power)), values)
        curved = np.power(np.maximum(np.float32(self.a) * values + np.float32(self.b), 0), np.float32(self.power))
        return np.where(values >= self.d, curved + np.float32(self.e), np.float32(self.c) * values + np.float32(self.f))

    def encoded(self, light: Floats) -> Floats:
        """The inverse of `light`."""
        if self.table:
            every = np.linspace(0.0, 1.0, _STEPS, dtype=np.float32)
            return np.interp(light, self.light(every), every).astype(np.float32)
        if self.d <= 0.0 and not (self.b or self.e):
            return np.copysign(np.power(np.abs(light), np.float32(1 / self.power)) / np.float32(self.a), light)
        passage = (self.a * self.d + self.b) ** self.power + self.e
        root = np.power(np.maximum(light - np.float32(self.e), 0), np.float32(1 / self.power))
        curved = (root - np.float32(self.b)) / np.float32(self.a)
        straight = (light - np.float32(self.f)) / np.float32(self.c or 1.0)
        return np.where(light >= passage, curved, straight)


@dataclass(frozen=True, slots=True)
class Matrix:
    """An RGB space: curves to light, and `to_xyz`, (3, 3) float64, from light to XYZ under D50."""

    curves: tuple[Curve, Curve, Curve]
    to_xyz: tuple[tuple[float, ...], ...]

    def light(self, values: Floats) -> Floats:
        """(..., 3) linear light."""
        if self.curves[0] == self.curves[1] == self.curves[2]:
            return self.curves[0].light(values)
        return np.stack([curve.light(values[..., each]) for each, curve in enumerate(self.curves)], axis=-1)

    def encoded(self, light: Floats) -> Floats:
        """(..., 3) encoded values."""
        if self.curves[0] == self.curves[1] == self.curves[2]:
            return self.curves[0].encoded(light)
        return np.stack([curve.encoded(light[..., each]) for each, curve in enumerate(self.curves)], axis=-1)


def moved(values: Floats, source: Matrix, target: Matrix) -> Floats:
    """(..., 3) float32 from one space into another, nothing clipped."""
    between = np.linalg.inv(np.array(target.to_xyz)) @ np.array(source.to_xyz)
    with np.errstate(invalid="ignore"):  # pixels that are not numbers stay none
        return target.encoded(source.light(values) @ between.T.astype(np.float32))


@lru_cache(maxsize=16)
def matrix_of(icc: bytes) -> Matrix | None:
    """The profile as a Matrix; None when it is none, or cannot be read."""
    try:
        if icc[16:20] != b"RGB " or icc[20:24] != b"XYZ " or icc[36:40] != b"acsp":
            return None
        count = struct.unpack(">I", icc[128:132])[0]
        entries = (struct.unpack(">4sII", icc[132 + 12 * each : 144 + 12 * each]) for each in range(min(count, 100)))
        tags = {name: icc[start : start + size] for name, start, size in entries}
        if b"A2B0" in tags or b"B2A0" in tags or b"D2B0" in tags:
            return None
        columns = [struct.unpack(">3i", tags[name][8:20]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        first, second, third = (_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC"))
    except (KeyError, struct.error, IndexError):
        return None
    rows = tuple(tuple(column[row] / 65536 for column in columns) for row in range(3))
    if first is None or second is None or third is None or abs(np.linalg.det(np.array(rows))) < 1e-9:
        return None
    return Matrix((first, second, third), rows)


def _curve(data: bytes) -> Curve | None:
    if data[:4] == b"curv":
        count = struct.unpack(">I", data[8:12])[0]
        if count == 0:
            return Curve()
        values = struct.unpack(f">{count}H", data[12 : 12 + 2 * count])
        if count == 1:
            return Curve(power=values[0] / 256) if values[0] else None
        rising = (values[0], values[-1]) == (0, 65535) and all(one <= other for one, other in pairwise(values))
        return Curve(table=tuple(value / 65535 for value in values)) if rising else None
    if data[:4] != b"para":
        return None
    kind = struct.unpack(">H", data[8:10])[0]
    if kind > 4:
        return None
    names = ("power", "a", "b", "c", "d", "e", "f")
    given = [value / 65536 for value in struct.unpack(f">{(1, 3, 4, 5, 7)[kind]}i", data[12 : 12 + 4 * (1, 3, 4, 5, 7)[kind]])]
    if kind == 3:
        curve = Curve(**dict(zip(names[:5], given, strict=True)))
    elif kind == 0:
        curve = Curve(power=given[0])
    elif kind == 4:
        curve = Curve(**dict(zip(names, given, strict=True)))
    else:
        return None  # types 1 and 2 are hardly used: left to the engine
    return curve if curve.power > 0 and curve.a > 0 and (curve.c > 0 or curve.d <= 0) else None
