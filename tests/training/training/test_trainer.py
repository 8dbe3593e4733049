"""What the trainer promises: it learns, resumes to the same result, survives bad samples, and two workers equal one."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_run

from restored.instruction import Plan
from restored.models.base import ModelError
from restored.models.bundle import load_bundle, write_bundle
from restored_training.data.sampling import Group, GroupSampler, PatchSource
from restored_training.runs import checkpoint
from restored_training.runs.config import ConfigError, LossConfig, RunConfig
from restored_training.training.distill import Teacher
from restored_training.training.distributed import WorkerGroup
from restored_training.training.losses import restoration_loss
from restored_training.training.trainer import Trainer, learning_rate
from restored_training.training.wording import TextBank


def config(**changes: Any) -> RunConfig:
    base = tiny_run(steps=6, groups=2, mix={"tasks": {"denoise": 1.0, "dehaze": 1.0}}, optim={"warmup": 2, "kind": "muon"})
    return RunConfig.model_validate(base | changes)


PLAIN = {"warmup": 2, "kind": "adamw", "lr": 1e-4}
"""Muon's bfloat16 steps would magnify the order of summation, in which two workers differ from one."""


def source() -> PatchSource:
    rng = np.random.default_rng(0)
    smooth = np.kron(rng.integers(0, 255, (8, 10, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    return PatchSource([smooth, smooth[::-1].copy()], (1.0, 0.5))


def make(run: RunConfig, workers: WorkerGroup | None = None) -> Trainer:
    return Trainer(run, GroupSampler(source(), run.mix, run.group_size, run.seed), workers=workers)


def same(first: Trainer, second: Trainer, tolerance: float = 0.0) -> None:
    for name, value in first.ema.items():
        torch.testing.assert_close(
            second.ema[name], value, atol=tolerance, rtol=tolerance, msg=lambda m, name=name: f"{name}: {m}"
        )


@pytest.mark.slow
def test_a_resumed_run_ends_where_an_uninterrupted_one_does(tmp_path: Path) -> None:
    whole = make(config())
    whole.run()
    first = make(config())
    first.run(until=3)
    first.save(tmp_path / "c.pt")
    second = make(config(seed=0))
    second.load(tmp_path / "c.pt")
    assert second.step == 3
    second.run()
    same(whole, second)


@pytest.mark.slow
def test_a_short_run_lowers_the_loss() -> None:
    run = config(
        steps=140, mix={"tasks": {"denoise": 1.0}, "clean": 0.0, "weaker": 0.0}, optim={"lr": 3e-3, "warmup": 5, "kind": "muon"}
    )
    losses: list[float] = []
    make(run).run(on_step=lambda progress: losses.append(progress.loss))
    assert np.mean(losses[-40:]) < 0.95 * np.mean(losses[:40])


def test_a_sample_that_is_not_finite_is_skipped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    run = config()
    one = make(run)
    before = {name: value.clone() for name, value in one.model.state_dict().items()}
    real = one.model.views
    monkeypatch.setattr(
        one.model, "views", lambda *inputs: [replace(view, result=view.result * math.nan) for view in real(*inputs)]
    )
    one.run(until=1)
    assert one.skipped == 1
    for name, value in one.model.state_dict().items():
        assert torch.equal(value, before[name])
    monkeypatch.undo()
    one.run(until=2)
    assert one.skipped == 1


def test_warm_up_then_cosine() -> None:
    run = config(steps=100, optim={"lr": 1.0, "final_lr": 0.1, "warmup": 10})
    assert learning_rate(run, 0) == pytest.approx(0.1)
    assert learning_rate(run, 9) == pytest.approx(1.0)
    assert learning_rate(run, 55) == pytest.approx(0.55, abs=0.01)
    assert learning_rate(run, 100) == pytest.approx(0.1)


def test_a_checkpoint_of_another_architecture_is_refused(tmp_path: Path) -> None:
    make(config()).save(tmp_path / "c.pt")
    other = make(config(model={"family": "swift", "hyperparameters": TINY | {"widths": [16, 24]}}))
    with pytest.raises(checkpoint.CheckpointError, match="another architecture"):
        other.load(tmp_path / "c.pt")
    (tmp_path / "junk.pt").write_bytes(b"junk")
    with pytest.raises(checkpoint.CheckpointError, match="not a checkpoint"):
        other.load(tmp_path / "junk.pt")


def test_a_full_disk_leaves_the_previous_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = make(config())
    path = tmp_path / "c.pt"
    one.save(path)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(checkpoint.CheckpointError, match="the one before is still there"):
        one.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["c.pt"]


@pytest.mark.slow
def test_two_workers_equal_one_with_the_double_batch(tmp_path: Path) -> None:
    alone = make(config(groups=2, optim=PLAIN))
    alone.run()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", __file__, str(tmp_path)]
    kit = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}  # where `tiny` is
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=kit)
    assert done.returncode == 0, done.stderr[-2000:]
    other = make(config(groups=2, optim=PLAIN))
    other.load(tmp_path / "two.pt")
    assert other.step == alone.step
    same(alone, other, tolerance=1e-4)


INSTRUCTIR = {
    "family": "instructir",
    "hyperparameters": {"width": 8, "encoder": [1, 1], "middle": 1, "decoder": [1, 1], "text_dim": 16},
}


def bank(width: int = 384) -> TextBank:
    generator = torch.Generator().manual_seed(0)
    pairs = [("denoise",), ("dehaze",), ("denoise", "dehaze")]
    return TextBank({pair: torch.randn(5, width, generator=generator).half() for pair in pairs})


@pytest.mark.slow
def test_a_text_reading_family_learns_from_words_and_resumes(tmp_path: Path) -> None:
    run = config(model=INSTRUCTIR, loss={"intent": 0.1})
    sampler = GroupSampler(source(), run.mix, run.group_size, run.seed)
    whole = Trainer(run, sampler, bank=bank())
    assert whole.text is not None
    assert whole.text.head is not None
    before = whole.text.head.fc1.weight.detach().clone()
    whole.run()
    assert not torch.equal(before, whole.text.head.fc1.weight), "the text head learns along"
    first = Trainer(run, sampler, bank=bank())
    first.run(until=3)
    first.save(tmp_path / "c.pt")
    second = Trainer(run, sampler, bank=bank())
    second.load(tmp_path / "c.pt")
    second.run()
    same(whole, second)


def test_the_no_text_baseline_needs_no_sentences() -> None:
    run = config(model=INSTRUCTIR, text={"source": "none"})
    one = Trainer(run, GroupSampler(source(), run.mix, run.group_size, run.seed))
    assert one.run(until=2) == 2


def test_raw_vectors_must_fit() -> None:
    run = config(model=INSTRUCTIR, text={"source": "raw"})
    with pytest.raises(ConfigError, match="text_dim must be 384"):
        Trainer(run, GroupSampler(source(), run.mix, run.group_size, run.seed), bank=bank())


@pytest.mark.parametrize("model", [{"family": "swift", "hyperparameters": TINY}, INSTRUCTIR])
def test_pretraining_hides_blocks_and_teaches_to_tell_damage(model: dict[str, Any]) -> None:
    run = config(steps=4, model=model, pretrain={"until": 0.5, "mask": 0.5, "block": 8, "classify": 1.0})
    one = Trainer(run, GroupSampler(source(), run.mix, run.group_size, run.seed), bank=bank())
    assert one.pretraining is not None
    group = one.sampler.draw(0, 32)
    masked = one.pretraining.masked(group, 0)
    hidden = (masked.damaged == 0.5).all(1).float().mean()
    assert 0.2 < hidden < 0.8
    assert torch.equal(masked.target, group.target)
    before = one.pretraining.classifier.weight.detach().clone()
    one.run(until=2)
    taught = one.pretraining.classifier.weight.detach().clone()
    assert not torch.equal(before, taught)
    assert not one.pretraining.active(2, 4)


def test_distillation_mixes_the_target_with_the_teachers_answer(tmp_path: Path) -> None:
    teacher_run = make(config())
    folder = tmp_path / "big"
    write_bundle(folder, teacher_run.model, teacher_run.model.architecture(), licence="MIT", training_data="test", version="1")
    run = config(distill={"teacher": str(folder), "weight": 0.25})
    assert run.distill is not None
    teacher = Teacher(run.distill)
    one = Trainer(run, GroupSampler(source(), run.mix, run.group_size, run.seed), teacher=teacher)
    group = one.sampler.draw(1, 32)
    with torch.no_grad():
        answer = load_bundle(folder).model.train_on(group).clamp(0, 1)
    torch.testing.assert_close(teacher.target(group), 0.75 * group.target + 0.25 * answer, atol=1e-5, rtol=0)
    assert one.run(until=1) == 1


def test_plan_of_a_group_is_what_the_model_sees() -> None:
    group = Group(
        torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 64, 64), torch.zeros(1, 4), Plan.of("derain"), ()
    )
    assert group.weights.sum() == 1
    assert group.kind == "nothing"


