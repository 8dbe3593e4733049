"""What `swift` does once per job in numpy is what its network does."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.models.bundle import load_bundle
from restored.models.swift import Swift, SwiftConfig
from restored.models.swift import context as by_torch
from restored.models.swift.light import LightReading, LightSwift, sample_grid
from restored.models.swift.numpy_layers import adaptive_average

SMALL = SwiftConfig(widths=(16, 16, 24), encoder=(1, 1), middle=1, decoder=(1, 1), rank=2, context_width=8, grid_channels=4)
FULL = SwiftConfig(
    widths=(8, 8), encoder=(1,), middle=1, decoder=(1,), rank=2, own_levels=1, context_width=8, grid_channels=4, reductions=(4, 2)
)


def lively(config: SwiftConfig) -> Swift:
    torch.manual_seed(0)
    model = Swift(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model.eval()


def light(model: Swift) -> LightSwift:
    tensors = {name: value.numpy() for name, value in model.state_dict().items()}
    return LightSwift(model.config, tensors)


def plans(count: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.sampled_from([0.0, 0.0, 0.3, 1.0]), min_size=count, max_size=count)


def check(model: Swift, strengths: list[float], height: int, width: int) -> None:
    small, p = light(model), np.array(strengths, np.float32)
    context = np.random.default_rng(height * width).random((3, height, width), np.float32)
    with torch.no_grad():
        convs = model.compile(torch.from_numpy(p))
        reading = model.reader(torch.from_numpy(context)[None], torch.from_numpy(p))
    got = small.compile(p)
    assert got.keys() == convs.keys()
    for name, (weight, bias) in convs.items():
        assert np.abs(got[name][0] - weight.numpy()).max() <= 1e-5, name
        assert np.abs(got[name][1] - bias.numpy()).max() <= 1e-5, name
    found = small.read(context, p)
    for name in ("curve", "matrix", "offset", "grid"):
        assert np.abs(getattr(found, name) - getattr(reading, name)[0].numpy()).max() <= 2e-5, name
    for ours, theirs in zip(found.films, reading.films, strict=True):
        assert all(np.abs(a - b[0].numpy()).max() <= 2e-5 for a, b in zip(ours, theirs, strict=True))


@given(plans(9), st.integers(1, 200), st.integers(1, 256), st.sampled_from([SMALL, FULL]))
@settings(max_examples=20, deadline=None)
def test_any_plan_and_context(strengths: list[float], height: int, width: int, config: SwiftConfig) -> None:
    check(lively(config), strengths, height, width)


@pytest.mark.slow
@pytest.mark.parametrize("task", range(9))
def test_the_bundle_that_ships(task: int) -> None:
    model = load_bundle().network()
    assert isinstance(model, Swift)
    strengths = [0.0] * 9
    strengths[task] = 1.0
    check(model, strengths, 144, 256)


@given(st.tuples(*[st.floats(-0.25, 1.25, width=32, allow_subnormal=False)] * 4), st.integers(1, 40), st.integers(1, 40))
@settings(deadline=None)
def test_the_grid_is_read_alike(window: tuple[float, float, float, float], rows: int, columns: int) -> None:
    grid = np.random.default_rng(0).standard_normal((4, 16, 16)).astype(np.float32)
    expected = by_torch.sample_grid(torch.from_numpy(grid)[None], torch.tensor([window]), rows, columns).numpy()
    assert np.abs(sample_grid(grid, window, rows, columns) - expected).max() <= 1e-4


@given(st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=20, deadline=None)
def test_the_frame_is_averaged_alike(height: int, width: int) -> None:
    image = np.random.default_rng(0).random((3, height, width), np.float32)
    expected = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(image)[None], 64)[0].numpy()
    assert np.abs(adaptive_average(image, 64) - expected).max() <= 1e-6


def test_what_is_not_asked_for_leaves_the_tone_alone() -> None:
    reading: LightReading = light(lively(SMALL)).read(np.full((3, 20, 30), 0.4, np.float32), np.zeros(9, np.float32))
    assert not reading.curve.any()
    assert not reading.offset.any()
    assert np.array_equal(reading.matrix, np.eye(3))


def test_tensors_of_another_network_are_refused() -> None:
    tensors = {name: value.numpy() for name, value in lively(SMALL).state_dict().items()}
    with pytest.raises(ValueError, match="stem"):
        LightSwift(FULL, tensors)
    del tensors["reader.film.weight"]
    with pytest.raises(KeyError):
        LightSwift(SMALL, tensors)
