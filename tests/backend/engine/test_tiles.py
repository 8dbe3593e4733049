"""The tiling covers every pixel once, keeps its halo, and aligns every window."""

from hypothesis import given
from hypothesis import strategies as st

from restored.engine.work.tiles import lay_tiles


@given(
    height=st.integers(1, 900),
    width=st.integers(1, 900),
    side=st.integers(200, 420),
    stride=st.sampled_from([2, 8, 16]),
    halo=st.integers(0, 60),
    margin=st.sampled_from([0, 16]),
)
def test_every_pixel_is_kept_once_and_saw_its_surroundings(
    height: int, width: int, side: int, stride: int, halo: int, margin: int
) -> None:
    tiling = lay_tiles(height, width, side=side, stride=stride, halo=halo, margin=margin)
    area = 0
    for tile in tiling:
        outer, inner = tile.outer, tile.inner
        assert (outer.height, outer.width) == tiling.shape
        assert (outer.top + margin) % stride == 0
        assert (outer.left + margin) % stride == 0
        assert outer.height % stride == 0
        assert outer.width % stride == 0
        assert 0 <= inner.top < inner.bottom <= height
        assert 0 <= inner.left < inner.right <= width
        assert inner.top - outer.top >= (halo if inner.top > 0 else margin)
        assert inner.left - outer.left >= (halo if inner.left > 0 else margin)
        assert outer.bottom - inner.bottom >= (halo if inner.bottom < height else margin)
        assert outer.right - inner.right >= (halo if inner.right < width else margin)
        area += inner.height * inner.width
    assert area == height * width
    assert len(tiling) == len(list(tiling))


def test_windows_are_no_larger_than_the_picture_needs() -> None:
    tiling = lay_tiles(3024, 4032, side=1536, stride=16, halo=96, margin=16)
    computed = len(tiling) * tiling.shape[0] * tiling.shape[1]
    assert computed < 1.35 * 3024 * 4032


def test_a_long_line_of_pixels_is_one_tile() -> None:
    assert len(lay_tiles(1, 5000, side=768, stride=16, halo=160, margin=16)) == 1


def test_windows_never_shrink_to_their_surroundings() -> None:
    tiling = lay_tiles(2000, 2000, side=32, stride=16, halo=140)
    assert tiling.shape == (352, 352)
    assert min(tile.inner.height for tile in tiling) >= 40


def test_a_picture_smaller_than_the_smallest_window_is_one_tile() -> None:
    tiling = lay_tiles(90, 110, side=32, stride=16, halo=48, margin=16)
    assert len(tiling) == 1
    assert tiling.shape == (128, 144)
