"""Files -> pictures."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from restored.engine.picture.pixels import LUMA, to_unit

from . import beside, converting, exif, jpeg, others, phones, png, pngchunks, raw, webp, xmp
from .content import content_of
from .errors import PictureError
from .picture import MAX_PIXELS, Metadata, Picture, Source, check_size
from .tiff import is_tiff, read_tiff

MOST_SCANS: Final = 200
MOST_DRAWN: Final = 15 * MAX_PIXELS
"""Pixels of a JPEG's passes together."""

READ: Final = "I read PNG, TIFF, JPEG, WebP, HEIC, AVIF, JPEG XL, JPEG 2000, OpenEXR, BMP and cameras' raw files."

_STRANGERS: Final[tuple[tuple[str, bytes], ...]] = (
    # where the mark lies does not matter: nothing else has it among its first bytes
    ("a GIF", b"GIF8"),
    ("a Photoshop document", b"8BPS\0"),
    ("a GIMP document", b"gimp xcf"),
    ("a Krita document", b"application/x-krita"),
    ("an OpenRaster document", b"image/openraster"),
    ("an Affinity document", b"\0\xffKSA"),
    ("a PDF", b"%PDF-"),
    ("a JPEG XR picture", b"II\xbc\x01"),
    ("a Radiance HDR picture", b"#?RADIANCE"),
    ("a DPX frame", b"SDPX"),
    ("a DPX frame", b"XPDS"),
    ("a FITS picture", b"SIMPLE  ="),
    ("an SVG drawing", b"<svg"),
    ("a web page or a drawing in XML", b"<?xml"),
    ("a web page", b"<!DOCTYPE html"),
    ("a video", b"ftypmp4"),
    ("a video", b"ftypisom"),
    ("a video", b"ftypqt"),
    ("a video", b"matroska"),
    ("a ZIP archive", b"PK\x03\x04"),
)
"""What photographers also have, by what such a file begins with; the first that fits."""

_OURS: Final = (("a JPEG picture", 0, b"\xff\xd8\xff"), ("a PNG picture", 0, png.SIGNATURE), ("a WebP picture", 8, b"WEBP"))
"""What is read, unless its decoder does not know this one: JPEGs of 12 bits or without loss, headers that say nothing."""

_FORMATS: Final[dict[str, Source]] = {"PNG": "png", "JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp"}

# What numpy sees of each Pillow mode; modes that are not here become the second entry first.
_AS_IT_IS: Final = ("L", "LA", "RGB", "RGBA", "I;16", "CMYK")
_BECOMES: Final = {"1": "L", "P": "RGB", "PA": "RGBA", "La": "LA", "RGBa": "RGBA", "RGBX": "RGB", "YCbCr": "RGB"}


_READERS: Final[dict[str, tuple[str, Callable[[bytes, str], tuple[Picture, int]]]]] = {
    "heic": ("a HEIC picture", phones.read_heic),
    "avif": ("an AVIF picture", phones.read_avif),
    "jpeg xl": ("a JPEG XL picture", phones.read_jxl),
    "jpeg 2000": ("a JPEG 2000 picture", others.read_jpeg2000),
    "openexr": ("an OpenEXR picture", others.read_openexr),
    "bmp": ("a BMP picture", others.read_bmp),
}


def read_picture(path: Path) -> Picture:
    """Read a picture at its own depth, turned upright.

    Raises PictureError with a sentence for everything that is no such picture, or holds several.
    """
    pictures = read_pages(path)
    if len(pictures) > 1:
        raise PictureError(f"“{path.name}” holds {len(pictures)} pictures. Save the one you mean as a file of its own.")
    return pictures[0]


def read_pages(path: Path) -> list[Picture]:
    """The picture in a file, or the pages of a TIFF, each at its own depth and upright. Raises PictureError."""
    return pages_of(content_of(path).data, path)


