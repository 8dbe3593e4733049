"""TIFF at every depth, which Pillow does not do."""

import io
import logging
import struct
from typing import Any, BinaryIO, Final

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from . import exif, xmp
from .errors import PictureError
from .picture import Metadata, Picture, check_size
from .tiffscan import check_directories

# what is wrong with a file is said once, by the sentence that refuses it
logging.getLogger("tifffile").addHandler(logging.NullHandler())

_EXIF_IFD, _GPS_IFD, _XMP, _ICC = 34665, 34853, 700, 34675
_ORIENTATION: Final = 274
# the description, the camera, the software, the time, the author: what is about the photograph, not about how its bytes lie
_KEPT: Final = (270, 271, 272, 305, 306, 315, 33432)
_DESCRIPTION: Final = 270
# tifffile refuses to write pointers to other directories, so their places are held by codes that nobody uses
_STAND_INS: Final = {34664: _EXIF_IFD, 34852: _GPS_IFD}
_REFUSED: Final = {
    "SEPARATED": "CMYK",
    "CIELAB": "Lab",
    "ICCLAB": "Lab",
    "ITULAB": "Lab",
    "CFA": "camera raw",
    "LINEAR_RAW": "camera raw",
}
_DEPTHS: Final = ("uint8", "uint16", "uint32", "float16", "float32")


def is_tiff(data: bytes) -> bool:
    return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read_tiff(data: bytes, name: str) -> tuple[Picture, int]:
    """The picture in a TIFF file as it is stored, and the orientation it must be turned by."""
    check_directories(data, name)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        # a camera's thumbnail or a pyramid's smaller levels are no pictures of their own
        pages = [page for page in file.pages if isinstance(page, tifffile.TiffPage) and not page.is_reduced and not page.is_mask]
        if not pages:
            raise PictureError(f"There is no picture in “{name}”.")
        if len(pages) > 1:
            raise PictureError(f"“{name}” holds {len(pages)} pictures. Save the one you mean as a file of its own.")
        page = pages[0]
        check_size(name, page.imagewidth, page.imagelength)
        pixels = _pixels(page, name)
        turn = int(page.tags.valueof(_ORIENTATION, 1) or 1)
        turn = turn if 1 <= turn <= 8 else 1
        height, width = pixels.shape[:2]
        if turn > 4:
            width, height = height, width
        metadata = Metadata(
            icc=bytes(page.tags.valueof(_ICC) or b"") or None,
            exif=exif.settled(_exif_of(data, page.offset), width, height),
            xmp=xmp.upright(_as_bytes(page.tags.valueof(_XMP))),
            dpi=_dpi(page),
        )
        premultiplied = bool(page.extrasamples) and page.extrasamples[0] == tifffile.EXTRASAMPLE.ASSOCALPHA
        lossy = page.compression in (tifffile.COMPRESSION.JPEG, tifffile.COMPRESSION.OJPEG, tifffile.COMPRESSION.WEBP)
    return Picture(pixels, "tiff", metadata, lossy, premultiplied), turn


def write_tiff(file: BinaryIO, pixels: NDArray, metadata: Metadata, *, premultiplied: bool = False) -> None:
    """Write (H, W, C) pixels of any depth; compressed without loss."""
    directory, details = _split(metadata.exif)
    text = [(code, 2, 0, value, True) for code, value in directory.items() if code != _DESCRIPTION]
    places = [(code, 4, 1, 0, True) for code, target in _STAND_INS.items() if details.get(target)]
    packet = [(_XMP, 7, len(metadata.xmp), metadata.xmp, True)] if metadata.xmp else []
    alpha = "assocalpha" if premultiplied else "unassalpha"
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        pixels[..., 0] if pixels.shape[2] == 1 else pixels,
        photometric="rgb" if pixels.shape[2] > 2 else "minisblack",
        planarconfig="contig" if pixels.shape[2] > 1 else None,
        extrasamples=[alpha] if pixels.shape[2] in (2, 4) else None,
        compression="zlib",
        predictor=True,
        resolution=metadata.dpi,
        resolutionunit="inch" if metadata.dpi else None,
        iccprofile=metadata.icc,
        description=directory.get(_DESCRIPTION),
        metadata=None,
        software=False,
        extratags=[*text, *places, *packet],
    )
    file.write(_with_directories(bytearray(buffer.getbuffer()), {c: details[t] for c, t in _STAND_INS.items() if details.get(t)}))


