"""The network on top of the smooth filling: both runtimes agree, holes are all that changes, windows agree."""

import numpy as np
import pytest
import torch

from restored.engine.machine.runtimes.base import Setup
from restored.engine.machine.runtimes.openvino_runtime import OpenVinoRuntime
from restored.engine.picture.source import LayerSource
from restored.engine.work.tiles import lay_tiles
from restored.instruction.plan import Plan
from restored.models.base import WHOLE, ModelError, Request
from restored.models.bundle import load_bundle
from restored.models.infill.config import InfillConfig
from restored.models.infill.network import Infill

REQUEST = Request(Plan.of("inpaint"), None, np.full((1, 3, 8, 8), 0.5, np.float32))


def tile(height: int, width: int) -> np.ndarray:
    random = np.random.default_rng(0)
    soft = random.random((1, 3, height, width), np.float32)
    hole = (random.random((1, 1, height, width)) < 0.1).astype(np.float32)
    return np.concatenate([soft, hole], axis=1)


@pytest.mark.slow
def test_both_runtimes_give_the_same_and_only_holes_change() -> None:
    bundle = load_bundle("infill")
    shown = tile(96, 64)
    tiling = lay_tiles(96, 64, side=96, stride=8, halo=0)
    source = LayerSource(np.zeros((96, 64, 3), np.float32))
    kernel = OpenVinoRuntime(bf16=False).prepare(Setup(bundle.opened(), bundle.fingerprint, REQUEST, source, tiling, 1, 1))
    one = kernel(shown, WHOLE)
    with torch.inference_mode():
        other = bundle.network().condition(REQUEST).forward(torch.from_numpy(shown), WHOLE).numpy()
    assert np.abs(one - other).max() < 1e-4
    outside = np.broadcast_to(shown[:, 3:] == 0, one.shape)
    assert (one[outside] == shown[:, :3][outside]).all()


def test_windows_agree_beyond_the_halo() -> None:
    network = load_bundle("infill").network()
    shown = torch.from_numpy(tile(256, 256))
    halo = InfillConfig().halo
    with torch.inference_mode():
        whole = network(shown)[..., halo : 256 - halo, halo : 256 - halo]
        moved = shown.clone()
        moved[..., :8, :] = 0.5
        assert torch.equal(network(moved)[..., halo + 8 : 256 - halo, halo : 256 - halo], whole[..., 8:, :])


@pytest.mark.parametrize("wrong", [{"widths": [8]}, {"widths": [8, 0]}, {"blocks": 0}])
def test_wrong_hyperparameters_are_sentences(wrong: dict) -> None:
    with pytest.raises(ModelError, match="infill"):
        InfillConfig(**wrong)


def test_a_fresh_network_changes_nothing() -> None:
    with torch.inference_mode():
        shown = torch.from_numpy(tile(32, 32))
        assert torch.equal(Infill(InfillConfig(widths=(4, 8)))(shown), shown[:, :3])
