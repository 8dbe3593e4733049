"""One .xz stream whose blocks are packed each in its own way, which Python's lzma and the `xz` command do not write.

The format: https://tukaani.org/xz/xz-file-format.txt, sections 2.1 (header and footer), 3 (blocks), 4 (index).
"""

import lzma
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Final

_HEADER: Final = 12
_FOOTER: Final = struct.Struct("<IIH2s")
"""CRC32 of the next two, the index's size in words less one, flags, magic."""


class Xz:
    """A file to write to; each `begin` ends one block and begins the next."""

    def __init__(self) -> None:
        self._packer: lzma.LZMACompressor | None = None
        self._now: list[bytes] = []
        self._streams: list[bytes] = []
        self._size = 0

    def begin(self, filters: Sequence[Mapping[str, int]]) -> None:
        """From here on pack with this chain of liblzma's filters."""
        self._end()
        self._packer = lzma.LZMACompressor(filters=[dict(each) for each in filters])

    def write(self, data: bytes) -> int:
        """Pack some more. Raises RuntimeError before the first `begin`."""
        if self._packer is None:
            raise RuntimeError("nothing was begun")
        self._now.append(self._packer.compress(data))
        self._size += len(data)
        return len(data)

    def take(self, stream: bytes, size: int) -> None:
        """Append what was packed elsewhere: a whole stream, out of which `size` bytes come. What follows needs a `begin`."""
        self._end()
        self._streams.append(stream)
        self._size += size

    def tell(self) -> int:
        """How many bytes come out of what was written and taken."""
        return self._size

    def finish(self) -> bytes:
        """The whole stream."""
        self._end()
        return joined(self._streams)

    def _end(self) -> None:
        if self._packer is not None:
            self._streams.append(b"".join([*self._now, self._packer.flush()]))
        self._packer, self._now = None, []


def joined(streams: Sequence[bytes]) -> bytes:
    """One stream with the blocks of several, all of the same kind of checksum. Readers that stop after a first stream, as dpkg's
    does, read it whole."""
    blocks, records = [], []
    for stream in streams:
        _, words, flags, magic = _FOOTER.unpack(stream[-_FOOTER.size :])
        if magic != b"YZ" or stream[6:8] != streams[0][6:8] or flags != int.from_bytes(stream[6:8], "little"):
            raise ValueError("not a stream of this kind")
        index = len(stream) - _FOOTER.size - (words + 1) * 4
        blocks.append(stream[_HEADER:index])
        records += _records(stream, index)
    body = b"\0" + _number(len(records)) + b"".join(_number(size) for record in records for size in record)
    body += bytes(-len(body) % 4)
    body += struct.pack("<I", zlib.crc32(body))
    end = struct.pack("<IH", len(body) // 4 - 1, int.from_bytes(streams[0][6:8], "little"))
    return b"".join([streams[0][:_HEADER], *blocks, body, struct.pack("<I", zlib.crc32(end)), end, b"YZ"])


def _records(stream: bytes, index: int) -> list[tuple[int, int]]:
    """What an index says of each block: its bytes without padding, and those that come out of it."""
    count, at = _read(stream, index + 1)
    found = []
    for _ in range(count):
        packed, at = _read(stream, at)
        plain, at = _read(stream, at)
        found.append((packed, plain))
    return found


def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that there is more (section 1.2)."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _read(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where the next thing stands."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
