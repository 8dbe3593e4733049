"""Blur: what `deblur` takes away."""

import math
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, Params, View, choose, column, log_uniform, to_encoded, to_linear, uniform
from .filters import convolve, disc_kernels, gaussian_blur, gaussian_kernels, line_kernels, rms_radius

SIZE = 49
"""Kernel side in pixels. 96 + 49 - 1 = 144: a training patch has a quick FFT."""
_BANK = 256


@lru_cache(maxsize=4)
def trajectory_bank(count: int = _BANK, seed: int = 7) -> Tensor:
    """(count, SIZE, SIZE) camera-shake kernels, sum 1, from random trajectories as DeblurGAN (Kupyn et al. 2018, Algorithm 1,
    after Boracchi and Foi 2012): a velocity with inertia, a centripetal pull, Gaussian jitter, and rare big shakes."""
    rng = np.random.default_rng(seed)
    steps = 256
    bank = np.zeros((count, SIZE, SIZE), np.float32)
    for kernel in bank:
        length = 4 * 9 ** rng.uniform()
        jitter, pull, shake = (
            rng.choice([0.01, 0.009, 0.008, 0.007, 0.005, 0.003]) * 6,
            0.7 * rng.uniform() / 20,
            0.2 * rng.uniform() / 20,
        )
        velocity = np.exp(1j * rng.uniform(0, 2 * math.pi)) * length / steps
        position, path = 0j, np.zeros(steps, complex)
        for t in range(1, steps):
            if rng.uniform() < shake / 4:
                velocity *= 2 * np.exp(1j * (math.pi + rng.uniform(-0.5, 0.5)))
            step = jitter * (rng.normal() + 1j * rng.normal()) * length / steps * 4 - pull * position * length / steps
            velocity += step
            velocity *= length / steps / abs(velocity)
            position += velocity
            path[t] = position
        path -= path.mean()
        path *= min(1, (SIZE / 2 - 2) / max(abs(path.real).max(), abs(path.imag).max(), 1e-6))
        x, y = path.real + SIZE // 2, path.imag + SIZE // 2
        x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):  # bilinear splat
            weight = np.abs(1 - dx - (x - x0)) * np.abs(1 - dy - (y - y0))
            np.add.at(kernel, (y0 + dy, x0 + dx), weight)
        kernel /= kernel.sum()
    return torch.from_numpy(bank)


class Blur(Degradation):
    """One kernel of at most 49 px per sample:

    - camera shake (40 %): a random trajectory of 4-36 px (log-uniform; DeblurGAN), from a bank, turned and mirrored.
    - straight motion (30 %): a line of 3-28 px (log-uniform) at any angle, 1-1.6 px wide (something moved).
    - defocus (15 %): a disc of radius 1-6 px.
    - Gaussian (15 %): sigma 0.6-3.5 px, up to 2:1 anisotropic (Real-ESRGAN, first order).

    Half of the samples are averaged in linear light, as a sensor does; half in encoded values, as GoPro's and most
    synthetic sets are. On a view with zoom z: a Gaussian of the kernel's standard deviation / z.
    """

    task: ClassVar[Task] = "deblur"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.40, 0.30, 0.15, 0.15))
        bank = trajectory_bank().to(device)
        index = (uniform(generator, device, n) * len(bank)).long()
        shake = bank[index]
        flip, turn = uniform(generator, device, (2, n)) < 0.5
        shake = torch.where(flip[:, None, None], shake.flip(-1), shake)
        shake = torch.where(turn[:, None, None], shake.transpose(-1, -2), shake)
        angle = uniform(generator, device, n, 0, math.pi)
        line = line_kernels(angle, log_uniform(generator, device, n, 3, 28), uniform(generator, device, n, 1, 1.6), SIZE)
        line = line / line.sum((1, 2), keepdim=True)
        disc = disc_kernels(uniform(generator, device, n, 1, 6), SIZE)
        sigma = uniform(generator, device, n, 0.6, 3.5)
        gauss = gaussian_kernels(sigma, sigma * uniform(generator, device, n, 0.5, 1), angle, SIZE)
        kernel = torch.stack((shake, line, disc, gauss))[kind, torch.arange(n, device=device)]
        return {"kernel": kernel, "linear": uniform(generator, device, n) < 0.5}

    def render(self, view: View, params: Params) -> Tensor:
        linear = column(params["linear"])
        image = torch.where(linear, to_linear(view.image), view.image)
        if bool((view.zoom > 1).any()):
            out = gaussian_blur(image, rms_radius(params["kernel"]) / view.zoom)
        else:
            out = convolve(image, params["kernel"])
        return torch.where(linear, to_encoded(out), out).clamp(0, 1)
