"""What a picture's pixels tell about its damage: numbers with a reason each, in numpy, a few milliseconds for 256 x 256.

Two looks at a picture: the thumbnail of the whole (light, haze, colour, weather) and a part at full resolution (noise, blur,
compression, pixelation), because a thumbnail averages fine damage away.
"""

from collections.abc import Callable
from typing import Final

import numpy as np

from restored.ground import limits

EPSILON: Final = 1e-3
LUMA: Final = np.array(limits.LUMA_601, dtype=np.float32)
SIDE: Final = limits.CONTEXT_SIDE
"""Of either look: pixels, wide or high at most."""


def as_rgb(image: np.ndarray, longest: int) -> np.ndarray:
    """H x W (x C) -> at most longest x longest x 3 float32 in [0, 1]: centre crop, gray repeated, alpha dropped, NaN as 0."""
    pixels = np.asarray(image)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    top, left = (max(0, (side - longest) // 2) for side in pixels.shape[:2])
    pixels = pixels[top : top + longest, left : left + longest]
    scale = 1.0 / np.iinfo(pixels.dtype).max if np.issubdtype(pixels.dtype, np.integer) else 1.0
    channels = pixels[..., :3] if pixels.shape[-1] >= 3 else np.repeat(pixels[..., :1], 3, axis=-1)
    return np.clip(np.nan_to_num(channels.astype(np.float32) * scale, nan=0.0), 0.0, 1.0)


def whole_of(context: np.ndarray) -> np.ndarray:
    """The look at the whole: its thumbnail, large enough for every measure."""
    return padded(as_rgb(context, SIDE), 48)


def part_of(sample: np.ndarray) -> np.ndarray:
    """The look at a part: its middle at full resolution, large enough for every measure."""
    return padded(as_rgb(sample, SIDE), 64)


def padded(image: np.ndarray, least: int) -> np.ndarray:
    """Mirror a picture smaller than `least` up to it, so that every measure is defined, down to 1 x 1."""
    grow = [(0, max(0, least - side)) for side in image.shape[:2]]
    return np.pad(image, [*grow, (0, 0)], mode="symmetric") if any(after for _, after in grow) else image


def _halved(gray: np.ndarray) -> np.ndarray:
    h, w = gray.shape[0] // 2 * 2, gray.shape[1] // 2 * 2
    return gray[:h, :w].reshape(h // 2, 2, w // 2, 2).mean(axis=(1, 3))


def _filtered(gray: np.ndarray, size: int, pick: Callable[..., np.ndarray]) -> np.ndarray:
    """Separable running minimum or maximum (`pick`: np.minimum or np.maximum) over `size` pixels, an odd number: windows
    double until the next doubling would be too wide, then two of them overlap to the size asked for."""
    half = size // 2
    for axis in (0, 1):
        plane = np.moveaxis(np.pad(gray, [(half, half) if a == axis else (0, 0) for a in (0, 1)], mode="edge"), axis, 0)
        width = 1
        while width < size:
            step = min(width, size - width)
            plane = pick(plane[:-step], plane[step:])
            width += step
        gray = np.moveaxis(plane, 0, axis)
    return gray


def noise_levels(rgb: np.ndarray) -> list[float]:
    """Log standard deviation of brightness and colour noise: diagonal Haar details, median absolute deviation per 16 x 16
    block, over the calmest fifth of the blocks (Donoho & Johnstone 1994; calm blocks, so that texture does not count)."""
    levels = []
    for plane in (rgb @ LUMA, rgb[..., 0] - rgb[..., 1], rgb[..., 2] - rgb[..., 1]):
        detail = (plane[:-1, :-1] - plane[1:, :-1] - plane[:-1, 1:] + plane[1:, 1:]) / 2
        h, w = detail.shape[0] // 15 * 15, detail.shape[1] // 15 * 15
        blocks = np.abs(detail[:h, :w]).reshape(h // 15, 15, w // 15, 15).transpose(0, 2, 1, 3).reshape(-1, 225)
        sigma = np.median(blocks, axis=1) / 0.6745
        levels += [float(np.log(np.quantile(sigma, q) + EPSILON)) for q in (0.2, 0.5)]
    return levels


def blockiness(gray: np.ndarray) -> list[float]:
    """How much stronger steps are on an 8 x 8 grid of any offset than off it, log ratio, across and down (JPEG); the same
    for the share of exactly equal neighbours, which enlarged pixels have."""
    found = []
    for plane in (gray, gray.T):
        step = np.abs(np.diff(plane, axis=1))
        edge = np.maximum(step[:, 1:-1] - (step[:, :-2] + step[:, 2:]) / 2, 0).mean(axis=0)
        edge = edge[: len(edge) // 8 * 8].reshape(-1, 8).mean(axis=0)
        ranked = np.sort(edge)
        found += [float(np.log((ranked[-1] + 1e-4) / (ranked[3:5].mean() + 1e-4))), float((step < 1e-4).mean())]
    return found


def sharpness(gray: np.ndarray) -> list[float]:
    """Log energy of the Laplacian at three scales and its ratios (blur empties the finest), and how unequal gradients are
    in four directions (motion blur)."""
    energies = []
    plane = gray
    for _ in range(3):
        inner = plane[1:-1, 1:-1]
        laplacian = 4 * inner - plane[:-2, 1:-1] - plane[2:, 1:-1] - plane[1:-1, :-2] - plane[1:-1, 2:]
        energies.append(float(np.log(np.quantile(np.abs(laplacian), 0.95) + EPSILON)))
        plane = _halved(plane)
    across, down = np.abs(np.diff(gray, axis=1)).mean(), np.abs(np.diff(gray, axis=0)).mean()
    falling, rising = np.abs(gray[1:, 1:] - gray[:-1, :-1]).mean(), np.abs(gray[1:, :-1] - gray[:-1, 1:]).mean()
    directions = np.log(np.array([across, down, falling, rising]) + EPSILON)
    return [
        *energies,
        energies[0] - energies[1],
        energies[1] - energies[2],
        float(directions[0] - directions[1]),
        float(directions[2] - directions[3]),
        float(directions.max() - directions.min()),
    ]


def specks(gray: np.ndarray) -> list[float]:
    """Small bright things on what lies behind them (white top-hat): mean, tail and skew at two sizes (snow, drops), and of
    upright thin ones against flat thin ones (rain)."""
    found = []
    for size in (5, 11):
        hat = gray - _filtered(_filtered(gray, size, np.minimum), size, np.maximum)
        found += [float(hat.mean()), float(np.quantile(hat, 0.98)), float(np.quantile(hat, 0.995) / (hat.mean() + 0.01))]
    thin = []
    for plane in (gray, gray.T):
        middle, left, right = plane[:, 2:-2], plane[:, :-4], plane[:, 4:]
        thin.append(np.maximum(middle - np.maximum(left, right), 0).mean())
    return [*found, float(np.log((thin[0] + EPSILON) / (thin[1] + EPSILON)))]


def _smoothed(plane: np.ndarray) -> np.ndarray:
    """Binomial 1-2-1, both ways, the size kept."""
    for axis in (0, 1):
        padded = np.pad(plane, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        before, middle, after = (np.take(padded, range(i, i + plane.shape[axis]), axis) for i in range(3))
        plane = (before + 2 * middle + after) / 4
    return plane


def lines(rgb: np.ndarray) -> list[float]:
    """Thin bright lines against thin dark ones, at two scales: a scene has both, running the same ways; rain adds bright ones
    that run one way. From the eigenvalues and vectors of the Hessian (Frangi et al. 1998), of the darkest colour channel,
    which white streaks and flakes lift and coloured things do not: per scale the log energies of bright and dark lines, how
    much of either runs in its commonest direction of twelve, how steep that of the bright ones is, how the directions of the
    two differ, and the balance of bright blobs against dark ones (flakes)."""
    found: list[float] = []
    plane = _smoothed(rgb.min(axis=-1))
    for _ in range(2):
        inner = plane[1:-1, 1:-1]
        xx = plane[1:-1, 2:] - 2 * inner + plane[1:-1, :-2]
        yy = plane[2:, 1:-1] - 2 * inner + plane[:-2, 1:-1]
        xy = (plane[2:, 2:] - plane[2:, :-2] - plane[:-2, 2:] + plane[:-2, :-2]) / 4
        half, root = (xx + yy) / 2, np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
        # across a line the second derivative is strong, along it weak: what is left is a line, not a blob
        bright = np.maximum(root - half - np.abs(half + root), 0)
        dark = np.maximum(half + root - np.abs(half - root), 0)
        across = (0.5 * np.arctan2(2 * xy, xx - yy) / np.pi * 12).round().astype(int)
        # of a bright line the direction across it is that of the lower eigenvalue, a quarter turn away
        sectors = (across + 6) % 12, across % 12
        shares = []
        for sector, strength in zip(sectors, (bright, dark), strict=True):
            total = np.bincount(sector.ravel(), strength.ravel(), minlength=12)
            shares.append(total / (total.sum() + EPSILON))
            found.append(float(np.log(strength.mean() + 1e-4)))
        found += [float(np.log(bright.mean() + 1e-4) - np.log(dark.mean() + 1e-4))]
        found += [float(np.log(np.quantile(bright, 0.98) + 1e-4) - np.log(np.quantile(dark, 0.98) + 1e-4))]
        excess = shares[0] - shares[1]
        spread = excess + np.roll(excess, 1) + np.roll(excess, -1)
        commonest = int(shares[0].argmax())
        found += [float(shares[0].max()), float(shares[1].max()), float(spread.max())]
        found += [float(np.cos(commonest * np.pi / 6)), float(np.cos(int(spread.argmax()) * np.pi / 6))]
        blobs = np.maximum(-half - root, 0).mean(), np.maximum(half - root, 0).mean()
        found += [float(np.log(blobs[0] + 1e-4)), float(np.log((blobs[0] + 1e-4) / (blobs[1] + 1e-4)))]
        plane = _smoothed(_halved(plane))
    return found


def flecks(rgb: np.ndarray) -> list[float]:
    """Small bright things against small dark ones (white and black top-hat) in the darkest channel, at two sizes, and how
    much less coloured the bright ones are than their surroundings (snow and drops are white)."""
    low, high = rgb.min(axis=-1), rgb.max(axis=-1)
    found: list[float] = []
    for size in (5, 13):
        opened = _filtered(_filtered(low, size, np.minimum), size, np.maximum)
        closed = _filtered(_filtered(low, size, np.maximum), size, np.minimum)
        white, black = low - opened, closed - low
        found += [float(np.log((white.mean() + EPSILON) / (black.mean() + EPSILON)))]
        found += [float(np.log((np.quantile(white, 0.97) + EPSILON) / (np.quantile(black, 0.97) + EPSILON)))]
        peaks = white >= max(0.05, float(np.quantile(white, 0.97)))
        saturation = (high - low) / (high + 0.02)
        found += [
            float(saturation[peaks].mean() - saturation.mean()) if peaks.any() else 0.0,
            float(low[peaks].mean()) if peaks.any() else 0.0,
            float(peaks.mean()),
        ]
    return found


def light(rgb: np.ndarray) -> list[float]:
    """Brightness quantiles and spread, clipping, saturation, colour cast, and the dark channel (He et al. 2009: the local
    minimum over colours is near zero in clear air) with its top-to-bottom slope."""
    gray = rgb @ LUMA
    quantiles = [float(q) for q in np.quantile(gray, (0.01, 0.1, 0.5, 0.9, 0.99))]
    high, low = rgb.max(axis=-1), rgb.min(axis=-1)
    saturation = (high - low) / (high + 0.02)
    mean = rgb.mean(axis=(0, 1)) + 0.02
    dark = _filtered(low, 7, np.minimum)
    half = len(dark) // 2
    return [
        float(gray.mean()),
        *quantiles,
        quantiles[4] - quantiles[0],
        float(gray.std()),
        float((gray > 0.98).mean()),
        float((gray < 0.03).mean()),
        float(saturation.mean()),
        float(np.quantile(saturation, 0.9)),
        float(np.log(mean[0] / mean[1])),
        float(np.log(mean[2] / mean[1])),
        float(dark.mean()),
        float(np.quantile(dark, 0.1)),
        float(dark[:half].mean() - dark[half:].mean()),
    ]


def dark_channel(rgb: np.ndarray) -> float:
    """Mean of the local minimum over colours: near 0 in clear air, the airlight's share in haze."""
    return float(_filtered(rgb.min(axis=-1), 7, np.minimum).mean())


def measure(context: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """All measures as one vector, float32. context: thumbnail of the whole; sample: a part at full resolution."""
    whole, part = whole_of(context), part_of(sample)
    gray = part @ LUMA
    small = whole @ LUMA
    values = [
        *light(whole),
        *specks(small),
        *sharpness(small),
        *noise_levels(part),
        *blockiness(gray),
        *sharpness(gray),
        *specks(gray),
        *lines(part),
        *flecks(part),
        *flecks(whole),
    ]
    return np.asarray(values, dtype=np.float32)
