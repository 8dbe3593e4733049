"""What may come in: odd kinds of pictures work, everything else becomes a sentence."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from restored.io import PictureError, read_mask, read_picture

RGB = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


def test_palette_pictures_are_what_they_look_like(tmp_path: Path) -> None:
    image = Image.fromarray(RGB).quantize(16)
    image.save(tmp_path / "x.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "x.png").pixels, np.asarray(image.convert("RGB")))
    image.save(tmp_path / "clear.png", transparency=0)
    clear = read_picture(tmp_path / "clear.png").pixels
    assert clear.shape == (4, 6, 4)
    np.testing.assert_array_equal(clear[..., 3] == 0, np.asarray(image) == 0)


def test_bilevel_and_gray(tmp_path: Path) -> None:
    bits = Image.fromarray(RGB[..., 0] > 30)
    for name in ("x.png", "x.tif"):
        bits.save(tmp_path / name)
        np.testing.assert_array_equal(read_picture(tmp_path / name).pixels[..., 0], np.where(RGB[..., 0] > 30, 255, 0))
    Image.fromarray(RGB[..., :1].squeeze()).save(tmp_path / "g.jpg", quality=100)
    assert read_picture(tmp_path / "g.jpg").pixels.shape == (4, 6, 1)


def test_tiff_variants(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    tifffile.imwrite(path, np.moveaxis(RGB, -1, 0), photometric="rgb", planarconfig="separate")
    np.testing.assert_array_equal(read_picture(path).pixels, RGB)
    tifffile.imwrite(path, RGB[..., 0], photometric="miniswhite")
    np.testing.assert_array_equal(read_picture(path).pixels[..., 0], 255 - RGB[..., 0])
    Image.fromarray(RGB).quantize(8).save(path)
    colours = read_picture(path).pixels
    assert (colours.dtype, colours.shape) == (np.uint16, (4, 6, 3))
    np.testing.assert_allclose(colours / 65535, np.asarray(Image.open(path).convert("RGB")) / 255, atol=1 / 255)
    tifffile.imwrite(path, RGB.astype(np.float64) / 255, photometric="rgb")
    assert read_picture(path).pixels.dtype == np.float32
    tifffile.imwrite(path, RGB.astype(">u2"), photometric="rgb", byteorder=">")
    np.testing.assert_array_equal(read_picture(path).pixels, RGB.astype(np.uint16))
    tifffile.imwrite(path, RGB, photometric="rgb", bigtiff=True)
    np.testing.assert_array_equal(read_picture(path).pixels, RGB)


def test_associated_alpha_stays_associated(tmp_path: Path) -> None:
    from restored.io import write_picture

    pixels = np.full((2, 2, 4), (60, 30, 0, 120), np.uint8)
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric="rgb", extrasamples=["assocalpha"])
    picture = read_picture(tmp_path / "x.tif")
    assert picture.premultiplied
    write_picture(tmp_path / "y.tif", picture)
    again = read_picture(tmp_path / "y.tif")
    assert again.premultiplied
    np.testing.assert_array_equal(again.pixels, pixels)
    write_picture(tmp_path / "y.png", picture)
    np.testing.assert_allclose(read_picture(tmp_path / "y.png").pixels[0, 0], (128, 64, 0, 120), atol=1)


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = b"IDAT" + zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (body, pixels, b"IEND")
    )


def jpeg(**how) -> bytes:
    import io

    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)).save(buffer, "JPEG", **how)
    return buffer.getvalue()


def saved(tmp_path: Path, name: str, **how) -> bytes:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)).save(tmp_path / name, **how)
    return (tmp_path / name).read_bytes()


BAD = {
    "not an image": (lambda _: b"hello, world" * 99, "x.png", "not a picture I can read"),
    "empty": (lambda _: b"", "x.png", "is empty"),
    "zero width": (lambda _: png_header(0, 5), "x.png", "0 x 5 pixels: there is no picture"),
    "huge png": (lambda _: png_header(40_000, 40_000), "x.png", "40,000 x 40,000"),
    "truncated png": (lambda t: saved(t, "a.png")[:-3000], "x.png", "damaged or incomplete"),
    "truncated jpeg": (lambda _: jpeg()[:1500], "x.jpg", "damaged or incomplete"),
    "truncated webp": (lambda t: saved(t, "a.webp", lossless=True)[:-3000], "x.webp", "damaged"),
    "truncated tiff": (lambda t: saved(t, "a.tif")[:5000], "x.tif", "damaged or incomplete"),
    "tiff that is only a header": (lambda _: b"II*\0\x08\0\0\0", "x.tif", "damaged or incomplete|no picture"),
    "heic": (lambda _: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "x.jpg", "is a HEIC picture, but damaged"),
    "jpeg of 12 bits": (
        lambda _: jpeg().replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
        "x.jpg",
        "is a JPEG .* rare kind",
    ),
    "jpeg without height": (lambda _: jpeg().replace(b"\xff\xc0\0\x11\x08\0\x40", b"\xff\xc0\0\x11\x08\0\0"), "x", "is a JPEG"),
    "sound": (lambda _: b"RIFF\x20\0\0\0WAVEfmt " + bytes(99), "x.wav", "not a picture I can read"),
    "gif": (lambda t: saved(t, "a.gif"), "x.gif", "is a GIF"),
    "cmyk jpeg": (lambda t: (Image.new("CMYK", (8, 8)).save(t / "a.jpg"), (t / "a.jpg").read_bytes())[1], "x.jpg", "CMYK"),
    "cmyk tiff": (lambda t: (Image.new("CMYK", (8, 8)).save(t / "a.tif"), (t / "a.tif").read_bytes())[1], "x.tif", "CMYK"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_become_sentences(tmp_path: Path, case: str) -> None:
    make, name, words = BAD[case]
    data = make(tmp_path)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(PictureError, match=words) as caught:
        read_picture(tmp_path / name)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_nobody_but_the_sentence_speaks(tmp_path: Path) -> None:
    """tifffile logs what it stumbles over, and Python prints such a log where nobody has asked for logs."""
    (tmp_path / "x.tif").write_bytes(b"II*\0" + bytes(200))
    code = "import sys; from pathlib import Path; from restored.io import *\ntry: read_picture(Path(sys.argv[1]))"
    code += "\nexcept PictureError as e: print(e)"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.tif")], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("There is no picture in “x.tif”.\n", "")


def test_huge_tiff_header(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "x.tif", RGB, photometric="rgb")
    data = bytearray((tmp_path / "x.tif").read_bytes())
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        tags = file.pages.first.tags
        places = [tags[code].valueoffset for code in (256, 257)]
    for place in places:
        data[place : place + 4] = struct.pack("<I", 40_000)
    (tmp_path / "x.tif").write_bytes(data)
    with pytest.raises(PictureError, match="40,000 x 40,000"):
        read_picture(tmp_path / "x.tif")


def test_several_pictures_in_one_file(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "pages.tif", np.stack([RGB, RGB]), photometric="rgb")
    with pytest.raises(PictureError, match="2 pictures"):
        read_picture(tmp_path / "pages.tif")
    frames = [Image.fromarray(RGB), Image.fromarray(255 - RGB)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:])
    with pytest.raises(PictureError, match="animation"):
        read_picture(tmp_path / "a.webp")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(PictureError, match="is a folder"):
        read_picture(tmp_path)


def test_masks(tmp_path: Path) -> None:
    gray = RGB[..., 0]
    Image.fromarray(gray).save(tmp_path / "m.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "m.png", 6, 4), gray)
    colour = np.zeros((4, 6, 4), np.uint8)
    colour[..., :3], colour[:2, :, 3] = 255, 255
    Image.fromarray(colour).save(tmp_path / "c.png")
    mask = read_mask(tmp_path / "c.png", 6, 4)
    assert mask[:2] == pytest.approx(1)
    assert mask[2:] == pytest.approx(0)
    with pytest.raises(PictureError, match="6 x 4 pixels, but the picture is 7 x 4"):
        read_mask(tmp_path / "m.png", 7, 4)
