"""Other people's files: each of `cases/` stands for a kind that went wrong once, and goes right."""

import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Literal

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image

from restored.io import Metadata, Picture, PictureError, kept_quality, read_pages, read_picture, received, sent, write_picture

CASES = Path(__file__).parent / "cases"
RGB = np.random.default_rng(3).integers(0, 255, (24, 32, 3), np.uint8)


def again(picture: Picture, path: Path) -> tuple[Picture, list[str]]:
    notes = write_picture(path, picture)
    return read_picture(path), notes


def exif_of(path: Path) -> Image.Exif:
    with Image.open(path) as image:
        return image.getexif()


@pytest.mark.parametrize("suffix", ["tif", "jpg", "png", "webp"])
@pytest.mark.parametrize("name", ["umlaut.jpg", "exif-umlaut-iptc.jpg"])
def test_text_that_is_not_ascii_is_carried_as_bytes(tmp_path: Path, name: str, suffix: str) -> None:
    before = read_picture(CASES / name)
    after, _ = again(before, tmp_path / f"x.{suffix}")
    assert before.metadata.exif is not None
    assert after.metadata.exif is not None
    first = [tag for tag in (0x010E, 0x013B, 0x8298) if tag in exif_of(CASES / name)]
    assert first
    for tag in first:
        words = exif_of(CASES / name)[tag]
        raw = words.encode("utf-8") if isinstance(words, str) else words
        assert raw.rstrip(b"\0") in after.metadata.exif or words.encode("latin-1").rstrip(b"\0") in after.metadata.exif


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("suffix", ["tif", "png", "jpg", "webp"])
def test_a_tiffs_texts_keep_their_bytes(tmp_path: Path, suffix: str, order: Literal["<", ">"]) -> None:
    texts = {33432: "© 2019 Zoë Müller".encode() + b"\0", 269: b"Gr\xfc\xdfe\0", 270: b"caf\xe9\0", 315: "Zoë".encode() + b"\0"}
    title = "Titel ä".encode("utf-16-le") + b"\0\0"
    tags = [(code, 2, len(text), text, True) for code, text in texts.items()] + [(40091, 1, len(title), title, True)]
    tifffile.imwrite(tmp_path / "in.tif", RGB, photometric="rgb", byteorder=order, metadata=None, extratags=tags)
    out = tmp_path / f"out.{suffix}"
    write_picture(out, read_picture(tmp_path / "in.tif"))
    data = out.read_bytes()
    for text in (*texts.values(), title):
        assert text in data


def test_iptc_and_comment_go_where_there_is_a_place(tmp_path: Path) -> None:
    before = read_picture(CASES / "exif-umlaut-iptc.jpg")
    assert before.metadata.iptc is not None
    assert before.metadata.comment is not None
    for suffix in ("jpg", "png", "tif"):
        after, notes = again(before, tmp_path / f"x.{suffix}")
        assert after.metadata.iptc == before.metadata.iptc, suffix
        assert notes == [] or suffix == "tif"
    assert again(before, tmp_path / "x.jpg")[0].metadata.comment == before.metadata.comment
    assert ("Comment", before.metadata.comment.decode("latin-1")) in again(before, tmp_path / "x.png")[0].metadata.texts
    assert [word for note in again(before, tmp_path / "x.webp")[1] for word in ("IPTC", "comment") if word in note]


def test_exif_in_imagemagicks_place_is_exif(tmp_path: Path) -> None:
    before = read_picture(CASES / "exiv2-exif-orientation6.png")
    assert (before.width, before.height) == (96, 128)
    after, _ = again(before, tmp_path / "x.png")
    assert (after.width, after.height) == (96, 128)
    assert after.metadata.exif == before.metadata.exif is not None


def test_a_bigtiffs_texts_are_kept(tmp_path: Path) -> None:
    with tifffile.TiffFile(CASES / "bigtiff-text.tif") as file:
        words = [file.pages.first.tags[code].value for code in (33432, 270)]
    again(read_picture(CASES / "bigtiff-text.tif"), tmp_path / "x.tif")
    with tifffile.TiffFile(tmp_path / "x.tif") as file:
        assert [file.pages.first.tags[code].value for code in (33432, 270)] == words


def test_xmp_in_utf_16_is_kept(tmp_path: Path) -> None:
    before = read_picture(CASES / "xmp-utf16.jpg")
    write_picture(tmp_path / "x.jpg", before, '{"a":1}')
    packet = read_picture(tmp_path / "x.jpg").metadata.xmp
    assert packet is not None
    assert "Grüße" in packet.decode("utf-8")
    assert b'"a":1' in packet


