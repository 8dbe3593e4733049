"""Pictures -> files, whole or not at all."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from restored.ground.replacing import atomic, check_writable

from . import exif, jpeg, png, webp, xmp
from .depth import straight, to_depth
from .errors import PictureError
from .picture import Format, Metadata, Picture, format_of
from .tiff import write_tiff

NAMES: Final[dict[Format, str]] = {"png": "PNG", "tiff": "TIFF", "jpeg": "JPEG", "webp": "WebP"}

_QUALITY: Final = 95
_JPEG_LIMIT: Final = 65_000
"""Bytes of IPTC that fit into one JPEG segment, with some room."""
_MAX_SIDE: Final[dict[Format, int]] = {"jpeg": 65_500, "webp": 16_383, "png": 1_000_000}
"""Pixels that the formats' own libraries take in one direction."""


def check_output(path: Path, picture: Picture, scale: int = 1) -> list[str]:
    """Find out before the work whether `picture` can be written to `path`, enlarged `scale` times.

    Returns sentences about what the format cannot hold but may lose (bit depth, metadata); raises PictureError for what must
    not be lost.
    """
    kind = format_of(path)
    check_writable(path)
    if kind == "jpeg" and picture.has_alpha:
        raise PictureError("JPEG cannot hold transparency. Name the result .png, .tif or .webp.")
    longest = max(picture.width, picture.height) * scale
    if longest > _MAX_SIDE.get(kind, longest):
        others = ".tif" if kind == "png" else ".png or .tif"
        raise PictureError(f"{NAMES[kind]} holds at most {_MAX_SIDE[kind]:,} pixels a side. Name the result {others}.")
    if picture.pixels.dtype == _stored(kind, picture.pixels.dtype):
        return []
    bits = 8 * _stored(kind, picture.pixels.dtype).itemsize
    depth = f"{8 * picture.pixels.dtype.itemsize}-bit" + (" float" if picture.pixels.dtype.kind == "f" else "")
    return [f"{NAMES[kind]} holds {bits} bits per channel: the {depth} result was rounded. TIFF keeps it whole."]


def write_picture(path: Path, picture: Picture, recipe: str | None = None, *, quality: int | None = None) -> list[str]:
    """Write `picture` in the format that the name asks for, with its metadata and, when given, the recipe (JSON).

    quality: 1..100 for JPEG and WebP; None compresses as the picture's own file was (see Encoding), else well.
    Returns sentences about metadata that the format has no room for. Raises PictureError; then nothing was overwritten and
    nothing is left behind.
    """
    return write_pages(path, [picture], recipe, quality=quality)


def write_pages(
    path: Path,
    pictures: list[Picture],
    recipe: str | None = None,
    *,
    quality: int | None = None,
    staging: Path | None = None,
    make_way: Callable[[], None] | None = None,
) -> list[str]:
    """The same for several pages, which only TIFF holds; the recipe goes into the first. staging, make_way: see `atomic`."""
    kind = format_of(path)
    if len(pictures) > 1 and kind != "tiff":
        raise PictureError(f"{NAMES[kind]} holds one picture, not {len(pictures)}. Name the result .tif.")
    notes: list[str] = []
    fitted = []
    for picture in pictures:
        check_output(path, picture)
        metadata, said = _fitting(kind, picture.metadata, recipe if picture is pictures[0] else None)
        fitted.append(replace(picture, metadata=metadata))
        notes += [note for note in said if note not in notes]
    with atomic(path, staging, make_way=make_way) as file:
        if kind == "tiff":
            write_tiff(file, [(p.pixels, p.metadata, p.premultiplied) for p in fitted])
        else:
            write_to(file, kind, fitted[0], quality)
    return notes


