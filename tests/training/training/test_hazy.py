"""What is learned from photographs with haze of their own: land becomes clearer, sky stays, and a run does it by its file."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import TINY, tiny_run

from restored_training.data.photographs import DataError
from restored_training.runs.config import RunConfig
from restored_training.runs.folder import RunFolder
from restored_training.training.hazy import HazyLayers, clearing_loss
from restored_training.training.start import open_trainer

AIR = 0.9


def hazy_picture() -> torch.Tensor:
    """(1, 3, 64, 64): a smooth sky above land with texture, all behind a veil."""
    scene = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 0.5
    scene[:, :, :16] = AIR
    return AIR + (scene - AIR) * 0.5


def lifted(picture: torch.Tensor, through: float) -> torch.Tensor:
    return AIR + (picture - AIR) / through


def test_the_right_veil_costs_less_than_none() -> None:
    picture = hazy_picture()
    assert float(clearing_loss(lifted(picture, 0.5), picture, 0.4)) < 0.01 < float(clearing_loss(picture, picture, 0.4))


def test_a_darkened_picture_is_not_taken_for_a_clear_one() -> None:
    picture = hazy_picture()
    assert float(clearing_loss(picture * 0.4, picture, 0.4)) > float(clearing_loss(lifted(picture, 0.5), picture, 0.4)) + 0.1


def test_more_than_the_share_gains_nothing_and_black_costs() -> None:
    picture = hazy_picture()
    enough, too_much = (float(clearing_loss(lifted(picture, through), picture, 0.4)) for through in (0.5, 0.3))
    assert too_much > enough


@pytest.fixture
def photographs(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of three photographs that may be trained on, and a list that names one of them."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    kept: list[str] = []
    for seed in range(40):
        path = folder / f"{seed}.png"
        Image.fromarray(np.random.default_rng(seed).integers(0, 255, (80, 96, 3), np.uint8)).save(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if sha256.startswith(("0", "1")):
            path.unlink()
        else:
            kept.append(sha256)
        if len(kept) == 3:
            break
    listed = tmp_path / "hazy.txt"
    listed.write_text(f"# sha256, file\n{kept[0]} one.png\n")
    return folder, listed


def test_layers_are_whole_frames_and_the_same_each_time(photographs: tuple[Path, Path]) -> None:
    folder, listed = photographs
    one, again = (HazyLayers.open(listed, [folder], 3).draw(5, 4) for _ in range(2))
    assert one.damaged.shape == one.context.shape == (4, 3, 64, 64)
    assert torch.equal(one.damaged, again.damaged)
    assert one.windows.tolist() == [[0.0, 0.0, 1.0, 1.0]] * 4


def test_a_list_that_names_none_of_the_photographs_is_said(photographs: tuple[Path, Path], tmp_path: Path) -> None:
    folder, listed = photographs
    listed.write_text("f" * 64 + " elsewhere.png\n")
    with pytest.raises(DataError, match="None of the photographs"):
        HazyLayers.open(listed, [folder], 3)
    with pytest.raises(DataError, match="cannot read the list"):
        HazyLayers.open(tmp_path / "gone.txt", [folder], 3)


def test_a_run_learns_from_them(photographs: tuple[Path, Path], tmp_path: Path) -> None:
    folder, listed = photographs
    config = RunConfig.model_validate(
        tiny_run(
            model={"family": "swift", "hyperparameters": TINY | {"veil": 4}},
            patches=[{"from": 0.0, "size": 64}],
            mix={"named": "dehaze", "layers": True, "composite": 0.0, "upright": True},
            data={"photographs": [str(folder)], "hazy": str(listed)},
            loss={"clearing": 2.0},
        )
    )
    trainer = open_trainer(config, RunFolder(tmp_path / "run"))
    before = {name: value.clone() for name, value in trainer.model.state_dict().items() if name.startswith("veil.")}
    assert trainer.run() == config.steps
    assert any(not torch.equal(value, trainer.model.state_dict()[name]) for name, value in before.items())


def test_such_a_list_needs_whole_layers(photographs: tuple[Path, Path]) -> None:
    with pytest.raises(ValueError, match=r"mix\.layers"):
        RunConfig.model_validate(tiny_run(data={"hazy": str(photographs[1])}))
