"""Noise: what `denoise` takes away."""

from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, choose, column, log_uniform, normal, round8, spread, to_encoded, to_linear, uniform
from .filters import gaussian_blur

GAUSSIAN, GRAY, CORRELATED, CAMERA = range(4)

# Camera RGB from linear sRGB, rows summing to 1 (Brooks et al. 2019, Section 3.3, mixes matrices of this size): a colour matrix
# makes the noise of the three channels correlated and stronger, which is what tells camera noise from Gaussian.
_SRGB_TO_CAMERA = torch.tensor([[0.62, 0.30, 0.08], [0.16, 0.72, 0.12], [0.05, 0.25, 0.70]])
_CAMERA_TO_SRGB = torch.linalg.inv(_SRGB_TO_CAMERA)


class Noise(Degradation):
    """Four kinds, one per sample:

    - Gaussian (66 %): x + N(0, (s/255)^2) in each channel, s ~ U(5, 55), as DnCNN and the CBSD68 protocol.
    - gray (6 %): the same value in all three channels, s ~ U(5, 45) (Real-ESRGAN uses gray noise at p = 0.4).
    - correlated (14 %): Gaussian noise, partly the same in all channels (correlation 0.3-0.95), blurred with sigma 0.5-1.8 px,
      brought back to s ~ 1.5-16 (log-uniform): how noise looks after demosaicing, in-camera smoothing and JPEG (the noise of
      the PolyU pairs, Xu et al. 2018, has s about 3-5, a neighbour correlation of 0.5-0.85, and 0.6-0.9 between channels).
    - camera (14 %): unprocessing, Brooks et al. 2019: to linear camera RGB with white-balance gains red 1.9-2.4, blue 1.5-1.9,
      noise of variance shot * x + read with log shot ~ U(ln 1e-4, ln 0.012), log read = 2.18 log shot + 1.20 + N(0, .26), and
      back; half of them blurred a little as demosaicing does.

    Clipped to [0, 1]; about two thirds also rounded to 8 bits, as the benchmarks' inputs are. On a view with zoom z the
    noise averages out: s / z.
    """

    task: ClassVar[Task] = "denoise"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.66, 0.06, 0.14, 0.14))
        low = torch.tensor([5.0, 5.0, 0.0, 1.0], device=device)[kind]
        high = torch.tensor([55.0, 45.0, 0.0, 1.0], device=device)[kind]
        log_shot = uniform(generator, device, n, -9.2103, -4.4228)
        log_read = 2.18 * log_shot + 1.20 + 0.26 * normal(generator, device, n)
        even = low + (high - low) * uniform(generator, device, n)
        return {
            "kind": kind,
            "sigma": torch.where(kind == CORRELATED, log_uniform(generator, device, n, 1.5, 16), even) / 255,
            "blur": log_uniform(generator, device, n, 0.5, 1.8),
            "common": uniform(generator, device, n, 0.3, 0.95),
            "smooth": uniform(generator, device, n) < 0.5,
            "shot": torch.exp(log_shot),
            "read": torch.exp(log_read),
            "red": uniform(generator, device, n, 1.9, 2.4),
            "blue": uniform(generator, device, n, 1.5, 1.9),
            "eight_bit": uniform(generator, device, n) < 0.67,
            "noise": normal(generator, device, (n, 3, *size)),
        }

    def render(self, view: View, params: Params) -> Tensor:
        image, kind = view.image, params["kind"]
        noise = spread(params["noise"], *image.shape[-2:])
        noise = torch.where(column(kind == GRAY), noise[:, :1], noise)
        noise = _smoothed(noise, params, kind)
        noise = noise / column(view.zoom)
        out = image + noise * column(params["sigma"])
        rows = (kind == CAMERA).nonzero().squeeze(1)
        if len(rows):
            out = out.index_copy(
                0, rows, _camera(image[rows], noise[rows], {k: v[rows] for k, v in params.items() if k != "noise"})
            )
        out = out.clamp(0, 1)
        return torch.where(column(params["eight_bit"]), round8(out), out)


def _smoothed(noise: Tensor, params: Params, kind: Tensor) -> Tensor:
    """Blur the noise of the correlated samples (and of half the camera ones) and bring it back to unit variance."""
    rows = ((kind == CORRELATED) | ((kind == CAMERA) & params["smooth"])).nonzero().squeeze(1)
    if not len(rows):
        return noise
    sigma = torch.where(kind[rows] == CAMERA, 0.5, params["blur"][rows])
    common = column(torch.where(kind[rows] == CAMERA, 0.0, params["common"][rows]))
    mixed = torch.sqrt(1 - common) * noise[rows]
    mixed += torch.sqrt(common) * (noise[rows].sum(1, keepdim=True) / 3**0.5)
    mixed /= torch.sqrt(1 + 2 * torch.sqrt(common * (1 - common) / 3))  # the two parts are not independent
    blurred = gaussian_blur(mixed, sigma, radius=5)
    offsets = torch.arange(-5, 6, device=noise.device)
    kernel = torch.exp(-0.5 * (offsets / sigma[:, None]) ** 2)
    gain = (kernel / kernel.sum(1, keepdim=True)).square().sum(1)  # a separable blur leaves gain^2 of white noise's variance
    return noise.index_copy(0, rows, blurred / column(gain))


def _camera(image: Tensor, noise: Tensor, params: Params) -> Tensor:
    """Add shot and read noise in linear camera RGB. Only the difference is kept, so that clipping harms nothing else."""
    gains = torch.stack((1 / params["red"], torch.ones_like(params["red"]), 1 / params["blue"]), 1)[:, :, None, None]
    forward, back = _SRGB_TO_CAMERA.to(image.device), _CAMERA_TO_SRGB.to(image.device)
    linear = to_linear(image)
    raw = torch.einsum("ij,njhw->nihw", forward, linear) * gains
    deviation = torch.sqrt(raw * column(params["shot"]) + column(params["read"])) * noise
    noisy = linear + torch.einsum("ij,njhw->nihw", back, deviation / gains)
    return image + (to_encoded(noisy) - to_encoded(linear))
