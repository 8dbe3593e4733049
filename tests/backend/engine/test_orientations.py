"""Quality "best": the same whichever way the picture is held, tiles equal to the whole, and said where it is wrong."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored import engine
from restored.engine.work.orientations import ALL, AS_IT_IS, Orientation
from restored.ground.errors import PixelError
from restored.instruction.plan import Plan
from restored.models.base import Window
from restored.models.bundle import Bundle

Picture = Callable[..., np.ndarray]
STRIDE = 8  # of the small bundle: only then does a picture held otherwise lie on the same grid of cells


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(
    rows=st.integers(1, 10),
    columns=st.integers(1, 10),
    held=st.sampled_from(ALL),
    task=st.sampled_from(["denoise", "deblur"]),
)
def test_a_picture_held_otherwise_gives_the_same_picture_held_otherwise(
    bundle: Bundle, picture: Picture, rows: int, columns: int, held: Orientation, task: str
) -> None:
    layer = picture(rows * STRIDE, columns * STRIDE, 3, np.float32)
    turned = np.ascontiguousarray(held.planes(layer.transpose(2, 0, 1)).transpose(1, 2, 0))

    def apart(quality: str) -> float:
        """How far the two results are apart, a root mean square."""
        one, other = (
            engine.run(each, Plan.of(task), model=bundle, quality=quality).image.astype(np.float32) for each in (layer, turned)
        )
        back = held.planes(other.transpose(2, 0, 1)).transpose(1, 2, 0)
        return float(np.sqrt(np.square(back - one).mean()))

    if held != AS_IT_IS:
        assert apart("best") < apart("normal") / 3  # bfloat16 rounds otherwise, and random weights exaggerate that


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bundle", "descending"])
def test_tiles_agree_with_the_whole(request: pytest.FixtureRequest, picture: Picture, name: str) -> None:
    made = request.getfixturevalue(name)
    layer = picture(300, 420, 3, np.float32)
    plan = Plan.of("deblur")
    whole = engine.run(layer, plan, model=made, quality="best")
    tiles = engine.run(layer, plan, model=made, quality="best", tile_side=160)
    assert tiles.tiles > whole.tiles
    assert np.abs(tiles.image - whole.image).max() < 1.5 / 255


@given(st.tuples(*[st.floats(-0.25, 1.25)] * 4), st.sampled_from(ALL))
def test_held_twice_is_held_as_it_was(sides: tuple[float, float, float, float], held: Orientation) -> None:
    window = Window(*sides)
    again = held.window(held.window(window))
    assert all(abs(getattr(again, side) - getattr(window, side)) < 1e-12 for side in ("left", "top", "right", "bottom"))


def test_another_quality_is_refused_with_the_ones_that_there_are(bundle: Bundle, picture: Picture) -> None:
    with pytest.raises(PixelError, match="normal or best, not fast"):
        engine.run(picture(9, 9, 3), Plan.of("denoise"), model=bundle, quality="fast")
