"""Packed weights: what comes back, how exactly, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.models.base import ModelError
from restored.models.bundle import load_bundle, write_bundle
from restored.models.packing import SCALE, PackingError, pack, unpack
from restored.models.swift import Swift, SwiftConfig


@settings(max_examples=30, deadline=None)
@given(
    shape=st.sampled_from([(64, 8, 3, 3), (9, 32, 288), (128, 64), (9, 16, 4), (5,), (4096, 1), ()]),
    spread=st.floats(1e-6, 1e3),
    seed=st.integers(0, 1000),
)
def test_every_value_comes_back_within_a_step_and_every_run_within_two(shape: tuple[int, ...], spread: float, seed: int) -> None:
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * spread
    stored = pack({"w": tensor})
    back = unpack(stored)["w"].float()
    assert back.shape == tensor.shape
    if stored["w"].dtype == torch.int8:
        rows = tensor.flatten(1) if tensor.ndim == 4 else tensor
        step = rows.abs().amax(-1, keepdim=True) / 127
        close = back.flatten(1) if tensor.ndim == 4 else back
        assert bool(((close - rows).abs() <= 1.001 * step + 1e-9).all())
        # a run of weights meets a smooth picture as its sum: what a run loses is what its ends carry in and out
        assert bool(((close - rows).cumsum(-1).abs() <= 1.02 * step + 1e-9).all())
        again = pack(unpack(stored))
        assert torch.equal(again["w"], stored["w"]), "what was packed packs to itself, or every export would wear it"
    else:
        torch.testing.assert_close(back, tensor, rtol=1e-3, atol=1e-6)


def test_rows_of_zeros_stay_zero_and_integers_stay_as_they_are() -> None:
    tensors = {"w": torch.zeros(64, 128), "count": torch.arange(5)}
    back = unpack(pack(tensors))
    assert not back["w"].any()
    assert torch.equal(back["count"], tensors["count"])


def test_scales_that_do_not_fit_are_refused() -> None:
    stored = pack({"w": torch.randn(64, 128)})
    with pytest.raises(PackingError, match="w"):
        unpack({**stored, "w" + SCALE: stored["w" + SCALE][:-1]})
    with pytest.raises(PackingError, match="without its scales"):
        unpack({"w": stored["w"]})


@pytest.mark.slow
def test_a_packed_bundle_does_nearly_what_its_network_does(tmp_path: Path) -> None:
    torch.manual_seed(3)
    config = SwiftConfig(rank=4, own_levels=2)
    network = Swift(config)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(torch.randn_like(weight) * 0.02)
    architecture = config.to_dict()
    facts: dict[str, Any] = {"licence": "MIT", "training_data": "nothing", "version": "1"}
    full = write_bundle(tmp_path / "full", network, architecture, **facts)
    packed = write_bundle(tmp_path / "packed", network, architecture, dtype=torch.int8, **facts)
    sizes = [(bundle.folder / "model.safetensors").stat().st_size for bundle in (full, packed)]
    assert sizes[1] < 0.3 * sizes[0]
    image, context = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)
    plan = torch.eye(9)[0]
    window = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    with torch.no_grad():
        a, b = (bundle.network()(image, plan, context, window) for bundle in (full, packed))
    assert float((a - b).square().mean()) < 0.01 * float((a - image).square().mean())


@pytest.mark.slow
def test_a_packed_bundle_that_lost_its_scales_says_so(tmp_path: Path) -> None:
    import safetensors.torch

    config = SwiftConfig()
    bundle = write_bundle(
        tmp_path / "m", Swift(config), config.to_dict(), dtype=torch.int8, licence="MIT", training_data="", version="1"
    )
    file = bundle.folder / "model.safetensors"
    tensors = {name: value for name, value in safetensors.torch.load_file(file).items() if not name.endswith(SCALE)}
    content = safetensors.torch.save(tensors)
    import hashlib

    manifest = bundle.folder / "bundle.json"
    manifest.write_text(manifest.read_text().replace(bundle.manifest.files[file.name], hashlib.sha256(content).hexdigest()))
    file.write_bytes(content)
    with pytest.raises(ModelError, match="without its scales"):
        load_bundle(bundle.folder).network()
