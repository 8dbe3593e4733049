"""The veil of `veil` in numpy, for a runtime without torch: proven equal to the network there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .numpy_layers import conv3x3, halved, leaky, quantiles
from .shape import BEYOND, BINS, LEAST, LUMA

Arrays = Mapping[str, np.ndarray]
Window = tuple[float, float, float, float]
"""left, top, right, bottom in layer fractions."""


@dataclass(frozen=True, slots=True)
class LightVeil:
    """As `veil.Veil`, of one layer: logits (BINS, rows, columns), air (3,)."""

    logits: np.ndarray
    air: np.ndarray

    def field(self, window: Window, height: int, width: int) -> np.ndarray:
        """The logits over a tile of `height` x `width` pixels at a window: (1, BINS, height, width) float32."""
        left, top, right, bottom = window
        down = interpolation(top, bottom, height, self.logits.shape[1])
        across = interpolation(left, right, width, self.logits.shape[2])
        return np.ascontiguousarray((down @ self.logits @ across.T)[None])

    def transmission(self, tile: np.ndarray, window: Window) -> np.ndarray:
        """tile: (1, 3, h, w) float32 in [0, 1]. Returns (1, 1, h, w) in [LEAST, 1]."""
        guide = np.clip(np.tensordot(np.array(LUMA, np.float32), tile[0], 1), 0, 1) * (BINS - 1)
        bins = np.arange(BINS, dtype=np.float32)[:, None, None]
        logit = (self.field(window, *tile.shape[-2:])[0] * np.maximum(1 - np.abs(guide - bins), 0)).sum(0)
        return (LEAST + (1 - LEAST) / (1 + np.exp(-logit)))[None, None].astype(np.float32)

    def lifted(self, tile: np.ndarray, window: Window) -> np.ndarray:
        """The tile without its veil, (1, 3, h, w)."""
        air = self.air[None, :, None, None]
        return np.clip(air + (tile - air) / self.transmission(tile, window), -BEYOND, 1 + BEYOND)


def interpolation(start: float, end: float, samples: int, cells: int) -> np.ndarray:
    """As `veil.interpolation`, for one window: (samples, cells)."""
    steps = (np.arange(samples, dtype=np.float32) + np.float32(0.5)) / samples
    where = np.clip((start + (end - start) * steps) * cells - 0.5, 0, cells - 1).astype(np.float32)
    return np.maximum(1 - np.abs(where[:, None] - np.arange(cells, dtype=np.float32)), 0).astype(np.float32)


def read_veil(tensors: Arrays, frame: np.ndarray, strength: float) -> LightVeil:
    """What `veil.VeilReader` sees. tensors: the state dict's, named "veil...."; frame: (3, CONTEXT_SIZE, CONTEXT_SIZE), the
    context averaged; strength: how much of the veil to lift. Raises KeyError when a tensor is missing."""

    def conv(name: str, x: np.ndarray, stride: int = 1) -> np.ndarray:
        return leaky(conv3x3(x, tensors[f"veil.{name}.0.weight"], tensors[f"veil.{name}.0.bias"], stride))

    def pair(name: str, x: np.ndarray) -> np.ndarray:
        return conv(f"{name}.1", conv(f"{name}.0", x, 2))

    def linear(name: str, x: np.ndarray) -> np.ndarray:
        return tensors[f"veil.{name}.weight"] @ x + tensors[f"veil.{name}.bias"]

    near = pair("enter", np.concatenate([frame, frame.min(0, keepdims=True)]) - np.float32(0.5))
    middle = pair("down", near)
    deep = pair("deep", middle)
    flat = halved(frame)
    statistics = np.concatenate([quantiles(flat), np.repeat(flat.min(0).mean(), 3)])
    whole = leaky(linear("whole", np.concatenate([deep.mean((1, 2)), statistics])))
    deep = deep + whole[:, None, None]
    middle = conv("up", np.concatenate([_doubled(deep), middle]))
    near = conv("out", np.concatenate([_doubled(middle), near]))
    weight = tensors["veil.logits.weight"][:, :, 0, 0]
    logits = np.tensordot(weight, near, 1) + tensors["veil.logits.bias"][:, None, None]
    through = np.clip(1 - strength / (1 + np.exp(logits)), 1e-4, 1 - 1e-4)
    air = 1 / (1 + np.exp(-linear("air", whole)))
    return LightVeil(np.log(through / (1 - through)).astype(np.float32), air.astype(np.float32))


def _doubled(x: np.ndarray) -> np.ndarray:
    """(C, h, w) -> (C, 2h, 2w), bilinear."""
    down, across = (interpolation(0, 1, 2 * side, side) for side in x.shape[1:])
    return down @ x @ across.T
