"""TIFF at every depth, which Pillow does not do."""

import io
import itertools
import logging
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO, Final

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from restored.ground.limits import LUMA_601

from . import converting, exif, ifd, jpeg, xmp
from .errors import PictureError
from .picture import Metadata, Picture, check_size
from .tiffscan import check_directories

# what is wrong with a file is said once, by the sentence that refuses it
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_EXIF_IFD, _GPS_IFD, _INTEROP_IFD, _XMP, _ICC, _IPTC, _PHOTOSHOP = 34665, 34853, 40965, 700, 34675, 33723, 34377
_ORIENTATION: Final = 274
# what is about the photograph, not about how its bytes lie: document, description, camera, page, software, time, author,
# host, rating, title and others of Windows (XP*), copyright
_KEPT: Final = (269, 270, 271, 272, 285, 305, 306, 315, 316, 18246, 18249, 33432, 40091, 40092, 40093, 40094, 40095)
_DESCRIPTION: Final = 270
_MAKERS_DNG: Final = 50706
# tifffile refuses to write pointers to other directories, so their places are held by codes that nobody uses
_STAND_INS: Final = {34664: _EXIF_IFD, 34852: _GPS_IFD}
_MAX_CLASSIC: Final = 3_900_000_000
_DEPTHS: Final = ("uint8", "uint16", "uint32", "float16", "float32")


def is_tiff(data: bytes) -> bool:
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_tiff(data: bytes, name: str) -> list[tuple[Picture, int]]:
    """The pictures in a TIFF file as they are stored, each with the orientation it must be turned by."""
    check_directories(data, name)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        # a camera's thumbnail or a pyramid's smaller levels are no pictures of their own
        pages = [page for page in file.pages if isinstance(page, tifffile.TiffPage) and not page.is_reduced]
        if pages and all(page.is_mask for page in pages):
            pages = []
        if not pages:
            raise PictureError(f"There is no picture in “{name}”.")
        for page in pages:
            check_size(name, page.imagewidth, page.imagelength)
        check_size(name, max(page.imagewidth for page in pages), sum(page.imagelength for page in pages))
        infrared = _infrared(pages)
        return [_page(page, data, name, infrared=page is infrared) for page in pages if page is infrared or not page.is_mask]


def _infrared(pages: list[tifffile.TiffPage]) -> tifffile.TiffPage | None:
    """The gray page that scanners put behind a colour page of the same size: what infrared light saw, which is dust."""
    for before, page in itertools.pairwise(pages):
        alike = (before.imagewidth, before.imagelength) == (page.imagewidth, page.imagelength)
        if alike and before.samplesperpixel >= 3 and page.samplesperpixel == 1 and page.bitspersample >= 8:
            return page
    return None


def _page(page: tifffile.TiffPage, data: bytes, name: str, *, infrared: bool) -> tuple[Picture, int]:
    pixels, made, notes = _pixels(page, name, data)
    turn = int(page.tags.valueof(_ORIENTATION, 1) or 1)
    turn = turn if 1 <= turn <= 8 else 1
    height, width = pixels.shape[:2]
    if turn > 4:
        width, height = height, width
    block, iptc = metadata_of(data, page.offset)
    metadata = Metadata(
        icc=made or bytes(page.tags.valueof(_ICC) or b"") or None,
        exif=exif.settled(block, width, height),
        xmp=xmp.settled(_as_bytes(page.tags.valueof(_XMP)), turn, width, height),
        dpi=_dpi(page),
        iptc=iptc,
    )
    premultiplied = bool(page.extrasamples) and page.extrasamples[0] == tifffile.EXTRASAMPLE.ASSOCALPHA
    lossy = page.compression in (tifffile.COMPRESSION.JPEG, tifffile.COMPRESSION.OJPEG, tifffile.COMPRESSION.WEBP)
    role = "infrared" if infrared else "picture"
    return Picture(pixels, "tiff", metadata, lossy, premultiplied, notes=notes, role=role), turn


