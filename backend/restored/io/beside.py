"""What a file holds beside its picture and its metadata, and a result will not: said, never dropped in silence.

Second pictures (gain maps, depth, views), films, content credentials, layers, places on maps, and what programs keep in it.
"""

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from . import ifd
from .segments import segments
from .xml import XMLNS, Document, elements

SECOND: Final = (
    "This file holds more than the picture (a gain map for HDR, a depth map, a second view): the result is the picture alone."
)
SEQUENCE: Final = "This file holds a sequence of pictures, or a film: the result is its still picture."
FILM: Final = "This is a motion photo: the result is its still picture, without the film."
CREDENTIALS: Final = "This picture has content credentials (C2PA), which hold for the original only: the result is without them."
LAYERS: Final = "This TIFF holds Photoshop's layers: the result is the picture that they make together."
ON_A_MAP: Final = "This TIFF says where it lies on a map (GeoTIFF): the result is without that."

_MOST_NAMED: Final = 4
_FILMS: Final = re.compile(rb"ftyp(?:mp4|isom|qt  |avc1)")
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_JPEG: Final = (b"JFIF", b"JFXX", b"Exif", b"http://ns.adobe.com/x", b"ICC_PROFILE", b"Photoshop 3.0", b"Adobe", b"Ducky", b"MPF")
"""How the application segments begin that are carried, or mean nothing once the picture is compressed again."""
_PNG: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI tEXt zTXt iTXt bKGD hIST pHYs sPLT eXIf tIME acTL fcTL "
    b"fdAT iDOT vpAg caNv orNT oFFs".split()
)
_WEBP: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP", b"EXIF", b"XMP "))
_GEO: Final = (33550, 33922, 34264, 34735)
_LAYERS_TAG, _C2PA_TAG = 37724, 52545
_C2PA_BOX: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_TIFF: Final = (
    range(32768, 34000),
    range(34263, 37600),
    range(40091, 42100),
    range(50341, 50342),
    range(50674, 50675),
    range(50706, 52600),
)
"""Tags above 32767 that are carried, or are about how bytes lie, exposures and raw files."""

_ALPHA: Final = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
"""Planes beside a picture that are a part of it; others are depth, gain maps, mattes."""

_CLAIMS: Final = (
    "http://ns.adobe.com/hdr-gain-map/1.0/",
    "http://ns.google.com/photos/1.0/container/",
    "http://ns.apple.com/HDRGainMap/1.0/",
)
_CAMERA: Final = "http://ns.google.com/photos/1.0/camera/"


def said(data: bytes) -> tuple[str, ...]:
    """Sentences about what of this file no result has."""
    with suppress(ValueError, struct.error, IndexError):  # what is damaged is found by the decoder
        if data[:2] == b"\xff\xd8":
            return _of_jpeg(data)
        if data[:4] == b"\x89PNG":
            return _of_chunks(_png_chunks(data), _PNG, b"caBX")
        if data[:4] == b"RIFF":
            return _of_chunks(_riff_chunks(data), _WEBP, b"C2PA")
        if data[:2] in (b"II", b"MM"):
            return _of_tiff(data)
        if data[4:8] in (b"ftyp", b"JXL "):
            return _of_boxes(data)
    return ()


def withdraw(document: Document) -> bool:
    """Take out of an XMP packet what would point at second pictures and films that the result has not; whether there was any."""
    gone = False
    for element in list(elements(document)):
        for attribute in list(element.attributes.values()):
            if attribute.namespaceURI != XMLNS and _is_claim(attribute.namespaceURI, attribute.localName):
                element.removeAttributeNode(attribute)
                gone = True
        parent = element.parentNode
        if parent is not None and _is_claim(element.namespaceURI, element.localName):
            parent.removeChild(element)
            gone = True
    return gone


def _is_claim(space: str | None, name: str | None) -> bool:
    return space in _CLAIMS or (space == _CAMERA and str(name).startswith(("MotionPhoto", "MicroVideo")))


