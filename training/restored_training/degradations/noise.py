"""Noise: what `denoise` takes away."""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import (
    Degradation,
    LayerView,
    Params,
    choose,
    column,
    log_uniform,
    normal,
    round8,
    spread,
    to_encoded,
    to_linear,
    uniform,
)
from .codec import as_saved
from .filters import gaussian_blur

WHITE, GRAY, CORRELATED, CAMERA = range(4)

# Camera RGB from linear sRGB, rows summing to 1 (Brooks et al. 2019, Section 3.3, mixes matrices of this size): a colour matrix
# makes the noise of the three channels correlated and stronger, which is what tells camera noise from white noise.
_SRGB_TO_CAMERA = torch.tensor([[0.62, 0.30, 0.08], [0.16, 0.72, 0.12], [0.05, 0.25, 0.70]])
_CAMERA_TO_SRGB = torch.linalg.inv(_SRGB_TO_CAMERA)

# Bilinear demosaicing of an RGGB mosaic (Malvar et al. 2004, Section 2)
_RED_BLUE = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 4
_GREEN = torch.tensor([[0.0, 1.0, 0.0], [1.0, 4.0, 1.0], [0.0, 1.0, 0.0]]) / 4


class Noise(Degradation):
    """Four kinds, one per sample, from what a sensor gives to what a camera's file holds:

    - white (40 %): x + N(0, (s/255)^2) in each channel, s ~ U(5, 55), as DnCNN and the CBSD68 protocol.
    - gray (4 %): the same value in all three channels, s ~ U(5, 45) (Real-ESRGAN, Wang et al. 2021: gray noise at p = 0.4).
    - correlated (28 %): what is left of noise after demosaicing, in-camera smoothing and resizing: correlated between channels by
      0-0.9, blurred with sigma 0.4-2 px, s ~ 1.2-30, log-uniform, so that half of it is weak; 45 % have chroma blotches of
      sigma 1.5-6 px on top, of strength 0.5-6 (Liu et al. 2008 describe both).
    - camera (28 %): unprocessing, Brooks et al. 2019: in linear camera RGB with white-balance gains red 1.6-2.4, blue 1.4-2.0,
      noise of variance shot * x + read with log shot ~ U(ln 3e-5, ln 0.012), log read = 2.18 log shot + 1.20 + N(0, .26), on a
      Bayer mosaic (70 %) that is demosaiced bilinearly, back through the colour matrix; then chroma smoothing (35 %), luma
      smoothing (30 %) and sharpening (25 %) of the noise, as cameras do.

    Of the last two 55 %, of the first two 6 %, are then saved as JPEG of quality 60-97; else about two thirds are rounded to
    8 bits. The processing acts on the noise alone: a camera's sharpening of the picture itself is not for a denoiser to undo.
    On a view with zoom z the noise averages out: s / z.
    """

    task: ClassVar[Task] = "denoise"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.40, 0.04, 0.28, 0.28))
        low = torch.tensor([5.0, 5.0, 0.0, 1.0], device=device)[kind]
        high = torch.tensor([55.0, 45.0, 0.0, 1.0], device=device)[kind]
        log_shot = uniform(generator, device, n, -10.4143, -4.4228)
        even = low + (high - low) * uniform(generator, device, n)
        saved = uniform(generator, device, n) < torch.where(kind < CORRELATED, 0.06, 0.55)

        def some(share: float, low: float, high: float) -> Tensor:
            """U(low, high) for this share of the samples, 0 for the others."""
            return uniform(generator, device, n, low, high) * (uniform(generator, device, n) < share)

        return {
            "kind": kind,
            "sigma": torch.where(kind == CORRELATED, log_uniform(generator, device, n, 1.2, 30), even) / 255,
            "blur": log_uniform(generator, device, n, 0.4, 2.0),
            "common": uniform(generator, device, n, 0.0, 0.9),
            "blotch": some(0.45, 0.5, 6.0) / 255,
            "blotch_blur": log_uniform(generator, device, n, 1.5, 6.0),
            "blotches": normal(generator, device, (n, 3, -(-size[0] // 2), -(-size[1] // 2))),
            "shot": torch.exp(log_shot),
            "read": torch.exp(2.18 * log_shot + 1.20 + 0.26 * normal(generator, device, n)),
            "red": uniform(generator, device, n, 1.6, 2.4),
            "blue": uniform(generator, device, n, 1.4, 2.0),
            "mosaic": uniform(generator, device, n) < 0.7,
            "chroma_smoothing": some(0.35, 0.5, 2.0),
            "luma_smoothing": some(0.30, 0.3, 0.9),
            "sharpening": some(0.25, 0.2, 0.8),
            "eight_bit": uniform(generator, device, n) < 0.67,
            "quality": torch.where(saved, uniform(generator, device, n, 60, 97).round(), 0.0),
            "half_chroma": uniform(generator, device, n) < 0.6,
            "phase": (uniform(generator, device, (n, 2)) * 16).long(),
            "noise": normal(generator, device, (n, 3, *size)),
        }

    def render(self, view: LayerView, params: Params) -> Tensor:
        image, kind, zoom = view.image, params["kind"], column(view.zoom)
        noise = spread(params["noise"], *image.shape[-2:])
        noise = torch.where(column(kind == GRAY), noise[:, :1], noise)
        out = image + noise * column(params["sigma"]) / zoom
        for number, make in ((CORRELATED, _correlated), (CAMERA, _camera)):
            rows = (kind == number).nonzero().squeeze(1)
            if len(rows):
                own = {name: value[rows] for name, value in params.items() if name != "noise"}
                out = out.index_copy(0, rows, image[rows] + make(image[rows], noise[rows], own) / zoom[rows])
        out = out.clamp(0, 1)
        out = torch.where(column(params["eight_bit"]), round8(out), out)
        if view.far:
            return out
        return as_saved(out, params)


def _correlated(image: Tensor, noise: Tensor, params: Params) -> Tensor:
    """Noise shared by neighbours and channels, with chroma blotches, of standard deviation sigma and blotch."""
    common = column(params["common"])
    mixed = torch.sqrt(1 - common) * noise + torch.sqrt(common) * (noise.sum(1, keepdim=True) / 3**0.5)
    mixed = mixed / torch.sqrt(1 + 2 * torch.sqrt(common * (1 - common) / 3))  # the two parts are not independent
    fine = gaussian_blur(mixed, params["blur"], radius=6) / _gain(params["blur"], 6)
    blotches = gaussian_blur(params["blotches"], params["blotch_blur"] / 2, radius=8) / _gain(params["blotch_blur"] / 2, 8)
    blotches = spread(F.interpolate(blotches, scale_factor=2, mode="bilinear"), *image.shape[-2:])
    blotches = (blotches - blotches.mean(1, keepdim=True)) * 1.5**0.5  # two thirds of the variance are chroma
    return fine * column(params["sigma"]) + blotches * column(params["blotch"])


def _gain(sigma: Tensor, radius: int) -> Tensor:
    """What a separable Gaussian blur leaves of white noise's standard deviation: (N, 1, 1, 1)."""
    offsets = torch.arange(-radius, radius + 1, device=sigma.device)
    kernel = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
    return column((kernel / kernel.sum(1, keepdim=True)).square().sum(1))


def _camera(image: Tensor, noise: Tensor, params: Params) -> Tensor:
    """Shot and read noise in linear camera RGB, as it is after demosaicing, colour matrix, tone curve and smoothing."""
    gains = torch.stack((1 / params["red"], torch.ones_like(params["red"]), 1 / params["blue"]), 1)[:, :, None, None]
    forward, back = _SRGB_TO_CAMERA.to(image.device), _CAMERA_TO_SRGB.to(image.device)
    linear = to_linear(image)
    raw = torch.einsum("ij,njhw->nihw", forward, linear) * gains
    deviation = torch.sqrt(raw * column(params["shot"]) + column(params["read"])) * noise
    deviation = torch.where(column(params["mosaic"]), demosaic(deviation * _mosaic(deviation)), deviation)
    noisy = linear + torch.einsum("ij,njhw->nihw", back, deviation / gains)
    difference = to_encoded(noisy.clamp(0, 1)) - to_encoded(linear)
    gray = difference.mean(1, keepdim=True)
    chroma = gaussian_blur(difference - gray, params["chroma_smoothing"], radius=5)
    gray = gaussian_blur(gray, params["luma_smoothing"], radius=3)
    gray = gray + column(params["sharpening"]) * (gray - gaussian_blur(gray, torch.full_like(params["red"], 0.8), radius=3))
    return gray + chroma


def _mosaic(image: Tensor) -> Tensor:
    """Which colour an RGGB sensor sees at each pixel: (1, 3, H, W) of 0 and 1."""
    seen = torch.zeros(1, 3, *image.shape[-2:], device=image.device)
    seen[:, 0, 0::2, 0::2] = 1
    seen[:, 1, 0::2, 1::2] = 1
    seen[:, 1, 1::2, 0::2] = 1
    seen[:, 2, 1::2, 1::2] = 1
    return seen


def demosaic(mosaic: Tensor) -> Tensor:
    """Bilinear interpolation of a mosaic whose unseen colours are 0: (N, 3, H, W) -> the same shape."""
    kernels = torch.stack((_RED_BLUE, _GREEN, _RED_BLUE))[:, None].to(mosaic.device)
    return F.conv2d(F.pad(mosaic, (1, 1, 1, 1), mode="reflect"), kernels, groups=3)
