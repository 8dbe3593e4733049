"""What a PNG says beside its pixels: what its numbers mean, texts, and metadata in its official and its older places."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from . import exif, profiles
from .errors import PictureError

_MAX_TEXT: Final = 8 << 20
_MAX_TEXTS: Final = 64 << 20
"""Bytes of all texts together."""
_MAX_PROFILE: Final = 16 << 20
_RAW: Final = "Raw profile type "
"""ImageMagick's and exiv2's key for metadata that PNG had no place for."""


@dataclass(slots=True)
class PngFacts:
    """Of a PNG's chunks, those that matter here."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    profile: bytes | None = None
    cicp: tuple[int, ...] | None = None
    is_srgb: bool = False
    gamma: float | None = None
    chromaticities: profiles.Chromaticities | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    room: int = _MAX_TEXTS
    """Bytes that texts may still take."""


def read(data: bytes) -> PngFacts:
    """Everything that is sound; what is damaged is left out, as a decoder does."""
    said = PngFacts()
    for kind, body in _chunks(data):
        with suppress(zlib.error, struct.error, ValueError, IndexError):
            _take(said, kind, body)
    return said


def icc(said: PngFacts, channels: int, name: str) -> bytes | None:
    """The colour profile that holds: cICP before iCCP before sRGB before gAMA and cHRM (PNG, third edition, 4.3)."""
    if said.cicp:
        if said.cicp[1] in profiles.HDR:
            raise PictureError(
                f"“{name}” is an HDR picture ({profiles.HDR[said.cicp[1]]}), whose brightness I cannot keep. "
                "Save it with an ordinary colour profile, such as Display P3, first."
            )
        if channels >= 3:
            return profiles.from_cicp(*said.cicp[:2])
    if said.profile:
        return said.profile
    if said.is_srgb or said.gamma is None:
        return None
    return profiles.from_gamma(said.gamma, said.chromaticities) if channels >= 3 else profiles.gray_from_gamma(said.gamma)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        kind = data[at + 4 : at + 8]
        if kind == b"IEND":
            return
        if kind != b"IDAT":
            yield kind, data[at + 8 : at + 8 + length]
        at += 12 + length


def _take(said: PngFacts, kind: bytes, body: bytes) -> None:
    if kind == b"cICP" and len(body) == 4:
        said.cicp = tuple(body)
    elif kind == b"iCCP":
        _, _, rest = body.partition(b"\0")
        said.profile = _inflated(rest[1:], _MAX_PROFILE) or None
    elif kind == b"sRGB":
        said.is_srgb = True
    elif kind == b"gAMA":
        said.gamma = struct.unpack(">I", body)[0] / 100_000 or None
    elif kind == b"cHRM":
        numbers = [value / 100_000 for value in struct.unpack(">8I", body)]
        said.chromaticities = tuple(numbers)  # pyright: ignore[reportAttributeAccessIssue]
    elif kind == b"eXIf":
        said.exif = exif.bare(body)
    elif kind in (b"tEXt", b"zTXt", b"iTXt"):
        _take_text(said, kind, body)


def _take_text(said: PngFacts, kind: bytes, body: bytes) -> None:
    word, _, rest = body.partition(b"\0")
    if kind == b"tEXt":
        text = rest
    elif kind == b"zTXt":
        text = _inflated(rest[1:], min(_MAX_TEXT, said.room))
    else:
        packed = rest[0]
        text = rest[2:].split(b"\0", 2)[2]
        text = _inflated(text, min(_MAX_TEXT, said.room)) if packed else text
    said.room -= len(text)
    key = word.decode("latin-1")
    if key == "XML:com.adobe.xmp":
        said.xmp = text
    elif key.startswith(_RAW):
        _take_raw(said, key.removeprefix(_RAW).lower(), text)
    elif len(said.texts) < 1000:
        said.texts.append((key, text.decode("utf-8" if kind == b"iTXt" else "latin-1", "replace")))


def _take_raw(said: PngFacts, what: str, text: bytes) -> None:
    """A name, a length, and lines of hexadecimal digits."""
    lines = text.strip().split(b"\n", 2)
    content = bytes.fromhex("".join(lines[2].decode("ascii").split()))
    if what in ("exif", "app1") and content.startswith(exif.HEADER):
        said.exif = said.exif or exif.bare(content)
    elif what == "exif":
        said.exif = said.exif or content
    elif what in ("xmp", "app1"):
        said.xmp = said.xmp or content[content.find(b"<") :]
    elif what in ("iptc", "8bim"):
        from .jpeg import iptc_in

        said.iptc = iptc_in(content) if content.startswith(b"8BIM") else content


def _inflated(data: bytes, most: int) -> bytes:
    if most <= 0:  # zlib takes 0 for no limit
        raise ValueError("too large")
    machine = zlib.decompressobj()
    text = machine.decompress(data, most)
    if machine.unconsumed_tail:
        raise ValueError("too large")
    return text
