"""Colour profiles that are a matrix and three curves, as those of working spaces are, by formula.

A colour engine goes pixel by pixel through what is three powers and nine products; for these profiles the same is done on whole
arrays, some twenty times as fast. Profiles with tables of colours, or with curves this does not know, are left to the engine.
Colours are planes here, (3, ...): the first axis is the channel, so that each step runs along memory.

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

    @property
    def pure(self) -> bool:
        """Whether it is a power and nothing else, mirrored below 0."""
        return self.d <= 0.0 and not (self.b or self.e)

    def light(self, values: Floats) -> Floats:
        """Linear light."""
        if self.table:
            axis = np.linspace(0.0, 1.0, len(self.table), dtype=np.float32)
            return np.interp(values, axis, np.array(self.table, np.float32)).astype(np.float32)
        if self.pure:
            out = np.abs(values)
            out *= np.float32(self.a)
            return _signed(np.power(out, np.float32(self.power), out=out), values)
        # the power from the knee on, the line up to it, and their sum: to choose value by value costs twice as much in a noisy
        # picture, where a processor guesses wrong at every other one
        curved = np.maximum(values, np.float32(self.d))
        curved *= np.float32(self.a)
        curved += np.float32(self.b)
        np.power(curved, np.float32(self.power), out=curved)
        line = np.minimum(values, np.float32(self.d))
        line *= np.float32(self.c)
        curved += line
        curved += np.float32(self.f - self._turn)
        return curved

    def encoded(self, light: Floats) -> Floats:
        """The inverse of `light`."""
        if self.table:
            every = np.linspace(0.0, 1.0, _STEPS, dtype=np.float32)
            return np.interp(light, self.light(every), every).astype(np.float32)
        if self.pure:
            out = np.abs(light)
            np.power(out, np.float32(1 / self.power), out=out)
            out /= np.float32(self.a)
            return _signed(out, light)
        knee = self.c * self.d + self.f
        curved = np.maximum(light, np.float32(knee))
        curved += np.float32(self._turn - knee)
        np.power(curved, np.float32(1 / self.power), out=curved)
        curved *= np.float32(1 / self.a)
        line = np.minimum(light, np.float32(knee))
        line *= np.float32(1 / self.c)
        curved += line
        curved -= np.float32(self.b / self.a + knee / self.c)
        return curved

    @property
    def _turn(self) -> float:
        """The power's own value where the line ends."""
        return (self.a * self.d + self.b) ** self.power

    @property
    def known(self) -> bool:
        """Whether `light` and `encoded` hold: it rises, and is one power, or a line that a power goes on from without a step."""
        if self.power <= 0 or self.a <= 0:
            return False
        return self.pure or (
            self.c > 0 and self.a * self.d + self.b >= 0 and abs(self.c * self.d + self.f - self.e - self._turn) < 1e-5
        )


def _signed(sizes: Floats, values: Floats) -> Floats:
    """`sizes` with the signs of `values`."""
    return sizes if values.size and values.min() >= 0 else np.copysign(sizes, values, out=sizes)


@dataclass(frozen=True, slots=True)
class Matrix:
    """An RGB space: curves to light, and `to_xyz`, (3, 3) float64, from light to XYZ under D50."""

    curves: tuple[Curve, Curve, Curve]
    to_xyz: tuple[tuple[float, ...], ...]

    def light(self, values: Floats) -> Floats:
        """(3, ...) linear light."""
        if self.curves[0] == self.curves[1] == self.curves[2]:
            return self.curves[0].light(values)
        return np.stack([curve.light(plane) for curve, plane in zip(self.curves, values, strict=True)])

    def encoded(self, light: Floats) -> Floats:
        """(3, ...) encoded values."""
        if self.curves[0] == self.curves[1] == self.curves[2]:
            return self.curves[0].encoded(light)
        return np.stack([curve.encoded(plane) for curve, plane in zip(self.curves, light, strict=True)])


def moved(values: Floats, source: Matrix, target: Matrix) -> Floats:
    """(3, ...) float32 from one space into another, nothing clipped."""
    between = (np.linalg.inv(np.array(target.to_xyz)) @ np.array(source.to_xyz)).astype(np.float32)
    with np.errstate(invalid="ignore"):  # pixels that are not numbers stay none
        return target.encoded(np.tensordot(between, source.light(values), 1))


SRGB: Final = Curve(power=2.4, a=1 / 1.055, b=0.055 / 1.055, c=1 / 12.92, d=0.04045)
"""IEC 61966-2-1."""


@lru_cache(maxsize=16)
def matrix_of(icc: bytes) -> Matrix | None:
    """The profile as a Matrix; None when it is none, or cannot be read."""
    try:
        tags = _tags(icc, b"RGB ")
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


@lru_cache(maxsize=16)
def gray_of(icc: bytes) -> Curve | None:
    """The curve of a gray profile; None when it is none, or cannot be read."""
    try:
        tags = _tags(icc, b"GRAY")
        return None if b"A2B0" in tags or b"B2A0" in tags else _curve(tags[b"kTRC"])
    except (KeyError, struct.error, IndexError):
        return None


def _tags(icc: bytes, space: bytes) -> dict[bytes, bytes]:
    """The parts of a profile of this colour space, whose colours are told as XYZ. Raises KeyError for any other."""
    if icc[16:20] != space or icc[20:24] != b"XYZ " or icc[36:40] != b"acsp":
        raise KeyError(space)
    count = struct.unpack(">I", icc[128:132])[0]
    entries = (struct.unpack(">4sII", icc[132 + 12 * each : 144 + 12 * each]) for each in range(min(count, 100)))
    return {name: icc[start : start + size] for name, start, size in entries}


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
    return curve if curve.known else None
