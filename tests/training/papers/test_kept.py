"""A run that was stopped goes on as if it had not been."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from restored.models.instruct_ipt import preset
from restored_training.papers import nine
from restored_training.papers.crop_archive import Crops
from restored_training.papers.kept import Kept
from restored_training.papers.stacked import TrainingArm, run_all

STEPS = 12
SETTINGS = {"batch": 4, "seeds": (0, 1)}
DATA = {"crops": np.arange(12, dtype=np.uint8)}


class Line:
    """A learner of one matrix, for Muon, and one vector, for Adam."""

    def loss(self, member: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return (x @ member["slope"].T + member["shift"] - y).abs().mean()

    def matrices(self, member: dict[str, Tensor]) -> dict[str, tuple[int, int]]:
        return {"slope": (3, 2)}


def arm(stop: Callable[[int], None] = lambda step: None) -> TrainingArm:
    """Two members; stop: called before each step's batch."""

    def batch(step: int) -> tuple[Tensor, ...]:
        stop(step)
        generator = torch.Generator().manual_seed(step)
        return torch.randn(2, 4, 2, generator=generator), torch.randn(2, 4, 3, generator=generator)

    start = {"slope": torch.zeros(2, 3, 2), "shift": torch.zeros(2, 3)}
    return TrainingArm("a line/1", Line(), start, batch, STEPS, rate=0.5)


def quiet(line: str) -> None: ...


def stopped_at(step: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ended there, as by a kill, and had kept what it trained after every step."""

    def stop(now: int) -> None:
        if now == step:
            raise KeyboardInterrupt

    monkeypatch.setattr("restored_training.papers.stacked.SAVE_EVERY", -1.0)
    with pytest.raises(KeyboardInterrupt):
        run_all([arm(stop)], kept=Kept(folder, SETTINGS, DATA), tell=quiet)


@pytest.mark.parametrize("step", [1, 5, STEPS - 1])
def test_it_ends_where_an_undisturbed_run_ends(step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = arm()
    assert run_all([whole], tell=quiet)
    stopped_at(step, tmp_path, monkeypatch)
    seen: list[int] = []
    again = arm(seen.append)
    assert run_all([again], kept=Kept(tmp_path, SETTINGS, DATA), tell=quiet)
    assert seen[0] == step
    assert all(torch.equal(again.tensors[name], value) for name, value in whole.tensors.items())


def test_what_is_trained_is_not_trained_again_and_its_time_is_counted(tmp_path: Path) -> None:
    first = arm()
    run_all([first], kept=Kept(tmp_path, SETTINGS, DATA), tell=quiet)
    kept, seen = Kept(tmp_path, SETTINGS, DATA), list[int]()
    again = arm(seen.append)
    assert run_all([again], kept=kept, tell=quiet)
    assert not seen
    assert kept.spent == first.spent > 0
    assert torch.equal(again.tensors["slope"], first.tensors["slope"])


@pytest.mark.parametrize(
    ("settings", "data"), [({**SETTINGS, "batch": 8}, DATA), (SETTINGS, {"crops": np.arange(1, 13, dtype=np.uint8)})]
)
def test_of_other_settings_or_data_it_begins_anew(
    settings: dict, data: dict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped_at(5, tmp_path, monkeypatch)
    seen: list[int] = []
    run_all([arm(seen.append)], kept=Kept(tmp_path, settings, data), tell=quiet)
    assert seen == list(range(STEPS))


def test_out_of_time_it_keeps_what_it_has(tmp_path: Path) -> None:
    seen: list[int] = []
    assert not run_all([arm(seen.append)], until=0.0, kept=Kept(tmp_path, SETTINGS, DATA), tell=quiet)
    assert not seen
    assert run_all([arm(seen.append)], kept=Kept(tmp_path, SETTINGS, DATA), tell=quiet)
    assert seen == list(range(STEPS))


def test_batches_that_remember_are_drawn_again_as_they_were(crops: Crops) -> None:
    """`nine` weighs each task by what its damage changed so far."""
    settings = nine.ExperimentSettings(steps=20, groups=2, batch=1, preset="toy")
    tasks = preset("toy", tasks=("denoise", "lowlight")).tasks

    def batches() -> nine.TaskBatches:
        return nine.TaskBatches(crops.train, tasks, settings, "cpu")

    whole, stopped, again = batches(), batches(), batches()
    wanted = [whole(step) for step in range(12)]
    for step in range(10):
        stopped(step)
    again.usual.copy_(stopped.usual)
    for step in (10, 11):
        assert all(torch.equal(one, other) for one, other in zip(again(step), wanted[step], strict=True))