def _of_jpeg(data: bytes) -> tuple[str, ...]:
    notes, others, second = [], [], False
    for marker, content in segments(data):
        if marker == 0xEB and b"jumb" in content[:64]:
            notes.append(CREDENTIALS)
        elif 0xE0 <= marker <= 0xEF:
            second = second or content.startswith(b"MPF")
            if not content.startswith(_JPEG):
                others.append(_name(content.split(b"\0")[0][:16]) or f"APP{marker - 0xE0}")
    behind = memoryview(data)[_end_of_jpeg(data) :]
    if second or b"\xff\xd8\xff" in bytes(behind[: 1 << 16]):
        notes.append(SECOND)
    if _FILMS.search(behind):
        notes.append(FILM)
    return _with_others(notes, others)


def _end_of_jpeg(data: bytes) -> int:
    """Where the first picture of a JPEG file ends."""
    at = 2
    while (found := _MARKER.search(data, at)) is not None:
        at = found.end()
        marker = data[at - 1]
        if marker == 0xD9:
            return at
        if marker not in (0x01, 0xD8):
            at += struct.unpack_from(">H", data, at)[0]
    return len(data)


def _of_chunks(chunks: Iterator[bytes], known: frozenset[bytes], credentials: bytes) -> tuple[str, ...]:
    kinds = dict.fromkeys(chunks)
    others = [_name(kind) for kind in kinds if kind not in known and kind != credentials]
    return _with_others([CREDENTIALS] if credentials in kinds else [], others)


def _png_chunks(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(data):
        yield data[at + 4 : at + 8]
        at += 12 + struct.unpack_from(">I", data, at)[0]


def _riff_chunks(data: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(data):
        yield data[at : at + 4]
        size = struct.unpack_from("<I", data, at + 4)[0]
        at += 8 + size + size % 2


def _of_tiff(data: bytes) -> tuple[str, ...]:
    order, big, at = ifd.header(data)
    tags = ifd.read(data, order, at, big)
    notes = [CREDENTIALS] if _C2PA_TAG in tags else []
    notes += [LAYERS] if _LAYERS_TAG in tags else []
    notes += [ON_A_MAP] if any(code in tags for code in _GEO) else []
    kept = (_LAYERS_TAG, _C2PA_TAG, *_GEO)
    others = [f"tag {code}" for code in tags if code > 32767 and code not in kept and not any(code in known for known in _TIFF)]
    return _with_others(notes, others)


def _of_boxes(data: bytes) -> tuple[str, ...]:
    """HEIC, AVIF and JPEG XL; of HEIC's further pictures its decoder knows, too (see `phones`)."""
    notes = []
    brands = data[8 : min(struct.unpack_from(">I", data)[0], 256)]
    for kind, start, end in _boxes(data, 0, len(data)):
        if kind == b"jumb" or (kind == b"uuid" and data[start : start + 16] == _C2PA_BOX):
            notes.append(CREDENTIALS)
        elif kind == b"mpvd":
            notes.append(FILM)
        elif kind == b"moov":
            notes.append(SEQUENCE)
        elif kind == b"jhgm" or (kind == b"meta" and any(plane not in _ALPHA for plane in _planes(data, start, end))):
            notes.append(SECOND)
    return (*dict.fromkeys(notes), *([SECOND] if b"tmap" in brands and SECOND not in notes else []))


def _planes(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """The names of what stands beside the pictures of a file, in its box "meta" (ISO 23008-12, 6.5.8: iprp, ipco, auxC)."""
    start += 4  # a version and flags
    for box in (b"iprp", b"ipco"):
        start, end = next(((first, last) for kind, first, last in _boxes(data, start, end) if kind == box), (end, end))
    for kind, first, last in _boxes(data, start, end):
        if kind == b"auxC":
            yield data[first + 4 : last].split(b"\0")[0]


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where its content begins and ends) of the outermost boxes between two places (ISO 14496-12, 4.2)."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        whole = head <= size <= end - at  # a size of 0: to the end of the file
        yield kind, at + head, at + size if whole else end
        if size < head:
            return
        at += size


def _with_others(notes: list[str], others: list[str]) -> tuple[str, ...]:
    names = list(dict.fromkeys(filter(None, others)))
    if names:
        more = ", …" if len(names) > _MOST_NAMED else ""
        notes.append(f"What other programs keep in this file ({', '.join(names[:_MOST_NAMED])}{more}) is not carried.")
    return tuple(dict.fromkeys(notes))


def _name(raw: bytes) -> str:
    """A mark as text; empty for one that is none."""
    text = raw.decode("latin-1").strip()
    return text if text.isprintable() and text.isascii() else ""
