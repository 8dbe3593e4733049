"""A whole job: depth and shape kept, nothing changed where nothing was asked, tiles equal to the whole, cancel, memory."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored import engine
from restored.engine.engine import shared
from restored.engine.machine.runtimes import Kernel, Runtime, Setup
from restored.engine.picture.enlarge import enlarge
from restored.engine.picture.pixels import DEPTHS
from restored.ground.errors import Cancelled, EngineError, PixelError
from restored.instruction.plan import Plan
from restored.models.bundle import Bundle

Picture = Callable[..., np.ndarray]
PLAN = Plan.of("denoise", "lowlight")
quick = settings(max_examples=12, deadline=None)


@pytest.mark.slow
@quick
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 70),
    channels=st.integers(1, 4),
    depth=st.sampled_from(sorted(DEPTHS)),
    scale=st.sampled_from([1, 2]),
)
def test_any_size_depth_and_channels_come_back_as_they_went_in(
    bundle: Bundle, picture: Picture, height: int, width: int, channels: int, depth: str, scale: int
) -> None:
    layer = picture(height, width, channels, DEPTHS[depth])
    before = layer.tobytes()
    result = engine.run(layer, PLAN, model=bundle, scale=scale)
    assert result.image.shape == (height * scale, width * scale, channels)
    assert result.image.dtype == layer.dtype
    assert result.changed
    assert result.image.tobytes() != enlarge(layer, scale).tobytes()
    assert layer.tobytes() == before
    if channels in (2, 4):
        assert np.array_equal(result.image[..., -1], enlarge(layer, scale)[..., -1])


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 17)])
def test_extreme_shapes_simply_work(bundle: Bundle, picture: Picture, shape: tuple[int, int]) -> None:
    layer = picture(*shape, 3)
    assert engine.run(layer, PLAN, model=bundle).image.shape == layer.shape


def test_every_depth_sees_the_same_change(bundle: Bundle, picture: Picture) -> None:
    eight = picture(64, 48, 3, np.uint8)
    wanted = engine.run(eight.astype(np.float32) / np.float32(255), PLAN, model=bundle).image.astype(np.float64)
    for name, steps in (("u8", 255), ("u16", 65535), ("u32", 2**32 - 1)):
        layer = (eight.astype(np.uint64) * (steps // 255)).astype(DEPTHS[name])
        result = engine.run(layer, PLAN, model=bundle).image / steps
        assert np.abs(result - np.clip(wanted, 0, 1)).max() < 0.6 / 255, name


def test_gray_is_the_luma_of_the_same_picture_in_colour(bundle: Bundle, picture: Picture) -> None:
    gray = picture(50, 60, 1, np.float32)
    colour = engine.run(np.repeat(gray, 3, 2), PLAN, model=bundle).image
    wanted = gray[..., 0] + (colour - gray) @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    assert np.abs(engine.run(gray, PLAN, model=bundle).image[..., 0] - wanted).max() < 1e-3


@pytest.mark.parametrize("plan", [Plan(), Plan(reason="off_topic"), Plan.of("denoise", strength=0.0)])
def test_a_plan_with_nothing_to_do_returns_the_very_picture(picture: Picture, plan: Plan) -> None:
    layer = picture(9, 9, 3)
    result = engine.run(layer, plan, model="no model is even looked for")
    assert result.image is layer
    assert not result.changed


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_strength_zero_is_the_base_to_the_bit(bundle: Bundle, picture: Picture, scale: int) -> None:
    layer = picture(30, 20, 4, np.uint16)
    result = engine.run(layer, PLAN, model=bundle, strength=0.0, scale=scale)
    assert result.image.tobytes() == enlarge(layer, scale).tobytes()
    assert result.changed == (scale > 1)
    kept = engine.run(layer, PLAN, model=bundle, strength=0.0, scale=scale, keep=True)
    assert kept.image.tobytes() == enlarge(layer, scale).tobytes()
    assert kept.residual is not None
    assert kept.residual.values.any()


@pytest.mark.slow
@pytest.mark.parametrize("depth", ["u8", "f32"])
def test_where_the_mask_is_zero_the_bytes_stay(bundle: Bundle, picture: Picture, depth: str) -> None:
    layer = picture(300, 180, 3, DEPTHS[depth])
    if depth == "f32":
        layer[0, 0] = -0.0
        layer[0, 1] = 17.5
    mask = np.zeros((300, 180), np.uint8)
    mask[90:, 50:] = np.linspace(0, 255, 130).astype(np.uint8)
    result = engine.run(layer, PLAN, model=bundle, mask=mask, tile_side=184)
    assert result.image[mask == 0].tobytes() == layer[mask == 0].tobytes()
    full = engine.run(layer, PLAN, model=bundle).image
    assert np.abs(result.image[mask == 255].astype(float) - full[mask == 255]).max() <= (1 if depth == "u8" else 1 / 255)


def test_strength_and_mask_are_linear(bundle: Bundle, picture: Picture) -> None:
    layer = picture(60, 50, 3, np.float32)
    full = engine.run(layer, PLAN, model=bundle).image - layer
    mask = np.random.default_rng(0).random((60, 50)).astype(np.float32)
    part = engine.run(layer, PLAN, model=bundle, strength=0.3, mask=mask).image - layer
    assert np.abs(part - 0.3 * mask[..., None] * full).max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1, 2])
def test_the_kept_residual_gives_what_the_job_would(bundle: Bundle, picture: Picture, scale: int) -> None:
    layer = picture(250, 140, 4, np.uint16)
    mask = np.random.default_rng(0).random((250, 140)).astype(np.float32)
    kept = engine.run(layer, PLAN, model=bundle, keep=True, scale=scale, tile_side=184).residual
    assert kept is not None
    wanted = engine.run(layer, PLAN, model=bundle, strength=0.4, mask=mask, scale=scale, tile_side=184)
    assert kept.apply(0.4, mask).tobytes() == wanted.image.tobytes()
    assert kept.apply(0.0).tobytes() == enlarge(layer, scale).tobytes()
    assert kept.nbytes == kept.values.nbytes + enlarge(layer, scale).nbytes


@pytest.mark.slow
@pytest.mark.parametrize("size", [(97, 301), (211, 230), (320, 256), (433, 64), (277, 263)])
def test_tiles_have_no_seams(bundle: Bundle, picture: Picture, size: tuple[int, int]) -> None:
    layer = picture(*size, 3, np.float32)
    whole = engine.run(layer, PLAN, model=bundle, tile_side=1024)
    tiled = engine.run(layer, PLAN, model=bundle, tile_side=184)
    assert whole.tiles == len(PLAN.steps), "one tile for each pass"
    assert tiled.tiles > whole.tiles
    assert np.abs(whole.image - tiled.image).max() <= 1 / 255


def test_a_crop_with_its_context_is_the_crop_of_the_result(bundle: Bundle, picture: Picture) -> None:
    """Only the coarse grid, which is read at the tile's place in what it was given, may differ."""
    layer = picture(160, 160, 3, np.float32)
    layer[:80] *= 0.2
    crop = engine.run(layer[80:], PLAN, model=bundle, context=layer).image
    alone = engine.run(layer[80:], PLAN, model=bundle).image
    whole = engine.run(layer, PLAN, model=bundle).image[80:]
    inside = (slice(40, None), slice(None))
    assert np.abs(crop - whole)[inside].max() < np.abs(alone - whole)[inside].max()


