"""A JPEG file segment by segment."""

import struct
from collections.abc import Iterator


def segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, content) of everything before the pixels."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if marker in (0xDA, 0xD9) or length < 2:
            return
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