def _as_worker(folder: Path) -> None:
    """What torchrun starts twice: half of the batch each."""
    workers = WorkerGroup.join()
    one = make(config(groups=1, optim=PLAIN), workers)
    one.run()
    one.save(folder / "two.pt")
    workers.leave()


if __name__ == "__main__":
    _as_worker(Path(sys.argv[1]))


def test_a_relative_loss_weighs_slight_and_strong_damage_alike() -> None:
    clean = torch.rand(2, 3, 8, 8)
    damaged = clean + torch.tensor([0.02, 0.2])[:, None, None, None]
    halved = (damaged + clean) / 2
    relative, absolute = LossConfig(relative=True), LossConfig()

    def loss(better: int, config: LossConfig) -> float:
        result = damaged.clone()
        result[better] = halved[better]
        return float(restoration_loss(result, clean, config, damaged))

    assert loss(0, relative) == pytest.approx(loss(1, relative), rel=1e-4)
    assert loss(0, absolute) > 1.5 * loss(1, absolute)
    untouched = restoration_loss(clean, clean, relative, clean)
    assert float(untouched) == 0, "a picture with nothing wrong divides nothing by zero"


def test_a_run_of_layers_shows_them_whole_and_teaches_only_what_reads_the_context() -> None:
    run = config(mix={"tasks": {"dehaze": 1.0}, "layers": True, "named": "dehaze", "composite": 0.0}, steps=3)
    group = GroupSampler(source(), run.mix, 3, seed=4).draw(0, 32)
    assert group.damaged.shape == group.context.shape == (3, 3, 64, 64)
    assert torch.equal(group.damaged, group.context)
    assert group.windows.tolist() == [[0, 0, 1, 1]] * 3
    one = make(run)
    before = {name: value.clone() for name, value in one.model.state_dict().items()}
    one.run()
    moved = {name.split(".")[0] for name, value in one.model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved
    assert moved <= {"reader", "veil"}


def test_a_family_that_reads_nothing_of_layers_says_so() -> None:
    small = {"width": 4, "encoder": [1, 1], "middle": 1, "decoder": [1, 1]}
    run = config(
        mix={"tasks": {"dehaze": 1.0}, "layers": True},
        model={"family": "instructir", "hyperparameters": small},
        text={"source": "none"},
    )
    with pytest.raises(ModelError, match="leave “layers” out"):
        make(run).run(until=1)
