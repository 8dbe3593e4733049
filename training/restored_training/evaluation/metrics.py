"""Figures of merit, with the conventions of the field: 8-bit pictures in, peak 255."""

from typing import Final

import numpy as np
from flip_evaluator import evaluate as flip_evaluate
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import structural_similarity

CONVENTIONS: Final = (
    "Outputs are clipped and rounded to 8 bits. PSNR is over all RGB values of a picture (peak 255), then averaged over the "
    "pictures; SSIM is scikit-image's (7x7 window), averaged over channels. Y is BT.601 luma in 16..235 (Matlab's rgb2ycbcr). "
    "Delta E is CIEDE2000, averaged over pixels, then pictures; so is FLIP (Andersson et al. 2020), what an eye sees of the "
    "difference when result and truth take turns on a screen, 67 pixels per degree: 0 nothing, 1 everything. Pictures are cut "
    "about their centre to multiples of 16 (not for super-resolution, which instead leaves out a border as wide as its factor). "
    "CBSD68 noise: seed 0, added, clipped and truncated to 8 bits (AirNet). No “GT-mean” correction for low light. JPEG by "
    "libjpeg, 4:2:0."
)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB of two uint8 (or 0..255 float) arrays of one shape; 100 for equal ones."""
    error = float(np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2))
    return 100.0 if error == 0 else float(10 * np.log10(255.0**2 / error))


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Structural similarity of two (H, W, 3) uint8 arrays."""
    return float(np.asarray(structural_similarity(a, b, channel_axis=2, data_range=255)))


def luma(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (H, W) float64 Y in 16..235."""
    return image.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255 + 16


def delta_e(a: np.ndarray, b: np.ndarray) -> float:
    """Mean CIEDE2000 difference of two (H, W, 3) uint8 sRGB arrays."""
    return float(deltaE_ciede2000(rgb2lab(a), rgb2lab(b)).mean())


def flip(a: np.ndarray, b: np.ndarray) -> float:
    """What an eye sees of the difference of two (H, W, 3) uint8 sRGB arrays, b the truth: mean FLIP in 0..1, 0 for equal ones
    (Andersson et al., FLIP: A Difference Evaluator for Alternating Images, HPG 2020; NVIDIA's program, 67 pixels per degree)."""
    truth, test = (np.ascontiguousarray(picture, np.float32) / 255 for picture in (b, a))
    return float(flip_evaluate(truth, test, "LDR", applyMagma=False, parameters={})[1])


def crop_to(image: np.ndarray, base: int) -> np.ndarray:
    """The centred part whose sides are multiples of `base` (AirNet's crop_img)."""
    height, width = image.shape[:2]
    dy, dx = height % base, width % base
    return image[dy // 2 : height - dy + dy // 2, dx // 2 : width - dx + dx // 2]
