"""What a family sees of a group, at every scale that it works at."""

from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from tiny import TINY

from restored.instruction import Plan
from restored.models.swift import Swift, SwiftConfig
from restored_training.data.sampling import Group
from restored_training.runs import networks
from restored_training.runs.config import ConfigError, ModelConfig, RunConfig


def group(plan: Plan, size: int = 48) -> Group:
    generator = torch.Generator().manual_seed(0)
    damaged, target = (torch.rand(2, 3, size, size, generator=generator) for _ in range(2))
    context = torch.rand(2, 3, 64, 64, generator=generator)
    windows = torch.tensor([[0.1, 0.2, 0.5, 0.6], [0.0, 0.0, 1.0, 1.0]])
    return Group(damaged, target, context, windows, plan, ("deblur",))


def descending() -> Swift:
    torch.manual_seed(0)
    model = Swift(SwiftConfig(**TINY, reductions=(3,)))
    with torch.no_grad():
        model.get_parameter("convs.out.weight").normal_(std=0.02)
    return model


def test_one_scale_is_the_whole_patch() -> None:
    sample = group(Plan.of("denoise"))
    (view,) = descending().views(sample, sample.target)
    assert torch.equal(view.target, sample.target)
    assert torch.equal(view.damaged, sample.damaged)


def test_coarse_scales_see_the_patch_reduced_and_the_finest_its_middle() -> None:
    sample, model = group(Plan.of("deblur")), descending()
    coarse, fine = model.views(sample, sample.target)
    assert torch.allclose(coarse.target, F.avg_pool2d(sample.target, 3))
    assert torch.allclose(coarse.damaged, F.avg_pool2d(sample.damaged, 3))
    margin = 48 // 3 // model.stride * model.stride
    inside = slice(margin, 48 - margin)
    assert torch.equal(fine.damaged, sample.damaged[..., inside, inside])
    assert torch.equal(fine.target, sample.target[..., inside, inside])
    assert fine.result.shape == fine.target.shape
    for name in ("coarse", "fine"):
        loss = {"coarse": coarse, "fine": fine}[name].result.sum()
        gradients = torch.autograd.grad(loss, model.get_parameter("convs.out.bias"), retain_graph=True)
        assert gradients[0].abs().sum() > 0, f"the {name} scale teaches"


def test_the_finest_scale_trains_what_restoring_runs() -> None:
    """Away from the cut's edges, the middle in training is the middle of the whole patch's result."""
    sample, model = group(Plan.of("deblur"), 240), descending()
    fine = model.views(sample, sample.target)[-1].result
    whole = model.train_on(sample)
    margin = 240 // 3 // model.stride * model.stride
    reach = model.halo
    inner = slice(margin + reach, 240 - margin - reach)
    expected = whole[..., inner, inner]
    found = fine[..., reach:-reach, reach:-reach]
    assert torch.allclose(found, expected, atol=2e-4)
    assert not torch.allclose(expected, sample.damaged[..., inner, inner], atol=1e-2)


def test_a_group_without_blur_is_not_reduced_in_restoring() -> None:
    sample = replace(group(Plan.of("denoise")), present=("denoise",))
    model = descending()
    direct = model(sample.damaged, sample.weights, sample.context, sample.windows)
    assert torch.equal(model.train_on(sample), direct)


def test_patches_that_do_not_fit_the_coarsest_scale_are_refused() -> None:
    config = RunConfig.model_validate({"name": "x", "steps": 1, "patches": [{"from": 0.0, "size": 32}]})
    with pytest.raises(ConfigError, match="Patches of 32 pixels do not fit this network: their side must be a multiple of 12"):
        networks.check_patches(descending(), config)
    networks.check_patches(Swift(SwiftConfig(**TINY)), config)
    other = RunConfig.model_validate(config.model_dump(by_alias=True) | {"mix": {"named": "denoise", "composite": 0.0}})
    networks.check_patches(descending(), other)


@pytest.mark.parametrize("reductions", [[3, 3], [2.5], "3", [0]])
def test_reductions_that_make_no_network_are_a_sentence(reductions: Any) -> None:
    with pytest.raises(ConfigError, match="do not make a network: A swift model's reductions must"):
        networks.build(ModelConfig(hyperparameters={**TINY, "reductions": reductions}))