def write_tiff(file: BinaryIO, pictures: Sequence[tuple[NDArray, Metadata, bool]]) -> None:
    """Write pages of (H, W, C) pixels of any depth, each with whether its alpha is premultiplied; compressed without loss."""
    buffer, directories = io.BytesIO(), []
    with tifffile.TiffWriter(buffer, byteorder="<", bigtiff=sum(p.nbytes for p, _, _ in pictures) > _MAX_CLASSIC) as writer:
        for pixels, metadata, premultiplied in pictures:
            first, below = _split(metadata.exif)
            if metadata.comment and _DESCRIPTION not in first:
                first[_DESCRIPTION] = ifd.Entry(2, len(metadata.comment) + 1, metadata.comment + b"\0")
            if metadata.iptc:
                first[_IPTC] = ifd.Entry(7, len(metadata.iptc), metadata.iptc)
            if metadata.xmp:
                first[_XMP] = ifd.Entry(1, len(metadata.xmp), metadata.xmp)
            tags = [(code, entry.kind, entry.values, entry.data, True) for code, entry in first.items()]
            places = [(code, 4, 1, 0, True) for code, target in _STAND_INS.items() if below.get(target)]
            alpha = "assocalpha" if premultiplied else "unassalpha"
            writer.write(
                pixels[..., 0] if pixels.shape[2] == 1 else pixels,
                photometric="rgb" if pixels.shape[2] > 2 else "minisblack",
                planarconfig="contig" if pixels.shape[2] > 1 else None,
                extrasamples=[alpha] if pixels.shape[2] in (2, 4) else None,
                compression="zlib",
                predictor=True,
                resolution=metadata.dpi,
                resolutionunit="inch" if metadata.dpi else None,
                iccprofile=metadata.icc,
                metadata=None,
                software=False,
                contiguous=False,
                extratags=[*tags, *places],
            )
            directories.append(below)
    file.write(_with_directories(bytearray(buffer.getbuffer()), directories))


def _pixels(page: tifffile.TiffPage, name: str, data: bytes) -> tuple[NDArray, bytes | None, tuple[str, ...]]:
    """The pixels as gray or RGB; the profile that they are in then, where it is not the file's own; and sentences."""
    photometric = getattr(page.photometric, "name", str(page.photometric))
    if photometric in ("CFA", "LINEAR_RAW"):
        raise PictureError(f"“{name}” holds what a camera's sensor saw, no picture yet. Develop it with a raw converter first.")
    if photometric == "YCBCR" and page.compression not in (tifffile.COMPRESSION.JPEG, tifffile.COMPRESSION.OJPEG):
        return _ycbcr(page, name, data), None, ()
    pixels = np.asarray(page.asarray())
    if page.axes.startswith("S"):  # one plane per channel
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 3 or not 1 <= pixels.shape[2] <= 4:
        raise PictureError(f"“{name}” has {pixels.shape[-1]} channels; I know gray and RGB, with or without transparency.")
    if photometric in ("CIELAB", "ICCLAB"):
        return converting.lab(_lab(pixels, photometric, name))
    if photometric == "SEPARATED" and pixels.shape[2] == 4:
        return converting.cmyk(pixels.astype(pixels.dtype.newbyteorder("=")), bytes(page.tags.valueof(_ICC) or b"") or None, name)
    if photometric not in ("MINISWHITE", "MINISBLACK", "RGB", "PALETTE", "YCBCR", "MASK"):
        raise PictureError(f"“{name}” is in a colour space that I do not read ({photometric}). Convert it to RGB first.")
    if photometric == "PALETTE":
        colours = np.asarray(page.colormap)
        pixels = np.moveaxis(colours[:, pixels[..., 0]], 0, -1)
    pixels = _standard_depth(pixels, page.bitspersample, name)
    if photometric == "MINISWHITE":
        pixels = np.iinfo(pixels.dtype).max - pixels if pixels.dtype.kind == "u" else 1 - pixels
    return np.ascontiguousarray(pixels), None, ()


