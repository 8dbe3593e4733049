"""A photograph that is not clean is not a target."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from restored_training.data.photographs import DataError, PhotoSet
from restored_training.data.screen import measure, read_screen, screen
from restored_training.runs.config import RunConfig

RANDOM = np.random.default_rng(3)


def sharp(side: int = 256) -> np.ndarray:
    blocks = RANDOM.integers(10, 220, (side // 16, side // 16, 3)).repeat(16, 0).repeat(16, 1)
    blocks[40:90, 100:180] = 0
    return blocks.astype(np.uint8)


def test_noise_haze_and_blur_are_seen_and_a_clean_picture_is_not_blamed() -> None:
    clean = sharp()
    assert measure(clean).unfit_for == ()
    noisy = (clean + RANDOM.normal(0, 6, clean.shape)).clip(0, 255).astype(np.uint8)
    assert measure(noisy).noise == pytest.approx(3.5, abs=1.2)
    assert {"denoise", "dejpeg"} <= set(measure(noisy).unfit_for)
    hazy = (clean * 0.4 + 150).astype(np.uint8)
    assert "dehaze" in measure(hazy).unfit_for
    soft = gaussian_filter(clean.astype(float), (3, 3, 0)).astype(np.uint8)
    assert {"deblur", "superres"} <= set(measure(soft).unfit_for)


def test_the_decisions_are_a_file_that_a_run_obeys(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.fromarray(sharp()).save(folder / "clean.png")
    Image.fromarray((sharp() * 0.4 + 150).astype(np.uint8)).save(folder / "hazy.png")
    table = tmp_path / "screen.tsv"
    assert set(screen([folder], table)) == {"clean.png", "hazy.png"}
    unfit = read_screen(table, "dehaze")
    assert len(unfit) == 1
    assert [row["file"] for row in PhotoSet(folder, "all", unfit=unfit).manifest] == ["clean.png"]
    assert len(PhotoSet(folder, "all", unfit=read_screen(table, "derain"))) == 2
    with pytest.raises(DataError, match="restored-train screen"):
        read_screen(tmp_path / "none.tsv", "dehaze")


def test_the_repositorys_own_table_is_readable() -> None:
    root = Path(__file__).parents[3]
    assert read_screen(root / "training/data/screen.tsv", "dehaze")
    for path in (root / "training/runs/rented").glob("*.yaml"):
        import yaml

        assert RunConfig.model_validate(yaml.safe_load(path.read_text())).data.screen == Path("training/data/screen.tsv")
