"""The seam to the real engine, with a small network of random weights and without the language model."""

import numpy as np
import pytest

from restored.ground.errors import Cancelled
from restored.ground.tasks import LABELS, TASKS
from restored.service.arrays import array_of, pixels_of
from restored.service.local import NOTHING_FOUND, NOTHING_WANTED, LocalService
from restored_client import Pixels, RestoredError
from restored_client.wire.order import Order
from restored_client.wire.recipe import decode_recipe, encode_recipe

from .conftest import PLAN, layer, never, silent


@pytest.mark.parametrize(("depth", "channels"), [("u8", 3), ("u16", 4), ("u32", 1), ("f16", 2), ("f32", 3)])
def test_pixels_keep_their_kind_and_change(work, model, depth, channels) -> None:
    before = layer(depth, channels)
    done = work.restore(Order(layer=before, instruction="x", model=model), silent, never)
    assert done.pixels is not None
    assert (done.pixels.width, done.pixels.height, done.pixels.channels, done.pixels.depth) == (30, 20, channels, depth)
    assert done.pixels.view != before.view
    assert done.model == "random"
    assert done.device
    recipe = decode_recipe(encode_recipe(done.recipe))
    assert recipe["instruction"] == "x"
    assert recipe["plan"]["steps"][0]["task"] == "denoise"
    assert len(recipe["sha256"]) == 64


def test_a_recipe_is_no_longer_than_what_was_read(work, model) -> None:
    """100 kB of instruction would find no room in a JPEG, and were not read."""
    done = work.restore(Order(layer=layer(), instruction="noise " * 20_000, model=model), silent, never)
    assert 900 < len(encode_recipe(done.recipe)) < 10_000


def test_nothing_to_do_says_why(work, model) -> None:
    assert work.restore(Order(layer=layer(), instruction="", model=model), silent, never).message == "Nothing was asked."
    black = Pixels(30, 20, 1, "u8", bytes(600))
    for order in (
        Order(layer=layer(), plan=PLAN, strength=0.0, model=model),
        Order(layer=layer(), plan=PLAN, mask=black, model=model),
    ):
        done = work.restore(order, silent, never)
        assert done.pixels is None
        assert done.message == NOTHING_WANTED


def test_nothing_found_is_not_called_nothing_wanted(work, model) -> None:
    """So little that no 8-bit value changes."""
    done = work.restore(Order(layer=layer(), plan=PLAN, strength=1e-6, model=model), silent, never)
    assert done.pixels is None
    assert done.message == NOTHING_FOUND


def test_adjust_equals_restoring_again(work, model) -> None:
    mask = Pixels(30, 20, 1, "f32", np.linspace(0, 1, 600, dtype=np.float32).tobytes())
    first = work.restore(Order(layer=layer(), plan=PLAN, model=model, keep=True), silent, never)
    half = work.adjust(first.kept, 0.5, None)
    again = work.restore(Order(layer=layer(), plan=PLAN, model=model, strength=0.5), silent, never)
    assert half.pixels.view == again.pixels.view
    assert half.recipe == again.recipe
    masked = work.adjust(half.kept, None, mask)
    again = work.restore(Order(layer=layer(), plan=PLAN, model=model, strength=0.5, mask=mask), silent, never)
    assert masked.pixels.view == again.pixels.view
    nothing = work.adjust(masked.kept, 0.0, None)
    assert nothing.pixels.view == layer().view
    assert first.kept.nbytes >= layer().nbytes


def test_pieces_make_up_the_result(work, model) -> None:
    pieces: list[tuple[int, int, Pixels]] = []
    fractions: list[float] = []

    def tell(fraction, words, x=0, y=0, piece=None) -> None:
        fractions.append(fraction)
        if piece is not None:
            pieces.append((x, y, piece))

    done = work.restore(Order(layer=layer(), plan=PLAN, model=model, scale=2, previews=True), tell, never)
    assert done.pixels is not None
    assert (done.pixels.width, done.pixels.height) == (60, 40)
    whole = np.zeros((40, 60, 3), np.uint8)
    for x, y, piece in pieces:
        array = np.frombuffer(piece.view, np.uint8).reshape(piece.height, piece.width, 3)
        whole[y : y + piece.height, x : x + piece.width] = array
    assert whole.tobytes() == done.pixels.view
    assert fractions[-1] == 1.0


def test_cancel(work, model) -> None:
    with pytest.raises(Cancelled):
        work.restore(Order(layer=layer(), plan=PLAN, model=model), silent, lambda: True)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"plan": {"steps": [{"task": "fly"}]}}, "bad_plan"),
        ({"plan": {"steps": 5}}, "bad_plan"),
        ({"model": "no such model"}, "model"),
        ({"device": "abacus"}, "engine_failed"),
    ],
)
def test_failures_have_their_code_and_a_sentence(work, model, change, code) -> None:
    order = {"layer": layer(), "plan": PLAN, "model": model, **change}
    with pytest.raises(RestoredError) as raised:
        work.restore(Order(**order), silent, never)
    assert raised.value.code == code
    assert str(raised.value).endswith(".")


def test_a_damaged_model_file_is_refused(work, model, tmp_path) -> None:
    import shutil

    damaged = shutil.copytree(model, tmp_path / "random")
    weights = damaged / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(RestoredError, match="damaged") as raised:
        work.restore(Order(layer=layer(), plan=PLAN, model=str(damaged)), silent, never)
    assert raised.value.code == "model"


def test_explain_takes_a_thumbnail_of_any_kind(work) -> None:
    assert work.explain("x", layer("u16", 4))["steps"][0]["label"] == "noise"
    assert work.explain("", None)["message"] == "Nothing was asked."


