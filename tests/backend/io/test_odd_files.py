"""Files that nothing forbids and hardly anybody writes: what is beside the pixels is odd, huge, hostile or in another alphabet,
and the picture is read all the same, in little time and memory, and can be written again."""

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.io import PictureError, read_picture, write_picture

resource = pytest.importorskip("resource", reason="how large a process was is POSIX's to say")

HEIGHT, WIDTH = 24, 32
Y, X = np.mgrid[:HEIGHT, :WIDTH]
RGB = np.stack([X * 8, Y * 10, (X + Y) * 4], -1).astype(np.uint8)

MOST = 400 << 20
"""Bytes that reading a small picture may add to the process's largest size: less than the bombs below are."""


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*extra: bytes, kind: int = 2, bits: int = 8, rows: list[bytes] | None = None) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, kind, 0, 0, 0))
    rows = rows or [row.tobytes() for row in RGB]
    pixels = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + pixels + chunk(b"IEND", b"")


def bomb(fill: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    piece = fill * ((1 << 20) // len(fill))
    return b"".join(packer.compress(piece) for _ in range(megabytes)) + packer.flush()


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content


def jpeg(*segments: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(RGB).save(buffer, "JPEG", quality=98, subsampling=0)
    return b"\xff\xd8" + b"".join(segments) + buffer.getvalue()[2:]


def exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    directory, beyond, at = struct.pack("<H", len(entries)), b"", 8 + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        directory += struct.pack("<HHI", tag, kind, count)
        directory += value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", at + len(beyond))
        beyond += value if len(value) > 4 else b""
    return segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + directory + bytes(4) + beyond)


def packet(content: bytes) -> bytes:
    return segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + content)


ENTITIES = b"<!DOCTYPE x [" + b"".join(b'<!ENTITY a%d "%s">' % (n, (b"&a%d;" % (n - 1) if n else b"a") * 9) for n in range(20))

PNGS = {
    "gamma of zero": chunk(b"gAMA", bytes(4)),
    "largest gamma": chunk(b"gAMA", b"\xff" * 4),
    "primaries that are one point": chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"cHRM", bytes(32)),
    "largest primaries": chunk(b"cHRM", b"\xff" * 32),
    "colours of no standard": chunk(b"cICP", b"\xff" * 4),
    "half a cICP": chunk(b"cICP", b"\1"),
    "no resolution": chunk(b"pHYs", struct.pack(">IIB", 0, 0, 1)),
    "largest resolution": chunk(b"pHYs", struct.pack(">IIB", 0xFFFFFFFF, 1, 1)),
    "a profile of 200 MB": chunk(b"iCCP", b"x\0\0" + bomb(b"\0", 200)),
    "a profile that is not packed": chunk(b"iCCP", b"x\0\0not packed"),
    "two profiles": 2 * chunk(b"iCCP", b"x\0\0" + zlib.compress(b"a" * 200)),
    "a comment of 300 MB": chunk(b"zTXt", b"Comment\0\0" + bomb(b"a", 300)),
    "XMP of 300 MB": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb(b" ", 300)),
    "EXIF as text of 40 MB": chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb(b"41", 40)),
    "60,000 texts": b"".join(chunk(b"tEXt", b"k%d\0v" % n) for n in range(60_000)),
    "a text without a name": chunk(b"tEXt", b"\0abc"),
    "a text for a terminal": chunk(b"tEXt", b"Comment\0\x1b]0;mine\x07\n"),
    "another alphabet": chunk(b"tEXt", "Author\0Müller ©".encode("latin-1")),
    "EXIF of nothing": chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff"),
}
JPEGS = {
    "an orientation of zero": exif((0x112, 3, 1, b"\0\0")),
    "an orientation of nine": exif((0x112, 3, 1, b"\x09\0")),
    "an orientation in words": exif((0x112, 2, 2, b"6\0")),
    "4 GB of description": exif((0x10E, 2, 0xFFFFFFFF, b"abcd")),
    "a description in Shift JIS": exif((0x10E, 2, 9, "日本語写".encode("shift_jis") + b"\0")),
    "a title in UTF-16": exif((0x9C9B, 1, 8, "Äöß\0".encode("utf-16-le"))),
    "a comment in Unicode": exif((0x9286, 7, 16, b"UNICODE\0" + "Zoë!".encode("utf-16-le"))),
    "entries of no type": exif((0x10E, 0, 4, b"abcd"), (0x10F, 99, 4, b"abcd")),
    "a directory in itself": exif((0x8769, 4, 1, struct.pack("<I", 8))),
    "fractions of nothing": exif((0x11A, 5, 1, bytes(8)), (0x11B, 5, 1, b"\xff" * 8)),
    "entities in entities": packet(ENTITIES + b']><x:xmpmeta xmlns:x="adobe:ns:meta/">&a19;</x:xmpmeta>'),
    "XMP that is never closed": packet(b"<a>" * 20_000),
    "XMP as deep as it is long": packet(b"<a>" * 9000 + b"</a>" * 9000),
    "XMP in UTF-32": packet('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'.encode("utf-32")),
    "IPTC that ends early": segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0" + b"\xff" * 4 + b"\x1c\2\x05\xff\xff"),
    "200 comments": 200 * segment(0xFE, b"x" * 65_000),
    "half a profile": segment(0xE2, b"ICC_PROFILE\0\2\3" + b"x" * 100),
    "255 parts of a profile": b"".join(segment(0xE2, b"ICC_PROFILE\0%c\xff" % n + b"x" * 65_000) for n in range(1, 256)),
    "an index of pictures of nonsense": segment(0xE2, b"MPF\0II*\0\x08\0\0\0" + b"\xff" * 100),
    "100,000 bytes between segments": b"\xff" * 100_000,
}
FILES = {**{name: png(extra) for name, extra in PNGS.items()}, **{name: jpeg(extra) for name, extra in JPEGS.items()}}


