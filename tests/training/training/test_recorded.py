"""Recorded steps do what launched ones do. (Here they are repeated, not replayed: only a GPU has graphs; `rented` falls back.)"""

from typing import Any

import numpy as np
import pytest
import torch
from tiny import TINY

from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.runs.config import RunConfig
from restored_training.training.losses import KindBalance
from restored_training.training.trainer import StepProgress, Trainer


def expert(**changes: Any) -> Trainer:
    base = {
        "name": "tiny",
        "steps": 6,
        "groups": 1,
        "group_size": 2,
        "patches": [{"from": 0.0, "size": 32}],
        "model": {"family": "swift", "hyperparameters": TINY},
        "mix": {"named": "dehaze", "partial": 0.2, "clean": 0.3, "composite": 0.0, "weaker": 0.0},
        "precision": "fp32",
        "threads": 1,
        "optim": {"warmup": 2, "kind": "muon"},
    }
    run = RunConfig.model_validate(base | changes)
    pixels = np.random.default_rng(0).integers(0, 255, (96, 120, 3)).astype(np.uint8)
    return Trainer(run, GroupSampler(PatchSource([pixels], (1.0,)), run.mix, run.group_size, run.seed))


def losses_of(trainer: Trainer) -> list[tuple[str, float]]:
    seen: list[tuple[str, float]] = []

    def watch(progress: StepProgress) -> None:
        seen.extend(progress.losses)

    trainer.run(on_step=watch)
    return seen


def test_a_recorded_run_is_the_same_run() -> None:
    launched, recorded = expert(), expert()
    recorded.record()
    first, second = losses_of(launched), losses_of(recorded)
    assert [kind for kind, _ in first] == [kind for kind, _ in second]
    assert [loss for _, loss in first] == pytest.approx([loss for _, loss in second], rel=1e-4)
    assert launched.step == recorded.step == 6
    for name, value in launched.ema.items():
        assert torch.allclose(value, recorded.ema[name], atol=1e-5), name


def test_a_step_whose_loss_is_not_a_number_changes_nothing() -> None:
    trainer = expert()
    trainer.record()
    trainer.run(until=2)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    draw = trainer.sampler.draw

    class Broken:
        def draw(self, index: int, size: int, device: Any = "cpu") -> Any:
            group = draw(index, size, device)
            group.damaged.fill_(float("nan"))
            return group

    trainer.sampler = Broken()
    trainer.run(until=3)
    assert trainer.skipped == 1
    assert all(torch.equal(value, before[name]) for name, value in trainer.model.state_dict().items())


@pytest.mark.parametrize(("usual", "loss"), [(0.1, 0.1), (0.001, 0.001), (0.05, 0.9), (0.2, 0.01)])
def test_the_weight_on_a_device_is_the_weight(usual: float, loss: float) -> None:
    balance = KindBalance({"noise": usual})
    assert float(balance.weight_of(torch.tensor(usual), torch.tensor(loss))) == pytest.approx(balance.weight("noise", loss))