def _lab(pixels: NDArray, photometric: str, name: str) -> NDArray:
    """L 0..100, a and b as they are, from what TIFF makes of them: signed (CIELab) or from an offset (ICCLab)."""
    if pixels.dtype.itemsize > 2 or pixels.dtype.kind != "u" or pixels.shape[2] < 3:
        raise PictureError(f"“{name}” is in Lab at a depth that I do not read. Convert it to RGB first.")
    deep = pixels.dtype.itemsize == 2
    numbers = pixels[..., :3].astype(pixels.dtype.newbyteorder("="))
    light = numbers[..., :1].astype(np.float32) * (100 / (65535 if deep else 255))
    if photometric == "CIELAB":
        colour = numbers[..., 1:].view(np.int16 if deep else np.int8).astype(np.float32) / (256 if deep else 1)
    else:
        colour = numbers[..., 1:].astype(np.float32) / (256 if deep else 1) - 128
    return np.concatenate([light, colour], axis=-1)


def _ycbcr(page: tifffile.TiffPage, name: str, data: bytes) -> NDArray:
    """Luma and colour difference as RGB (TIFF 6.0, section 21). Colour at half the size is left to libtiff, which knows all its
    layouts; it is not asked for more, because it complains of damaged files on the standard error, past all of us."""
    if page.bitspersample != 8 or (page.samplesperpixel != 3):
        raise PictureError(f"“{name}” is in YCbCr of a kind that I do not read. Convert it to RGB first.")
    if tuple(page.tags.valueof(530, (2, 2))) != (1, 1):
        if page.index != 0:
            raise PictureError(f"“{name}” has several pictures in YCbCr, which I do not read. Convert them to RGB first.")
        with Image.open(io.BytesIO(data), formats=("TIFF",)) as image:
            image.getexif().pop(_ORIENTATION, None)
            return np.array(image.convert("RGB"))
    stored = np.asarray(page.asarray())
    stored = (np.moveaxis(stored, 0, -1) if page.axes.startswith("S") else stored).astype(np.float32)
    red, green, blue = _fractions(page.tags.valueof(529, None), LUMA_601)
    black = _fractions(page.tags.valueof(532, None), (0, 255, 128, 255, 128, 255))
    luma = (stored[..., 0] - black[0]) * 255 / max(black[1] - black[0], 1)
    cb, cr = ((stored[..., i] - black[2 * i]) * 127 / max(black[2 * i + 1] - black[2 * i], 1) for i in (1, 2))
    r = luma + cr * (2 - 2 * red)
    b = luma + cb * (2 - 2 * blue)
    g = (luma - blue * b - red * r) / max(green, 1e-6)
    return np.rint(np.clip(np.stack([r, g, b], axis=-1), 0, 255)).astype(np.uint8)


def _fractions(value: object, usual: tuple[float, ...]) -> tuple[float, ...]:
    """A tag of rational numbers, which tifffile gives as numerator, denominator, numerator..."""
    numbers = np.ravel(np.array(value if value is not None else (), float))
    if len(numbers) != 2 * len(usual) or not numbers[1::2].all():
        return usual
    return tuple(float(n) for n in numbers[::2] / numbers[1::2])


