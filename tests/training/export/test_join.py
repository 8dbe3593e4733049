"""Experts: begun as the same function, trained without touching what is shared, joined into one model that does all of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_run

from restored.instruction.tasks import TASKS, Task
from restored.models.base import ModelError
from restored.models.swift import Swift, SwiftConfig
from restored.models.swift.widening import widened
from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.export.join import Blend, Expert, join, join_folders, read_expert
from restored_training.machines.rented import own_part
from restored_training.runs import checkpoint
from restored_training.runs.checkpoint import CheckpointError
from restored_training.runs.config import ConfigError, MixConfig, RunConfig, load_config
from restored_training.runs.folder import RunFolder
from restored_training.training.trainer import Trainer

WIDE: dict[str, Any] = {**TINY, "rank": 2, "own_levels": 1}


def source() -> PatchSource:
    rng = np.random.default_rng(0)
    smooth = np.kron(rng.integers(0, 255, (8, 10, 3)), np.ones((12, 12, 1))).astype(np.uint8)
    return PatchSource([smooth, smooth[::-1].copy()], (1.0, 0.5))


@pytest.fixture
def begun(tmp_path: Path) -> dict[str, Any]:
    """A small model in which every task's biases do something, also written as `start.pt`."""
    torch.manual_seed(1)
    model = Swift(SwiftConfig(**TINY))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if model.is_of_tasks(name) and not name.endswith("gain"):
                weight.add_(torch.randn_like(weight) * 0.05)
        model.get_parameter("convs.out.weight").normal_(std=0.05)
    state = {"model": model.state_dict(), "family": "swift", "hyperparameters": model.config.to_dict()}
    checkpoint.save(tmp_path / "start.pt", state)
    return state


def expert(task: Task, start: Path, **changes: Any) -> Trainer:
    settings = tiny_run(
        name=f"expert-{task}",
        model={"family": "swift", "hyperparameters": WIDE, "start_from": str(start)},
        mix={"named": task, "composite": 0.0, "weaker": 0.0},
        optim={"warmup": 1, "kind": "muon"},
    )
    run = RunConfig.model_validate(settings | changes)
    return Trainer(run, GroupSampler(source(), run.mix, run.group_size, run.seed))


