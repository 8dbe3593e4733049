"""Pictures -> files, whole or not at all."""

import io
import sys
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from PIL import Image

from . import exif, png, xmp
from .atomic import atomic, check_writable
from .depth import straight, to_depth
from .errors import PictureError
from .picture import Format, Metadata, Picture, format_of
from .tiff import write_tiff

NAMES: Final[dict[Format, str]] = {"png": "PNG", "tiff": "TIFF", "jpeg": "JPEG", "webp": "WebP"}

_QUALITY: Final = 95
_JPEG_LIMIT: Final = 65_000
"""Bytes of XMP or of EXIF that fit into one JPEG segment, with some room."""
_MAX_SIDE: Final[dict[Format, int]] = {"jpeg": 65_535, "webp": 16_383}


def check_output(path: Path, picture: Picture, scale: int = 1) -> list[str]:
    """Find out before the work whether `picture` can be written to `path`, enlarged `scale` times.

    Returns sentences about what the format cannot hold but may lose (bit depth); raises PictureError for what must not be lost.
    """
    kind = format_of(path)
    check_writable(path)
    if kind == "jpeg" and picture.has_alpha:
        raise PictureError("JPEG cannot hold transparency. Name the result .png, .tif or .webp.")
    longest = max(picture.width, picture.height) * scale
    if longest > _MAX_SIDE.get(kind, longest):
        raise PictureError(f"{NAMES[kind]} holds at most {_MAX_SIDE[kind]:,} pixels a side. Name the result .png or .tif.")
    if picture.pixels.dtype == _stored(kind, picture.pixels.dtype):
        return []
    bits = 8 * _stored(kind, picture.pixels.dtype).itemsize
    depth = f"{8 * picture.pixels.dtype.itemsize}-bit" + (" float" if picture.pixels.dtype.kind == "f" else "")
    return [f"{NAMES[kind]} holds {bits} bits per channel: the {depth} result was rounded. TIFF keeps it whole."]


def write_picture(path: Path, picture: Picture, recipe: str | None = None) -> list[str]:
    """Write `picture` in the format that the name asks for, with profile, EXIF and, when given, the recipe (JSON).

    Returns sentences about metadata that the format has no room for. Raises PictureError; then nothing was overwritten and
    nothing is left behind.
    """
    check_output(path, picture)
    kind = format_of(path)
    metadata, notes = _fitting(kind, picture.metadata, recipe)
    with atomic(path) as file:
        write_to(file, kind, replace(picture, metadata=metadata))
    return notes


def write_to(file: BinaryIO, kind: Format, picture: Picture) -> None:
    """Write the bytes of a picture to an open file."""
    pixels = picture.pixels if kind == "tiff" or not picture.premultiplied else straight(picture.pixels)
    pixels = to_depth(pixels, _stored(kind, pixels.dtype))
    if kind == "tiff":
        write_tiff(file, pixels, picture.metadata, premultiplied=picture.premultiplied)
    elif kind == "png":
        file.write(png.encode(pixels, picture.metadata))
    else:
        # through memory: Pillow's encoders seek and, on an error, delete the file they were given
        buffer = io.BytesIO()
        image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        if kind == "jpeg":
            image.save(buffer, "JPEG", **_common(picture.metadata), quality=_QUALITY, subsampling=0)
        else:
            image = image.convert("RGBA" if picture.has_alpha else "RGB")
            how = {"quality": _QUALITY} if picture.lossy else {"lossless": True, "quality": 80, "exact": True}
            image.save(buffer, "WEBP", **_common(picture.metadata), **how)
        file.write(buffer.getbuffer())


def _stored(kind: Format, dtype: np.dtype) -> np.dtype:
    """The depth at which a format keeps pixels of `dtype`."""
    if kind == "tiff":
        return dtype
    if kind == "png":
        return np.dtype(np.uint8 if dtype == np.uint8 else np.uint16)
    return np.dtype(np.uint8)


def _fitting(kind: Format, metadata: Metadata, recipe: str | None) -> tuple[Metadata, list[str]]:
    """The metadata with the recipe in it, as far as the format has room, and sentences about what was left out: better a
    picture without it than no picture. What the picture brought with it comes before the recipe."""
    most = _JPEG_LIMIT if kind == "jpeg" else sys.maxsize
    notes = []
    if len(metadata.exif or b"") > most:
        metadata = replace(metadata, exif=None)
        notes.append("JPEG has no room for this picture's EXIF data, so the result is without it. PNG and TIFF keep it.")
    if len(metadata.xmp or b"") > most:
        metadata = replace(metadata, xmp=None)
        notes.append("JPEG has no room for this picture's XMP data, so the result is without it. PNG and TIFF keep it.")
    if recipe is not None:
        packet = xmp.with_recipe(metadata.xmp, recipe)
        if len(packet) <= most:
            metadata = replace(metadata, xmp=packet)
        else:
            notes.append("JPEG has no room for the recipe beside this picture's XMP data. PNG and TIFF keep both.")
    return metadata, notes


def _common(metadata: Metadata) -> dict[str, object]:
    """Pillow's keywords."""
    blocks = {
        "icc_profile": metadata.icc,
        "exif": metadata.exif and exif.HEADER + metadata.exif,
        "xmp": metadata.xmp,
        "dpi": metadata.dpi and tuple(round(dots) for dots in metadata.dpi),
    }
    return {name: value for name, value in blocks.items() if value}
