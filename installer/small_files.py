"""Pictures for the check, made and read here so that it needs no library."""

import struct
import zlib
from pathlib import Path


def write_tiff16(path: Path) -> None:
    """A small 16-bit RGB TIFF with a ramp in it, written here so that the check needs no library."""
    width, height = 96, 64
    pixels = b"".join(struct.pack("<HHH", x * 600, y * 900, (x + y) * 400) for y in range(height) for x in range(width))
    packed = zlib.compress(pixels)
    bits = 8 + len(packed)
    entries = [
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, 3, bits), (259, 3, 1, 8), (262, 3, 1, 2), (273, 4, 1, 8),
        (277, 3, 1, 3), (278, 3, 1, height), (279, 4, 1, len(packed)),
    ]  # fmt: skip
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + struct.pack("<I", 0)
    path.write_bytes(struct.pack("<2sHI", b"II", 42, bits + 6) + packed + struct.pack("<HHH", 16, 16, 16) + table)


def tiff_bits(path: Path) -> int:
    """Bits per sample of a TIFF's first picture, little-endian or big."""
    data = path.read_bytes()
    order = "<" if data[:2] == b"II" else ">"
    (table,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, table)
    for index in range(count):
        tag, _, number, value = struct.unpack_from(order + "HHII", data, table + 2 + 12 * index)
        if tag == 258:
            place = value if number > 2 else table + 2 + 12 * index + 8
            return struct.unpack_from(order + "H", data, place)[0]
    return 0


def write_png(path: Path, width: int, height: int, white: tuple[int, int, int, int]) -> None:
    """A gray PNG that is black but for a white rectangle (left, top, right, bottom)."""
    left, top, right, bottom = white
    rows = b"".join(
        b"\0" + bytes(255 if top <= y < bottom and left <= x < right else 0 for x in range(width)) for y in range(height)
    )
    pieces = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(held)) + name + held + struct.pack(">I", zlib.crc32(name + held)) for name, held in pieces
        )
    )
