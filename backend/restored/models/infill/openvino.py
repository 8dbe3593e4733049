"""`infill` as an OpenVINO graph."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as op

from ..unet_openvino import OpenVinoOps
from .config import PLANES, InfillConfig
from .graph import filled


def build(config: InfillConfig, convs: Mapping[str, tuple[np.ndarray, np.ndarray]], shape: tuple[int, int]) -> ov.Model:
    """The graph for one tile shape; its input is called "tile"."""
    tile: Any = op.parameter([1, PLANES, *shape], np.float32, name="tile")
    tile.output(0).get_tensor().set_names({"tile"})
    return ov.Model([filled(OpenVinoOps(), config, convs, tile)], [tile], "infill")  # pyright: ignore[reportGeneralTypeIssues] - its stubs name it twice
