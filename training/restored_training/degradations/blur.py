"""Blur: what `deblur` takes away."""

import math
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from restored.instruction.tasks import Task

from .base import Degradation, LayerView, Params, choose, column, log_uniform, luminance, normal, round8, spread, uniform
from .codec import through_jpeg
from .filters import convolve, disc_kernels, gaussian_blur, gaussian_kernels, path_kernels, rms_radius

SIZE = 97
"""Kernel side in pixels. 288 + 97 - 1 = 384, 384 + 97 - 1 = 480: training patches have a quick FFT."""
_BANK = 256
_POINTS = 180
"""Places on a path: one every half pixel of the longest."""
_BLOBS = 4
"""A moving part's outline is a random field of so many points each side."""


@lru_cache(maxsize=4)
def trajectory_bank(count: int = _BANK, seed: int = 7) -> Tensor:
    """(count, SIZE, SIZE) camera-shake kernels, sum 1, from random trajectories as DeblurGAN (Kupyn et al. 2018, Algorithm 1,
    after Boracchi and Foi 2012): a velocity with inertia, a centripetal pull, Gaussian jitter, and rare big shakes."""
    rng = np.random.default_rng(seed)
    steps = 256
    x, y = torch.empty(count, steps), torch.empty(count, steps)
    for number in range(count):
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
        x[number], y[number] = torch.from_numpy(path.real), torch.from_numpy(path.imag)
    return path_kernels(x, y, torch.ones_like(x), SIZE)


def sweeps(n: int, generator: Generator, device: torch.device | str) -> Tensor:
    """(n, SIZE, SIZE) kernels of one short movement, sum 1: what a hand or a thing does within an exposure, and what the average
    of neighbouring video frames is (GoPro; Nah et al. 2017, section 4). A path of 3-90 px at any angle, bent to at most a third
    of its length, with a speed that changes by up to a factor of nine on the way."""
    along = (torch.arange(_POINTS, device=device) + 0.5) / _POINTS - 0.5
    # half of them short, half of any length: the mean of PSNRs is made by the long ones, most photographs by the short ones
    short = uniform(generator, device, n) < 0.4
    length = torch.where(short, log_uniform(generator, device, n, 3, 16), log_uniform(generator, device, n, 8, 90))[:, None]
    angle = uniform(generator, device, n, 0, math.pi)[:, None]
    bend = (0.5 * normal(generator, device, n)).clamp(-1, 1)[:, None]
    ahead, aside = along * length, bend * length * (along**2 - 1 / 12)
    x, y = ahead * torch.cos(angle) - aside * torch.sin(angle), ahead * torch.sin(angle) + aside * torch.cos(angle)
    stay = 1 + uniform(generator, device, n, -0.8, 0.8)[:, None] * 2 * along
    # centred, as all kernels here: what is sharp is where it was on average
    x, y = (value - (value * stay).sum(1, keepdim=True) / stay.sum(1, keepdim=True) for value in (x, y))
    return path_kernels(x, y, stay, SIZE)


