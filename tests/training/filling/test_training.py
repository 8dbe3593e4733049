"""The network that fills scratches: its run file, a few steps, going on after a stop, and the bundle that comes out."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from restored_training.filling.exporting import export
from restored_training.filling.training import hole_loss, load_run, train
from restored_training.runs import checkpoint
from restored_training.runs.config import ConfigError

RUN = Path(__file__).parents[3] / "training" / "runs" / "filling.yaml"


def test_the_committed_run_file_is_one() -> None:
    run = load_run(RUN)
    assert run.family == "infill"
    assert run.screen is not None


def test_what_is_no_run_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("name: x\nsteps: 4\n")
    with pytest.raises(ConfigError, match="not a run of the fill network"):
        load_run(tmp_path / "x.yaml")


def test_only_the_holes_count() -> None:
    truth, hole = torch.rand(2, 3, 8, 8), torch.zeros(2, 1, 8, 8)
    hole[:, :, 2:4, 2:4] = 1
    wrong = truth + 0.5 * (1 - hole)
    assert hole_loss(wrong, truth, hole) < hole_loss(truth + 0.02, truth, hole)


@pytest.mark.slow
def test_it_trains_goes_on_and_becomes_a_bundle(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    photographs = tmp_path / "photographs"
    photographs.mkdir()
    for number in range(6):
        coarse = Image.fromarray(rng.integers(40, 215, (6, 8, 3), dtype=np.uint8))
        coarse.resize((160, 120), Image.Resampling.BICUBIC).save(photographs / f"{number}.png")
    small = {"minutes": 0.03, "batch": 2, "kept": 6, "side": 32, "screen": None, "photographs": (photographs,)}
    run = load_run(RUN).model_copy(update=small)
    folder = tmp_path / "run"
    train(run, folder, tmp_path)
    first = checkpoint.load(folder / "checkpoint.pt")["step"]
    train(run.model_copy(update={"minutes": 0.06}), folder, tmp_path)
    assert checkpoint.load(folder / "checkpoint.pt")["step"] > first > 0
    bundle = export(folder, tmp_path / "filler")
    assert bundle.manifest.tasks == ("inpaint",)
    assert bundle.manifest.licence == "MIT"
    assert (tmp_path / "filler" / "photographs.json").exists()