def pages_of(data: bytes, path: Path) -> list[Picture]:
    """The same for a file whose bytes were read already."""
    with warnings.catch_warnings(), _sentences(path.name):
        # decoders warn of every damaged tag, in words that are for programmers; what matters is said by the error
        warnings.simplefilter("ignore")
        pages = _read(data, path)
    upright = [_upright(picture, turn) for picture, turn in pages]
    left = () if upright[0].format == "raw" else tuple(note for note in beside.said(data) if note not in upright[0].notes)
    return [replace(upright[0], notes=upright[0].notes + left), *upright[1:]] if left else upright


def _read(data: bytes, path: Path) -> list[tuple[Picture, int]]:
    name = path.name
    if raw.is_raw(data, path.suffix):
        return [raw.read_raw(data, name)]
    if is_tiff(data):
        return read_tiff(data, name)
    kind = phones.kind_of(data) or others.kind_of(data)
    if kind is not None:
        words, reader = _READERS[kind]
        with _sentences(name, words):
            return [reader(data, name)]
    return [_read_with_pillow(data, name)]


def _upright(picture: Picture, turn: int) -> Picture:
    """Turned, and in colours that have a way back."""
    pixels = picture.pixels if turn == 1 else _turned(picture.pixels, turn)
    pixels, icc, notes = converting.with_way_back(pixels, picture.metadata.icc)
    if pixels is picture.pixels and not notes:
        return picture
    metadata = replace(picture.metadata, icc=icc)
    return replace(picture, pixels=pixels, metadata=metadata, notes=picture.notes + notes)


def read_mask(path: Path, width: int, height: int) -> NDArray:
    """A mask as (H, W) uint8 or float32: white (1) where the picture may change, black (0) where it must not.

    Colour masks count by their brightness, and transparent parts as black. Raises PictureError when the size is another.
    """
    picture = read_picture(path)
    if (picture.width, picture.height) != (width, height):
        raise PictureError(
            f"The mask is {picture.width} x {picture.height} pixels, but the picture is {width} x {height}. "
            "They must be of one size."
        )
    pixels = picture.pixels
    if pixels.shape[2] == 1 and pixels.dtype == np.uint8:
        return pixels[..., 0]
    values = to_unit(pixels)
    gray = values[..., 0] if values.shape[2] < 3 else values[..., :3] @ LUMA
    return gray * values[..., -1] if picture.has_alpha else gray


@contextmanager
def _sentences(name: str, kind: str = "") -> Iterator[None]:
    """Whatever a decoder stumbles over becomes one sentence: files come from anywhere, decoders raise anything."""
    try:
        yield
    except PictureError:
        raise
    except MemoryError as error:
        raise PictureError(f"There is not enough memory to open “{name}”.") from error
    except Exception as error:  # every decoder has errors of its own, and some have bugs
        what = f"{kind}, but " if kind else ""
        raise PictureError(f"“{name}” is {what}damaged or incomplete and cannot be opened ({_first_line(error)}).") from error