def largest() -> int:
    """Bytes that this process ever held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.parametrize("name", FILES)
def test_the_picture_is_what_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "odd").write_bytes(FILES[name])
    before = largest()
    picture = read_picture(tmp_path / "odd")
    assert largest() - before < MOST
    assert np.abs(picture.pixels.astype(int) - RGB).max() <= (0 if picture.format == "png" else 12)
    for ending in ("png", "tif", "jpg", "webp"):
        notes = write_picture(tmp_path / f"out.{ending}", picture, '{"a": 1}')
        assert not any("\x1b" in note for note in (*notes, *picture.notes))
        again = read_picture(tmp_path / f"out.{ending}")
        assert again.pixels.shape == picture.pixels.shape
        assert ending in ("jpg", "webp") or np.array_equal(again.pixels, picture.pixels)


GRAY = RGB[..., 2]
DEEP = GRAY.astype(">u2") * 257
CLEAR = {
    "gray of 8 bits": (png(chunk(b"tRNS", struct.pack(">H", GRAY[3, 3])), kind=0, rows=[row.tobytes() for row in GRAY]), GRAY),
    "gray of 16 bits": (
        png(chunk(b"tRNS", struct.pack(">H", DEEP[3, 3])), kind=0, bits=16, rows=[row.tobytes() for row in DEEP]),
        DEEP,
    ),
    "colour of 8 bits": (png(chunk(b"tRNS", RGB[3, 3].astype(">u2").tobytes())), RGB),
}


@pytest.mark.parametrize("name", CLEAR)
def test_one_colour_that_is_clear(tmp_path: Path, name: str) -> None:
    content, wanted = CLEAR[name]
    (tmp_path / "odd.png").write_bytes(content)
    pixels = read_picture(tmp_path / "odd.png").pixels
    wanted = wanted.reshape(HEIGHT, WIDTH, -1)
    assert np.array_equal(pixels[..., :-1], wanted)
    assert np.array_equal(pixels[..., -1] == 0, (wanted == wanted[3, 3]).all(-1))


@pytest.mark.parametrize("curve", [16, 18])
def test_high_dynamic_range_is_refused_by_name(tmp_path: Path, curve: int) -> None:
    (tmp_path / "odd.png").write_bytes(png(chunk(b"cICP", bytes([9, curve, 0, 1]))))
    with pytest.raises(PictureError, match="HDR"):
        read_picture(tmp_path / "odd.png")