def test_the_tasks_are_known_before_anything_is_loaded() -> None:
    tasks = LocalService().tasks()
    assert tasks[0] == {"id": "denoise", "label": "noise"}
    assert {task["id"]: task["label"] for task in tasks} == dict(LABELS)
    assert len(tasks) == len(TASKS) == 10


@pytest.mark.parametrize("depth", ["u8", "u16", "f32"])
def test_a_layer_in_another_colour_space_comes_back_in_it(work, model, depth) -> None:
    import imagecodecs

    from restored.io.colour import to_srgb

    profile = bytes(imagecodecs.cms_profile("adobergb"))
    given = layer(depth)
    mask = np.zeros((20, 30, 1), np.uint8)
    mask[5:15, 5:25] = 255
    asked = {"plan": PLAN, "model": model, "keep": True, "mask": pixels_of(mask)}
    answer = work.restore(Order(layer=given, profile=profile, **asked), silent, never)
    assert answer.pixels is not None
    assert answer.pixels.depth == depth
    before, after = array_of(given), array_of(answer.pixels)
    assert after[mask[..., 0] == 0].tobytes() == before[mask[..., 0] == 0].tobytes(), "what is not selected keeps its bytes"
    # the same as when the caller converts, and without a profile something else
    sent = to_srgb(before, profile)
    by_hand = work.restore(Order(layer=pixels_of(sent), **asked), silent, never)
    assert by_hand.pixels is not None
    seen = to_srgb(after, profile)
    inside = mask[..., 0] > 0
    tolerance = {"u8": 0.02, "u16": 2e-3, "f32": 2e-3}[depth]
    wanted = array_of(by_hand.pixels)
    in_gamut = inside & ((wanted > 0.05) & (wanted < 0.95)).all(-1)
    assert in_gamut.sum() > 20
    assert np.abs(seen - wanted)[in_gamut].max() < tolerance
    # another strength of the kept one comes back there, too; none is the original; what it needs in sRGB is made again
    assert answer.kept.nbytes == given.nbytes + answer.kept.mask.nbytes + 20 * 30 * 3 * 2
    none = work.adjust(answer.kept, 0.0, None)
    assert none.pixels is not None
    assert array_of(none.pixels).tobytes() == before.tobytes()


def test_a_profile_that_is_none_is_refused(work, model) -> None:
    with pytest.raises(RestoredError, match="colour profile"):
        work.restore(Order(layer=layer(), plan=PLAN, model=model, profile=b"x" * 200), silent, never)


def test_grain_that_was_taken_away_comes_back_and_nothing_else_does(work, model) -> None:

    given = layer("f32")
    asked = {"layer": given, "plan": PLAN, "model": model, "keep": True}
    plain = work.restore(Order(**asked), silent, never)
    grainy = work.restore(Order(**asked, texture=1.0), silent, never)
    assert plain.pixels is not None
    assert grainy.pixels is not None
    before, smooth, rough = array_of(given), array_of(plain.pixels), array_of(grainy.pixels)
    back = rough - smooth
    assert np.abs(back).max() > 1e-3
    assert np.ptp(back, axis=2).max() < 2e-3, "only gray comes back: no colour noise"
    luma = np.array([0.299, 0.587, 0.114], np.float32)
    # what comes back goes the way to what was: it can only take away from the change
    assert np.corrcoef(((before - smooth) @ luma).ravel(), (back @ luma).ravel())[0, 1] > 0.5
    assert grainy.recipe["texture"] == 1.0
    # the kept residual does the same, and 0 is what there was without
    again = work.adjust(plain.kept, None, None, 1.0)
    assert again.pixels is not None
    assert np.array_equal(array_of(again.pixels), rough)
    none = work.adjust(grainy.kept, None, None, 0.0)
    assert none.pixels is not None
    assert np.array_equal(array_of(none.pixels), smooth)
    gray = pixels_of(np.repeat(before[..., :1], 1, axis=2))
    one = work.restore(Order(layer=gray, plan=PLAN, model=model, texture=0.5), silent, never)
    assert one.pixels is not None
    assert one.pixels.channels == 1


def test_a_region_is_shown_by_the_weights_that_its_step_is_done_by(work, model) -> None:
    """Black and white in the left half, softly: what is left of the colour is what the mask does not cover."""
    picture = Pixels(30, 20, 3, "f32", np.tile(np.array([0.8, 0.3, 0.2], np.float32), (20, 30, 1)).tobytes())
    region = {"places": ["left"], "feather": 0.4, "outside": True}
    step = {"task": "black_and_white", "amount": 1.0, "region": region}
    for place in (None, (0.25, 0.0, 0.75, 1.0)):
        context = None if place is None else layer()
        order = Order(plan={"steps": [step]}, model=model, layer=picture, context=context, place=place)
        mask = work.region(region, order, silent, never)
        assert (mask.width, mask.height, mask.channels, mask.depth) == (30, 20, 1, "u8")
        weight = np.frombuffer(mask.data, np.uint8).reshape(20, 30) / 255
        assert weight.min() < 0.1
        assert weight.max() > 0.9
        out = work.restore(order, silent, never)
        assert out.pixels is not None
        colour = np.frombuffer(out.pixels.data, np.float32).reshape(20, 30, 3)
        left = (colour[..., 0] - colour[..., 2]) / 0.6
        assert np.abs(left - (1 - weight)).max() < 0.01


def test_a_region_that_names_no_place_is_refused_in_a_sentence(work) -> None:
    with pytest.raises(RestoredError, match="place"):
        work.region({"places": ["nowhere"]}, Order(layer=layer()), silent, never)
