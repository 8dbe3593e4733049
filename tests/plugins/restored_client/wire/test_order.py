"""What can be asked: checked where it is defined, and carried on whole, from a wish to an order and into a recipe."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk.masks import shrunk
from restored_client.desk.wish import Wish, remembered
from restored_client.wire.errors import ClientError
from restored_client.wire.order import AGAIN, FIELDS, Asked, Order
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import decode_recipe, encode_recipe, make_recipe

LAYER = Pixels(2, 1, 3, "u8", bytes(6))
MASK = Pixels(2, 1, 1, "u8", bytes(2))
PROFILE = bytes(36) + b"acsp" + bytes(100)

GOOD: dict[str, tuple[Any, ...]] = {
    "instruction": ("", "remove the rain"),
    "plan": ({"steps": []},),
    "strength": (0, 0.5, 1.0),
    "texture": (0.0, 1),
    "scale": (1, 2, 4),
    "place": ((0.0, 0.25, 1.0, 0.5), [0, 0, 1, 1]),
    "profile": (PROFILE,),
    "model": ("swift",),
    "device": ("cpu",),
    "quality": ("normal", "best"),
    "find": (True,),
    "keep": (True,),
    "previews": (True,),
}
BAD: dict[str, tuple[Any, ...]] = {
    "instruction": (3, b"rain"),
    "plan": ([], "steps"),
    "strength": (-0.1, 1.1, float("nan"), True, "1"),
    "texture": (2, 10**400),
    "scale": (0, 3, 2.0, True),
    "place": ((0, 0, 1), (0.5, 0, 0.5, 1), (0, 0, 1, 2), "left"),
    "profile": (b"", PROFILE[:100], PROFILE.replace(b"acsp", b"????"), PROFILE + bytes(1 << 17)),
    "model": (1,),
    "device": (["cpu"],),
    "quality": ("better", 1),
    "find": (1, "yes"),
    "keep": (1,),
    "previews": ("true",),
}


def test_every_field_has_its_examples_here() -> None:
    assert list(GOOD) == list(BAD) == list(FIELDS) == [each.name for each in fields(Asked)]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_takes_what_it_may_and_answers_the_rest_with_its_sentence(name: str) -> None:
    for value in GOOD[name]:
        assert Asked(**{name: value}).problem() == "", value
    for value in BAD[name]:
        assert Asked(**{name: value}).problem() == FIELDS[name].sentence, value


def test_an_order_needs_a_wish_and_a_picture_and_a_mask_of_its_size() -> None:
    order = Order(instruction="x", layer=LAYER, mask=MASK)
    assert order.problem() == ""
    assert "what to do" in replace(order, instruction=None).problem()
    assert "no picture" in replace(order, layer=None).problem()
    assert "as large as the layer" in replace(order, mask=Pixels(1, 1, 1, "u8", b"0")).problem()
    assert replace(order, scale=3).problem() == FIELDS["scale"].sentence
    assert [role for role, _ in order.frames()] == ["layer", "mask"]


def test_an_order_says_all_that_a_wish_does() -> None:
    said = {name: values[-1] for name, values in GOOD.items()}
    order = Order.of(Wish(**said), LAYER, context=LAYER)
    assert order.asked() == Asked(**said).asked() == said
    assert (order.layer, order.mask, order.context) == (LAYER, None, LAYER)


@given(st.fixed_dictionaries({}, optional={name: st.sampled_from(GOOD[name]) for name in AGAIN if name != "plan"}))
def test_a_recipe_says_all_that_is_needed_to_do_it_again(said: dict[str, Any]) -> None:
    done = Asked(**{**said, "plan": {"steps": []}})
    found = decode_recipe(encode_recipe(make_recipe(done, sha256=None, version="1")))
    again = Asked(**{name: found[name] for name in AGAIN if name in found})
    assert replace(again, quality=again.quality or "normal") == replace(done, quality=done.quality or "normal")
    wish = remembered(found)
    if wish is not None:
        told = {name: getattr(wish, name) for name in ("strength", "texture", "scale", "model")}
        assert told == {name: getattr(done, name) for name in told}


@pytest.mark.parametrize("name", [name for name in AGAIN if name not in ("plan", "instruction")])
def test_a_recipe_that_says_what_cannot_be_asked_is_refused(name: str) -> None:
    recipe = make_recipe(Asked("x", {"steps": []}), sha256=None, version="1")
    for value in BAD[name]:
        with pytest.raises(ClientError) as caught:
            decode_recipe(encode_recipe({**recipe, name: value}))
        assert caught.value.code == "bad_recipe"


def test_a_recipe_of_a_later_version_may_say_more() -> None:
    recipe = make_recipe(Asked("x", {"steps": []}), sha256=None, version="1")
    assert decode_recipe(encode_recipe({**recipe, "mood": ["calm"]}))["mood"] == ["calm"]


@pytest.mark.parametrize(("depth", "size"), [("u8", 1), ("u16", 2), ("f32", 4)])
def test_a_mask_made_smaller_is_its_nearest_pixels(depth: str, size: int) -> None:
    pixel = [bytes([value] * size) for value in range(8)]
    small = shrunk(Pixels(4, 2, 1, depth, b"".join(pixel)), 2, 1)
    assert (small.width, small.height, bytes(small.data)) == (2, 1, pixel[0] + pixel[2])
