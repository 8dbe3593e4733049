"""A bundle and the checkpoint it came from answer alike, run directly or through the engine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY

from restored.instruction.plan import Plan
from restored.models.bundle import write_bundle
from restored.models.swift import Swift, SwiftConfig
from restored_training.evaluation import load_subject
from restored_training.evaluation.instructions import plan_for
from restored_training.runs import checkpoint
from restored_training.runs.checkpoint import CheckpointError


@pytest.fixture
def model() -> Swift:
    torch.manual_seed(1)
    net = Swift(SwiftConfig(**TINY))  # type: ignore[arg-type]
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.03)
    return net


@pytest.mark.slow
def test_checkpoint_bundle_and_engine_agree(model: Swift, tmp_path: Path, make_picture: Callable[..., np.ndarray]) -> None:
    run = tmp_path / "run"
    run.mkdir()
    checkpoint.save(run / "c.pt", {"model": model.state_dict(), "family": "swift", "hyperparameters": TINY})
    write_bundle(tmp_path / "tiny", model, TINY, licence="MIT", training_data="none", version="1")
    image, plan = (
        make_picture(3, 70, 93),
        plan_for("dehaze", "lowlight"),
    )  # both may move local means; the engine holds others to keep them
    direct = load_subject(run / "c.pt").restore(image, plan)
    assert direct.shape == image.shape
    assert not np.array_equal(direct, image)
    assert np.array_equal(load_subject(tmp_path / "tiny").restore(image, plan), direct)
    engine = load_subject(tmp_path / "tiny", engine=True)
    # another runtime may round otherwise, and a second pass magnifies the rounding of the first
    assert np.abs(engine.restore(image, plan).astype(int) - direct).max() <= 8
    once = plan_for("dehaze")
    assert np.abs(engine.restore(image, once).astype(int) - load_subject(run / "c.pt").restore(image, once)).max() <= 4
    for subject in (load_subject(run / "c.pt"), load_subject(tmp_path / "tiny", engine=True)):
        assert np.array_equal(subject.restore(image, Plan(reason="off_topic")), image), "nothing to do changes no byte"


def test_a_checkpoint_that_does_not_fit_is_a_sentence(model: Swift, tmp_path: Path) -> None:
    wrong = {"model": model.state_dict(), "family": "swift", "hyperparameters": TINY | {"rank": 3}}
    checkpoint.save(tmp_path / "c.pt", wrong)
    with pytest.raises(CheckpointError, match="does not fit"):
        load_subject(tmp_path / "c.pt")
