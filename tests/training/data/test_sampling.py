"""What a group of samples is like."""

import numpy as np
import pytest
import torch

from restored.ground.tasks import Task
from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.runs.config import MixConfig


@pytest.mark.parametrize(("task", "usual"), [("derain", True), ("desnow", True), ("enhance", True), ("superres", False)])
def test_most_pictures_are_of_eight_bits(task: Task, usual: bool) -> None:
    """A network must not learn to know damage by values that no file holds; what was enlarged does come unrounded."""
    photo = np.random.default_rng(1).integers(0, 255, (80, 90, 3)).astype(np.uint8)
    mix = MixConfig(named=task, composite=0.0, partial=0.0, clean=0.0, weaker=0.0)
    sampler = GroupSampler(PatchSource([photo], (1.0,)), mix, 1, seed=4)
    groups = [sampler.draw(number, 32) for number in range(40)]
    whole = [torch.allclose(group.damaged * 255, (group.damaged * 255).round(), atol=1e-3) for group in groups]
    assert (sum(whole) > 25) is usual
    if usual:
        assert not all(whole), "layers of 16 bits and of floats are pictures too"


def source() -> PatchSource:
    rng = np.random.default_rng(0)
    smooth = np.kron(rng.integers(0, 255, (8, 10, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    return PatchSource([smooth, smooth[::-1].copy()], (1.0, 0.5))


def test_the_group_of_an_index_is_always_the_same() -> None:
    sampler = GroupSampler(source(), MixConfig(), 3, seed=5)
    first, again = sampler.draw(7, 32), sampler.draw(7, 32)
    assert first.plan == again.plan
    assert torch.equal(first.damaged, again.damaged)
    assert torch.equal(first.target, again.target)
    assert not torch.equal(sampler.draw(8, 32).damaged, first.damaged)


def test_targets_keep_what_is_not_named() -> None:
    sampler = GroupSampler(source(), MixConfig(composite=0, partial=0, clean=1.0, weaker=0), 2, seed=1)
    groups = [sampler.draw(index, 32) for index in range(20)]
    assert any(group.present for group in groups)
    for group in groups:
        assert group.plan.actionable
        assert torch.equal(group.target, group.damaged), "nothing that was named is there, so nothing may change"
    partial = GroupSampler(source(), MixConfig(composite=0, partial=1.0, clean=0, weaker=0), 2, seed=1)
    for group in (partial.draw(index, 32) for index in range(10)):
        named = {step.task for step in group.plan.steps}
        assert named < set(group.present)


def test_windows_lie_inside_the_layer() -> None:
    sampler = GroupSampler(source(), MixConfig(), 4, seed=2)
    for group in (sampler.draw(index, 32) for index in range(10)):
        assert group.windows.min() >= -1e-6
        assert group.windows.max() <= 1 + 1e-6
        assert (group.windows[:, 2:] > group.windows[:, :2]).all()
        assert group.damaged.shape == group.target.shape == (4, 3, 32, 32)
