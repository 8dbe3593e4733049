"""What cameras, phones and film scanners save beside JPEG, PNG and TIFF: read at its own depth, or named."""

import io
import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from restored.io import PictureError, read_picture, received, sent
from restored.io.exif import HEADER

RGB = np.random.default_rng(3).integers(0, 255, (24, 32, 3), np.uint8)
ADOBE = bytes(imagecodecs.cms_profile("adobergb"))


def saved(pixels: np.ndarray, kind: str, **how) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **how)
    return buffer.getvalue()


def exr(pixels: np.ndarray, path: Path) -> bytes:
    openexr = pytest.importorskip("OpenEXR")
    header = {"compression": openexr.ZIP_COMPRESSION, "type": openexr.scanlineimage}
    with openexr.File(header, {"RGB": pixels}) as file:
        file.write(str(path))
    return path.read_bytes()


def heic(pixels: np.ndarray) -> bytes:
    heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    heif.from_pillow(Image.fromarray(pixels)).save(buffer, quality=-1, chroma=444, exif=HEADER + b"II*\0\x08\0\0\0\0\0\0\0\0\0")
    return buffer.getvalue()


def test_more_formats_are_read_at_their_depth(tmp_path: Path) -> None:
    smooth = np.linspace(0, 255, 64 * 48 * 3).reshape(48, 64, 3).astype(np.uint8)
    deep = smooth.astype(np.uint16) * 257
    ten = (deep >> 6).astype(np.uint16)
    files = {
        "bmp": (saved(smooth, "BMP"), smooth, 0),
        "jpeg 2000": (bytes(imagecodecs.jpeg2k_encode(deep)), deep, 0),
        "avif": (bytes(imagecodecs.avif_encode(ten, level=100, bitspersample=10)), deep, 200),
        "heic": (heic(smooth), smooth, 4),
        "openexr": (exr(smooth.astype(np.float32) / 255, tmp_path / "t.exr"), smooth.astype(np.float32) / 255, 0),
    }
    if pytest.importorskip("pylibjxl"):
        files["jpeg xl"] = (bytes(imagecodecs.jpegxl_encode(deep, lossless=True)), deep, 0)
    for kind, (data, expected, off) in files.items():
        (tmp_path / "x.bin").write_bytes(data)
        picture = read_picture(tmp_path / "x.bin")
        assert picture.format == kind
        assert picture.pixels.dtype == expected.dtype, kind
        np.testing.assert_allclose(picture.pixels.astype(float), expected.astype(float), atol=off, err_msg=kind)


def test_a_jpeg_xls_profile_and_metadata_are_kept(tmp_path: Path) -> None:
    jxl = pytest.importorskip("pylibjxl")
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 271, 2, 6, 26) + bytes(4) + b"Leica\0"
    (tmp_path / "x.jxl").write_bytes(jxl.encode(RGB, exif=block, xmp=b"<x/>", icc=ADOBE))
    metadata = read_picture(tmp_path / "x.jxl").metadata
    assert metadata.icc == ADOBE
    assert metadata.exif is not None
    assert b"Leica" in metadata.exif
    assert metadata.xmp == b"<x/>"


def test_linear_light_is_what_openexr_holds(tmp_path: Path) -> None:
    exr(np.full((4, 4, 3), 0.5, np.float32), tmp_path / "x.exr")
    picture = read_picture(tmp_path / "x.exr")
    assert sent(picture)[0, 0, 0] == pytest.approx(0.735, abs=0.01)
    np.testing.assert_allclose(received(sent(picture), picture), picture.pixels)


def dng(path: Path, pixels: np.ndarray) -> None:
    """A minimal Bayer DNG."""
    tags = [
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),
        (50708, 2, 9, b"Test Cam\0", True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50721, 10, 9, tuple(n for v in (1, 0, 0, 0, 1, 0, 0, 0, 1) for n in (v * 10000, 10000)), True),
        (50728, 5, 3, (1, 1, 1, 1, 1, 1), True),
        (50714, 3, 1, 0, True),
        (50717, 3, 1, 65535, True),
        (271, 2, 5, b"Test\0", True),
        (272, 2, 9, b"Test Cam\0", True),
    ]
    tifffile.imwrite(path, pixels, photometric=32803, metadata=None, extratags=tags)


def test_a_cameras_raw_file_is_developed_or_named(tmp_path: Path) -> None:
    pytest.importorskip("rawpy")
    dng(tmp_path / "x.dng", np.full((64, 96), 20_000, np.uint16))
    try:
        picture = read_picture(tmp_path / "x.dng")
    except PictureError as error:
        pytest.fail(str(error))
    assert picture.pixels.dtype == np.uint16
    assert picture.pixels.shape[2] == 3
    assert any("developed neutrally" in note for note in picture.notes)
    broken = bytearray((tmp_path / "x.dng").read_bytes())
    del broken[-2000:]
    (tmp_path / "y.nef").write_bytes(b"II*\0" + struct.pack("<IHHHII", 8, 1, 271, 2, 6, 26) + struct.pack("<I", 0) + b"Nikon\0")
    with pytest.raises(PictureError, match="a camera's raw file of Nikon"):
        read_picture(tmp_path / "y.nef")


def test_heic_pixels_outlive_the_file_they_came_from(tmp_path: Path) -> None:
    """The decoder owns the memory and takes it along: without a copy the first pixels were soon something else's."""
    pytest.importorskip("pi_heif")
    flat = np.full((48, 64, 3), 90, np.uint8)
    (tmp_path / "x.heic").write_bytes(heic(flat))
    pictures, other = [], []
    for count in range(60):
        pictures.append(read_picture(tmp_path / "x.heic"))
        other.append(bytes(64 * count))
    assert all(np.abs(picture.pixels.astype(int) - 90).max() <= 4 for picture in pictures)


@pytest.mark.parametrize("bits", [10, 12])
def test_white_in_a_deep_heic_is_white(tmp_path: Path, bits: int) -> None:
    """The decoder shifts ten bits up to sixteen, which makes 65472 of white."""
    heif = pytest.importorskip("pillow_heif")
    levels = np.repeat(np.array([0, 1 << (bits - 1), (1 << bits) - 1], np.uint16) << (16 - bits), 16)
    deep = np.ascontiguousarray(np.broadcast_to(levels[None, :, None], (32, 48, 3)))
    buffer = io.BytesIO()
    heif.options.SAVE_HDR_TO_12_BIT = bits == 12
    try:
        heif.from_bytes(mode="RGB;16", size=(48, 32), data=deep.tobytes()).save(buffer, quality=-1, chroma=444)
    finally:
        heif.options.SAVE_HDR_TO_12_BIT = False
    (tmp_path / "x.heic").write_bytes(buffer.getvalue())
    read = read_picture(tmp_path / "x.heic").pixels
    assert read.dtype == np.uint16
    assert read[16, 8].max() <= 65535 >> 9
    assert read[16, 40].min() == 65535
    assert abs(int(read[16, 24, 1]) - 32768) < 200


def test_colours_that_a_heic_has_multiplied_are_known_to_be(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    half = np.full((32, 48, 4), 100, np.uint8)
    buffer = io.BytesIO()
    heif.from_bytes(mode="RGBa", size=(48, 32), data=half.tobytes()).save(buffer, quality=-1, chroma=444)
    (tmp_path / "x.heic").write_bytes(buffer.getvalue())
    picture = read_picture(tmp_path / "x.heic")
    assert picture.premultiplied
    assert abs(float(sent(picture)[16, 24, 0]) - 1) < 0.01
