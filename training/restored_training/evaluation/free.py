"""What is free: the one-liners that a photographer finds in any toolbox, to stand beside ours in every table.

(H, W, 3) uint8 in and out. OpenCV is an extra of the training tree; without it these tables say so.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.ndimage import minimum_filter, uniform_filter

Filter = Callable[[np.ndarray], np.ndarray]


def non_local_means(strength: float) -> Filter:
    """OpenCV's fastNlMeansDenoisingColored (Buades et al. 2005) with h = hColor = strength, its usual windows of 7 and 21."""

    def run(image: np.ndarray) -> np.ndarray:
        import cv2

        return np.asarray(cv2.fastNlMeansDenoisingColored(np.ascontiguousarray(image), None, strength, strength, 7, 21))

    return run


def dark_channel(image: np.ndarray, side: int = 15) -> np.ndarray:
    """He et al. 2009, eq. 5: the smallest value of any channel around each pixel, (H, W) float32 of 255."""
    return minimum_filter(image.min(2).astype(np.float32), side)


def dark_channel_prior(image: np.ndarray) -> np.ndarray:
    """He et al. 2009 with a guided filter (He et al. 2010) in place of matting: omega 0.95, t0 0.1."""
    scene = image.astype(np.float32) / 255
    dark = dark_channel(image).ravel()
    brightest = np.argsort(dark)[-max(1, len(dark) // 1000) :]
    air = scene.reshape(-1, 3)[brightest].max(0).clip(0.05, 1)
    rough = 1 - 0.95 * minimum_filter((scene / air).min(2), 15)
    through = np.clip(_guided(scene.mean(2), rough), 0.1, 1)[..., None]
    return _bytes((scene - air) / through + air)


def clahe(image: np.ndarray) -> np.ndarray:
    """Contrast-limited adaptive histogram equalisation of L in Lab (Zuiderveld 1994), clip limit 3, 8 x 8 tiles."""
    import cv2

    lab = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(3.0, (8, 8)).apply(np.ascontiguousarray(lab[..., 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB))


def unsharp(image: np.ndarray, radius: float = 2.0, amount: float = 1.0) -> np.ndarray:
    """An unsharp mask: x + amount (x - Gaussian blur)."""
    from scipy.ndimage import gaussian_filter

    x = image.astype(np.float32)
    return _bytes((x + amount * (x - gaussian_filter(x, (radius, radius, 0)))) / 255)


def gamma_to_middle(image: np.ndarray) -> np.ndarray:
    """One gamma for the whole picture that brings its mean luma to 0.45."""
    luma = image.astype(np.float32).mean() / 255
    return _bytes((image.astype(np.float32) / 255) ** (np.log(0.45) / np.log(min(max(luma, 1e-3), 0.999))))


NAMES: Final = {
    "denoise": "non-local means",
    "dehaze": "dark channel prior",
    "lowlight": "CLAHE",
    "deblur": "unsharp mask",
    "enhance": "one gamma",
}
"""What a task's row is compared with."""


def _guided(guide: np.ndarray, value: np.ndarray, radius: int = 30, smooth: float = 1e-3) -> np.ndarray:
    """He et al. 2010, Algorithm 1, with a gray guide."""
    side = 2 * radius + 1

    def mean(plane: np.ndarray) -> np.ndarray:
        return uniform_filter(plane, side, mode="reflect")

    mean_guide, mean_value = mean(guide), mean(value)
    slope = (mean(guide * value) - mean_guide * mean_value) / (mean(guide * guide) - mean_guide**2 + smooth)
    return mean(slope) * guide + mean(mean_value - slope * mean_guide)


def _bytes(image: np.ndarray) -> np.ndarray:
    return (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