class Blur(Degradation):
    """One kernel of at most 97 px per sample:

    - a short movement (45 %): nearly straight, 3-90 px; see `sweeps`.
    - camera shake (25 %): a random trajectory of 4-36 px (log-uniform; DeblurGAN), from a bank, turned and mirrored.
    - defocus (15 %): a disc of radius 1-8 px.
    - Gaussian (15 %): sigma 0.6-3.5 px, up to 2:1 anisotropic (Real-ESRGAN, first order).

    In a fifth of the samples a part of the picture, with a soft edge, moved by itself, over the rest:
    y = k1 * (x m) + (1 - k1 * m) (k2 * x), m the moving part's mask.

    In a sixth the focus lies elsewhere: the blur fades to sharp across the picture, y = m (k * x) + (1 - m) x.

    Half of the samples have the faint noise, of standard deviation up to 0.01, that a sensor adds after the movement, all have 8
    bits, and a quarter are saved as JPEG at 75-97: who learns from exact averages learns to enlarge what no photograph holds.

    Half of the samples are averaged in linear light, as a sensor does, under a camera response of gamma 1.8-2.6, and in a
    third of those what is nearly white was brighter before the sensor clipped it: lights then leave their path (SBDD,
    arXiv 2209.12675, Section 3; Hu et al. 2014). The others are averaged in encoded values, as many published sets are. On a
    view with zoom z: a Gaussian of the kernel's standard deviation / z.
    """

    task: ClassVar[Task] = "deblur"

    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        kind = choose(generator, device, n, (0.45, 0.25, 0.15, 0.15))
        bank = trajectory_bank().to(device)
        index = (uniform(generator, device, n) * len(bank)).long()
        shake = bank[index]
        flip, turn = uniform(generator, device, (2, n)) < 0.5
        shake = torch.where(flip[:, None, None], shake.flip(-1), shake)
        shake = torch.where(turn[:, None, None], shake.transpose(-1, -2), shake)
        disc = disc_kernels(uniform(generator, device, n, 1, 8), SIZE)
        sigma = uniform(generator, device, n, 0.6, 3.5)
        angle = uniform(generator, device, n, 0, math.pi)
        gauss = gaussian_kernels(sigma, sigma * uniform(generator, device, n, 0.5, 1), angle, SIZE)
        kernel = torch.stack((sweeps(n, generator, device), shake, disc, gauss))[kind, torch.arange(n, device=device)]
        return {
            "kernel": kernel,
            "linear": uniform(generator, device, n) < 0.5,
            "response": uniform(generator, device, n, 1.8, 2.6),
            "lights": uniform(generator, device, n, 1, 5) * (uniform(generator, device, n) < 0.35),
            "alone": uniform(generator, device, n) < 0.2,
            "partly": uniform(generator, device, n) < 0.17,
            "quality": uniform(generator, device, n, 75, 97).round() * (uniform(generator, device, n) < 0.25),
            "half_chroma": uniform(generator, device, n) < 0.6,
            "phase": (uniform(generator, device, (n, 2)) * 16).long(),
            "moving": sweeps(n, generator, device),
            "mask": normal(generator, device, (n, 1, _BLOBS, _BLOBS)),
            "grain": 0.01 * uniform(generator, device, n, -1, 1).clamp_min(0),
            "noise": normal(generator, device, (n, 3, *size)),
        }

    def render(self, view: LayerView, params: Params) -> Tensor:
        linear, response = column(params["linear"]), column(params["response"])
        light = view.image.clamp_min(1e-6) ** response
        light = light + column(params["lights"]) * ((luminance(view.image) - 0.9) / 0.1).clamp_min(0) ** 2
        image = torch.where(linear, light, view.image)

        def finished(value: Tensor) -> Tensor:
            return torch.where(linear, value.clamp(1e-6, 1) ** (1 / response), value)

        if view.far:
            return finished(gaussian_blur(image, rms_radius(params["kernel"]) / view.zoom)).clamp(0, 1)
        out = convolve(image, params["kernel"])
        if rows := torch.nonzero(params["alone"]).flatten().tolist():
            out[rows] = _over(image[rows], out[rows], params["mask"][rows], params["moving"][rows])
        if rows := torch.nonzero(params["partly"]).flatten().tolist():
            mask = torch.sigmoid(2 * F.interpolate(params["mask"][rows], image.shape[-2:], mode="bicubic"))
            out[rows] = image[rows] + mask * (out[rows] - image[rows])
        out = round8(finished(out) + column(params["grain"]) * spread(params["noise"], *out.shape[-2:]))
        if rows := params["quality"].nonzero().flatten().tolist():
            own = (params[name][rows] for name in ("quality", "half_chroma", "phase"))
            out[rows] = through_jpeg(out[rows], *own)
        return out


def _over(image: Tensor, rest: Tensor, blobs: Tensor, kernels: Tensor) -> Tensor:
    """A part of the picture that moved by its own kernel, over the blurred rest. blobs: (N, 1, h, w), its coarse outline."""
    mask = torch.sigmoid(6 * F.interpolate(blobs, image.shape[-2:], mode="bicubic"))
    both = convolve(torch.cat((image * mask, mask), dim=1), kernels)
    return both[:, :3] + (1 - both[:, 3:]) * rest
