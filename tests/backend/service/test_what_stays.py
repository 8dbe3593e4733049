"""Colours and texture that words keep, whatever else is done."""

from dataclasses import replace

import numpy as np
import pytest

from restored.adjustments.spaces import decode, encode, from_oklab, to_oklab
from restored.service.arrays import array_of, pixels_of
from restored.service.local import KEPT_TEXTURE
from restored_client.wire.order import Order

from .conftest import PLAN, layer, never, silent


def chroma(encoded: np.ndarray) -> np.ndarray:
    return to_oklab(decode(encoded))[..., 1:]


@pytest.mark.parametrize(
    "steps",
    [
        [{"task": "denoise"}],
        [{"task": "exposure", "amount": 0.7}],
        [{"task": "denoise"}, {"task": "contrast", "amount": 0.3}],
        [{"task": "dehaze"}, {"task": "shadows", "amount": 0.4, "region": {"places": ["left"]}}],
    ],
)
def test_colours_that_are_to_stay_do(work, model, steps) -> None:
    """Oklab's a and b as they were, read back as pixels of the lightness that came, to 1/255 where they can be shown."""
    given = layer("f32")
    before = 0.3 + 0.4 * array_of(given)
    order = Order(layer=pixels_of(before), model=model, plan={"steps": steps, "keeps": ["colours"]})
    done, plain = (work.restore(each, silent, never) for each in (order, replace(order, plan={"steps": steps, "keeps": []})))
    assert done.pixels is not None
    assert plain.pixels is not None
    after, free = array_of(done.pixels), array_of(plain.pixels)
    meant = np.concatenate([to_oklab(decode(after))[..., :1], chroma(before)], axis=-1)
    assert np.abs(after - encode(from_oklab(meant))).max() < 1 / 255
    assert np.abs(chroma(free) - chroma(before)).max() > 3 * np.abs(chroma(after) - chroma(before)).max()
    assert np.abs(after - before).max() > 0.01
    assert done.plan["keeps"] == ["colours"]


def test_gray_stays_gray_where_colours_are_to_stay(work, model) -> None:
    gray = np.repeat(np.random.default_rng(3).random((20, 30, 1), np.float32), 3, axis=2)
    plan = {"steps": [{"task": "denoise"}, {"task": "exposure", "amount": 0.5}], "keeps": ["colours"]}
    done = work.restore(Order(layer=pixels_of(gray), model=model, plan=plan), silent, never)
    assert done.pixels is not None
    assert np.ptp(array_of(done.pixels), axis=2).max() == 0


def test_a_colour_that_is_asked_for_comes_where_colours_are_to_stay(work, model) -> None:
    plan = {"steps": [{"task": "exposure", "amount": 0.5}, {"task": "temperature", "amount": 0.4}]}
    order = Order(layer=layer("f32"), model=model, plan={**plan, "keeps": ["colours"]})
    warm = work.restore(order, silent, never)
    assert warm.pixels is not None
    assert array_of(warm.pixels)[..., 0].mean() > array_of(warm.pixels)[..., 2].mean() + 0.02


def test_texture_that_is_to_stay_does_as_by_hand(work, model) -> None:
    given = layer("f32")
    kept = work.restore(Order(layer=given, model=model, plan={**PLAN, "keeps": ["texture"]}, keep=True), silent, never)
    by_hand = work.restore(Order(layer=given, model=model, plan=PLAN, texture=KEPT_TEXTURE), silent, never)
    plain = work.restore(Order(layer=given, model=model, plan=PLAN), silent, never)
    assert kept.pixels is not None
    assert by_hand.pixels is not None
    assert plain.pixels is not None
    assert np.array_equal(array_of(kept.pixels), array_of(by_hand.pixels))
    assert not np.array_equal(array_of(kept.pixels), array_of(plain.pixels))
    weaker = work.adjust(kept.kept, 1.0, None, 0.0)
    assert weaker.pixels is not None
    assert np.array_equal(array_of(weaker.pixels), array_of(kept.pixels)), "what words keep stays when strength is moved"
