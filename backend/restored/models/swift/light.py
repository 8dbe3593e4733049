"""What `swift` does once per job, in numpy: the plan compiled into the weights, and the context read (see `lowrank` and `context`
for the why, and for the networks that these are proven equal to).

With it and the OpenVINO graph a job needs no torch: that is a start three times as fast and 500 MB less to install.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from restored.ground.tasks import info

from .config import SwiftConfig
from .graph import conv_specs
from .light_veil import LightVeil, read_veil
from .numpy_layers import adaptive_average, conv3x3, halved, leaky, quantiles
from .shape import CONTEXT_SIZE, CURVE_STEPS, VEILED

Arrays = Mapping[str, np.ndarray]
LightConvs = dict[str, tuple[np.ndarray, np.ndarray]]
"""Name -> (weight (out, in, k, k), bias (out,)), compiled for one plan."""


@dataclass(frozen=True, slots=True)
class LightReading:
    """As `context.Reading`, of one picture: curve (steps, 3), matrix (3, 3), offset (3,), films (scale, shift), each (C,); grid
    (grid_channels, 16, 16) over the whole layer; veil: the haze, where it is to be lifted and the model sees it."""

    curve: np.ndarray
    matrix: np.ndarray
    offset: np.ndarray
    films: list[tuple[np.ndarray, np.ndarray]]
    grid: np.ndarray
    veil: LightVeil | None = None


class LightSwift:
    """A `swift` read from its tensors (float32, named as in the state dict).

    Raises KeyError when a tensor is missing, ValueError when one has another shape than the configuration says.
    """

    def __init__(self, config: SwiftConfig, tensors: Arrays) -> None:
        self.config = config
        self._tensors = tensors
        self._tone = np.array([info(task).tone for task in config.tasks], np.float32)
        for spec in conv_specs(config):
            shape = (spec.channels_out, spec.channels_in, spec.kernel, spec.kernel)
            if tensors[f"convs.{spec.name}.weight"].shape != shape:
                raise ValueError(f"{spec.name} is not {shape}")
        silent = np.zeros(len(self._tone), np.float32)
        self.compile(silent + 1)  # what is missing is found now, not in the middle of a picture
        self.read(np.zeros((3, 8, 8), np.float32), silent + 1)

    def compile(self, strengths: np.ndarray) -> LightConvs:
        """Every conv's weight and bias for one plan. strengths: (tasks,) float32."""
        active = np.flatnonzero(strengths)
        return {spec.name: self._compiled(f"convs.{spec.name}.", active, strengths[active]) for spec in conv_specs(self.config)}

    def read(self, context: np.ndarray, strengths: np.ndarray) -> LightReading:
        """context: (3, h, w) float32 in [0, 1]; strengths: (tasks,)."""
        frame = adaptive_average(context, CONTEXT_SIZE)
        local = self._convs("reader.local.", frame, (2, 2, 1))
        flat = halved(frame)
        statistics = [quantiles(flat), flat.mean(1), flat.std(1, ddof=1)]
        wide = self._convs("reader.wide.", local, (2, 2)).mean((1, 2))
        summary = np.concatenate([wide, *statistics])
        for layer in ("reader.summary.0", "reader.summary.2"):
            summary = leaky(self._tensors[f"{layer}.weight"] @ summary + self._tensors[f"{layer}.bias"])

        tone = self._by_task("reader.tone", summary, strengths * self._tone)
        curve, matrix, offset = np.split(tone, [3 * CURVE_STEPS, 3 * CURVE_STEPS + 9])
        widths = self.config.widths
        parts = np.split(self._by_task("reader.film", summary, strengths), np.cumsum([2 * width for width in widths])[:-1])
        grid = self._by_task("reader.grid", local.transpose(1, 2, 0), strengths)
        return LightReading(
            curve=np.tanh(curve).reshape(CURVE_STEPS, 3),
            matrix=np.eye(3, dtype=np.float32) + 3 * np.tanh(np.float32(0.1) * matrix.reshape(3, 3)),
            offset=3 * np.tanh(np.float32(0.1) * offset),
            films=[(np.tanh(part[:width]), part[width:]) for part, width in zip(parts, widths, strict=True)],
            grid=np.ascontiguousarray(grid.transpose(2, 0, 1)),
            veil=self._veil(frame, strengths),
        )

    def _veil(self, frame: np.ndarray, strengths: np.ndarray) -> LightVeil | None:
        if not self.config.veil or VEILED not in self.config.tasks:
            return None
        strength = float(strengths[self.config.tasks.index(VEILED)])
        return read_veil(self._tensors, frame, strength) if strength else None

    def _compiled(self, name: str, active: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        tensors = self._tensors
        weight, bias = tensors[name + "weight"], tensors[name + "bias"] + p @ tensors[name + "task_bias"][active]
        if name + "own" in tensors:
            change = np.tensordot(p, tensors[name + "own"][active], 1)
        else:
            up = (tensors[name + "up"][active] * p[:, None, None]).transpose(1, 0, 2).reshape(len(weight), -1)
            change = up @ tensors[name + "down"][active].reshape(up.shape[1], weight[0].size)
        weight = weight + change.reshape(weight.shape)
        if name + "gain" not in tensors:
            return weight, bias
        gain = (1 + p[:, None] * tensors[name + "gain"][active]).prod(0)
        return weight * gain[:, None, None, None], bias * gain

    def _convs(self, name: str, x: np.ndarray, strides: Sequence[int]) -> np.ndarray:
        """3x3 convs with activations between and after them; every second module of the `Sequential` is the activation."""
        for index, stride in enumerate(strides):
            layer = f"{name}{2 * index}"
            x = leaky(conv3x3(x, self._tensors[f"{layer}.weight"], self._tensors[f"{layer}.bias"], stride))
        return x

    def _by_task(self, name: str, value: np.ndarray, strengths: np.ndarray) -> np.ndarray:
        """sum_t p_t (A_t v + c_t): (..., in) -> (..., out)."""
        weight = np.tensordot(strengths, self._tensors[f"{name}.weight"], 1)
        return value @ weight.T + strengths @ self._tensors[f"{name}.bias"]


def sample_grid(grid: np.ndarray, window: tuple[float, float, float, float], rows: int, columns: int) -> np.ndarray:
    """The coarse grid at the centres of a tile's deepest cells.

    grid: (C, H, W) over the whole layer; window: left, top, right, bottom in layer fractions.
    Returns (1, C, rows, columns), bilinear, edge values beyond the layer.
    """
    left, top, right, bottom = window
    below, upper, down = _between(top, bottom, rows, grid.shape[1])
    before, after, across = _between(left, right, columns, grid.shape[2])
    lines = grid[:, below] * (1 - down)[:, None] + grid[:, upper] * down[:, None]
    return np.ascontiguousarray((lines[:, :, before] * (1 - across) + lines[:, :, after] * across)[None])


def _between(start: float, stop: float, count: int, cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each of `count` points: the cells on either side, and how far it lies towards the second."""
    place = start + (stop - start) * (np.arange(count, dtype=np.float32) + np.float32(0.5)) / count
    place = np.clip(place * cells - 0.5, 0, cells - 1)
    low = place.astype(np.intp)
    return low, np.minimum(low + 1, cells - 1), (place - low).astype(np.float32)
