"""Adjustments do what their words say, exactly: directions, neutrals, monotony, any value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from restored.adjustments import ADJUSTMENTS, RANGES, amount_words, label
from restored.adjustments.adjusting import adjust
from restored.adjustments.names import PLAIN
from restored.adjustments.red_darks import without_red_darks
from restored.adjustments.spaces import LUMINANCE, decode, encode, from_oklab, luminance, to_oklab

NEUTRAL = [name for name in ADJUSTMENTS if name not in ("temperature", "tint")]
COLOUR = np.array([[0.8, 0.5, 0.4], [0.2, 0.35, 0.6], [0.3, 0.5, 0.25]], np.float32)
GRAYS = np.repeat(np.linspace(-0.3, 1.6, 96, dtype=np.float32)[:, None], 3, axis=1)


def light(pixels: np.ndarray) -> np.ndarray:
    return luminance(decode(pixels))


@given(
    arrays(np.float32, (4, 3), elements=st.floats(-0.5, 2, width=32)),
    st.sampled_from(ADJUSTMENTS),
    st.floats(-1, 1),
)
def test_any_value_stays_finite_and_the_input_is_left_alone(pixels, name, amount):
    before = pixels.copy()
    assert np.isfinite(adjust(pixels, name, amount)).all()
    assert np.array_equal(pixels, before)


@pytest.mark.parametrize("name", NEUTRAL)
@pytest.mark.parametrize("amount", [-1.0, -0.3, 0.3, 1.0])
def test_gray_stays_gray_exactly_and_in_order(name, amount):
    out = adjust(GRAYS, name, amount)
    assert (out == out[:, 1:2]).all()
    assert (np.diff(out[:, 0]) >= -1e-6).all()


@pytest.mark.parametrize("name", ADJUSTMENTS)
def test_nothing_is_nothing(name):
    assert adjust(COLOUR, name, 0.0) is COLOUR


@pytest.mark.parametrize("stops", [-2.0, -0.5, 1.0, 1 / 3])
def test_a_stop_doubles_the_light(stops):
    np.testing.assert_allclose(light(adjust(COLOUR, "exposure", stops)), light(COLOUR) * 2**stops, rtol=2e-3)
    if stops > 0:
        np.testing.assert_allclose(decode(adjust(COLOUR, "exposure", stops)), decode(COLOUR) * 2**stops, rtol=2e-3)


@pytest.mark.parametrize(("name", "amount"), [("exposure", -0.7), ("exposure", -3.0), ("highlights", -0.5), ("highlights", -1.0)])
def test_a_sky_keeps_its_blue_when_it_gets_darker(name, amount):
    sky = np.array([[161, 197, 254], [190, 225, 253]], np.float32) / 255
    before, after = (to_oklab(decode(each)) for each in (sky, adjust(sky, name, amount)))
    chroma, less = np.hypot(before[:, 1], before[:, 2]), np.hypot(after[:, 1], after[:, 2])
    assert (after[:, 0] < before[:, 0] - 0.01).all()
    assert (less / after[:, 0] > 1.05 * chroma / before[:, 0]).all(), "more colour for its lightness: it had paled"
    assert (less < 1.2 * chroma).all(), "and none that it never had"
    turned = np.arctan2(after[:, 2], after[:, 1]) - np.arctan2(before[:, 2], before[:, 1])
    assert np.abs(turned).max() < 0.02


def test_what_is_not_pale_from_the_light_is_darkened_as_it_is():
    dim = np.array([[0.3, 0.2, 0.12], [0.05, 0.2, 0.1]], np.float32)
    np.testing.assert_allclose(decode(adjust(dim, "exposure", -1.0)), decode(dim) / 2, rtol=2e-3)


@pytest.mark.parametrize("amount", [-0.2, -0.5, -1.0])
def test_recovered_highlights_get_apart_and_white_stays_paper(amount):
    tones = np.repeat(np.array([0.7, 0.8, 0.9, 0.96, 1.0], np.float32)[:, None], 3, axis=1)
    out = adjust(tones, "highlights", amount)[:, 0]
    assert abs(out[-1] - 1) < 1e-5
    assert (out[:-1] < tones[:-1, 0]).all()
    assert out[-1] - out[-2] > 1.15 * 0.04, "what is nearly white is told from white"
    assert (np.diff(out) > 0).all()


def test_contrast_spreads_or_gathers_about_middle_gray_and_holds_the_ends():
    tones = np.repeat(np.array([0.0, 0.25, 0.4613, 0.7, 1.0], np.float32)[:, None], 3, axis=1)
    more, less = adjust(tones, "contrast", 0.5)[:, 0], adjust(tones, "contrast", -0.5)[:, 0]
    assert more[0] == 0
    assert abs(more[-1] - 1) < 1e-3
    assert abs(more[2] - 0.4613) < 1e-3
    assert more[1] < 0.25
    assert more[3] > 0.7
    assert 0.25 < less[1] < 0.4613 < less[3] < 0.7
    assert np.ptp(adjust(tones, "contrast", -1.0)) < 1e-2


def test_saturation_moves_chroma_and_holds_lightness_and_hue():
    before, after = to_oklab(decode(COLOUR)), to_oklab(decode(adjust(COLOUR, "saturation", -0.5)))
    np.testing.assert_allclose(after[:, 0], before[:, 0], atol=1e-3)
    np.testing.assert_allclose(after[:, 1:], before[:, 1:] * 0.5, atol=2e-3)


def test_vibrance_spares_what_is_colourful_and_skin():
    pale = np.array([[0.5, 0.55, 0.6]], np.float32)
    loud = np.array([[0.05, 0.2, 0.95]], np.float32)
    skin = np.array([[0.62, 0.55, 0.5]], np.float32)

    def gain(pixels: np.ndarray) -> float:
        chroma = [np.hypot(*to_oklab(decode(p))[0, 1:]) for p in (pixels, adjust(pixels, "vibrance", 0.8))]
        return float(chroma[1] / chroma[0])

    assert gain(pale) > 1.4
    assert gain(loud) < 1.1
    assert 1.0 < gain(skin) < gain(pale)


def test_black_and_white_keeps_the_luminance():
    out = adjust(COLOUR, "black_and_white", 1.0)
    assert (out == out[:, 1:2]).all()
    np.testing.assert_allclose(light(out), light(COLOUR), rtol=3e-3)


@pytest.mark.parametrize(("name", "sign", "up", "down"), [("temperature", 1, 0, 2), ("temperature", -1, 2, 0)])
def test_warmer_is_redder_than_blue(name, sign, up, down):
    white = np.full((1, 3), 0.5, np.float32)
    out = adjust(white, name, 0.5 * sign)[0]
    assert out[up] > 0.5 > out[down]
    np.testing.assert_allclose(light(out[None]), light(white), rtol=5e-3)


def test_tint_goes_to_magenta_and_to_green():
    white = np.full((1, 3), 0.5, np.float32)
    magenta, green = adjust(white, "tint", 0.5)[0], adjust(white, "tint", -0.5)[0]
    assert magenta[0] > magenta[1] < magenta[2]
    assert green[0] < green[1] > green[2]


@pytest.mark.parametrize(("name", "moved", "held"), [("shadows", 0.1, 0.8), ("highlights", 0.95, 0.3), ("blacks", 0.03, 0.97)])
def test_each_curve_has_its_end_of_the_scale(name, moved, held):
    for amount in (-0.6, 0.6):
        tones = np.repeat(np.array([moved, held], np.float32)[:, None], 3, axis=1)
        out = adjust(tones, name, amount)[:, 0]
        assert np.sign(out[0] - moved) == np.sign(amount)
        assert abs(out[0] - moved) > 0.015
        assert abs(out[1] - held) < 0.004


def test_curves_hold_black_and_white():
    ends = np.array([[0.0] * 3, [1.0] * 3], np.float32)
    np.testing.assert_allclose(adjust(ends, "shadows", 1.0), ends, atol=1e-6)
    np.testing.assert_allclose(adjust(ends, "highlights", -1.0), ends, atol=1e-6)


def test_amounts_are_kept_in_range_and_said():
    np.testing.assert_array_equal(adjust(COLOUR, "exposure", 50.0), adjust(COLOUR, "exposure", RANGES["exposure"][1]))
    assert (label("temperature", -0.4), amount_words("temperature", -0.4)) == ("cooler", "40 %")
    assert amount_words("exposure", 1.0) == "1 stop"
    assert set(PLAIN) == set(RANGES) == set(ADJUSTMENTS)


def test_the_spaces_have_a_way_back():
    values = np.random.default_rng(3).uniform(-0.2, 1.4, (50, 3)).astype(np.float32)
    np.testing.assert_allclose(encode(decode(values)), values, atol=2e-6)
    np.testing.assert_allclose(from_oklab(to_oklab(decode(values))), decode(values), atol=1e-4)


def test_darks_do_not_turn_red_and_nothing_else_is_held():
    brown, redder = np.array([[78, 50, 54]], np.float32) / 255, np.array([[97, 47, 53]], np.float32) / 255
    grass, greener = np.array([[60, 70, 40]], np.float32) / 255, np.array([[55, 80, 20]], np.float32) / 255
    shirt, stronger = np.array([[230, 120, 110]], np.float32) / 255, np.array([[245, 90, 80]], np.float32) / 255

    held = without_red_darks(brown, redder)
    assert np.ptp(redder) > 1.7 * np.ptp(brown)
    assert np.ptp(held) == pytest.approx(1.2 * np.ptp(brown), rel=0.06)
    assert (held @ LUMINANCE)[0] == pytest.approx((redder @ LUMINANCE)[0], abs=1e-5)
    for before, after in ((grass, greener), (shirt, stronger), (redder, brown), (GRAYS, GRAYS * 0.5)):
        assert np.array_equal(without_red_darks(before, after), after)
