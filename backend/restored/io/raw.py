"""Cameras' raw files, developed by LibRaw as neutrally as it can: the camera's white balance, no brightening, 16 bits."""

import io
from typing import Final

import numpy as np

from . import exif, ifd
from .errors import PictureError
from .optional import module
from .picture import RAW_SUFFIXES, Metadata, Picture, check_size
from .tiff import is_tiff, metadata_of
from .tiffscan import check_directories

_MARKS: Final = (b"FUJIFILMCCD-RAW", b"ftypcrx", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"HEAPCCDR", b"FOVb", b"\0MRM")
_DNG_VERSION: Final = 50706
_PHOTOMETRIC: Final = 262
_MAKE: Final = 271


def is_raw(data: bytes, suffix: str) -> bool:
    """By what the file says; its name counts only for what looks like a TIFF, as most raw files do."""
    if any(mark in data[:32] for mark in _MARKS):
        return True
    if not is_tiff(data):
        return False
    try:
        order, big, at = ifd.header(data)
        first = ifd.read(data, order, at, big)
    except Exception:  # damaged: then its name has to say what it is
        return suffix.lower() in RAW_SUFFIXES
    sensor = ifd.number(first.get(_PHOTOMETRIC), order) in (32803, 34892)
    return sensor or _DNG_VERSION in first or suffix.lower() in RAW_SUFFIXES


def read_raw(data: bytes, name: str) -> tuple[Picture, int]:
    """16-bit sRGB, upright. Raises PictureError naming the camera where LibRaw cannot read it."""
    if is_tiff(data):
        check_directories(data, name)
    camera = _camera(data)
    whose = f"a camera's raw file{f' of {camera}' if camera else ''}"
    try:
        rawpy = module("rawpy", name)
    except PictureError as error:
        raise PictureError(f"“{name}” is {whose}. {error}") from None
    try:
        with rawpy.imread(io.BytesIO(data)) as opened:
            check_size(name, opened.sizes.width, opened.sizes.height)
            pixels = opened.postprocess(
                use_camera_wb=True, no_auto_bright=True, output_bps=16, output_color=rawpy.ColorSpace.sRGB, gamma=(2.4, 12.92)
            )
    except PictureError:
        raise
    except Exception as error:  # LibRaw's own
        raise PictureError(
            f"“{name}” is {whose}, which I cannot develop. Develop it with a raw converter, and restore the TIFF."
        ) from error
    height, width = pixels.shape[:2]
    metadata = Metadata(exif=exif.settled(_exif(data), width, height))
    note = f"“{name}” is {whose}: it was developed neutrally (the camera's white balance, no brightening) to 16 bits."
    return Picture(np.ascontiguousarray(pixels), "raw", metadata, notes=(note,)), 1


def _exif(data: bytes) -> bytes | None:
    return metadata_of(data)[0] if is_tiff(data) else None


def _camera(data: bytes) -> str:
    try:
        order, big, at = ifd.header(data)
        first = ifd.read(data, order, at, big)
    except Exception:  # damaged: then nobody knows the camera
        return ""
    words = [first[tag].data.split(b"\0")[0].decode("ascii", "replace").strip() for tag in (_MAKE, _MAKE + 1) if tag in first]
    text = words[1] if len(words) == 2 and words[1].startswith(words[0]) else " ".join(words)
    return "".join(letter for letter in text if letter.isprintable())[:60]
