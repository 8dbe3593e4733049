"""PNG at 8 and 16 bits. Pillow would cut 16-bit colour down to 8, so the pixels go through libpng itself."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from .jpeg import resources_with
from .picture import Metadata

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DRAWN: Final = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"pHYs", b"acTL", b"fcTL", b"fdAT")
_INCH: Final = 0.0254
_XMP: Final = b"XML:com.adobe.xmp"


def size(data: bytes) -> tuple[int, int]:
    """Width and height that a PNG file's header claims."""
    return struct.unpack_from(">II", data, 16)


def bit_depth(data: bytes) -> int:
    """Bits per channel of a PNG file."""
    return data[24]


def drawn(data: bytes) -> bytes:
    """The same file with only what its pixels are drawn from, for a decoder that would refuse a sound picture for what stands
    beside it: a large colour profile, a long text. (`pngchunks` reads those, within bounds.)"""
    pieces, at = [data[: len(SIGNATURE)]], len(SIGNATURE)
    while at + 12 <= len(data):
        end = at + 12 + struct.unpack_from(">I", data, at)[0]
        if data[at + 4 : at + 8] in _DRAWN:
            pieces.append(data[at:end])
        at = end
    return b"".join(pieces)


def decode16(data: bytes) -> NDArray:
    """(H, W, C) uint16 pixels of a 16-bit PNG."""
    pixels = imagecodecs.png_decode(data)
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def encode(pixels: NDArray, metadata: Metadata) -> bytes:
    """A PNG file from (H, W, C) uint8 or uint16 pixels."""
    flat = dense(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    data = bytes(imagecodecs.png_encode(flat, level=4, out=_room(flat)))
    after_header = len(SIGNATURE) + 25
    return data[:after_header] + b"".join(_chunks(metadata)) + data[after_header:]


def dense(pixels: NDArray) -> NDArray:
    """The same values row by row in memory. numpy calls a single row or column so whatever its strides, at which codecs look."""
    return pixels.copy() if 1 in pixels.shape[:2] else np.ascontiguousarray(pixels)


def _room(pixels: NDArray) -> int:
    """Bytes that suffice even where nothing can be compressed: imagecodecs' own guess forgets the filter byte of each row,
    of which a narrow picture has many."""
    raw = pixels.nbytes + pixels.shape[0]
    return raw + raw // 256 + 24 * (raw // 8192) + 4096


def _chunks(metadata: Metadata) -> Iterator[bytes]:
    if metadata.icc:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(metadata.icc))
    if metadata.dpi:
        yield _chunk(b"pHYs", struct.pack(">IIB", *(round(dots / _INCH) for dots in metadata.dpi), 1))
    if metadata.exif:
        yield _chunk(b"eXIf", metadata.exif)
    if metadata.xmp:
        yield _chunk(b"iTXt", _XMP + b"\0\0\0\0\0" + metadata.xmp)
    if metadata.iptc:
        yield _raw_profile("iptc", resources_with(metadata.iptc))
    if metadata.comment and not any(word == "Comment" for word, _ in metadata.texts):
        yield _text("Comment", _decoded(metadata.comment))
    for word, text in metadata.texts:
        yield _text(word, text)


def _text(word: str, text: str) -> bytes:
    key = word.encode("latin-1", "replace")[:79]
    try:
        return _chunk(b"tEXt", key + b"\0" + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _chunk(b"iTXt", key + b"\0\0\0\0\0" + text.encode("utf-8", "replace"))


def _raw_profile(kind: str, content: bytes) -> bytes:
    """As ImageMagick and exiv2 write what PNG has no place for."""
    digits = content.hex()
    lines = "\n".join(digits[i : i + 72] for i in range(0, len(digits), 72))
    text = f"\n{kind}\n{len(content):8}\n{lines}\n"
    return _chunk(b"zTXt", f"Raw profile type {kind}".encode() + b"\0\0" + zlib.compress(text.encode()))


def _decoded(comment: bytes) -> str:
    try:
        return comment.decode("utf-8")
    except UnicodeDecodeError:
        return comment.decode("latin-1")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
