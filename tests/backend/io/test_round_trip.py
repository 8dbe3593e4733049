"""What is written is what is read: pixels at their own depth, profile, EXIF, resolution."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageCms, ImageOps, TiffImagePlugin

from restored.io import Metadata, Picture, read_picture, write_picture

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXACT = [
    *((f"x{suffix}", "uint8") for suffix in (".png", ".tif", ".webp")),
    ("x.png", "uint16"),
    *(("x.tiff", depth) for depth in ("uint16", "uint32", "float16", "float32")),
]


def camera_exif(orientation: int = 1) -> bytes:
    block = Image.Exif()
    block[0x010F], block[0x0110], block[0x0132] = "Leica", "M6", "2020:01:02 03:04:05"
    block[0x0112] = orientation
    details = block.get_ifd(0x8769)
    details[0x829A] = TiffImagePlugin.IFDRational(1, 250)
    details[0xA002], details[0xA003] = 70, 40
    details[0x927C] = b"the maker's own notes"
    place = block.get_ifd(0x8825)
    place[1], place[2] = "N", (48.0, 8.0, 12.5)
    return block.tobytes().removeprefix(b"Exif\0\0")


def noise(depth: str, channels: int, height: int = 5, width: int = 7) -> np.ndarray:
    rng = np.random.default_rng(7)
    if depth.startswith("float"):
        return rng.uniform(-0.5, 1.5, (height, width, channels)).astype(depth)
    return rng.integers(0, np.iinfo(depth).max, (height, width, channels), dtype=depth, endpoint=True)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize(("name", "depth"), EXACT)
def test_lossless_formats_keep_every_bit_and_all_metadata(tmp_path: Path, name: str, depth: str, channels: int) -> None:
    picture = Picture(noise(depth, channels), "png", Metadata(SRGB, camera_exif(), b"<x/>", (300.0, 300.0)))
    write_picture(tmp_path / name, picture)
    back = read_picture(tmp_path / name)
    pixels = picture.pixels
    if name.endswith("webp") and channels < 3:  # WebP knows colour only
        pixels = np.concatenate([np.repeat(pixels[..., :1], 3, axis=2), pixels[..., 1:]], axis=2)
    assert back.pixels.dtype == pixels.dtype
    np.testing.assert_array_equal(back.pixels, pixels)
    assert back.metadata.icc == SRGB
    assert back.metadata.exif is not None
    assert b"Leica" in back.metadata.exif
    assert back.metadata.xmp == b"<x/>"
    if not name.endswith("webp"):
        assert back.metadata.dpi == pytest.approx((300, 300), abs=0.01)


def parsed(block: bytes | None) -> Image.Exif:
    assert block is not None
    result = Image.Exif()
    result.load(b"Exif\0\0" + block)
    return result


@pytest.mark.parametrize("name", ["x.png", "x.tif", "x.jpg", "x.webp"])
def test_exif_is_carried_between_all_formats(tmp_path: Path, name: str) -> None:
    picture = Picture(noise("uint8", 3), "jpeg", Metadata(exif=camera_exif()))
    write_picture(tmp_path / name, picture)
    block = parsed(read_picture(tmp_path / name).metadata.exif)
    assert (block[0x010F], block[0x0110]) == ("Leica", "M6")
    assert block.get_ifd(0x8769)[0x829A] == pytest.approx(1 / 250)
    assert block.get_ifd(0x8769)[0x927C] == b"the maker's own notes"
    assert block.get_ifd(0x8825)[2] == pytest.approx((48, 8, 12.5))
    assert (block.get_ifd(0x8769)[0xA002], block.get_ifd(0x8769)[0xA003]) == (7, 5)
    # and another reader agrees
    with Image.open(tmp_path / name) as image:
        assert image.getexif().get_ifd(0x8769)[0x829A] == pytest.approx(1 / 250)


def test_a_jpeg_is_written_well_and_says_it_is_lossy(tmp_path: Path) -> None:
    smooth = np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)
    write_picture(tmp_path / "x.jpg", Picture(smooth, "jpeg", Metadata(SRGB, dpi=(240.0, 240.0))))
    back = read_picture(tmp_path / "x.jpg")
    assert np.abs(back.pixels.astype(int) - smooth).max() <= 6
    assert back.lossy
    assert back.metadata.icc == SRGB
    assert back.metadata.dpi == (240, 240)


def test_webp_stays_as_lossy_as_it_was(tmp_path: Path) -> None:
    pixels = noise("uint8", 3, 40, 40)
    Image.fromarray(pixels).save(tmp_path / "lossy.webp", quality=60)
    lossy = read_picture(tmp_path / "lossy.webp")
    assert lossy.lossy
    write_picture(tmp_path / "again.webp", lossy)
    assert read_picture(tmp_path / "again.webp").lossy
    write_picture(tmp_path / "exact.webp", Picture(pixels, "png"))
    assert not read_picture(tmp_path / "exact.webp").lossy


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".tif", ".png"])
def test_orientation_is_applied_once(tmp_path: Path, turn: int, suffix: str) -> None:
    block = Image.Exif()
    block[0x0112] = turn
    blocks = np.kron(np.arange(6, dtype=np.uint8).reshape(2, 3) * 50, np.ones((16, 16), np.uint8))
    stored = Image.fromarray(blocks)
    stored.save(tmp_path / f"in{suffix}", exif=block)
    stored.getexif()[0x0112] = turn
    expected = np.asarray(ImageOps.exif_transpose(stored))
    picture = read_picture(tmp_path / f"in{suffix}")
    np.testing.assert_allclose(picture.pixels[..., 0], expected, atol=3)
    write_picture(tmp_path / f"out{suffix}", picture)
    again = read_picture(tmp_path / f"out{suffix}")
    np.testing.assert_allclose(again.pixels[..., 0], expected, atol=3)


def test_a_thumbnail_of_the_old_picture_is_not_carried(tmp_path: Path) -> None:
    block = Image.Exif()
    block[0x010F] = "Leica"
    data = bytearray(block.tobytes().removeprefix(b"Exif\0\0"))
    order = "little" if data[:2] == b"II" else "big"
    data[8 + 2 + 12 : 8 + 2 + 12 + 4] = len(data).to_bytes(4, order)  # IFD1, where thumbnails are
    data += (0).to_bytes(2, order) + (0).to_bytes(4, order)
    Image.fromarray(noise("uint8", 3)).save(tmp_path / "x.jpg", exif=b"Exif\0\0" + bytes(data))
    carried = read_picture(tmp_path / "x.jpg").metadata.exif
    assert carried is not None
    assert carried[8 + 2 + 12 : 8 + 2 + 12 + 4] == b"\0\0\0\0"
    assert b"Leica" in carried


SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=17)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_pixels_survive_png_and_tiff(tmp_path: Path, data: st.DataObject) -> None:
    name, depth = data.draw(st.sampled_from([pair for pair in EXACT if not pair[0].endswith("webp")]))
    shape = (*data.draw(SHAPES), data.draw(st.integers(1, 4)))
    pixels = data.draw(hnp.arrays(depth, shape))
    write_picture(tmp_path / name, Picture(pixels, "png"))
    back = read_picture(tmp_path / name).pixels
    assert back.dtype == pixels.dtype
    assert back.tobytes() == pixels.tobytes()  # bytes, so that NaN and -0.0 count too


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1)])
@pytest.mark.parametrize("depth", ["uint8", "uint16"])
def test_extreme_shapes(tmp_path: Path, size: tuple[int, int], depth: str) -> None:
    pixels = noise(depth, 3, *size)
    for name in ("x.png", "x.tif"):
        write_picture(tmp_path / name, Picture(pixels, "png"))
        np.testing.assert_array_equal(read_picture(tmp_path / name).pixels, pixels)
