"""The search for scratches and dust: what is plain to see is found, windows agree, and clean pictures are left alone."""

import numpy as np
import pytest

from restored import engine
from restored.engine.engine import shared
from restored.engine.work import marks as search
from restored.ground.errors import Cancelled
from restored.instruction.plan import Plan, Step
from restored.regions import MARKS, Region


def photograph(height: int, width: int, seed: int = 0, grain: float = 3) -> np.ndarray:
    """Soft shapes, an edge and grain of so many 255ths."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    picture = 0.5 + 0.2 * np.sin(x / 37 + seed) * np.cos(y / 53)
    picture = np.where(x + 0.6 * y > 0.8 * width, picture * 0.6, picture)
    colours = picture[..., None] * np.array([1.0, 0.9, 0.8])
    return np.clip(colours + random.normal(0, grain / 255, colours.shape), 0, 1).astype(np.float32)


def scratched(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    height, width, _ = picture.shape
    y, x = np.mgrid[:height, :width]
    hole = np.abs(x - 0.3 * width - 0.04 * y) < 1.2
    hole |= (np.abs(y - 0.7 * height + 0.1 * x) < 0.9) & (x > 0.2 * width)
    damaged = picture.copy()
    damaged[hole] = 0.97
    return damaged, hole


@pytest.mark.slow
@pytest.mark.parametrize("grain", [0, 3, 10])
def test_scratches_across_are_found_and_little_else(grain: float) -> None:
    damaged, hole = scratched(photograph(420, 520, grain=grain))
    found = shared().marks(damaged)
    assert found[hole].mean() > 0.8
    near = np.zeros_like(hole)
    for dy in range(-3, 4):
        for dx in range(-3, 4):
            near |= np.roll(hole, (dy, dx), (0, 1))
    assert (found & ~near).mean() < 0.003


def test_dust_in_an_even_place_is_found() -> None:
    picture = photograph(300, 300, grain=2)
    picture[100:104, 60:63] = 0.05
    picture[40, 200] = picture[41, 200] = 0.98
    found = shared().marks(picture)
    assert found[101:103, 61].all()
    assert found[40, 200]


@pytest.mark.parametrize("seed", range(3))
def test_a_clean_picture_is_left_alone(seed: int) -> None:
    assert shared().marks(photograph(400, 400, seed, grain=4)).mean() < 0.003


@pytest.mark.slow
def test_windows_agree_with_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged, _ = scratched(photograph(700, 520, grain=3))
    whole = shared().marks(damaged)
    monkeypatch.setattr(search, "SIDE", 384)
    assert (shared().marks(damaged) != whole).mean() < 1e-4


def test_wide_scratches_are_found_in_fine_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged, hole = scratched(photograph(301, 421, grain=2))
    large, wide = (each.repeat(2, axis=0).repeat(2, axis=1)[:601, :841] for each in (damaged, hole))
    monkeypatch.setattr(search, "FINE", 800)
    monkeypatch.setattr(search, "ROWS", 256)
    assert shared().marks(large)[wide].mean() > 0.8


@pytest.mark.slow
def test_it_tells_how_far_it_is_and_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SIDE", 384)
    monkeypatch.setattr(search, "FINE", 500)
    layer = np.full((700, 520, 3), 128, np.uint8)
    told: list[float] = []
    shared().marks(layer, lambda fraction, words, preview: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 2
    with pytest.raises(Cancelled):
        shared().marks(layer, cancel=lambda: True)
    damaged, hole = scratched(photograph(300, 400))
    words: list[str] = []
    plan = Plan(steps=(Step("inpaint"),))
    out = engine.run(damaged, plan, find=True, progress=lambda fraction, what, preview: words.append(what))
    assert words[0] == search.LOOKING
    assert np.abs(out.image - damaged)[hole].mean() > 0.1


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 200, 3), (70, 5, 4), (65, 65, 2)])
def test_any_size(shape: tuple[int, int, int]) -> None:
    layer = np.full(shape, 128, np.uint8)
    assert not shared().marks(layer).any()


def test_what_is_no_number_is_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """NaN, infinities and numbers as large as there are, at both scales: nothing of them spreads to what is around."""
    monkeypatch.setattr(search, "FINE", 80)
    layer = photograph(90, 100, grain=2)
    layer[40, 20:60] = [np.nan, np.inf, -np.inf]
    layer[70:72, 30:33] = np.finfo(np.float32).max
    with np.errstate(all="raise"):
        found = shared().marks(layer)
    near = np.zeros_like(found)
    near[20:90, :80] = True
    assert not found[~near].any()
    assert (shared().marks(layer) == found).all()


def test_nothing_is_marked_where_nothing_is_shown() -> None:
    damaged, hole = scratched(photograph(300, 300))
    layer = np.concatenate([damaged, (~hole)[..., None].astype(np.float32)], axis=2)
    assert not shared().marks(layer)[hole].any()


@pytest.mark.slow
def test_they_are_a_region_that_can_be_shown() -> None:
    damaged, _ = scratched(photograph(300, 400))
    layer = np.rint(damaged * 255).astype(np.uint8)
    found = shared().marks(layer)
    mask = shared().where(layer, Region((MARKS,)))
    assert ((mask[..., 0] > 0) == found).all()
    left = shared().where(layer, Region(("left", MARKS)))[..., 0]
    assert not left[:, 320:].any()
    assert (left > 0).sum() > 100
    right = shared().where(layer, Region(("left", MARKS), outside=True))[..., 0]
    assert not right[:, :80].any()
    assert ((left > 0) | (right > 0) == found).all(), "those in a place and those not in it are all there are"
    beyond = shared().where(layer, Region((MARKS,), outside=True))
    assert (beyond == 255 - mask).all()


@pytest.mark.slow
def test_looking_for_them_is_told_and_can_be_stopped() -> None:
    heard: list[str] = []

    def tell(_fraction: float, words: str, _preview: object) -> None:
        heard.append(words)

    shared().where(photograph(300, 400), Region((MARKS,)), progress=tell)
    assert heard
    with pytest.raises(Cancelled):
        shared().where(photograph(300, 400), Region((MARKS,)), progress=tell, cancel=lambda: True)


@pytest.mark.slow
def test_a_plan_with_them_acts_on_nothing_that_nobody_saw() -> None:
    damaged, hole = scratched(photograph(300, 400))
    layer = np.rint(damaged * 255).astype(np.uint8)
    plan = Plan(steps=(Step("inpaint", region=Region((MARKS,))),))
    assert not engine.run(layer, plan).changed
    out = engine.run(layer, plan, mask=hole).image
    assert (out[~hole] == layer[~hole]).all()
    assert np.abs(out[hole].astype(int) - layer[hole]).mean() > 30
    there = Plan(steps=(Step("inpaint", region=Region(("left", MARKS), outside=True)),))
    part = engine.run(layer, there, mask=hole).image
    assert (part[:, :150] == layer[:, :150]).all(), "not on the left"
    assert (part[:, 260:] == out[:, 260:]).all()
    asked = engine.run(layer, plan, find=True)
    assert asked.changed
    found = shared().marks(layer)
    assert (asked.image[~found] == layer[~found]).all()
