"""What `swift` promises: the plan is compiled exactly, tiles agree, and what is not asked for does nothing."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction import TASKS, Plan
from restored.models import ModelError, Request, Window
from restored.models.lowrank import TaskConv2d
from restored.models.swift import Swift, SwiftConfig, conv_specs, macs_per_pixel

SMALL = SwiftConfig(widths=(16, 16, 24), encoder=(1, 1), middle=1, decoder=(1, 1), rank=2, context_width=8, grid_channels=4)


def lively(config: SwiftConfig = SMALL, seed: int = 0) -> Swift:
    """A model in which nothing is zero, as after training."""
    torch.manual_seed(seed)
    model = Swift(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return model.eval()


def request_for(plan: Plan, seed: int = 1) -> Request:
    context = torch.rand(1, 3, 40, 64, generator=torch.Generator().manual_seed(seed))
    return Request(plan=plan, embedding=None, context=context)


def test_the_default_fits_the_promised_budget() -> None:
    config = SwiftConfig()
    assert macs_per_pixel(config) <= 60_000
    halved = 2 * sum(parameter.numel() for parameter in Swift(config).parameters())
    assert halved <= 8 * 2**20


def test_compiled_weight_is_the_sum_of_the_formula() -> None:
    torch.manual_seed(0)
    conv = TaskConv2d(5, 7, 3, len(TASKS), rank=2)
    with torch.no_grad():
        conv.up.normal_()
        conv.task_bias.normal_()
    weights = torch.zeros(len(TASKS))
    weights[1], weights[4] = 1.0, 0.25
    weight, bias = conv.compiled(weights)
    expected = conv.weight + (conv.up[1] @ conv.down[1]).view(7, 5, 3, 3) + 0.25 * (conv.up[4] @ conv.down[4]).view(7, 5, 3, 3)
    torch.testing.assert_close(weight, expected)
    torch.testing.assert_close(bias, conv.bias + conv.task_bias[1] + 0.25 * conv.task_bias[4])


def test_channel_gains_multiply_and_start_as_a_random_half() -> None:
    torch.manual_seed(0)
    conv = TaskConv2d(4, 8, 3, len(TASKS), rank=1, gated=True)
    assert conv.gain is not None
    assert ((conv.gain == -1).sum(1) == 4).all()
    weights = torch.zeros(len(TASKS))
    weights[0], weights[2] = 1.0, 0.5
    weight, bias = conv.compiled(weights)
    gain = (1 + conv.gain[0]) * (1 + 0.5 * conv.gain[2])
    torch.testing.assert_close(weight, conv.weight * gain[:, None, None, None])
    torch.testing.assert_close(bias, conv.bias * gain)


def test_training_and_inference_compute_the_same() -> None:
    model = lively()
    plan = Plan.of("denoise", "lowlight")
    request = request_for(plan)
    tile = torch.rand(1, 3, 32, 48)
    window = Window(0.25, 0.1, 0.75, 0.6)
    with torch.no_grad():
        trained = model(tile, torch.tensor(plan.strengths(TASKS)), request.context, torch.tensor([[0.25, 0.1, 0.75, 0.6]]))
    torch.testing.assert_close(model.condition(request).forward(tile, window), trained)


@settings(max_examples=8, deadline=None)
@given(cut=st.integers(1, 7), seed=st.integers(0, 10))
def test_nothing_beyond_the_halo_matters(cut: int, seed: int) -> None:
    """Two tiles that agree up to the halo agree inside: tiled equals whole."""
    model = lively(seed=seed)
    size = 2 * model.halo + 8 * model.stride
    image = torch.rand(1, 3, 32, size, generator=torch.Generator().manual_seed(seed))
    conditioned = model.condition(request_for(Plan.of("dehaze")))
    whole = conditioned.forward(image, Window(0, 0, 1, 1))
    edge = cut * model.stride
    end = edge + model.halo
    part = conditioned.forward(image[..., :end], Window(0, 0, end / size, 1))
    # a zero beyond the right edge is not what lies there, so everything closer to it than the halo may differ
    torch.testing.assert_close(part[..., :edge], whole[..., :edge], atol=2e-5, rtol=0)


def test_tone_is_the_identity_for_tasks_that_do_not_change_tone() -> None:
    model = lively()
    for task in ("denoise", "deblur", "superres", "dejpeg"):
        reading = model.reader(torch.rand(2, 3, 64, 64), torch.tensor(Plan.of(task).strengths(TASKS)))
        assert torch.equal(reading.curve, torch.zeros_like(reading.curve))
        assert torch.equal(reading.matrix, torch.eye(3).expand(2, 3, 3))
        assert torch.equal(reading.offset, torch.zeros(2, 3))
    tone = model.reader(torch.rand(2, 3, 64, 64), torch.tensor(Plan.of("lowlight").strengths(TASKS)))
    assert tone.curve.abs().max() > 0


def test_different_plans_give_different_results() -> None:
    model = lively()
    tile = torch.rand(1, 3, 32, 32)
    results = [model.condition(request_for(Plan.of(task))).forward(tile, Window(0, 0, 1, 1)) for task in TASKS]
    for first in range(len(TASKS)):
        for second in range(first):
            assert (results[first] - results[second]).abs().max() > 1e-4


@pytest.mark.parametrize(("height", "width"), [(12, 12), (24, 100), (8, 8)])
def test_sizes_that_are_multiples_of_the_stride(height: int, width: int) -> None:
    model = lively()
    height, width = height * model.stride // 4, width * model.stride // 4
    out = model.condition(request_for(Plan.of("derain"))).forward(torch.rand(1, 3, height, width), Window(0, 0, 1, 1))
    assert out.shape == (1, 3, height, width)
    assert torch.isfinite(out).all()


def test_config_round_trips_and_names_are_unique() -> None:
    config = SwiftConfig()
    assert SwiftConfig(**config.to_dict()) == config
    names = [spec.name for spec in conv_specs(config)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", ["middle", "rank", "own_levels", "context_width", "grid_channels", "veil", "composite"])
@pytest.mark.parametrize("value", ["4", -1, 2.5, None, [1]])
def test_hyperparameters_of_another_kind_are_named(name: str, value: object) -> None:
    with pytest.raises(ModelError, match=name):
        SwiftConfig(**{name: value})  # type: ignore[arg-type]
