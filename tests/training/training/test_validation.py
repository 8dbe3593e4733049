"""Validation looks at the same patches every time, and says what it saw."""

import json
from pathlib import Path

import numpy as np
import pytest
from tiny import tiny_run

from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.runs.config import RunConfig
from restored_training.runs.folder import RunFolder
from restored_training.training.trainer import Trainer
from restored_training.training.validation import Validation, record

RUN = RunConfig.model_validate(tiny_run(steps=2, mix={"tasks": {"denoise": 1.0, "derain": 1.0}}))


def photographs() -> list[np.ndarray]:
    return [np.random.default_rng(seed).integers(0, 255, (64, 80, 3), dtype=np.uint8) for seed in range(2)]


@pytest.mark.slow
def test_figures_repeat_and_cover_every_case(tmp_path: Path) -> None:
    sampler = GroupSampler(PatchSource(photographs(), (1.0,)), RUN.mix, RUN.group_size, RUN.seed)
    trainer = Trainer(RUN, sampler)
    validation = Validation(RUN, photographs(), count=2)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    figures, sheet = validation.run(trainer)
    again, _ = validation.run(trainer)
    assert figures == again
    assert [figure.case for figure in figures] == ["denoise", "derain", "composite", "partial", "clean"]
    assert all((trainer.model.state_dict()[name] == value).all() for name, value in before.items())
    clean = figures[-1]
    assert clean.before == 60, "nothing asked for is there: the input is the target"
    assert sheet.width > 3 * 3 * 32

    record(figures, sheet, RunFolder(tmp_path), 7)
    line = json.loads((tmp_path / "validation.jsonl").read_text())
    assert line["step"] == 7
    assert set(line) == {"step", "denoise", "derain", "composite", "partial", "clean"}
    assert (tmp_path / "sheets" / "0000007.jpg").stat().st_size > 1000
