"""Coarse to fine: what every scale is shown, and that a network only does so where it is told to."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from restored.instruction.plan import Plan
from restored.models.base import ModelError
from restored.models.coarse import descend, unit
from restored.models.swift import Swift, SwiftConfig

SMALL = {"widths": (8, 8), "encoder": (1,), "middle": 1, "decoder": (1,), "rank": 1, "context_width": 8, "grid_channels": 4}


def test_each_scale_is_given_what_the_coarser_one_added() -> None:
    image = torch.rand(2, 3, 24, 36)
    seen: list[tuple[Tensor, Tensor | None]] = []

    def step(small: Tensor, guess: Tensor | None) -> Tensor:
        seen.append((small, guess))
        return small + 0.01 * len(seen)

    results = list(descend(image, (6, 2), step))
    assert [factor for factor, _ in results] == [6, 2, 1]
    assert [tuple(small.shape[-2:]) for small, _ in seen] == [(4, 6), (12, 18), (24, 36)]
    assert torch.allclose(seen[0][0], F.avg_pool2d(image, 6))
    assert seen[0][1] is None
    for number in (1, 2):
        guess = seen[number][1]
        assert guess is not None
        assert guess.shape == seen[number][0].shape
        assert torch.allclose(guess, torch.full_like(guess, 0.01 * number), atol=1e-6)


def test_without_reductions_there_is_one_scale_and_no_guess() -> None:
    image = torch.rand(1, 3, 7, 5)
    guesses: list[Tensor | None] = []

    def step(small: Tensor, guess: Tensor | None) -> Tensor:
        guesses.append(guess)
        return small

    ((factor, result),) = descend(image, (), step)
    assert factor == 1
    assert torch.equal(result, image)
    assert guesses == [None]


def test_every_scale_learns_from_its_own_target_alone() -> None:
    weight = torch.ones((), requires_grad=True)
    *_, (_, last) = descend(torch.rand(1, 3, 8, 8), (2,), lambda small, guess: small * weight if guess is None else small + guess)
    assert not last.requires_grad


@pytest.mark.parametrize("reductions", [(2, 6), (4, 3), (1,), (2, 2)])
def test_reductions_that_do_not_fall_by_whole_factors_are_refused(reductions: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="reductions must fall"):
        SwiftConfig(reductions=reductions)


@pytest.mark.parametrize("reductions", [(3.0,), ("3",), 3, "", None, {}, (-2,), (True,)])
def test_reductions_that_are_no_whole_numbers_are_refused(reductions: Any) -> None:
    with pytest.raises(ModelError, match="reductions must"):
        SwiftConfig(reductions=reductions)


def test_a_bundle_of_before_has_no_reductions_and_a_new_one_keeps_them() -> None:
    assert SwiftConfig(**SMALL).reductions == ()
    config = SwiftConfig(**SMALL, reductions=(6, 2))
    assert SwiftConfig(**config.to_dict()) == config


def test_only_blur_is_done_coarse_to_fine() -> None:
    model = Swift(SwiftConfig(**SMALL, reductions=(6, 2)))
    assert model.reductions(Plan.of("deblur")) == (6, 2)
    assert unit(model.stride, model.reductions(Plan.of("deblur"))) == 6 * model.stride
    for plan in (Plan.of("denoise"), Plan.of("deblur", "denoise"), Plan()):
        assert model.reductions(plan) == ()
    assert Swift(SwiftConfig(**SMALL)).reductions(Plan.of("deblur")) == ()
