"""Every committed run file is valid, and a few steps of it train."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from restored.instruction.tasks import TASKS
from restored.models.instruct_ipt import InstructIPTConfig, preset
from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.instructions.example import Example
from restored_training.runs.config import RunConfig, load_config
from restored_training.runs.networks import reads_text
from restored_training.training.trainer import Trainer
from restored_training.training.wording import TextBank, choose

RUNS = Path(__file__).resolve().parents[3] / "training" / "runs"
FILES = sorted(set(RUNS.rglob("*.yaml")) - {RUNS / "filling.yaml"})
"""That one is of another kind: see tests/training/filling."""
SMALL = {
    "swift": {"widths": [16, 16], "encoder": [1], "middle": 1, "decoder": [1], "context_width": 8, "grid_channels": 4},
    "instructir": {"width": 8, "encoder": [1, 1], "middle": 1, "decoder": [1, 1]},
    "instruct_ipt": {
        "widths": [8, 16],
        "encoder": [1],
        "middle": 1,
        "decoder": [1],
        "head_width": 8,
        "stem": 2,
        "light": True,
        "rank": 2,
    },
}
STEPS = {"swift": 2, "instructir": 2, "instruct_ipt": 4}
"""instruct_ipt starts with zeros at the end of the network and of each part: the inner ones move from the third step on."""
SIDES = {"swift": 48, "instructir": 48, "instruct_ipt": 64}


def shrunk(config: RunConfig) -> RunConfig:
    """The same set-up, small enough for a test: fewer and smaller everything, nothing else changed."""
    data = config.model_dump(mode="json", by_alias=True)
    data["model"]["hyperparameters"] = data["model"]["hyperparameters"] | SMALL[config.model.family]
    steps, side = STEPS[config.model.family], SIDES[config.model.family]
    data |= {"steps": steps, "groups": 2, "group_size": 2, "patches": [{"from": 0.0, "size": side}]}
    data |= {"precision": "fp32", "threads": 1}
    data["optim"]["warmup"] = 1
    data["distill"] = data["pretrain"] = data["model"]["start_from"] = None
    return RunConfig.model_validate(data)


def bank() -> TextBank:
    """Sentence vectors without the encoder: a direction of its own for each task, and some noise."""
    examples = [Example(f"{task} {i}", wanted={task: 1.0}, kinds=("wish",)) for task in TASKS for i in range(4)]
    chosen = choose(examples, 4, random.Random(0))
    torch.manual_seed(0)
    own = {task: torch.randn(384) for task in TASKS}
    return TextBank(
        {wanted: sum(own[t] for t in wanted) + 0.1 * torch.randn(len(texts), 384) for wanted, texts in chosen.items()}
    )


def test_the_papers_set_ups_are_there() -> None:
    names = {path.stem for path in FILES}
    assert {f"instructir-{n}" for n in ("3d", "5d", "6d", "7d", "nine", "5d-no-text", "5d-raw-text", "5d-ten-wordings")} <= names
    tasks = {path.stem: len(load_config(path).mix.tasks) for path in FILES}
    assert [tasks[f"instructir-{n}"] for n in ("3d", "5d", "6d", "7d", "nine")] == [3, 5, 6, 7, 9]


def test_the_run_for_a_gpu_is_of_the_preset_that_it_is_named_after() -> None:
    hyperparameters = load_config(RUNS / "papers" / "instruct_ipt-desktop.yaml").model.hyperparameters
    assert InstructIPTConfig(**hyperparameters) == preset("desktop", tasks=tuple(hyperparameters["tasks"]))
    assert len(hyperparameters["tasks"]) == 9


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_few_steps_of_each_train(path: Path) -> None:
    config = load_config(path)
    assert config.name in (path.stem, f"{path.parent.name}-{path.stem}"), "a run's folder is found by its name"
    small = shrunk(config)
    photo = np.random.default_rng(0).integers(0, 255, (64, 80, 3), dtype=np.uint8)
    sampler = GroupSampler(PatchSource([photo], (1.0,)), small.mix, small.group_size, small.seed)
    words = bank() if reads_text(small.model) and small.text.source != "none" else None
    trainer = Trainer(small, sampler, bank=words)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    assert trainer.run() == small.steps
    assert trainer.skipped == 0
    moved = [name for name, value in trainer.model.state_dict().items() if not torch.equal(value, before[name])]
    if small.mix.named and small.model.family == "instruct_ipt":
        assert moved
        assert all(name.endswith(f".{small.mix.named}") for name in moved), "a downstream task gets biases only"
        return
    assert len(moved) > len(before) // 4
