"""Real pairs in training: the same place of both pictures, a fair share of the groups, and a run that learns from them."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import tiny_run

from restored_training.data.pairs import PairedSampler, PairSource
from restored_training.data.photographs import DataError
from restored_training.data.sampling import Group
from restored_training.runs.config import PairConfig, RunConfig
from restored_training.runs.folder import RunFolder
from restored_training.training.start import open_trainer


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two pairs whose damaged pictures are the clean ones, 40 darker."""
    rng = np.random.default_rng(4)
    for part in ("damaged", "clean"):
        (tmp_path / part).mkdir()
    for name in ("a", "b"):
        clean = rng.integers(40, 255, (50, 70, 3)).astype(np.uint8)
        Image.fromarray(clean).save(tmp_path / "clean" / f"{name}.png")
        Image.fromarray(clean - 40).save(tmp_path / "damaged" / f"{name}.png")
    (tmp_path / "clean" / "manifest.tsv").write_text("file\tlicence\na.png\tCC0\n")
    return tmp_path / "damaged", tmp_path / "clean"


def opened(folders: tuple[Path, Path], share: float = 0.5) -> PairSource:
    return PairSource.open(PairConfig(task="lowlight", damaged=folders[0], clean=folders[1], share=share))


class Nothing:
    """Stands for the synthetic samples."""

    def draw(self, index: int, size: int, device: torch.device | str = "cpu") -> Group:
        raise LookupError(index)


def test_both_crops_are_of_the_same_place_and_the_window_says_where(folders: tuple[Path, Path]) -> None:
    sampler = PairedSampler(Nothing(), [opened(folders, 1.0)], 6, seed=1)
    for index in range(8):
        group = sampler.draw(index, 32)
        torch.testing.assert_close(group.target - group.damaged, torch.full_like(group.target, 40 / 255))
        assert group.damaged.shape == (6, 3, 32, 32)
        assert group.context.shape == (6, 3, 64, 64)
        assert [step.task for step in group.plan.steps] == ["lowlight"]
        sides = (group.windows[:, 2:] - group.windows[:, :2]).sort(dim=1).values
        torch.testing.assert_close(sides, torch.tensor([32 / 70, 32 / 50]).expand(6, 2))
        assert bool((group.windows >= 0).all())
        assert bool((group.windows <= 1 + 1e-6).all())
        assert torch.equal(group.damaged, sampler.draw(index, 32).damaged), "the group of an index is always the same"


def test_the_share_is_kept(folders: tuple[Path, Path]) -> None:
    sampler = PairedSampler(Nothing(), [opened(folders, 0.25)], 1, seed=2)
    real = 0
    for index in range(400):
        try:
            sampler.draw(index, 32)
            real += 1
        except LookupError:
            pass
    assert 70 < real < 130
    with pytest.raises(DataError, match="must not exceed 1"):
        PairedSampler(Nothing(), [opened(folders, 0.6), opened(folders, 0.6)], 1, seed=2)


def test_pairs_smaller_than_a_patch_are_a_sentence(folders: tuple[Path, Path]) -> None:
    with pytest.raises(DataError, match="smaller patches"):
        PairedSampler(Nothing(), [opened(folders, 1.0)], 1, seed=1).draw(0, 64)


@pytest.mark.slow
def test_a_run_learns_from_pairs_and_lists_them(folders: tuple[Path, Path], photographs: Path, tmp_path: Path) -> None:
    pairs = [{"task": "lowlight", "damaged": str(folders[0]), "clean": str(folders[1]), "share": 1.0}]
    config = RunConfig.model_validate(
        tiny_run(
            name="paired",
            steps=25,
            model={"hyperparameters": {"widths": [16, 16], "encoder": [1], "middle": 1, "decoder": [1], "context_width": 8}},
            data={"photographs": str(photographs), "pairs": pairs},
            mix={"tasks": {"lowlight": 1.0, "denoise": 1.0}},
            optim={"lr": 3e-3, "warmup": 3, "kind": "muon"},
        )
    )
    trainer = open_trainer(config, RunFolder(tmp_path / "run"))
    losses: list[float] = []
    trainer.run(on_step=lambda progress: losses.append(progress.loss))
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])
    rows = {row["file"]: row for row in json.loads((tmp_path / "run" / "photographs.json").read_text())}
    assert rows["a"] == {"file": "a", "licence": "CC0", "paired_for": "lowlight"}
    assert "b" in rows
