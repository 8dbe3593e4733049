"""Weights that travel in pieces: a run goes on from them; damage is noticed."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_run

from restored.models.bundle import write_bundle
from restored_training.data.sampling import GroupSampler, PatchSource
from restored_training.runs.checkpoint import CheckpointError
from restored_training.runs.config import RunConfig
from restored_training.training.carry import carry, weights_of
from restored_training.training.trainer import Trainer


def trainer(**model: Any) -> Trainer:
    config = RunConfig.model_validate(tiny_run(model={"family": "swift", "hyperparameters": TINY} | model))
    photo = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    return Trainer(config, GroupSampler(PatchSource([photo], (1.0,)), config.mix, 2, 0))


def test_a_run_goes_on_from_pieces(tmp_path: Path) -> None:
    first = trainer()
    first.run(until=2)
    first.save(tmp_path / "checkpoint.pt")
    index = carry(tmp_path, tmp_path / "out", piece_bytes=20_000)
    pieces = sorted((tmp_path / "out").glob("weights.0*"))
    assert len(pieces) > 3
    assert all(piece.stat().st_size <= 20_000 for piece in pieces)
    second = trainer(start_from=str(index))
    assert second.step == 0
    for name, value in second.model.state_dict().items():
        torch.testing.assert_close(value, first.ema[name], atol=2e-3, rtol=2e-3)

    pieces[1].write_bytes(pieces[1].read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match="is damaged"):
        weights_of(index)
    pieces[1].unlink()
    with pytest.raises(CheckpointError, match=r"lacks its piece weights\.001"):
        weights_of(index)


def test_a_run_goes_on_from_a_bundle(tmp_path: Path) -> None:
    first = trainer()
    write_bundle(tmp_path / "b", first.model, TINY, licence="MIT", training_data="none", version="1")  # type: ignore[arg-type]
    second = trainer(start_from=str(tmp_path / "b"))
    for name, value in second.model.state_dict().items():
        torch.testing.assert_close(value, first.model.state_dict()[name])


def test_weights_of_another_architecture_are_refused(tmp_path: Path) -> None:
    trainer().save(tmp_path / "checkpoint.pt")
    with pytest.raises(CheckpointError, match="another architecture"):
        trainer(start_from=str(tmp_path / "checkpoint.pt"), hyperparameters=TINY | {"widths": [16, 24]})
