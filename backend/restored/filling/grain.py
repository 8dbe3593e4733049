"""Grain for what was filled: smooth places in a grainy picture are seen at once.

How strong the grain is, in which colours and how fine, is read where the surroundings are flattest, per level of brightness;
texture and edges must not be taken for it. The noise itself is made from each pixel's place, so that a job done twice gives the
same.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BLOCK: Final = 8
"""Pixels of the squares in which the surroundings are measured."""

FLATTEST: Final = 0.15
"""Of those squares."""

LEVELS: Final = 4
"""Of brightness, each with as many squares as the others."""

FEWEST: Final = 24
"""Squares that a measurement needs."""

LEAST: Final = 0.6 / 255
"""Deviation below which there is no grain worth the name."""

FADE: Final = np.array([0.0, 0.7, 0.9, 1.0], np.float32)
"""How much grain is missing 1, 2, 3 … pixels from what is known: right beside it some came along with the filling."""


@dataclass(frozen=True, slots=True)
class Grain:
    """levels: the brightnesses (n,) for which `mixing` (n, channels, channels) makes grain of white noise; blur: pixels of the
    Gaussian that it is as coarse as."""

    levels: Floats
    mixing: Floats
    blur: float

    def at(
        self, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], colours: Floats, depth: npt.NDArray[np.uint8]
    ) -> Floats:
        """The grain (n, channels) of pixels with these colours, `depth` pixels from what is known."""
        white = _noise(rows, columns, colours.shape[1], self.blur)
        brightness = colours.mean(axis=1)
        nearest = np.clip(np.searchsorted(self._middles(), brightness), 0, self.levels.size - 1)
        grain = np.einsum("ncd,nd->nc", self.mixing[nearest], white)
        return np.asarray(grain * FADE[np.minimum(depth, FADE.size - 1)][:, None], np.float32)

    def _middles(self) -> Floats:
        return np.asarray((self.levels[1:] + self.levels[:-1]) / 2, np.float32)


def measure(blocks: Floats) -> Grain | None:
    """blocks: (n, BLOCK, BLOCK, channels) of a picture around the holes, all of it known. None where there is no grain to speak
    of, or too few squares to tell."""
    if len(blocks) < FEWEST:
        return None
    lit = (blocks.mean(axis=(1, 2, 3)) > 0.02) & (blocks.max(axis=(1, 2, 3)) < 0.995)  # clipped places show none
    blocks = blocks[lit]
    if len(blocks) < FEWEST:
        return None
    # differences of a square's diagonal neighbours: blind to slopes (Immerkaer 1996)
    fine = (blocks[:, ::2, ::2] - blocks[:, 1::2, ::2] - blocks[:, ::2, 1::2] + blocks[:, 1::2, 1::2]) / 2
    halves = (blocks[:, ::2, ::2] + blocks[:, 1::2, ::2] + blocks[:, ::2, 1::2] + blocks[:, 1::2, 1::2]) / 4
    coarse = (halves[:, ::2, ::2] - halves[:, 1::2, ::2] - halves[:, ::2, 1::2] + halves[:, 1::2, 1::2]) / 2
    activity = _deviation(blocks)
    order = np.argsort(blocks.mean(axis=(1, 2, 3)))
    levels, mixing, ratios = [], [], []
    for part in np.array_split(order, LEVELS if len(order) >= LEVELS * FEWEST else 1):
        flat = part[np.argsort(activity[part])[: max(FEWEST // 4, int(FLATTEST * len(part)))]]
        details = fine[flat].reshape(-1, blocks.shape[-1]).astype(np.float64)
        spread = details.T @ details / len(details)
        levels.append(float(blocks[flat].mean()))
        blur, gain = _blur_of(float((coarse[flat] ** 2).mean()), float(np.trace(spread)) / len(spread))
        ratios.append(blur)
        values, vectors = np.linalg.eigh(spread)
        values[values < 1e-4 * values.max(initial=0)] = 0  # equal channels get equal grain
        mixing.append(gain * (vectors * np.sqrt(values)) @ vectors.T)
    if max(float(np.sqrt(np.trace(mix @ mix.T) / len(mix))) for mix in mixing) < LEAST:
        return None
    where = np.argsort(levels)
    return Grain(np.array(levels, np.float32)[where], np.array(mixing, np.float32)[where], float(np.median(ratios)))


def _deviation(blocks: Floats) -> Floats:
    """Of each square, less the plane through it."""
    luma = blocks.mean(axis=-1)
    ramp = np.linspace(-1, 1, BLOCK, dtype=np.float32)
    level = luma.mean(axis=(1, 2), keepdims=True)
    down = (luma * ramp[:, None]).sum(axis=(1, 2), keepdims=True) / (BLOCK * (ramp**2).sum())
    right = (luma * ramp).sum(axis=(1, 2), keepdims=True) / (BLOCK * (ramp**2).sum())
    return np.asarray((luma - level - down * ramp[:, None] - right * ramp).std(axis=(1, 2)), np.float32)


_BLURS: Final = np.array([0.0, 0.4, 0.55, 0.7, 0.9, 1.1], np.float64)


def _blur_of(coarse: float, fine: float) -> tuple[float, float]:
    """How wide a Gaussian made the grain as coarse as it is, from the variance of its details at two scales, and by how much
    noise of that kind has to be stronger than its finest details."""
    if fine <= 0:
        return 0.0, 1.0
    ratios, gains = _TABLE
    index = int(np.searchsorted(ratios, coarse / fine))
    index = min(index, len(_BLURS) - 1)
    return float(_BLURS[index]), float(gains[index])


def _table() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """For each of _BLURS: the ratio of variances (coarse to fine details), and the deviation over that of the fine details."""
    ratios, gains = [], []
    for blur in _BLURS:
        taps = _taps(blur)
        grey = np.convolve(taps, taps[::-1])  # the autocorrelation along a row
        middle = grey.size // 2
        rho = np.pad(grey, 4)[middle + 4 : middle + 9] / grey[middle]
        one = 2 - 2 * rho[1]  # the variance of a difference of neighbours, and of neighbouring pairs: (a + b) - (c + d)
        pair = 4 + 4 * rho[1] - 2 * (2 * rho[2] + rho[1] + rho[3])
        fine, coarse = one * one / 4, pair * pair / 64
        ratios.append(coarse / fine)
        gains.append(1 / np.sqrt(fine))
    # a blur is chosen up to the middle between its ratio and the next one's
    edges = np.array([*((np.array(ratios[1:]) + ratios[:-1]) / 2), np.inf])
    return edges, np.array(gains)


def _taps(blur: float) -> npt.NDArray[np.float64]:
    """A Gaussian whose squares sum to 1, so that white noise keeps its deviation."""
    reach = 0 if blur == 0 else 3
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(blur, 1e-3)) ** 2)
    return taps / np.sqrt((taps**2).sum())


_TABLE: Final = _table()


def _noise(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], channels: int, blur: float) -> Floats:
    """White noise (n, channels) of deviation 1 that depends on a pixel's place only, as coarse as `blur`."""
    taps = _taps(blur)
    reach = taps.size // 2
    total = np.zeros((rows.size, channels), np.float32)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            weight = taps[down + reach] * taps[right + reach]
            if weight > 0.004:
                total += np.float32(weight) * _white(rows + down, columns + right, channels)
    return total


def _white(rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], channels: int) -> Floats:
    """Numbers of mean 0 and deviation 1, nearly normal, hashed from places (splitmix64: Steele et al. 2014)."""
    down, right = ((each.astype(np.int64) + (1 << 20)).astype(np.uint64) for each in (rows, columns))
    place = down << np.uint64(32) | right
    found = np.empty((rows.size, channels), np.float32)
    for channel in range(channels):
        bits = place * np.uint64(0x9E3779B97F4A7C15) + np.uint64((channel + 1) * 0xD1B54A32D192ED03 & 0xFFFFFFFFFFFFFFFF)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        bits ^= bits >> np.uint64(31)
        parts = [((bits >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.float32) for shift in (0, 16, 32, 48)]
        found[:, channel] = (sum(parts) / 65535 - 2) * np.float32(np.sqrt(3))  # four uniforms: variance 4 / 12
    return found
