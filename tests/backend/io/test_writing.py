"""A result appears whole or not at all, and says what its format cannot hold."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.io import Metadata, Picture, PictureError, atomic, check_output, copy_file, read_picture, recipe_in, write_picture
from restored.io.xmp import with_recipe

PIXELS = np.random.default_rng(3).integers(0, 255, (64, 64, 3), np.uint8)
RECIPE = '{"instruction": "remove the <rain> & \\"noise\\" – größer", "strength": 0.5}'


@pytest.mark.parametrize("name", ["x.png", "x.tif", "x.jpg", "x.webp"])
def test_the_recipe_is_in_the_file(tmp_path: Path, name: str) -> None:
    write_picture(tmp_path / name, Picture(PIXELS, "png"), RECIPE)
    first = read_picture(tmp_path / name)
    assert recipe_in(first.metadata.xmp) == RECIPE
    write_picture(tmp_path / name, first, "{}")
    assert recipe_in(read_picture(tmp_path / name).metadata.xmp) == "{}"


def test_16_bit_files_carry_it_too(tmp_path: Path) -> None:
    for name in ("x.png", "x.tif"):
        write_picture(tmp_path / name, Picture(PIXELS.astype(np.uint16), "png"), RECIPE)
        assert recipe_in(read_picture(tmp_path / name).metadata.xmp) == RECIPE


def test_a_recipe_joins_what_the_picture_already_says() -> None:
    rating = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="5"/></rdf:RDF></x:xmpmeta>'
    )
    once = with_recipe(rating, RECIPE)
    twice = with_recipe(once, "{}")
    assert b'xmp:Rating="5"' in twice
    assert twice.count(b"restored:recipe>") == 2
    assert recipe_in(twice) == "{}"
    assert recipe_in(rating) is None
    import xml.etree.ElementTree as tree

    assert tree.fromstring(once.decode()) is not None


def test_what_a_format_cannot_hold(tmp_path: Path) -> None:
    deep = Picture(PIXELS.astype(np.uint16), "png")
    clear = Picture(np.dstack([PIXELS, PIXELS[..., 0]]), "png")
    assert check_output(tmp_path / "x.tif", deep) == []
    assert "8 bits" in check_output(tmp_path / "x.jpg", deep)[0]
    assert "32-bit float" in check_output(tmp_path / "x.png", Picture(PIXELS.astype(np.float32), "tiff"))[0]
    with pytest.raises(PictureError, match="transparency"):
        check_output(tmp_path / "x.jpg", clear)
    with pytest.raises(PictureError, match="16,383"):
        check_output(tmp_path / "x.webp", Picture(np.zeros((1, 5000, 3), np.uint8), "png"), scale=4)
    with pytest.raises(PictureError, match="must end in"):
        check_output(tmp_path / "x.gif", deep)


def test_a_deep_picture_is_rounded_for_jpeg(tmp_path: Path) -> None:
    write_picture(tmp_path / "x.jpg", Picture(np.full((8, 8, 3), 32768, np.uint16), "png"))
    assert np.abs(read_picture(tmp_path / "x.jpg").pixels.astype(int) - 128).max() <= 1


def test_metadata_too_large_for_jpeg_is_left_out_and_said_not_the_picture(tmp_path: Path) -> None:
    large = Picture(PIXELS, "png", Metadata(exif=b"II*\0" + b"x" * 70_000))
    notes = write_picture(tmp_path / "x.jpg", large)
    assert len(notes) == 1
    assert "EXIF" in notes[0]
    assert read_picture(tmp_path / "x.jpg").pixels.shape == (64, 64, 3)
    assert write_picture(tmp_path / "x.png", large) == []


def test_what_one_segment_of_a_jpeg_cannot_hold_goes_into_extended_xmp(tmp_path: Path) -> None:
    more = b'<rdf:Description xmlns:q="urn:q" q:s="1"><q:big>' + b"a" * 150_000 + b"</q:big></rdf:Description></rdf:RDF>"
    long = with_recipe(None, "y").replace(b"</rdf:RDF>", more)
    assert write_picture(tmp_path / "x.jpg", Picture(PIXELS, "png", Metadata(xmp=long)), "z" * 70_000) == []
    packet = read_picture(tmp_path / "x.jpg").metadata.xmp
    assert packet is not None
    assert recipe_in(packet) == "z" * 70_000
    assert b"a" * 150_000 in packet
    assert b'q:s="1"' in packet
    assert b"HasExtendedXMP" not in packet
    # the recipe is what a reader without extended XMP sees, when there is room for it
    write_picture(tmp_path / "y.jpg", Picture(PIXELS, "png", Metadata(xmp=long)), "z")
    with Image.open(tmp_path / "y.jpg") as image:
        assert recipe_in(image.info["xmp"]) == "z"


def test_a_jpeg_of_pure_noise_can_be_written(tmp_path: Path) -> None:
    """Pillow's `optimize` breaks off where a picture compresses worse than it expects."""
    noise = np.random.default_rng(1).integers(0, 256, (500, 500, 3), np.uint8)
    write_picture(tmp_path / "x.jpg", Picture(noise, "png"))
    assert read_picture(tmp_path / "x.jpg").pixels.shape == noise.shape


