"""Sky, by a small network over what each pixel of a small picture tells: colour, texture, place, and what lies above it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from restored.ground.errors import InstallationError
from restored.ground.shipped import shipped

from .fields import box_mean, read_at

FILE: Final = Path(__file__).with_name("sky.safetensors")
SIDE: Final = 96
"""Longest side, in pixels, of the picture that is looked at: a sky is an area."""


class SkyEstimatorError(InstallationError):
    """The file of the estimator is missing or damaged; the message is a sentence for the user."""


def reduced(image: np.ndarray) -> np.ndarray:
    """(h, w, 3) -> at most SIDE x SIDE x 3, averaged; pictures that small stay as they are."""
    factor = max(image.shape[:2]) / SIDE
    if factor <= 1:
        return image.astype(np.float32)
    smooth = box_mean(image, round((factor - 1) / 2)) if factor >= 2 else image
    rows, columns = (max(1, round(side / factor)) for side in image.shape[:2])
    return read_at(smooth, (np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns)


def features(image: np.ndarray) -> np.ndarray:
    """(h, w, 3) in [0, 1] -> (h, w, F) float32.

    Colour, and colour with the picture's own average taken out (a crude white balance); chroma by lightness; roughness near and
    farther; mean colour around and in a wide area; the picture's mean and spread; how rough the roughest place above is, and how
    far the colour is from that at the top (a sky reaches the top without an edge); height in the picture.
    """
    height, width = image.shape[:2]
    gray = image.mean(axis=-1)
    high, low = image.max(axis=-1), image.min(axis=-1)
    light = np.maximum(gray, 0.08)
    rough = [_deviation(gray, radius) for radius in (1, 4)]
    top = image[: max(1, height // 16)].mean(axis=0)
    of_all = np.append(image.mean(axis=(0, 1)), gray.std())
    planes = [
        image,
        image / np.maximum(image.mean(axis=(0, 1)), 0.05),
        ((image[..., 0] - image[..., 1]) / light)[..., None],
        ((image[..., 1] - image[..., 2]) / light)[..., None],
        ((high - low) / (high + 0.02))[..., None],
        np.log(np.stack(rough, axis=-1) + 0.01),
        box_mean(image, 3),
        box_mean(image, 9),
        np.broadcast_to(of_all, (height, width, 4)),
        np.maximum.accumulate(np.log(rough[0] + 0.01), axis=0)[..., None],
        np.abs(image - top[None]).max(axis=-1)[..., None],
        np.broadcast_to(np.linspace(0, 1, height)[:, None, None], (height, width, 1)),
    ]
    return np.concatenate(planes, axis=-1, dtype=np.float32, casting="same_kind")


def _deviation(gray: np.ndarray, radius: int) -> np.ndarray:
    return np.sqrt(np.maximum(box_mean(gray * gray, radius) - box_mean(gray, radius) ** 2, 0.0))


def probability(image: np.ndarray) -> np.ndarray:
    """(h, w, 3) in [0, 1] -> (h, w) float32: how surely each pixel is sky. Raises SkyEstimatorError."""
    found = forward(load(), features(reduced(image)))
    height, width = image.shape[:2]
    rows, columns = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    return read_at(box_mean(found, 1)[..., None], rows, columns)[..., 0]


def forward(tensors: Mapping[str, np.ndarray], found: np.ndarray) -> np.ndarray:
    """(..., F) -> (...): standardise, two hidden layers (tanh), sigmoid, averaged over the members, which are the first axis of
    the weights (M, in, out) and biases (M, 1, out)."""
    flat = found.reshape(-1, found.shape[-1])
    x = np.clip((flat - tensors["mean"]) / tensors["spread"], -4, 4)
    for layer in ("1", "2"):
        x = np.tanh(x @ tensors[f"w{layer}"] + tensors[f"b{layer}"])
    each = 1 / (1 + np.exp(-(x @ tensors["w3"] + tensors["b3"])))
    return each.mean(axis=(0, 2)).reshape(found.shape[:-1])


@cache
def load() -> dict[str, np.ndarray]:
    """The shipped tensors, their sha256 checked against the .json beside them."""
    from safetensors.numpy import load as load_tensors

    return load_tensors(shipped(FILE, "finds places in pictures", SkyEstimatorError))
