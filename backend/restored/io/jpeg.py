"""What a JPEG holds beside its pixels, segment by segment, and how it was compressed."""

import io
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from . import exif, xmp
from .picture import Encoding, Metadata
from .segments import segments

_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_IPTC: Final = 0x0404
_MAX_EXTENDED: Final = 16 << 20
_QUALITY: Final = 95
_SEGMENT: Final = 65_533
"""Bytes that one segment holds."""
XMP_ROOM: Final = _SEGMENT - 29
EXIF_ROOM: Final = _SEGMENT - len(exif.HEADER)


@dataclass(frozen=True, slots=True)
class JpegFile(Encoding):
    """Quantisation tables and subsampling of a JPEG (Pillow's 0: 4:4:4, 1: 4:2:2, 2: 4:2:0), so that it is saved as it was."""

    tables: dict[int, list[int]]
    subsampling: int
    progressive: bool

    @property
    def quality(self) -> int:
        """About the quality 1..100 of the Independent JPEG Group's scale (jcparam.c: tables are scaled from quality 50)."""
        percent = np.mean(np.array(self.tables[0], float) / np.array(_LUMINANCE, float)) * 100
        return int(np.clip(round((200 - percent) / 2 if percent <= 100 else 5000 / percent), 1, 100))


def encoding(image: Image.Image) -> JpegFile | None:
    """How an opened JPEG was compressed; None where that cannot be said (and cannot be repeated)."""
    tables = {number: list(table) for number, table in getattr(image, "quantization", {}).items()}
    sampling = JpegImagePlugin.get_sampling(image) if image.mode in ("RGB", "L") else -1
    if 0 not in tables or any(not 1 <= v <= 255 for t in tables.values() for v in t):
        return None
    return JpegFile(tables, max(sampling, 0), bool(image.info.get("progressive")))


def extras(data: bytes, packet: bytes | None) -> tuple[bytes | None, bytes | None, bytes | None]:
    """(XMP with its extension, IPTC, comment) of a JPEG file whose first packet is `packet`."""
    comment, resources = None, bytearray()
    pieces: dict[bytes, dict[int, bytes]] = {}
    for marker, content in segments(data):
        if marker == 0xFE and comment is None:
            comment = content.rstrip(b"\0")
        elif marker == 0xED and content.startswith(_PHOTOSHOP):
            resources += content[len(_PHOTOSHOP) :]
        elif marker == 0xE1 and content.startswith(_EXTENSION) and len(content) > len(_EXTENSION) + 40:
            head = len(_EXTENSION)
            name, at = content[head : head + 32], struct.unpack_from(">I", content, head + 36)[0]
            pieces.setdefault(name, {})[at] = content[head + 40 :]
    name = next((name for name in pieces if packet and name in packet), None)
    if name is not None:
        extended = b"".join(part for _, part in sorted(pieces[name].items()))
        with suppress(ValueError):  # half of an extension is none
            packet = xmp.joined(packet, extended) if len(extended) <= _MAX_EXTENDED else packet
    return packet, iptc_in(bytes(resources)), comment or None


def iptc_in(resources: bytes) -> bytes | None:
    """IPTC records inside Photoshop's image resources."""
    at = 0
    while at + 12 <= len(resources) and resources[at : at + 4] == b"8BIM":
        kind = struct.unpack_from(">H", resources, at + 4)[0]
        name = resources[at + 6] + 1
        at += 6 + name + name % 2
        if at + 4 > len(resources):
            return None
        size = struct.unpack_from(">I", resources, at)[0]
        if kind == _IPTC:
            return resources[at + 4 : at + 4 + size] or None
        at += 4 + size + size % 2
    return None


def resources_with(iptc: bytes) -> bytes:
    """Photoshop's image resources that hold nothing but these IPTC records."""
    return b"8BIM" + struct.pack(">HHI", _IPTC, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)


def encode(pixels: NDArray, metadata: Metadata, how: JpegFile | None, quality: int | None) -> bytes:
    """A JPEG of (H, W, 1 or 3) uint8 pixels, compressed as `how` says, or at `quality` (then only subsampled as `how` says)."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    main, extended, name = xmp.split(metadata.xmp or b"", XMP_ROOM)
    extra = b""
    if metadata.iptc:
        extra += _segment(0xED, _PHOTOSHOP + resources_with(metadata.iptc))
    for at in range(0, len(extended or b""), 65_000):
        head = _EXTENSION + name.encode() + struct.pack(">II", len(extended or b""), at)
        extra += _segment(0xE1, head + (extended or b"")[at : at + 65_000])
    sampling = how.subsampling if how is not None and quality is not None else 0
    options: dict[str, object] = {"quality": quality or _QUALITY, "subsampling": sampling}
    if quality is None and how is not None and (0 in how.tables and (pixels.shape[2] == 1 or len(how.tables) > 1)):
        used = dict(sorted(how.tables.items())[: 1 if pixels.shape[2] == 1 else 3])
        options = {"qtables": used, "subsampling": how.subsampling}
    if how is not None and how.progressive:
        options["progressive"] = True
    blocks = {
        "icc_profile": metadata.icc,
        "exif": metadata.exif and exif.HEADER + metadata.exif,
        "xmp": main,
        "dpi": metadata.dpi and tuple(round(dots) for dots in metadata.dpi),
        "comment": metadata.comment,
        "extra": extra,
    }
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **{key: value for key, value in blocks.items() if value}, **options)
    return buffer.getvalue()


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


# ITU T.81, table K.1: what quality 50 of the IJG scale is
_LUMINANCE: Final = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80,
    62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,
    112, 100, 103, 99,
)  # fmt: skip