def answers(model: Swift) -> dict[Task, torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    image, context = torch.rand(1, 3, 32, 32, generator=generator), torch.rand(1, 3, 64, 64, generator=generator)
    window = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    with torch.no_grad():
        return {task: model(image, torch.eye(len(TASKS))[n], context, window) for n, task in enumerate(TASKS)}


def model_of(state: dict[str, torch.Tensor], hyperparameters: dict[str, Any]) -> Swift:
    model = Swift(SwiftConfig(**hyperparameters))
    model.load_state_dict(state)
    return model


def test_a_widened_model_computes_the_same(begun: dict[str, Any]) -> None:
    before = answers(model_of(begun["model"], TINY))
    after = answers(model_of(widened(begun["model"], SwiftConfig(**TINY), SwiftConfig(**WIDE), Swift), WIDE))
    for task in TASKS:
        torch.testing.assert_close(after[task], before[task], atol=1e-5, rtol=1e-5)


def test_an_expert_is_trained_alone_and_changes_only_what_belongs_to_its_task(begun: dict[str, Any], tmp_path: Path) -> None:
    trainer = expert("derain", tmp_path / "start.pt")
    assert trainer.model.tasks == ("derain",)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    wide = widened(begun["model"], SwiftConfig(**TINY), SwiftConfig(**WIDE), Swift)
    number = TASKS.index("derain")
    for name, value in before.items():
        assert torch.equal(value, wide[name][number : number + 1] if trainer.model.is_of_tasks(name) else wide[name]), name
    trainer.run()
    moved = {name for name, value in trainer.model.state_dict().items() if not torch.equal(value, before[name])}
    assert moved
    assert all(trainer.model.is_of_tasks(name) for name in moved)


def test_only_haze_trains_the_reader_of_its_veil(begun: dict[str, Any], tmp_path: Path) -> None:
    veiled = {"model": {"family": "swift", "hyperparameters": {**WIDE, "veil": 2}, "start_from": str(tmp_path / "start.pt")}}
    for task, learns in (("dehaze", True), ("denoise", False)):
        trainer = expert(task, tmp_path / "start.pt", **veiled)
        learning = {name for name, weight in trainer.model.named_parameters() if weight.requires_grad}
        assert any(name.startswith("veil.") for name in learning) is learns


def folder_of(task: Task, trainer: Trainer, at: Path) -> RunFolder:
    folder = RunFolder(at / task).make()
    trainer.save(folder.checkpoint)
    folder.config.write_text(f"mix: {{named: {task}}}\nmodel: {{start_from: {at / 'start.pt'}}}\n")
    folder.save_photographs([])
    return folder


def answer_alone(trainer: Trainer) -> torch.Tensor:
    model = Swift(SwiftConfig(**trainer.config.model.hyperparameters))
    model.load_state_dict(trainer.ema)
    generator = torch.Generator().manual_seed(5)
    image, context = torch.rand(1, 3, 32, 32, generator=generator), torch.rand(1, 3, 64, 64, generator=generator)
    with torch.no_grad():
        return model(image, torch.ones(1), context, torch.tensor([[0.0, 0.0, 1.0, 1.0]]))


def test_joined_experts_each_answer_as_they_did_alone(begun: dict[str, Any], tmp_path: Path) -> None:
    folders, alone = [], {}
    for task in ("denoise", "dehaze"):
        trainer = expert(task, tmp_path / "start.pt")
        trainer.run()
        folders.append(folder_of(task, trainer, tmp_path))
        alone[task] = answer_alone(trainer)
    assert join_folders(folders, RunFolder(tmp_path / "all")) == ["denoise", "dehaze"]
    state = checkpoint.load(tmp_path / "all" / "checkpoint.pt")
    together = answers(model_of(state["ema"], state["hyperparameters"]))
    untouched = answers(model_of(widened(begun["model"], SwiftConfig(**TINY), SwiftConfig(**WIDE), Swift), WIDE))
    for task in TASKS:
        torch.testing.assert_close(together[task], alone.get(task, untouched[task]), atol=1e-5, rtol=1e-5)
    with pytest.raises(CheckpointError, match="Two of these"):
        join_folders([folders[0], folders[0]], RunFolder(tmp_path / "twice"))
    folders[0].config.write_text("mix: {}\n")
    with pytest.raises(CheckpointError, match="not the run of an expert"):
        join_folders(folders, RunFolder(tmp_path / "none"))


def test_a_blend_takes_a_part_of_an_expert_and_the_rest_of_another_model(begun: dict[str, Any], tmp_path: Path) -> None:
    trainer = expert("denoise", tmp_path / "start.pt")
    trainer.run()
    trained = read_expert(folder_of("denoise", trainer, tmp_path))
    whole = join(begun, [trained])["model"]
    none = widened(begun["model"], SwiftConfig(**TINY), SwiftConfig(**WIDE), Swift)
    assert not torch.allclose(whole["convs.out.own"], none["convs.out.own"], atol=1e-5)
    checkpoint.save(tmp_path / "whole.pt", join(begun, [trained]))
    for blend, wanted in (
        (Blend(0.25), {name: 0.25 * value + 0.75 * none[name].float() for name, value in whole.items()}),
        (Blend(0.25, tmp_path / "whole.pt"), whole),
    ):
        mixed = join(begun, [trained], {"denoise": blend})["model"]
        assert all(torch.allclose(mixed[name], wanted[name], atol=1e-6) for name in mixed)
    assert Blend.read("denoise=0.25:some/where") == ("denoise", Blend(0.25, Path("some/where")))
    for wrong in ("denoise", "denoise=", "denoise=2", "denoise=0", "denoise=nan", "noise=0.5", ""):
        with pytest.raises(CheckpointError, match="is no blend"):
            Blend.read(wrong)
    with pytest.raises(CheckpointError, match="no expert for deblur"):
        join(begun, [trained], {"deblur": Blend(0.5)})


def test_a_task_that_was_not_trained_anew_keeps_its_way_of_working(begun: dict[str, Any], tmp_path: Path) -> None:
    """An expert that works coarse to fine must not make the others do so."""
    changes = {**WIDE, "reductions": [2], "coarse_tasks": ["denoise", "deblur", "derain"]}
    model = {"family": "swift", "hyperparameters": changes, "start_from": str(tmp_path / "start.pt")}
    trainer = expert("denoise", tmp_path / "start.pt", model=model, patches=[{"from": 0.0, "size": 96}])
    join_folders([folder_of("denoise", trainer, tmp_path)], RunFolder(tmp_path / "all"))
    joined = checkpoint.load(tmp_path / "all" / "checkpoint.pt")["hyperparameters"]
    assert joined["coarse_tasks"] == ["denoise", "deblur"]
    other = expert("derain", tmp_path / "start.pt", model={**model, "hyperparameters": {**changes, "coarse_tasks": []}})
    both = [read_expert(RunFolder(tmp_path / "denoise")), Expert("derain", other.ema, "swift", other.state()["hyperparameters"])]
    assert join(begun, both)["hyperparameters"]["coarse_tasks"] == ["denoise", "deblur"], "each works as it was trained"
    # files from before there was such a list: only blur was done so
    before = {**begun, "hyperparameters": TINY}
    assert join(before, [read_expert(RunFolder(tmp_path / "denoise"))])["hyperparameters"]["coarse_tasks"] == [
        "denoise",
        "deblur",
    ]


def test_what_a_rented_machine_sends_back_is_enough(begun: dict[str, Any], tmp_path: Path) -> None:
    trainer = expert("denoise", tmp_path / "start.pt")
    trainer.run()
    whole = Expert("denoise", trainer.ema, "swift", trainer.state()["hyperparameters"])
    sent = replace(whole, state=own_part(trainer))
    assert len(sent.state) < len(whole.state)
    one, other = (join(begun, [each])["model"] for each in (whole, sent))
    for name, value in one.items():
        torch.testing.assert_close(other[name], value, atol=2e-3, rtol=2e-3)


def test_experts_of_different_models_are_not_joined(begun: dict[str, Any], tmp_path: Path) -> None:
    trainer = expert("denoise", tmp_path / "start.pt")
    good = Expert("denoise", trainer.ema, "swift", trainer.state()["hyperparameters"])
    stranger = replace(good, state={name: value + 0.1 for name, value in good.state.items()})
    with pytest.raises(CheckpointError, match="begun from another model"):
        join(begun, [stranger])
    cut = replace(good, state={name: value[..., :1] for name, value in good.state.items()})
    with pytest.raises(CheckpointError, match="another architecture"):
        join(begun, [cut])
    with pytest.raises(CheckpointError, match="different architectures"):
        join(begun, [good, replace(good, task="derain", architecture={**good.architecture, "rank": 3})])


def test_widening_needs_the_same_network(begun: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="another architecture"):
        widened(begun["model"], SwiftConfig(**TINY), SwiftConfig(**{**WIDE, "widths": [16, 24]}), Swift)
    with pytest.raises(ModelError, match="higher rank"):
        widened(begun["model"], SwiftConfig(**TINY), SwiftConfig(**{**TINY, "rank": 0}), Swift)


def test_an_experts_samples_always_ask_for_its_task() -> None:
    mix = MixConfig(named="deblur", composite=0, partial=0.4, clean=0.3, weaker=0)
    sampler = GroupSampler(source(), mix, 1, seed=2)
    groups = [sampler.draw(index, 32) for index in range(40)]
    assert all([step.task for step in group.plan.steps] == ["deblur"] for group in groups)
    kinds = {tuple("deblur" if task == "deblur" else "other" for task in group.present) for group in groups}
    assert {("deblur",), (), ("other",), ("deblur", "other")} <= kinds
    for group in groups:
        if "deblur" not in group.present:
            assert torch.equal(group.target, group.damaged)
        assert "superres" not in group.present, "two damages that hide each other make no sample"


def test_a_run_file_cannot_name_one_task_and_ask_for_composites(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("name: x\nsteps: 1\nmix: {named: denoise, composite: 0.2}\n")
    with pytest.raises(ConfigError, match="no composites"):
        load_config(file)


def test_the_shipped_run_files_load() -> None:
    files = sorted((Path(__file__).parents[3] / "training" / "runs").glob("[es]*/*.yaml"))
    assert {load_config(file).mix.named for file in files} == set(TASKS)


@pytest.mark.slow
def test_experts_that_work_coarse_to_fine_begin_from_a_model_that_does_not(begun: dict[str, Any], tmp_path: Path) -> None:
    """They join into a model that does; with experts that do not know of the reductions they would lose them."""
    cases: list[tuple[Task, dict[str, Any]]] = [("denoise", {"reductions": [2]}), ("deblur", {"reductions": [2]}), ("derain", {})]
    for task, extra in cases:
        model = {"family": "swift", "hyperparameters": {**WIDE, **extra}, "start_from": str(tmp_path / "start.pt")}
        trained = expert(task, tmp_path / "start.pt", model=model, patches=[{"from": 0.0, "size": 64}])
        trained.run(until=2)
        folder = RunFolder(tmp_path / f"expert-{task}").make()
        trained.save(folder.checkpoint)
        folder.config.write_text(f"mix: {{named: {task}}}\nmodel: {{start_from: {tmp_path / 'start.pt'}}}\n")
    denoise, deblur, derain = (RunFolder(tmp_path / f"expert-{task}") for task, _ in cases)
    assert join_folders([denoise, deblur], RunFolder(tmp_path / "both")) == ["denoise", "deblur"]
    joined = checkpoint.load(tmp_path / "both" / "checkpoint.pt")
    assert SwiftConfig(**joined["hyperparameters"]).reductions == (2,)
    with pytest.raises(CheckpointError, match="different architectures"):
        join_folders([deblur, derain], RunFolder(tmp_path / "none"))