def test_hidden_colour_does_not_bleed_into_the_result(bundle: Bundle, picture: Picture) -> None:
    layer = picture(80, 80, 4)
    layer[20:60, 20:60, 3] = 0
    other = layer.copy()
    other[20:60, 20:60, :3] = np.random.default_rng(1).integers(0, 256, (40, 40, 3))
    a, b = (engine.run(x, PLAN, model=bundle).image for x in (layer, other))
    seen = layer[..., 3] > 0
    assert np.array_equal(a[seen], b[seen])
    assert np.array_equal(a[~seen], layer[~seen])


def test_not_a_number_stays_where_it_was(bundle: Bundle, picture: Picture) -> None:
    layer = picture(64, 64, 3, np.float32)
    layer[5, 6] = np.nan
    layer[40, 40:44] = (np.inf, -np.inf, 0.5)
    result = engine.run(layer, PLAN, model=bundle).image
    lost = ~np.isfinite(layer).all(-1)
    assert result[lost].tobytes() == layer[lost].tobytes()
    assert np.isfinite(result[~lost]).all()
    empty = np.full((8, 8, 3), np.nan, np.float32)
    assert engine.run(empty, PLAN, model=bundle).image.tobytes() == empty.tobytes()


def test_values_beyond_white_keep_their_distance(bundle: Bundle, picture: Picture) -> None:
    layer = picture(48, 48, 3, np.float32)
    layer[10:20, 10:20] = 1.0
    bright = layer.copy()
    bright[10:20, 10:20] = 8.0
    a, b = (engine.run(x, PLAN, model=bundle).image for x in (layer, bright))
    assert np.allclose(b[10:20, 10:20] - a[10:20, 10:20], 7.0, atol=1e-3)


