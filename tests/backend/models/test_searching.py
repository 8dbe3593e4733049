"""The network that searches for marks: both runtimes agree, and a file that is not its own is a sentence."""

import numpy as np
import pytest
import torch

from restored.engine.machine.runtimes.base import Setup
from restored.engine.machine.runtimes.openvino_runtime import OpenVinoRuntime
from restored.engine.machine.runtimes.torch_runtime import TorchRuntime
from restored.engine.picture.source import LayerSource
from restored.engine.work.tiles import lay_tiles
from restored.instruction.plan import Plan
from restored.models.base import WHOLE, ModelError, Request
from restored.models.bundle import load_bundle
from restored.models.searching import SEARCH, SearchModel

REQUEST = Request(Plan.of("inpaint"), None, np.full((1, 3, 8, 8), 0.5, np.float32))


def test_both_runtimes_say_the_same() -> None:
    model = SearchModel(load_bundle("infill").arrays(SEARCH))
    picture = np.full((96, 160, 3), 0.3, np.float32) + np.random.default_rng(0).normal(0, 0.02, (96, 160, 3)).astype(np.float32)
    picture[30:33, 10:150] = 0.95
    source = LayerSource(picture)
    work = Setup(model, "search", REQUEST, source, lay_tiles(96, 160, side=160, stride=model.stride, halo=0), 1, 1)
    shown = source.read(next(iter(work.tiling)).outer)
    one, other = (
        runtime.prepare(work)(shown, WHOLE) for runtime in (OpenVinoRuntime(bf16=False), TorchRuntime("cpu", bf16=False))
    )
    assert one.shape == other.shape == (1, 1, 96, 160)
    assert np.abs(one - other).max() < 1e-3
    assert one[0, 0, 31, 40:120].min() > 0.3
    assert one[0, 0, 60:].max() < 0.3


def test_other_weights_are_a_sentence() -> None:
    arrays = load_bundle("infill").arrays(SEARCH)
    with pytest.raises(ModelError, match="do not fit"):
        SearchModel({**arrays, "convs.stem.weight": arrays["convs.stem.weight"][:, :3]})
    with pytest.raises(ModelError, match="do not fit"):
        SearchModel({})
    with torch.inference_mode(), pytest.raises(ModelError, match="graph"):
        SearchModel(arrays).condition(REQUEST).forward(torch.zeros(1, 3, 32, 32), WHOLE)
