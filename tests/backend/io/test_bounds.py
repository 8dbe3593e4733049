"""No file keeps a reader busy: loops, floods and claims are refused before anything is decoded."""

import io
import os
import struct
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from restored.io import PictureError, exif, read_picture, xmp
from restored.io.tiffscan import MOST_DIRECTORIES, check_directories

SHARED = Path(os.environ.get("RESTORED_SHARED") or Path(__file__).resolve().parents[4] / "shared")
SOON = 5.0
"""Seconds; what is bounded takes milliseconds, what is not takes for ever."""


@pytest.fixture
def soon() -> "Callable[[Callable[[], object]], None]":
    def run(work: Callable[[], object]) -> None:
        start = time.process_time()  # a crowded machine's clock says nothing of a reader
        work()
        assert time.process_time() - start < SOON

    return run


def refused(path: Path) -> str:
    with pytest.raises(PictureError, match=r"\.$") as raised:
        read_picture(path)
    return str(raised.value)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["tiff_loop_ifd.tif", "pic_slow_1_1948.bin", "pic_slow_2_126.bin"])
def test_the_cases(name: str, soon) -> None:
    path = SHARED / "cases" / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    soon(lambda: refused(path))


# --- TIFF ---


def entry(tag: int, kind: int, count: int, value: int, big: bool = False) -> bytes:
    return struct.pack("<HHQQ" if big else "<HHII", tag, kind, count, value)


def directory(*entries: bytes, following: int = 0, big: bool = False) -> bytes:
    count, pointer = ("<Q", "<Q") if big else ("<H", "<I")
    return struct.pack(count, len(entries)) + b"".join(entries) + struct.pack(pointer, following)


def tiff(*directories: bytes) -> bytes:
    return b"II*\0" + struct.pack("<I", 8) + b"".join(directories)


SMALL = (entry(256, 3, 1, 4), entry(257, 3, 1, 4), entry(258, 3, 1, 8), entry(277, 3, 1, 1))


def chain(length: int) -> bytes:
    """Directories one after the other, each pointing at the next."""
    return tiff(*(directory(following=8 + 6 * (number + 1)) for number in range(length)))


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a directory that is its own next": (tiff(directory(following=8)), "circle"),
    "two that lead to each other": (tiff(directory(following=14), directory(following=8)), "circle"),
    "a big one that is its own next": (b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + directory(following=16, big=True), "circle"),
    "three million directories": (chain(3_000_000), "more than"),
    "a directory of 65,535 entries": (tiff(struct.pack("<H", 65_535), bytes(12 * 65_535 + 4)), "entries"),
    "a directory that is cut off": (tiff(struct.pack("<H", 9), bytes(20)), "cut off"),
    "values on top of each other": (
        tiff(directory(*SMALL, *(entry(700 + number, 7, 100_000, 0) for number in range(400))), bytes(100_000)),
        "more bytes than the file",
    ),
    "a picture that no memory holds": (tiff(directory(entry(256, 4, 1, 2**31), entry(257, 4, 1, 2**31))), "megapixels"),
    "65,535 channels": (tiff(directory(entry(256, 3, 1, 9000), entry(257, 3, 1, 9000), entry(277, 3, 1, 65_535))), "channels"),
    "tiles of one pixel": (
        tiff(directory(entry(256, 3, 1, 9000), entry(257, 3, 1, 9000), entry(322, 3, 1, 1), entry(323, 3, 1, 1))),
        "pieces",
    ),
    "one enormous tile": (tiff(directory(*SMALL, entry(322, 4, 1, 2**30), entry(323, 4, 1, 2**30))), "tiles of"),
    "a million layers": (tiff(directory(*SMALL, entry(32997, 4, 1, 1_000_000))), "layers"),
    "EXIF that is its own EXIF, with a flood in it": (
        tiff(
            directory(*SMALL, entry(34665, 4, 1, 74)),
            directory(entry(34665, 4, 1, 74), *(entry(700 + number, 7, 60_000, 0) for number in range(400))),
            bytes(60_000),
        ),
        "more bytes than the file",
    ),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_tiff_is_refused_soon(tmp_path: Path, kind: str, soon) -> None:
    content, words = HOSTILE[kind]
    (tmp_path / "hostile.tif").write_bytes(content)
    soon(lambda: words in refused(tmp_path / "hostile.tif") or pytest.fail("another reason"))


@pytest.mark.parametrize(
    "options", [{}, {"bigtiff": True}, {"byteorder": ">"}, {"tile": (16, 16)}, {"rowsperstrip": 1}, {"compression": "zlib"}]
)
def test_an_honest_tiff_is_not(options: dict) -> None:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((70, 50, 3), np.uint16), **options)
    check_directories(buffer.getvalue(), "x.tif")


def test_as_many_pages_as_a_scanned_book_has(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "book.tif") as book:
        for _ in range(300):
            book.write(np.zeros((4, 4), np.uint8), contiguous=False)
    assert MOST_DIRECTORIES > 300
    assert "300 pictures" in refused(tmp_path / "book.tif")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10" + bytes(7)]))
def test_any_directory_is_looked_through(body: bytes, head: bytes) -> None:
    with suppress(PictureError):
        check_directories(head + body, "x.tif")


# --- JPEG, EXIF, XMP, and what is no file ---


def test_a_jpeg_of_thousands_of_passes_is_refused(tmp_path: Path, soon) -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    first = data.index(b"\xff\xda")
    scan = data[first : data.index(b"\xff", first + 2)]
    (tmp_path / "passes.jpg").write_bytes(data[:first] + scan * 5000 + data[first:])
    soon(lambda: "passes" in refused(tmp_path / "passes.jpg") or pytest.fail("another reason"))
    (tmp_path / "usual.jpg").write_bytes(data)
    assert read_picture(tmp_path / "usual.jpg").width == 64