def _read_with_pillow(data: bytes, name: str) -> tuple[Picture, int]:
    if data.startswith(png.SIGNATURE) and len(data) > 33:
        check_size(name, *png.size(data))
    try:
        seen = png.drawn(data) if data.startswith(png.SIGNATURE) else data
        image = Image.open(io.BytesIO(seen), formats=("PNG", "JPEG", "WEBP"))
    except UnidentifiedImageError:
        raise PictureError(_not_ours(data, name)) from None
    except Image.DecompressionBombError:
        raise PictureError(f"“{name}” says it is larger than any photograph, so it is not opened.") from None
    except Exception as error:  # as above
        raise PictureError(f"“{name}” is damaged and cannot be opened ({_first_line(error)}).") from error
    check_size(name, *image.size)
    kind = _FORMATS[image.format or ""]
    if kind == "jpeg":
        _check_scans(data, name, image.size)
    if kind != "jpeg" and getattr(image, "n_frames", 1) > 1:  # a phone's JPEG may carry a depth map behind the picture
        raise PictureError(f"“{name}” is an animation. Save the frame you mean as a picture of its own.")
    deep = kind == "png" and png.bit_depth(data) == 16
    pixels = png.decode16(data) if deep else _decode(image)
    how = jpeg.encoding(image) if kind == "jpeg" else webp.encoding(data) if kind == "webp" else None
    said = _said(data, image, kind, pixels.shape[2], name)
    turn = exif.orientation(said.exif)
    height, width = pixels.shape[:2]
    if turn > 4:
        width, height = height, width
    notes: tuple[str, ...] = ()
    if image.mode == "CMYK":
        pixels, icc, notes = converting.cmyk(pixels, said.icc, name)
        said, how = replace(said, icc=icc), None
    block = exif.settled(said.exif, width, height)
    if said.exif and block is None:
        notes += ("The EXIF data of this picture is damaged, so the result is without it.",)
    metadata = replace(said, exif=block, xmp=xmp.settled(said.xmp, turn, width, height), dpi=_dpi(image))
    return Picture(pixels, kind, metadata, kind == "jpeg" or how is not None, encoding=how, notes=notes), turn


def _said(data: bytes, image: Image.Image, kind: str, channels: int, name: str) -> Metadata:
    """What stands beside the pixels, as it was written."""
    if kind == "png":
        chunks = pngchunks.read(data)
        texts = tuple(chunks.texts)
        return Metadata(pngchunks.icc(chunks, channels, name), chunks.exif, chunks.xmp, iptc=chunks.iptc, texts=texts)
    packet = image.info.get("xmp") or None
    iptc = comment = None
    if kind == "jpeg":
        packet, iptc, comment = jpeg.extras(data, packet)
    icc = image.info.get("icc_profile") or None
    return Metadata(icc, exif.bare(image.info.get("exif")), packet, iptc=iptc, comment=comment)


def _check_scans(data: bytes, name: str, size: tuple[int, int]) -> None:
    """A progressive JPEG is drawn in about ten passes over all of it; one of thousands would keep a decoder busy for hours."""
    scans = data.count(b"\xff\xda")  # in what is drawn an 0xff is always followed by 0
    if scans > MOST_SCANS or scans * size[0] * size[1] > MOST_DRAWN:
        raise PictureError(f"“{name}” is drawn in {scans:,} passes, which no photograph needs, so it is not opened.")


def _not_ours(data: bytes, name: str) -> str:
    for kind, at, mark in _OURS:
        if data.startswith(mark, at):
            return f"“{name}” is {kind}, but damaged, or of a rare kind that I do not read. Save it anew in another program."
    for kind, mark in _STRANGERS:
        if mark in data[:64]:
            return f"“{name}” is {kind}. {READ} Save it as one of these first."
    return f"“{name}” is not a picture I can read. {READ}"


def _decode(image: Image.Image) -> NDArray:
    if image.mode not in _AS_IT_IS or "transparency" in image.info:
        clear = "transparency" in image.info
        mode = _BECOMES.get(image.mode, image.mode)
        if clear and mode in ("L", "RGB"):
            mode = "LA" if mode == "L" else "RGBA"
        image = image.convert(mode)
    pixels = np.asarray(image)
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _turned(pixels: NDArray, turn: int) -> NDArray:
    """What Pillow's transposition of the same number does, for arrays of any depth."""
    turns = {
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.swapaxes(0, 1),
        6: lambda p: p.swapaxes(0, 1)[:, ::-1],
        7: lambda p: p[::-1, ::-1].swapaxes(0, 1),
        8: lambda p: p.swapaxes(0, 1)[::-1],
    }
    return np.ascontiguousarray(turns[turn](pixels))


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    dpi = image.info.get("dpi")
    if not dpi or not all(0 < float(value) < 1e6 for value in dpi):
        return None
    return float(dpi[0]), float(dpi[1])


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
