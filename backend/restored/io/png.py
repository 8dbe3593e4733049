"""PNG at 8 and 16 bits. Pillow would cut 16-bit colour down to 8, so the pixels go through libpng itself."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from .picture import Metadata

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_INCH: Final = 0.0254
_XMP: Final = b"XML:com.adobe.xmp"


def size(data: bytes) -> tuple[int, int]:
    """Width and height that a PNG file's header claims."""
    return struct.unpack_from(">II", data, 16)


def bit_depth(data: bytes) -> int:
    """Bits per channel of a PNG file."""
    return data[24]


def decode16(data: bytes) -> NDArray:
    """(H, W, C) uint16 pixels of a 16-bit PNG."""
    pixels = imagecodecs.png_decode(data)
    return pixels[..., np.newaxis] if pixels.ndim == 2 else pixels


def encode(pixels: NDArray, metadata: Metadata) -> bytes:
    """A PNG file from (H, W, C) uint8 or uint16 pixels."""
    flat = pixels[..., 0] if pixels.shape[2] == 1 else pixels
    data = bytes(imagecodecs.png_encode(np.ascontiguousarray(flat), level=4, out=_room(flat)))
    after_header = len(SIGNATURE) + 25
    return data[:after_header] + b"".join(_chunks(metadata)) + data[after_header:]


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


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
