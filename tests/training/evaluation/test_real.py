"""What is measured on real damage says what it should on pictures whose answer is known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.instruction.plan import Plan
from restored_training.evaluation import free
from restored_training.evaluation.real import Row, as_dicts, deviation, evaluate_real, flat_noise, night_scene, painted
from restored_training.report.tables import real_table

RANDOM = np.random.default_rng(0)


class Unchanged:
    name = "input"

    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray:
        return image


class Averaged:
    """A "denoiser" that returns the mean of each channel: flat places come out without noise."""

    name = "mean"

    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray:
        return np.broadcast_to(image.mean((0, 1)).round(), image.shape).astype(np.uint8)


def hazy(height: int = 120, width: int = 160) -> tuple[np.ndarray, np.ndarray]:
    clean = RANDOM.integers(0, 200, (height // 8, width // 8, 3)).repeat(8, 0).repeat(8, 1).astype(np.float64)
    through = np.linspace(0.3, 0.9, height)[:, None, None]
    return (clean * through + 230 * (1 - through)).round().astype(np.uint8), clean.round().astype(np.uint8)


def test_the_dark_channel_prior_clears_haze() -> None:
    damaged, clean = hazy()
    out = free.dark_channel_prior(damaged)
    assert free.dark_channel(out).mean() < 0.6 * free.dark_channel(damaged).mean()
    assert np.abs(out.astype(float) - clean).mean() < np.abs(damaged.astype(float) - clean).mean()


@pytest.mark.parametrize(
    "one", [free.clahe, free.unsharp, free.gamma_to_middle, free.dark_channel_prior, free.non_local_means(3)]
)
def test_every_one_liner_keeps_the_shape(one: free.Filter) -> None:
    image = RANDOM.integers(0, 256, (37, 51, 3), dtype=np.uint8)
    out = one(image)
    assert out.shape == image.shape
    assert out.dtype == np.uint8


def test_painting_is_texture_in_smooth_places_only() -> None:
    smooth = np.full((60, 60, 3), 120, np.uint8)
    grid = smooth.copy()
    grid[::2] += 40
    assert painted(smooth, smooth) == 0
    assert painted(smooth, grid) > 90
    assert painted(grid, grid) == 0, "what was there before was not painted"
    assert deviation(grid).mean() > 10


def test_flat_noise_is_its_deviation() -> None:
    noisy = (128 + RANDOM.normal(0, 6, (100, 100, 3))).round().clip(0, 255).astype(np.uint8)
    assert flat_noise(noisy, np.ones((100, 100), bool)) == pytest.approx(6, abs=0.4)


def test_the_night_sky_is_nearly_black_and_there_are_lamps() -> None:
    image, sky = night_scene()
    assert image[sky].mean() < 4
    assert int(image.max()) > 150
    assert np.array_equal(image, night_scene()[0])


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    real, bench = tmp_path / "real", tmp_path / "bench"
    damaged, clean = hazy()
    flat = np.full((64, 64, 3), 128, np.uint8)
    noisy = (flat + RANDOM.normal(0, 8, flat.shape)).round().clip(0, 255).astype(np.uint8)
    for folder, picture in (
        (real / "haze_real", damaged),
        (real / "noise_Nam/noisy", noisy),
        (real / "noise_Nam/clean", flat),
        (real / "noise_DND", noisy),
        (bench / "CBSD68", clean),
    ):
        folder.mkdir(parents=True)
        Image.fromarray(picture).save(folder / "one.png")
    return real, bench


def test_rows_tell_a_subject_that_does_nothing_from_one_that_does(folders: tuple[Path, Path]) -> None:
    nothing = {row.name: row for row in evaluate_real(Unchanged(), *folders)}
    mean = {row.name: row for row in evaluate_real(Averaged(), *folders)}
    nam = nothing["Nam, camera noise"]
    assert nam.ours == nam.before
    assert mean["Nam, camera noise"].ours > nam.ours + 10
    assert mean["DND, noise left in flat places"].ours < 0.1
    assert nothing["DND, noise left in flat places"].ours == pytest.approx(8, abs=1)
    assert nothing["real haze, a quarter clearer"].ours == 0
    assert nothing["real haze, a quarter clearer"].free == 1
    assert nothing["clean pictures told to dehaze"].ours == 100
    assert nothing["a night sky of 3, 3, 1 told to be brighter"].ours < 4
    assert "LOL" not in nothing, "a set that is not there has no row"


def test_the_table_has_both_and_marks_the_better() -> None:
    rows = [
        Row("noise", 3, "PSNR", 30.0, 35.0, 34.0, "means"),
        Row("paint", 3, "per cent", None, 2.0, 1.0, "prior", higher_is_better=False),
    ]
    text = "\n".join(real_table({"subject": "swift", "real": as_dicts(rows)}))
    assert "| noise | 3 | PSNR | 30.00 | **35.00** | 34.00 | means |" in text
    assert "| paint | 3 | per cent |  | 2.00 | **1.00** | prior |" in text
    assert real_table({"subject": "swift"}) == []
