"""Rain and snow on pictures larger than those that models learn from: worked on reduced, and on themselves for what is finer."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import restored
from restored import engine
from restored.engine.picture.context import thumbnail
from restored.engine.picture.source import LayerSource
from restored.engine.work import schedule
from restored.engine.work.coarse import Enlarged, Guess, coarser
from restored.engine.work.tiles import lay_tiles
from restored.instruction.plan import Plan
from restored.models.bundle import Bundle
from restored.regions import Frame

Picture = Callable[..., np.ndarray]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of 100 pixels and more are large ones."""
    monkeypatch.setattr(schedule, "LEARNED", 50)


@given(st.integers(1, 60), st.integers(1, 60), st.sampled_from([2, 3, 4]))
def test_what_is_finer_than_cells_has_no_mean_in_them(height: int, width: int, cell: int) -> None:
    even = np.full((height, width, 3), 0.3, np.float32)
    assert np.abs(even - coarser(even, cell)).max() < 1e-6
    whole = np.random.default_rng(height * 61 + width).random((height, width, 3), np.float32)
    fine = whole - coarser(whole, cell)
    assert abs(float(fine.mean())) <= abs(float(whole.mean()))


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([2, 3, 4]))
def test_what_was_found_reduced_is_taken_tile_by_tile_as_at_once(height: int, width: int, factor: int) -> None:
    numbers = np.random.default_rng(height * 91 + width)
    source = LayerSource(numbers.random((height, width, 3), np.float32))
    found = numbers.normal(size=(-(-height // factor), -(-width // factor), 3)).astype(np.float32)
    guess = Guess(found, factor, height, width, source.edge)
    changed = []
    for side in (32, 4096):
        out = np.empty((height, width, 3), np.float32)
        larger = Enlarged(source, guess, lay_tiles(height, width, side=side, stride=8, halo=0), 1)
        for tile in larger.tiling:
            before, change = larger.change(tile)
            tile.inner.of(out)[...] = before + change
        changed.append(out)
    assert np.abs(changed[0] - changed[1]).max() < 1e-5
    assert 0.0 <= changed[0].min() <= changed[0].max() <= 1.0


@pytest.mark.slow
@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("plan", [Plan.of("derain"), Plan.of("desnow", "denoise"), Plan.of("derain", "desnow")])
def test_tiles_agree_with_the_whole(bundle: Bundle, picture: Picture, plan: Plan) -> None:
    layer = picture(203, 309, 3, np.float32)
    whole = engine.run(layer, plan, model=bundle, tile_side=4096)
    tiled = engine.run(layer, plan, model=bundle, tile_side=96)
    assert tiled.tiles > whole.tiles
    assert np.abs(tiled.image - whole.image).max() < 1 / 255
    assert np.abs(whole.image - layer).max() > 1 / 255


@pytest.mark.slow
def test_a_part_is_worked_on_as_the_whole_that_it_is_of(
    bundle: Bundle, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a preview is, by itself too small to be reduced: only the middle is compared, what lies around it is not shown to it."""
    monkeypatch.setattr(schedule, "LEARNED", 200)
    layer, plan = picture(480, 560, 3, np.float32), Plan.of("derain")
    whole = engine.run(layer, plan, model=bundle).image
    part = np.ascontiguousarray(layer[48:432, 48:512])
    context = thumbnail(LayerSource(layer))
    place = Frame(48 / 560, 48 / 480, 512 / 560, 432 / 480)
    own = engine.run(part, plan, model=bundle, context=context, place=place).image
    alone = engine.run(part, plan, model=bundle, context=context).image
    middle = (slice(128, -128), slice(128, -128))
    assert np.abs(own - whole[48:432, 48:512])[middle].mean() < 0.2 * np.abs(alone - whole[48:432, 48:512])[middle].mean()


@pytest.mark.slow
@pytest.mark.usefixtures("large")
def test_progress_and_what_is_kept_are_of_one_step(bundle: Bundle, picture: Picture) -> None:
    seen: list[float] = []
    words: set[str] = set()

    def tell(fraction: float, said: str, preview: object) -> None:
        seen.append(fraction)
        words.add(said)

    layer = picture(160, 200, 4)
    done = engine.run(layer, Plan.of("derain"), model=bundle, tile_side=96, keep=True, progress=tell)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert not any("step" in said for said in words), "one step for a person"
    assert done.residual is not None
    assert np.array_equal(done.residual.apply(1.0), done.image)


@pytest.mark.slow
def test_streaks_as_a_large_camera_has_them_go() -> None:
    """Streaks of 14 x 110 pixels on a picture of 6 megapixels, of which nothing went."""
    rows, columns = np.mgrid[0:2400, 0:2600].astype(np.float32)
    clean = 0.25 + 0.1 * np.sin(rows / 300) * np.cos(columns / 400)
    rain = np.zeros_like(clean)
    for top, left in np.random.default_rng(3).integers(0, 2250, (150, 2)):
        rain[top : top + 110, left : left + 14] = 0.35 * np.hanning(14) * np.hanning(110)[:, None]
    layer = np.repeat(np.rint((clean + rain) * 255).astype(np.uint8)[..., None], 3, 2)
    wanted = np.rint(clean * 255).astype(np.uint8)
    result = np.asarray(restored.restore(layer, "remove the rain", device="cpu").image)
    damage = np.abs(layer[..., 1].astype(int) - wanted)
    left_over = np.abs(result[..., 1].astype(int) - wanted)
    assert left_over[damage > 30].mean() < 0.5 * damage[damage > 30].mean()