def test_a_face_turns_with_the_pixels() -> None:
    picture = read_picture(CASES / "face-region-orientation6.jpg")
    assert (picture.width, picture.height) == (192, 256)
    packet = (picture.metadata.xmp or b"").decode()
    for words in ('stArea:x="0.5"', 'stArea:y="0.25"', 'stArea:w="0.2"', 'stArea:h="0.1"', 'stDim:w="192"', 'stDim:h="256"'):
        assert words in packet


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(pixels: np.ndarray, *chunks: bytes) -> bytes:
    data = bytes(imagecodecs.png_encode(pixels))
    return data[:33] + b"".join(chunks) + data[33:]


GAMA = chunk(b"gAMA", struct.pack(">I", 100_000))
CICP_P3 = chunk(b"cICP", bytes([12, 13, 0, 1]))
ADOBE = bytes(imagecodecs.cms_profile("adobergb"))
ICCP = chunk(b"iCCP", b"x\0\0" + zlib.compress(ADOBE))


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_a_pngs_gamma_is_what_its_numbers_mean(tmp_path: Path, depth: type) -> None:
    half = np.full((4, 4, 3), np.iinfo(depth).max // 2, depth)
    (tmp_path / "x.png").write_bytes(png_with(half, GAMA))
    picture = read_picture(tmp_path / "x.png")
    assert sent(picture)[0, 0, 0] == pytest.approx(0.735, abs=0.01), "half of the light is 0.735 in sRGB"
    after, _ = again(picture, tmp_path / "y.png")
    np.testing.assert_array_equal(after.pixels, half)
    assert sent(after)[0, 0, 0] == pytest.approx(0.735, abs=0.01)


def test_a_pngs_colour_chunks_have_their_precedence(tmp_path: Path) -> None:
    red = np.full((4, 4, 3), (255, 0, 0), np.uint8)

    def seen(*chunks: bytes) -> np.ndarray:
        (tmp_path / "x.png").write_bytes(png_with(red, *chunks))
        values = sent(read_picture(tmp_path / "x.png"))[0, 0]
        return values / 255 if values.dtype == np.uint8 else values

    p3, adobe = seen(CICP_P3), seen(ICCP)
    assert p3[0] == pytest.approx(1.09, abs=0.01)
    assert adobe[0] == pytest.approx(1.15, abs=0.02)
    np.testing.assert_allclose(seen(CICP_P3, ICCP, GAMA), p3)
    np.testing.assert_allclose(seen(ICCP, GAMA), adobe)
    srgb = chunk(b"sRGB", b"\0")
    np.testing.assert_allclose(seen(srgb, GAMA), [1, 0, 0])
    np.testing.assert_allclose(seen(chunk(b"gAMA", struct.pack(">I", 45455))), [1, 0, 0])
    assert read_picture(CASES / "cicp-p3.png").metadata.icc is not None


def test_an_hdr_png_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(png_with(RGB, chunk(b"cICP", bytes([9, 16, 0, 1]))))
    with pytest.raises(PictureError, match=r"HDR picture \(PQ\)"):
        read_picture(tmp_path / "x.png")


def test_premultiplied_alpha_is_divided_and_multiplied_again() -> None:
    picture = read_picture(CASES / "premultiplied-disc.tif")
    assert picture.premultiplied
    layer = sent(picture)
    alpha = picture.pixels[..., 3:] / 255
    np.testing.assert_allclose(layer[..., :3] * alpha, picture.pixels[..., :3] / 255 * (alpha > 0), atol=1e-6)
    np.testing.assert_array_equal(received(layer, picture), picture.pixels)
    brighter = layer.copy()
    brighter[:9, :, :3] = np.minimum(brighter[:9, :, :3] * 1.2, 1)
    result = received(brighter, picture)
    assert (result[..., :3] <= result[..., 3:].astype(int) + 1).all()
    np.testing.assert_array_equal(result[9:], picture.pixels[9:])


def test_ycbcr_is_not_taken_for_rgb() -> None:
    pixels = read_picture(CASES / "ycbcr-lzw.tif").pixels
    with Image.open(CASES / "ycbcr-lzw.tif") as image:
        expected = np.asarray(image.convert("RGB"))
    np.testing.assert_allclose(pixels.astype(int), expected, atol=1)


@pytest.mark.parametrize("turn", [1, 6])
def test_ycbcr_is_turned_once(tmp_path: Path, turn: int) -> None:
    stored = Image.fromarray(np.kron(np.array([[0, 80, 160]], np.uint8), np.ones((16, 16), np.uint8))).convert("YCbCr")
    stored.save(tmp_path / "x.tif", tiffinfo={274: turn})
    picture = read_picture(tmp_path / "x.tif")
    assert (picture.width, picture.height) == ((48, 16) if turn == 1 else (16, 48))


def test_a_profile_without_a_way_back_is_replaced_and_said(tmp_path: Path) -> None:
    picture = read_picture(CASES / "scanner-lut-profile.jpg")
    assert picture.metadata.icc is not None
    assert any("Adobe RGB" in note for note in picture.notes)
    received(sent(picture), picture)
    with Image.open(CASES / "scanner-lut-profile.jpg") as image:
        icc, stored = image.info["icc_profile"], np.asarray(image)
    meant = imagecodecs.cms_transform(stored, icc, read_srgb(), colorspace="rgb", outcolorspace="rgb", outdtype=np.float32)
    np.testing.assert_allclose(sent(picture), meant, atol=0.02)


def read_srgb() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_a_lossy_webp_stays_as_large_as_it_was(tmp_path: Path) -> None:
    picture = read_picture(CASES / "lossy-icc.webp")
    assert picture.lossy
    write_picture(tmp_path / "x.webp", picture, quality=kept_quality(tmp_path / "x.webp", picture))
    was = (CASES / "lossy-icc.webp").stat().st_size
    assert (tmp_path / "x.webp").stat().st_size == pytest.approx(was, rel=0.15)


@pytest.mark.parametrize("quality", [40, 80, 97])
@pytest.mark.parametrize("sampling", [0, 1, 2])
def test_a_jpeg_is_saved_as_it_was(tmp_path: Path, quality: int, sampling: int) -> None:
    Image.fromarray(RGB).save(tmp_path / "in.jpg", quality=quality, subsampling=sampling)
    picture = read_picture(tmp_path / "in.jpg")
    assert picture.encoding is not None
    assert picture.encoding.quality == pytest.approx(quality, abs=1)
    after, _ = again(picture, tmp_path / "out.jpg")
    assert after.encoding == picture.encoding
    write_picture(tmp_path / "low.jpg", picture, quality=20)
    low = read_picture(tmp_path / "low.jpg").encoding
    assert low is not None
    assert low.quality == pytest.approx(20, abs=1)


def test_16_bit_gray_of_either_order_is_gray() -> None:
    picture = read_picture(CASES / "gray16-bigendian.tif")
    assert picture.pixels.dtype == np.uint16
    assert picture.pixels.shape[2] == 1
    assert picture.pixels.mean() == pytest.approx(tifffile.imread(CASES / "gray16-bigendian.tif").mean())


def cmyk_profile() -> bytes | None:
    found = list(Path("/usr/share/color/icc").rglob("*cmyk*.icc")) if Path("/usr/share/color/icc").is_dir() else []
    return found[0].read_bytes() if found else None


def test_cmyk_without_a_profile_is_refused_and_lab_is_converted(tmp_path: Path) -> None:
    Image.new("CMYK", (8, 8)).save(tmp_path / "x.jpg")
    with pytest.raises(PictureError, match="no profile of its press"):
        read_picture(tmp_path / "x.jpg")
    lab = np.zeros((4, 4, 3), np.uint8)
    lab[..., 0] = 255
    tifffile.imwrite(tmp_path / "lab.tif", lab, photometric="cielab")
    picture = read_picture(tmp_path / "lab.tif")
    assert any("Lab" in note for note in picture.notes)
    assert picture.pixels.dtype == np.uint16
    assert (picture.pixels > 65_000).all(), "L 100 is white"


def test_pages_and_the_infrared_one(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "scan.tif") as file:
        file.write(RGB, photometric="rgb", metadata=None)
        file.write(RGB[..., 0], photometric="minisblack", metadata=None)
    assert [page.role for page in read_pages(tmp_path / "scan.tif")] == ["picture", "infrared"]
    with pytest.raises(PictureError, match="2 pictures"):
        read_picture(tmp_path / "scan.tif")


def test_sizes_in_xmp_follow_an_enlargement() -> None:
    from restored.io.xmp import settled

    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/" tiff:ImageWidth="10">'
        b"<exif:PixelYDimension>20</exif:PixelYDimension></rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    after = settled(packet, 1, 20, 40)
    assert after is not None
    assert b'tiff:ImageWidth="20"' in after
    assert b"<exif:PixelYDimension>40<" in after


def test_damaged_xmp_is_said_not_silently_replaced(tmp_path: Path) -> None:
    picture = Picture(RGB, "png", Metadata(xmp=b"<x:xmpmeta><unclosed"))
    notes = write_picture(tmp_path / "x.png", picture, "recipe")
    assert any("XMP" in note for note in notes)
    assert read_picture(tmp_path / "x.png").metadata.xmp is not None
    assert replace(picture, notes=()).notes == ()