def only(folder: Path, *names: str) -> bool:
    return sorted(os.listdir(folder)) == sorted(names)


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.png").write_bytes(b"precious")

    def broken(*_: object, **__: object) -> bytes:
        raise RuntimeError("encoder")

    monkeypatch.setattr("restored.io.png.encode", broken)
    with pytest.raises(RuntimeError):
        write_picture(tmp_path / "x.png", Picture(PIXELS, "png"))
    assert (tmp_path / "x.png").read_bytes() == b"precious"
    assert only(tmp_path, "x.png")


@pytest.mark.skipif(not os.path.isdir("/dev/shm"), reason="needs a second disk")
def test_what_is_half_written_lies_on_the_results_disk(tmp_path: Path) -> None:
    """A folder of results may hold a link to another disk, onto which nothing can be renamed."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        for staging in (tmp_path, Path(elsewhere)):
            with atomic(tmp_path / "x", staging) as file:
                file.write(staging.as_posix().encode())
            assert (tmp_path / "x").read_text() == staging.as_posix()


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> None:
        with atomic(tmp_path / "x") as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert only(tmp_path)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_what_the_disk_refuses_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(PictureError, match=r"x\.png"):
        write_picture(tmp_path / "x.png", Picture(PIXELS, "png"))
    assert only(tmp_path)


FULL_DISK = """
import sys, numpy as np
from pathlib import Path
from restored.io import Picture, PictureError, write_picture
noise = np.random.default_rng(1).integers(0, 255, (300, 300, 3), np.uint8)
try:
    write_picture(Path(sys.argv[1]) / "x.png", Picture(noise, "png"))
except PictureError as error:
    print(error)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("mount"), reason="mounting a small disk needs root on Linux"
)
@pytest.mark.parametrize(("how", "words"), [("size=100k", "disk is full"), ("ro", "can only be read")])
def test_a_real_disk_that_is_full_or_read_only(tmp_path: Path, how: str, words: str) -> None:
    script = tmp_path / "write.py"
    script.write_text(FULL_DISK)
    disk = tmp_path / "disk"
    disk.mkdir()
    # not unshare's own --propagation: in a chroot, where / is no mount point, that refuses to begin
    command = f"""
mount --make-rprivate / 2>/dev/null
mount -t tmpfs -o {how} none {disk} && {sys.executable} {script} {disk} && ls -A {disk}
"""
    apart = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", command]
    done = subprocess.run(apart, capture_output=True, text=True, check=False)
    if "Operation not permitted" in done.stderr or "unshare failed" in done.stderr:
        pytest.skip(f"this machine does not allow mounting: {done.stderr.strip()}")
    assert words in done.stdout, done.stderr
    assert done.stdout.count("\n") == 1, "the sentence, and no file left"


def test_read_only_results_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "x.png"
    target.write_bytes(b"precious")
    target.chmod(0o444)
    with pytest.raises(PictureError, match="read-only"):
        write_picture(target, Picture(PIXELS, "png"))
    assert target.read_bytes() == b"precious"


def test_places_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="does not exist"):
        write_picture(tmp_path / "none" / "x.png", Picture(PIXELS, "png"))
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(PictureError, match="is a folder"):
        write_picture(tmp_path / "folder.png", Picture(PIXELS, "png"))
    (tmp_path / "file").touch()
    with pytest.raises(PictureError, match="not a folder"):
        write_picture(tmp_path / "file" / "x.png", Picture(PIXELS, "png"))


def test_rights_are_those_of_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_picture(tmp_path / "x.png", Picture(PIXELS, "png"))
    assert (tmp_path / "x.png").stat().st_mode == (tmp_path / "plain").stat().st_mode
    (tmp_path / "x.png").chmod(0o640)
    write_picture(tmp_path / "x.png", Picture(PIXELS, "png"))
    assert (tmp_path / "x.png").stat().st_mode & 0o777 == 0o640


def test_a_copy_is_exact(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "x.jpg")
    copy_file(tmp_path / "x.jpg", tmp_path / "y.jpg")
    assert (tmp_path / "y.jpg").read_bytes() == (tmp_path / "x.jpg").read_bytes()
    assert only(tmp_path, "x.jpg", "y.jpg")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(1, 31), (31, 1), (1, 1)])
def test_a_single_row_or_column_that_was_turned(tmp_path: Path, suffix: str, dtype: type, size: tuple[int, int]) -> None:
    """numpy calls it contiguous however it lies in memory. Found by the siege."""
    pixels = np.random.default_rng(0).integers(0, 255, (*size, 3)).astype(dtype)
    turned = np.rot90(pixels)
    write_picture(tmp_path / f"x{suffix}", Picture(turned, "png"))
    back = read_picture(tmp_path / f"x{suffix}").pixels
    assert back.shape == turned.shape
    if suffix in (".png", ".tif"):
        np.testing.assert_array_equal(back, turned)


@pytest.mark.parametrize(("suffix", "side"), [(".jpg", 65_500), (".webp", 16_383), (".png", 1_000_000)])
def test_the_longest_side_that_a_format_holds(tmp_path: Path, suffix: str, side: int) -> None:
    write_picture(tmp_path / f"x{suffix}", Picture(np.zeros((side, 1, 3), np.uint8), "tiff"))
    assert read_picture(tmp_path / f"x{suffix}").pixels.shape == (side, 1, 3)
    with pytest.raises(PictureError, match=r"pixels a side.*\.tif\."):
        write_picture(tmp_path / f"y{suffix}", Picture(np.zeros((side + 1, 1, 3), np.uint8), "tiff"))
    assert not (tmp_path / f"y{suffix}").exists()