def write_to(file: BinaryIO, kind: Format, picture: Picture, quality: int | None = None) -> None:
    """Write the bytes of a picture to an open file."""
    if kind == "tiff":
        write_tiff(file, [(picture.pixels, picture.metadata, picture.premultiplied)])
        return
    pixels = straight(picture.pixels) if picture.premultiplied else picture.pixels
    pixels = to_depth(pixels, _stored(kind, pixels.dtype))
    # through memory: Pillow's encoders seek and, on an error, delete the file they were given
    if kind == "png":
        file.write(png.encode(pixels, picture.metadata))
    elif kind == "jpeg":
        how = picture.encoding if isinstance(picture.encoding, jpeg.JpegFile) else None
        file.write(jpeg.encode(pixels, picture.metadata, how, quality))
    else:
        lossy = quality if quality is not None else _QUALITY if picture.lossy else None
        file.write(webp.encode(pixels, _blocks(picture.metadata), lossy))


def kept_quality(path: Path, picture: Picture, scale: int = 1) -> int | None:
    """The quality at which `picture`, a result that is `scale` times as wide as its file was, should be written so that the
    new file is about as large as the old one was (for its pixels); None where the writer finds that by itself (a JPEG brings
    its tables) or the format is lossless."""
    if format_of(path) == "webp" and isinstance(picture.encoding, webp.Webp):
        was = webp.Webp(picture.encoding.nbytes * scale * scale)
        return webp.matching_quality(to_depth(picture.pixels, np.uint8), was)
    return None


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
    notes: list[str] = []
    here = NAMES[kind]
    if kind == "jpeg" and len(metadata.exif or b"") > jpeg.EXIF_ROOM:
        metadata = replace(metadata, exif=None)
        notes.append("JPEG has no room for this picture's EXIF data, so the result is without it. PNG and TIFF keep it.")
    if kind == "jpeg" and len(metadata.iptc or b"") > _JPEG_LIMIT:
        metadata = replace(metadata, iptc=None)
        notes.append("JPEG has no room for this picture's IPTC data, so the result is without it. PNG and TIFF keep it.")
    if kind == "webp" and metadata.iptc:
        notes.append("WebP has no place for this picture's IPTC data, so the result is without it. JPEG, PNG and TIFF keep it.")
    if kind == "webp" and metadata.comment:
        notes.append("WebP has no place for this picture's comment, so the result is without it. JPEG and PNG keep it.")
    if kind == "tiff" and metadata.comment and exif.has_description(metadata.exif):
        notes.append("TIFF has no place for this picture's comment beside its description. JPEG and PNG keep it.")
    if kind != "png" and metadata.texts:
        words = ", ".join(word for word, _ in metadata.texts[:5])
        notes.append(f"{here} has no place for the texts of a PNG ({words}), so the result is without them.")
    if metadata.xmp and not xmp.understood(metadata.xmp) and (recipe is not None or kind == "jpeg"):
        metadata = replace(metadata, xmp=None)
        notes.append("The XMP data of this picture is damaged, so the result is without it.")
    if kind == "jpeg" and metadata.xmp and not _splits(metadata.xmp):
        metadata = replace(metadata, xmp=None)
        notes.append("JPEG has no room for this picture's XMP data, so the result is without it. PNG and TIFF keep it.")
    if recipe is not None:
        packet = xmp.with_recipe(metadata.xmp, recipe)
        if kind != "jpeg" or _splits(packet):
            metadata = replace(metadata, xmp=packet)
        else:
            notes.append("JPEG has no room for the recipe beside this picture's XMP data. PNG and TIFF keep both.")
    return metadata, notes


def _splits(packet: bytes) -> bool:
    try:
        xmp.split(packet, jpeg.XMP_ROOM)
    except ValueError:
        return False
    return True


def _blocks(metadata: Metadata) -> dict[str, object]:
    """Pillow's keywords."""
    blocks = {"icc_profile": metadata.icc, "exif": metadata.exif and exif.HEADER + metadata.exif, "xmp": metadata.xmp}
    return {name: value for name, value in blocks.items() if value}
