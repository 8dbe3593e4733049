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