def test_progress_grows_and_previews_are_the_result(bundle: Bundle, picture: Picture) -> None:
    layer = picture(320, 300, 3)
    told = []
    result = engine.run(
        layer,
        PLAN,
        model=bundle,
        tile_side=184,
        previews=True,
        progress=lambda f, words, preview: told.append((f, words, preview)),
    )
    fractions = [fraction for fraction, _, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(words for _, words, _ in told)
    seen = np.zeros((320, 300), int)
    for _, _, preview in told:
        if preview is not None:
            height, width = preview.pixels.shape[:2]
            place = (slice(preview.y, preview.y + height), slice(preview.x, preview.x + width))
            assert np.array_equal(preview.pixels, result.image[place])
            seen[place] += 1
    assert (seen == 1).all()


def test_cancel_ends_the_job_between_tiles(bundle: Bundle, picture: Picture) -> None:
    told: list[float] = []
    with pytest.raises(Cancelled):
        engine.run(
            picture(400, 400, 3),
            PLAN,
            model=bundle,
            tile_side=184,
            progress=lambda fraction, words, preview: told.append(fraction),
            cancel=lambda: bool(told) and told[-1] > 0.2,
        )
    assert max(told) < 0.9


@pytest.mark.slow
def test_memory_that_runs_out_is_retried_once_in_smaller_pieces_and_said(
    bundle: Bundle, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shared().store.model(bundle, "cpu")
    runtime = type(shared().devices.choose(model, bundle.fingerprint, "cpu").runtime)
    prepare, sides = runtime.prepare, []

    def short(self: Runtime, work: Setup) -> Kernel:
        sides.append(work.tiling.shape)
        if len(sides) == 1:
            raise torch.OutOfMemoryError
        return prepare(self, work)

    layer = picture(1600, 40, 1)
    monkeypatch.setattr(runtime, "prepare", short)
    result = engine.run(layer, PLAN, model=bundle, device="cpu")
    assert sides[1][0] < sides[0][0]
    assert any("smaller pieces" in note for note in result.notes)
    monkeypatch.setattr(runtime, "prepare", lambda self, work: (_ for _ in ()).throw(MemoryError()))
    with pytest.raises(EngineError, match="too little free memory"):
        engine.run(layer, PLAN, model=bundle, device="cpu")


def test_arguments_are_refused_with_sentences(bundle: Bundle, picture: Picture) -> None:
    layer = picture(9, 9, 3)
    with pytest.raises(PixelError, match="enlarged by 2, 4"):
        engine.run(layer, PLAN, model=bundle, scale=3)
    with pytest.raises(PixelError, match="strength"):
        engine.run(layer, PLAN, model=bundle, strength=1.5)
    with pytest.raises(PixelError, match="mask"):
        engine.run(layer, PLAN, model=bundle, mask=np.zeros((3, 3)))
    with pytest.raises(EngineError, match="auto"):
        engine.run(layer, PLAN, model=bundle, device="abacus")
    if not torch.cuda.is_available():
        with pytest.raises(EngineError, match="No CUDA GPU"):
            engine.run(layer, PLAN, model=bundle, device="cuda")


@pytest.mark.slow
def test_unload_frees_and_the_next_job_works(bundle: Bundle, picture: Picture) -> None:
    layer = picture(40, 40, 3)
    first = engine.run(layer, PLAN, model=bundle).image
    engine.unload()
    assert engine.opened() == []
    assert np.array_equal(engine.run(layer, PLAN, model=bundle).image, first)


def test_the_device_line_says_what_and_why(bundle: Bundle, picture: Picture) -> None:
    result = engine.run(picture(9, 9, 3), PLAN, model=bundle)
    assert result.device_line == engine.device_line()
    assert "core" in result.device_line or "GPU" in result.device_line
    assert result.device_line.endswith(".")