def _standard_depth(pixels: NDArray, bits: int, name: str) -> NDArray:
    """Bits, 2 to 15 bits, and float64 as the nearest depth there is."""
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    if pixels.dtype == np.float64:
        return pixels.astype(np.float32)
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if pixels.dtype.name not in _DEPTHS:
        raise PictureError(f"“{name}” holds {pixels.dtype.name} numbers; I know 8, 16 and 32 bit and floating point.")
    full = pixels.dtype.itemsize * 8
    if pixels.dtype.kind == "u" and bits < full:
        return (pixels.astype(np.uint64) * np.iinfo(pixels.dtype).max // ((1 << bits) - 1)).astype(pixels.dtype)
    return pixels


def _as_bytes(value: Any) -> bytes | None:
    return value.encode() if isinstance(value, str) else (bytes(value) if value else None)


def _dpi(page: tifffile.TiffPage) -> tuple[float, float] | None:
    unit = page.tags.valueof(296, 2)
    pair = [page.tags.valueof(code) for code in (282, 283)]
    if unit not in (2, 3) or not all(value and value[0] and value[1] for value in pair):
        return None
    per_inch = 1.0 if unit == 2 else 2.54
    return pair[0][0] / pair[0][1] * per_inch, pair[1][0] / pair[1][1] * per_inch


def metadata_of(data: bytes, offset: int | None = None) -> tuple[bytes | None, bytes | None]:
    """What of a TIFF's directories is about the photograph, as an EXIF block, and its IPTC records."""
    try:
        order, big, start = ifd.header(data)
        first = ifd.read(data, order, start if offset is None else offset, big)
    except (ValueError, struct.error):  # damaged metadata must not keep a sound picture from being opened
        return None, None
    below: dict[int, ifd.Directory] = {}
    for code in (_EXIF_IFD, _GPS_IFD):
        at = ifd.number(first.get(code), order)
        if at:
            with suppress(ValueError, struct.error):
                inner = ifd.read(data, order, at, big)
                inner.pop(_INTEROP_IFD, None)  # about file exchange between old cameras; and it lies elsewhere
                below[code] = inner
    kept = {code: entry for code, entry in first.items() if code in _KEPT}
    iptc = first[_IPTC].data if _IPTC in first else None
    if iptc is None and _PHOTOSHOP in first:
        iptc = jpeg.iptc_in(first[_PHOTOSHOP].data)
    return ifd.block(order, kept, below) if kept or below else None, iptc


def _split(block: bytes | None) -> tuple[ifd.Directory, dict[int, ifd.Directory]]:
    """An EXIF block as our TIFF (little-endian) wants it: its first directory's tags, and the directories to append."""
    if not block:
        return {}, {}
    try:
        order, _, at = ifd.header(block)
        first = ifd.read(block, order, at)
        below = {}
        for code in (_EXIF_IFD, _GPS_IFD):
            place = ifd.number(first.get(code), order)
            if place:
                below[code] = ifd.read(block, order, place)
                below[code].pop(_INTEROP_IFD, None)
    except (ValueError, struct.error):  # as above
        return {}, {}
    kept = {code: entry for code, entry in first.items() if code in _KEPT}
    if order == ">":
        kept = {code: ifd.swapped(entry) for code, entry in kept.items()}
        below = {code: {tag: ifd.swapped(entry) for tag, entry in inner.items()} for code, inner in below.items()}
    return kept, {code: inner for code, inner in below.items() if inner}


def _with_directories(data: bytearray, pages: list[dict[int, ifd.Directory]]) -> bytearray:
    """Append each page's EXIF and GPS directories to our own little-endian TIFF, and point the page's directory at them."""
    big = data[2] == 43
    at = struct.unpack_from("<Q" if big else "<I", data, 8 if big else 4)[0]
    number, start, step = ("<Q", 8, 20) if big else ("<H", 2, 12)
    for below in pages:
        count = struct.unpack_from(number, data, at)[0]
        for place in range(at + start, at + start + step * count, step):
            target = _STAND_INS.get(struct.unpack_from("<H", data, place)[0])
            if target not in below or len(data) >= _MAX_CLASSIC:
                continue
            data += b"\0" * (len(data) % 2)
            struct.pack_into("<H", data, place, target)
            struct.pack_into("<I", data, place + step - (8 if big else 4), len(data))
            data += ifd.pack(below[target], "<", len(data))
        at = struct.unpack_from("<Q" if big else "<I", data, at + start + step * count)[0]
    return data
