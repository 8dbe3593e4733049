"""What was asked for and hardly done is said: heavy rain that stays, without a word."""

import numpy as np
import pytest

from restored.instruction.plan import Plan
from restored.service.arrays import pixels_of
from restored.service.little import HARDLY, asks_for_what_shows, hardly_changed
from restored_client.wire.order import Order

from .conftest import layer, never, silent


def picture(depth: str = "uint8") -> np.ndarray:
    values = np.random.default_rng(2).uniform(0.2, 0.7, (60, 80, 3))
    return values.astype(depth) if depth[0] == "f" else (values * np.iinfo(depth).max).astype(depth)


@pytest.mark.parametrize("depth", ["uint8", "uint16", "float32"])
def test_a_hundredth_of_the_pixels_is_hardly_anything(depth) -> None:
    before = picture(depth)
    full = 1 if depth[0] == "f" else np.iinfo(depth).max
    few, many, faint = before.copy(), before.copy(), before.copy()
    few[:4, :10] += np.array(0.1 * full).astype(depth)
    many[:10, :10] += np.array(0.1 * full).astype(depth)
    faint += np.array(0.02 * full).astype(depth)
    assert hardly_changed(before, before)
    assert hardly_changed(before, few)
    assert hardly_changed(before, faint)
    assert not hardly_changed(before, many)


@pytest.mark.parametrize(
    ("steps", "order", "asked"),
    [
        (["derain"], {}, True),
        (["desnow", "dehaze", "deblur"], {}, True),
        (["derain"], {"place": (0.0, 0.0, 1.0, 1.0)}, True),
        (["derain"], {"place": (0.0, 0.0, 0.5, 1.0)}, False),
        (["derain"], {"strength": 0.5}, False),
        (["derain"], {"scale": 2}, False),
        (["denoise"], {}, False),
        (["derain", "denoise"], {}, False),
        ([], {}, False),
    ],
)
def test_only_of_a_whole_picture_and_of_what_is_plain_to_see(steps, order, asked) -> None:
    plan = Plan.from_dict({"steps": [{"task": task} for task in steps]})
    assert asks_for_what_shows(plan, Order(layer=layer(), plan=plan.to_dict(), **order)) is asked


def test_a_step_in_a_place_or_beside_a_tone_is_not_judged() -> None:
    for steps in (
        [{"task": "derain", "region": {"places": ["sky"]}}],
        [{"task": "derain"}, {"task": "exposure", "amount": 0.5}],
        [{"task": "derain", "strength": 0.3}],
    ):
        assert not asks_for_what_shows(Plan.from_dict({"steps": steps}), Order(layer=layer(), plan={"steps": steps}))


def test_it_is_said_beside_the_result_and_not_of_a_result_that_shows(work, model, monkeypatch) -> None:
    orders = [Order(layer=pixels_of(picture()), plan={"steps": [{"task": task}]}, model=model) for task in ("derain", "denoise")]

    def said(order: Order, moved: float) -> bool:
        monkeypatch.setattr("restored.service.little.MOVED", moved)
        done = work.restore(order, silent, never)
        assert done.pixels is not None
        return HARDLY in done.message

    assert [said(order, moved) for order in orders for moved in (0.0, 1.0)] == [False, True, False, False]
