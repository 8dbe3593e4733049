"""The layers of the readers in numpy, as torch computes them."""

from functools import reduce

import numpy as np

from ..unet import SLOPE
from .shape import ranks


def adaptive_average(image: np.ndarray, size: int) -> np.ndarray:
    """(C, h, w) -> (C, size, size): each cell the mean of the pixels that it touches (torch's adaptive_avg_pool2d)."""
    for axis in (1, 2):
        length = image.shape[axis]
        cells = [image.take(range(i * length // size, -(-(i + 1) * length // size)), axis).mean(axis) for i in range(size)]
        image = np.stack(cells, axis)
    return image


def conv3x3(x: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int) -> np.ndarray:
    """A 3x3 convolution with zero padding of 1: (C, h, w) -> (out, h / stride, w / stride)."""
    height, width = x.shape[1:]
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    views = [padded[:, i : i + height : stride, j : j + width : stride] for i in range(3) for j in range(3)]
    taps = weight.reshape(*weight.shape[:2], 9)
    products = (np.tensordot(taps[:, :, index], view, 1) for index, view in enumerate(views))
    return reduce(np.add, products) + bias[:, None, None]


def leaky(x: np.ndarray) -> np.ndarray:
    return np.where(x > 0, x, np.float32(SLOPE) * x)


def halved(frame: np.ndarray) -> np.ndarray:
    """(3, h, w), both even -> (3, h / 2 * w / 2): every value the mean of 2 x 2 pixels."""
    channels, height, width = frame.shape
    return frame.reshape(channels, height // 2, 2, width // 2, 2).mean((2, 4)).reshape(channels, -1)


def quantiles(values: np.ndarray) -> np.ndarray:
    """(C, n) -> (C * quantiles,): what stands at the ranks of `shape.QUANTILES`, channel by channel."""
    ordered = np.sort(values, axis=1)
    return ordered[:, ranks(ordered.shape[1])].ravel()