def test_exif_with_thousands_of_pointers(soon) -> None:
    pointers = [entry(0x8769, 4, 1, 8)] * 5000
    block = tiff(directory(*pointers))
    soon(lambda: exif.settled(block, 10, 10))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "packet",
    [
        b" " * 2_000_000 + b"</rdf:RDF>",
        b"<rdf:Description " * 200_000 + b"</rdf:RDF>",
        b"<rdf:Description xmlns:restored=>" * 100_000 + b"</rdf:RDF>",
        b"<restored:recipe>" * 200_000 + b"</rdf:RDF>",
        b"</rdf:RDF>" * 200_000,
        b"&#" * 1_000_000 + b"</rdf:RDF>",
        b"tiff:Orientation=" * 200_000 + b"</rdf:RDF>",
        b"<a>" * 100_000 + b"</a>" * 100_000,
        b"<a>" + b"<b/>" * 1_000_000 + b"</a>",
        b'<a xmlns:c="d">' + b'<b c:e="f">g</b>' * 200_000 + b"</a>",
    ],
    ids=["spaces", "openings", "unclosed", "recipes", "ends", "entities", "orientations", "deep", "wide", "wordy"],
)
def test_xmp_takes_time_in_proportion_to_its_length(packet: bytes, soon) -> None:
    def work() -> None:
        xmp.recipe_in(packet)
        xmp.settled(packet, 6, 10, 20)
        with suppress(ValueError):
            xmp.with_recipe(packet, "{}")

    soon(work)


def test_an_older_recipe_is_replaced_and_the_rest_stays() -> None:
    others = b'<rdf:Description xmlns:dc="d" dc:title="a"/>\n<rdf:Description xmlns:x="y"> <x:a/> </rdf:Description>'
    packet = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n' + others + b"\n</rdf:RDF>"
    once = xmp.with_recipe(packet, '{"a": "<1>"}')
    twice = xmp.with_recipe(once, '{"a": "<2>"}')
    assert xmp.recipe_in(once) == '{"a": "<1>"}'
    assert xmp.recipe_in(twice) == '{"a": "<2>"}'
    assert len(twice) == len(once)
    assert others in twice


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), (9, 8, 7)).save(buffer, "PNG")
    data = buffer.getvalue()
    more = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return data[:33] + more + data[33:]


def test_a_png_of_texts_that_grow_holds_little(tmp_path: Path, soon) -> None:
    """A thousand texts of eight megabytes, packed into eight thousand bytes each."""
    packed = zlib.compress(bytes(8 << 20), 9)
    texts = [(b"zTXt", f"word {number}".encode() + b"\0\0" + packed) for number in range(1000)]
    (tmp_path / "a.png").write_bytes(png_with(*texts))
    found = []
    soon(lambda: found.append(read_picture(tmp_path / "a.png")))
    assert sum(len(text) for _, text in found[0].metadata.texts) <= 64 << 20
    assert found[0].pixels[0, 0].tolist() == [9, 8, 7]


def test_a_large_profile_in_a_png_is_kept(tmp_path: Path) -> None:
    """Of a printer: Pillow refuses the whole picture for more than a megabyte."""
    icc = np.random.default_rng(0).bytes(3_000_000)
    (tmp_path / "a.png").write_bytes(png_with((b"iCCP", b"printer\0\0" + zlib.compress(icc))))
    assert read_picture(tmp_path / "a.png").metadata.icc == icc


def test_a_damaged_text_costs_a_png_that_text(tmp_path: Path) -> None:
    data = png_with((b"tEXt", b"Author\0Ann"), (b"zTXt", b"Title\0\0Lake"))
    (tmp_path / "a.png").write_bytes(data.replace(b"Author\0Ann", b"Author\0Anx"))  # its checksum is wrong now
    picture = read_picture(tmp_path / "a.png")
    assert picture.pixels[0, 0].tolist() == [9, 8, 7]
    assert "Title" not in dict(picture.metadata.texts)


def test_a_device_is_not_read_to_its_end(tmp_path: Path, soon) -> None:
    (tmp_path / "endless.png").symlink_to("/dev/zero")
    soon(lambda: "device" in refused(tmp_path / "endless.png") or pytest.fail("another reason"))


def test_a_file_larger_than_any_photograph_is_not_read(tmp_path: Path, soon) -> None:
    with open(tmp_path / "large.tif", "wb") as file:
        file.truncate(5 << 30)  # holes: nothing is written
    soon(lambda: "larger" in refused(tmp_path / "large.tif") or pytest.fail("another reason"))


def test_what_only_looks_like_our_recipe_is_not_it() -> None:
    """Found by the siege: another namespace under our prefix, and our namespace under another."""
    rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    inner = '<restored:recipe>{"evil": 1}</restored:recipe>'
    decoy = f'<rdf:Description rdf:about="" xmlns:restored="https://x.invalid/">{inner}</rdf:Description>'
    packet = f"<x {rdf}><rdf:RDF>{decoy}</rdf:RDF></x>".encode()
    assert xmp.recipe_in(packet) is None
    assert xmp.recipe_in(xmp.with_recipe(packet, '{"ours": 1}')) == '{"ours": 1}'
    for form in ('><r:recipe>{"ours": 2}</r:recipe></rdf:Description>', " r:recipe='{\"ours\": 2}'/>"):
        renamed = f'<x {rdf}><rdf:RDF><rdf:Description rdf:about="" xmlns:r="{xmp.NAMESPACE}"{form}</rdf:RDF></x>'
        assert xmp.recipe_in(renamed.encode()) == '{"ours": 2}'