def _pixels(page: tifffile.TiffPage, name: str) -> NDArray:
    photometric = getattr(page.photometric, "name", str(page.photometric))
    if photometric in _REFUSED:
        raise PictureError(f"“{name}” is in {_REFUSED[photometric]}, which I cannot restore. Convert it to RGB first.")
    pixels = np.asarray(page.asarray())
    if page.axes.startswith("S"):  # one plane per channel
        pixels = np.moveaxis(pixels, 0, -1)
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 3 or not 1 <= pixels.shape[2] <= 4:
        raise PictureError(f"“{name}” has {pixels.shape[-1]} channels; I know gray and RGB, with or without transparency.")
    if photometric == "PALETTE":
        colours = np.asarray(page.colormap)
        pixels = np.moveaxis(colours[:, pixels[..., 0]], 0, -1)
    pixels = _standard_depth(pixels, page.bitspersample, name)
    if photometric == "MINISWHITE":
        pixels = np.iinfo(pixels.dtype).max - pixels if pixels.dtype.kind == "u" else 1 - pixels
    return np.ascontiguousarray(pixels)


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


def _exif_of(data: bytes, offset: int) -> bytes | None:
    """What of a TIFF's directories is about the photograph, as an EXIF block."""
    try:
        first = _directory(data, offset)
        block = Image.Exif()
        for code in _KEPT:
            if code in first:
                block[code] = first[code]
        for code in (_EXIF_IFD, _GPS_IFD):
            if code in first:
                block.get_ifd(code).update(_directory(data, int(first[code])))
        return exif.bare(block.tobytes()) if len(block) or _EXIF_IFD in first or _GPS_IFD in first else None
    except Exception:  # damaged metadata must not keep a sound picture from being opened
        return None


def _directory(data: bytes, offset: int) -> ImageFileDirectory_v2:
    directory = ImageFileDirectory_v2(data[:8])
    stream = io.BytesIO(data)
    stream.seek(offset)
    directory.load(stream)
    return directory


def _split(block: bytes | None) -> tuple[dict[int, str], dict[int, dict[int, Any]]]:
    """An EXIF block as TIFF wants it: plain text tags, and the directories to append."""
    if not block:
        return {}, {}
    parsed = Image.Exif()
    try:
        parsed.load(exif.HEADER + block)
        text = {code: str(parsed[code]).rstrip("\0") for code in _KEPT if parsed.get(code)}
        return text, {code: dict(parsed.get_ifd(code)) for code in (_EXIF_IFD, _GPS_IFD)}
    except Exception:  # as above
        return {}, {}


def _with_directories(data: bytearray, directories: dict[int, dict[int, Any]]) -> bytearray:
    """Append EXIF and GPS directories to a little-endian classic TIFF and point its first directory at them."""
    if not directories or data[:4] != b"II*\0":
        return data
    first = struct.unpack_from("<I", data, 4)[0]
    for entry in range(struct.unpack_from("<H", data, first)[0]):
        place = first + 2 + 12 * entry
        code = struct.unpack_from("<H", data, place)[0]
        if code not in directories:
            continue
        data += b"\0" * (len(data) % 2)
        struct.pack_into("<H", data, place, _STAND_INS[code])
        struct.pack_into("<I", data, place + 8, len(data))
        directory = ImageFileDirectory_v2(b"II*\0\0\0\0\0")
        for tag, value in directories[code].items():
            if not isinstance(value, dict):  # the interoperability directory is about file exchange between old cameras
                directory[tag] = value
        data += directory.tobytes(len(data))
    return data
