"""What a file holds beside its picture is said when the result will be without it, and nothing points at it any more."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from restored.io import beside, read_picture
from restored.io.beside import CREDENTIALS, FILM, LAYERS, ON_A_MAP, SECOND, SEQUENCE

PIXELS = np.random.default_rng(0).integers(0, 200, (32, 32, 3), np.uint8)
JUMBF = b"JP\0\0\0\0\0\x01\0\0\0\x20jumb" + bytes(40)
FILE = b"\0\0\0\x18ftypmp42" + bytes(1000)
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"
xmlns:Container="http://ns.google.com/photos/1.0/container/" hdrgm:Version="1.0" GCamera:MotionPhoto="1" GCamera:Look="warm">
<Container:Directory><rdf:Seq><rdf:li>9000 bytes of film</rdf:li></rdf:Seq></Container:Directory>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def saved(kind: str, **how: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, kind, **how)
    return buffer.getvalue()


def jpeg_with(marker: int, content: bytes) -> bytes:
    data = saved("JPEG")
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + data[2:]


def png_with(kind: bytes, content: bytes) -> bytes:
    data = saved("PNG")
    return (
        data[:33] + struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)) + data[33:]
    )


def webp_with(kind: bytes, content: bytes) -> bytes:
    data = saved("WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", lossless=True)
    data += kind + struct.pack("<I", len(content)) + content
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def tiff_with(*tag: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, PIXELS, photometric="rgb", metadata=None, extratags=[(*tag, True)])
    return buffer.getvalue()


HOLDS = {
    "two pictures": (saved("MPO", save_all=True, append_images=[Image.fromarray(255 - PIXELS)]), SECOND),
    "a gain map": (saved("JPEG") + saved("JPEG"), SECOND),
    "a film": (saved("JPEG", progressive=True) + FILE, FILM),
    "credentials, JPEG": (jpeg_with(0xEB, JUMBF), CREDENTIALS),
    "credentials, PNG": (png_with(b"caBX", JUMBF), CREDENTIALS),
    "credentials, WebP": (webp_with(b"C2PA", JUMBF), CREDENTIALS),
    "credentials, TIFF": (tiff_with(52545, 7, len(JUMBF), JUMBF), CREDENTIALS),
    "layers": (tiff_with(37724, 7, 24, b"Adobe Photoshop Document"), LAYERS),
    "a place": (tiff_with(33550, 12, 3, (1.0, 1.0, 0.0)), ON_A_MAP),
    "heat": (jpeg_with(0xE1, b"FLIR\0\x01" + bytes(50)), "(FLIR)"),
    "Fireworks": (png_with(b"mkBF", bytes(72)), "(mkBF)"),
    "a scanner": (tiff_with(65000, 2, 0, "settings"), "(tag 65000)"),
}


@pytest.mark.parametrize("what", HOLDS)
def test_what_is_not_carried_is_said(tmp_path: Path, what: str) -> None:
    data, words = HOLDS[what]
    (tmp_path / "a").write_bytes(data)
    picture = read_picture(tmp_path / "a")
    assert len(picture.notes) == 1
    assert words in picture.notes[0]
    assert picture.pixels.shape == PIXELS.shape


@pytest.mark.parametrize(
    "data",
    [
        saved(
            "JPEG", quality=40, icc_profile=b"x" * 200, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", dpi=(300, 300), comment=b"hi"
        ),
        saved("JPEG") + bytes(100),
        saved("PNG", dpi=(300, 300)),
        saved("WEBP"),
        saved("TIFF"),
        saved("BMP"),
        saved("AVIF") if hasattr(Image.core, "avif") else saved("PNG"),
    ],
    ids=["jpeg", "jpeg and zeros", "png", "webp", "tiff", "bmp", "avif"],
)
def test_of_ordinary_files_nothing_is_said(data: bytes) -> None:
    assert beside.said(data) == ()


def test_nothing_points_at_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg_with(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP) + FILE)
    packet = read_picture(tmp_path / "a.jpg").metadata.xmp or b""
    for gone in (b"hdrgm:Version", b"MotionPhoto", b"Container:Directory", b"bytes of film"):
        assert gone not in packet
    assert b'GCamera:Look="warm"' in packet


def box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def phone(*planes: bytes, behind: bytes = b"") -> bytes:
    """The boxes of a HEIC file around its pictures, with such planes beside the picture."""
    beside_it = [box(b"auxC", bytes(4), plane, b"\0") for plane in planes]
    properties = box(b"iprp", box(b"ipco", box(b"ispe", bytes(12)), *beside_it), box(b"ipma", bytes(8)))
    return (
        box(b"ftyp", b"heic", bytes(4), b"mif1heic")
        + box(b"meta", bytes(4), box(b"hdlr", bytes(24)), properties)
        + box(b"mdat", bytes(64))
        + behind
    )


ALPHA = b"urn:mpeg:hevc:2015:auxid:1"
PHONES = {
    "a picture": (phone(), ()),
    "transparency": (phone(ALPHA), ()),
    "a gain map": (phone(b"urn:com:apple:photo:2020:aux:hdrgainmap"), (SECOND,)),
    "depth": (phone(ALPHA, b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth"), (SECOND,)),
    "a film": (phone(behind=box(b"mpvd", bytes(64))), (FILM,)),
    "a burst": (phone(behind=box(b"moov", bytes(64))), (SEQUENCE,)),
    "credentials": (phone(behind=box(b"jumb", bytes(64))), (CREDENTIALS,)),
}


@pytest.mark.parametrize("what", PHONES)
def test_what_phones_keep_beside_a_picture_is_said(what: str) -> None:
    data, notes = PHONES[what]
    assert beside.said(data) == notes


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PHONES)), st.integers(0, 300), st.binary(max_size=12))
def test_damaged_boxes_are_no_reason_to_fail_or_to_go_on_for_ever(what: str, at: int, other: bytes) -> None:
    data = PHONES[what][0]
    beside.said(data[:at] + other + data[at + len(other) :])
    beside.said(data[:at])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(HOLDS)), st.integers(0, 4000), st.binary(max_size=12))
def test_damage_is_no_reason_to_fail(what: str, at: int, other: bytes) -> None:
    data = HOLDS[what][0]
    assert all(note.endswith(".") for note in beside.said(data[:at] + other + data[at + len(other) :]))
    assert all(note.endswith(".") for note in beside.said(data[:at]))
