"""`swift` as an OpenVINO graph: the compiled weights are constants, the context's reading comes in as inputs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import openvino as ov
from openvino import opset13 as op

from .. import unet_openvino
from ..base import Graph, Window
from .config import SwiftConfig
from .graph import unet
from .light import LightConvs, LightReading, sample_grid
from .shape import BEYOND, BINS, CURVE_STEPS, LEAST, LUMA

Floats = npt.NDArray[np.float32]

CHANNELS = (1, 3, 1, 1)


def graph_of(
    config: SwiftConfig,
    strengths: tuple[float, ...],
    convs: Callable[[], LightConvs],
    reading: LightReading,
    shape: tuple[int, int],
    *,
    guided: bool,
) -> Graph:
    """The plan's weights as constants; what the context says comes in as inputs, so that another picture needs no other graph."""
    toned, veil = changes_tone(reading) and not guided, None if guided else reading.veil
    rows, columns = shape[0] // config.stride, shape[1] // config.stride

    def of_tile(window: Window) -> dict[str, Floats]:
        place = (window.left, window.top, window.right, window.bottom)
        inputs = {"grid": sample_grid(reading.grid, place, rows, columns)}
        if veil is not None:
            inputs["field"] = veil.field(place, *shape)
        return inputs

    fixed = _reading_inputs(reading, toned)
    if veil is not None:
        fixed["air"] = _array(veil.air, CHANNELS)
    veiled = veil is not None
    return Graph(
        (strengths, shape, toned, veiled, guided),
        lambda: build(config, convs(), shape, toned, veiled, guided),
        fixed,
        of_tile,
    )


def changes_tone(reading: LightReading) -> bool:
    """False when the reading's tone curve, matrix and offset are the identity: then the graph leaves them out."""
    same = np.array_equal(reading.matrix, np.eye(3, dtype=np.float32))
    return bool(reading.curve.any()) or bool(reading.offset.any()) or not same


def build(config: SwiftConfig, convs: LightConvs, shape: tuple[int, int], toned: bool, veiled: bool, guided: bool) -> ov.Model:
    """The graph for one plan and one tile shape; inputs are named as `_reading_inputs` names them, plus "tile", "grid" and, if
    `veiled`, "field" and "air", if `guided`, "guess"."""
    height, width = shape
    tile = _input("tile", (1, 3, height, width))
    grid = _input("grid", (1, config.grid_channels, height // config.stride, width // config.stride))
    films = [
        (_input(f"scale{level}", (1, channels, 1, 1)), _input(f"shift{level}", (1, channels, 1, 1)))
        for level, channels in enumerate(config.widths)
    ]
    inputs = [tile, grid, *(node for pair in films for node in pair)]
    base: Any = tile
    if veiled:
        field, air = _input("field", (1, BINS, height, width)), _input("air", CHANNELS)
        inputs += [field, air]
        base = _lifted(tile, field, air)
    if toned:
        curve = [_input(f"curve{step}", CHANNELS) for step in range(CURVE_STEPS)]
        columns = [_input(f"column{channel}", CHANNELS) for channel in range(3)]
        offset = _input("offset", CHANNELS)
        inputs += [*curve, *columns, offset]
        base = _tone(base, curve, columns, offset)
    if guided:
        inputs.append(_input("guess", (1, 3, height, width)))
        base = op.add(base, inputs[-1])
    change = unet(SwiftOpenVinoOps(), config, convs, op.concat([tile, base], 1), films, grid)
    return ov.Model([op.add(base, change)], inputs, "swift")  # pyright: ignore[reportGeneralTypeIssues] - its stubs name it twice


class SwiftOpenVinoOps(unet_openvino.OpenVinoOps):
    """The graph's operations in OpenVINO."""

    def scale_shift(self, x: Any, scale: Any, shift: Any) -> Any:
        return op.add(op.multiply(x, scale), shift)


def _lifted(tile: Any, field: Any, air: Any) -> Any:
    """`restored.models.swift.veil.Veil.lifted`, element-wise as `_tone` is."""

    def number(value: float) -> Any:
        return op.constant(np.full((1, 1, 1, 1), value, np.float32))

    planes = op.split(tile, op.constant(1), 3).outputs()
    weighed = [op.multiply(plane, number(weight)) for plane, weight in zip(planes, LUMA, strict=True)]
    guide = op.add(op.add(weighed[0], weighed[1]), weighed[2])
    place = op.multiply(op.clamp(guide, 0.0, 1.0), number(BINS - 1))
    bins = op.constant(np.arange(BINS, dtype=np.float32).reshape(1, -1, 1, 1))
    near = op.relu(op.subtract(number(1), op.abs(op.subtract(place, bins))))
    logit = op.reduce_sum(op.multiply(field, near), op.constant(np.array([1])), keep_dims=True)
    through = op.add(op.multiply(op.sigmoid(logit), number(1 - LEAST)), number(LEAST))
    return op.clamp(op.add(air, op.divide(op.subtract(tile, air), through)), -BEYOND, 1 + BEYOND)


def _tone(tile: Any, curve: list[Any], columns: list[Any], offset: Any) -> Any:
    """`context.apply_tone`, element-wise only: OpenVINO keeps that in float32 beside bfloat16 convs."""
    one = op.constant(np.ones((1, 1, 1, 1), np.float32))
    for step in curve:
        tile = op.add(tile, op.multiply(op.multiply(step, tile), op.subtract(one, tile)))
    planes = op.split(tile, op.constant(1), 3).outputs()
    for plane, column in zip(planes, columns, strict=True):
        offset = op.add(offset, op.multiply(plane, column))
    return offset


def _reading_inputs(reading: LightReading, toned: bool) -> dict[str, Floats]:
    inputs = {}
    for level, (scale, shift) in enumerate(reading.films):
        inputs[f"scale{level}"] = _array(1 + scale, (1, -1, 1, 1))
        inputs[f"shift{level}"] = _array(shift, (1, -1, 1, 1))
    if toned:
        inputs |= {f"curve{step}": _array(reading.curve[step], CHANNELS) for step in range(CURVE_STEPS)}
        inputs |= {f"column{channel}": _array(reading.matrix[:, channel], CHANNELS) for channel in range(3)}
        inputs["offset"] = _array(reading.offset, CHANNELS)
    return inputs


def _array(value: np.ndarray, shape: tuple[int, ...]) -> Floats:
    return np.ascontiguousarray(value.reshape(shape), np.float32)


def _input(name: str, shape: tuple[int, ...]) -> Any:
    node = op.parameter(list(shape), np.float32, name=name)
    node.output(0).get_tensor().set_names({name})
    return node
