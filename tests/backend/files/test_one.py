"""One picture from file to file, in any thread, with masks, pages, recipes and other people's files in the way."""

import errno
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from restored.files import FileOrder, Report, restore_file
from restored.files.makingway import place_mark
from restored.files.masks import packed, unpacked
from restored.files.one import load, restore_pages, save
from restored.files.owned import Owner, digest_of, owner_of, recipe_of
from restored.ground.errors import FileError
from restored.io import PictureError, read_pages, read_picture, writing

from .kit import brighten, photo

WISH = FileOrder(instruction="brighten it")


def test_it_works_in_any_thread(tmp_path: Path) -> None:
    source = photo(tmp_path / "a.png")
    reports: list[Report] = []
    thread = threading.Thread(target=lambda: reports.append(restore_file(source, tmp_path / "o.png", WISH, brighten)))
    thread.start()
    thread.join()
    assert reports[0].done.changed
    assert (read_picture(tmp_path / "o.png").pixels >= read_picture(source).pixels).all()


def test_a_result_says_which_source_and_wish_it_is_of(tmp_path: Path) -> None:
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.jpg"
    assert owner_of(target, source, WISH) is Owner.NOBODY
    restore_file(source, target, WISH, brighten)
    assert owner_of(target, source, WISH) is Owner.THIS
    assert owner_of(target, source, FileOrder(instruction="something else")) is Owner.OURS
    assert owner_of(target, photo(tmp_path / "b.png", seed=1), WISH) is Owner.OURS
    assert owner_of(source, photo(tmp_path / "b.png", seed=1), WISH) is Owner.OTHER


@pytest.mark.parametrize("suffix", ["png", "tif", "jpg", "webp"])
def test_the_recipe_is_found_without_decoding(tmp_path: Path, suffix: str) -> None:
    restore_file(photo(tmp_path / "a.png"), tmp_path / f"o.{suffix}", WISH, brighten)
    recipe = recipe_of(tmp_path / f"o.{suffix}")
    assert recipe is not None
    assert recipe["instruction"] == "brighten it"


def test_a_recipe_repeats_its_mask(tmp_path: Path) -> None:
    source = photo(tmp_path / "a.png")
    mask = np.zeros((12, 16), np.uint8)
    mask[:5] = 200
    Image.fromarray(mask).save(tmp_path / "mask.png")
    restore_file(source, tmp_path / "one.png", WISH, brighten, mask=tmp_path / "mask.png")
    recipe = recipe_of(tmp_path / "one.png")
    assert recipe is not None
    again = FileOrder(instruction="brighten it", mask=recipe["mask"])
    restore_file(source, tmp_path / "two.png", again, brighten)
    one, two = read_picture(tmp_path / "one.png").pixels, read_picture(tmp_path / "two.png").pixels
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one[5:], read_picture(source).pixels[5:])
    with pytest.raises(PictureError, match="mask of 16 x 12"):
        restore_file(photo(tmp_path / "b.png", (20, 20)), tmp_path / "three.png", again, brighten)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_no_recipe_is_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "empty.png").touch()
    for name in ("pipe.png", "empty.png", "absent.png"):
        assert recipe_of(tmp_path / name) is None
    assert owner_of(tmp_path / "pipe.png", tmp_path / "empty.png", WISH) is Owner.OTHER


def test_masks_in_text() -> None:
    soft = np.linspace(0, 1, 20 * 30, dtype=np.float32).reshape(20, 30)
    text = packed(soft)
    assert text is not None
    np.testing.assert_allclose(unpacked(text, 30, 20) / 65535, soft, atol=1e-4)
    assert packed(np.random.default_rng(0).random((900, 900)).astype(np.float32)) is None
    for wrong in ("", "not base64!", "AAAA", text[:-40] + "A" * 40):
        with pytest.raises(PictureError, match="--mask"):
            unpacked(wrong, 30, 20)


def test_a_masked_jpeg_says_that_it_rounds(tmp_path: Path) -> None:
    Image.new("L", (16, 12), 0).save(tmp_path / "mask.png")
    source = photo(tmp_path / "a.jpg")
    report = restore_file(source, tmp_path / "o.jpg", WISH, brighten, mask=tmp_path / "mask.png")
    assert any("outside the mask" in note for note in report.notes)
    report = restore_file(source, tmp_path / "o.png", WISH, brighten, mask=tmp_path / "mask.png")
    assert report.notes == ()
    np.testing.assert_array_equal(read_picture(tmp_path / "o.png").pixels, read_picture(source).pixels)


def test_what_was_freed_from_artefacts_is_not_given_them_back(tmp_path: Path) -> None:
    source = photo(tmp_path / "a.jpg", (64, 64), quality=20)

    def freed(*arguments):
        return replace(brighten(*arguments), plan={"steps": [{"task": "dejpeg"}]})

    restore_file(source, tmp_path / "kept.jpg", WISH, brighten)
    restore_file(source, tmp_path / "freed.jpg", WISH, freed)
    restore_file(source, tmp_path / "asked.jpg", WISH, freed, quality=30)

    def quality(name: str) -> int:
        encoding = read_picture(tmp_path / name).encoding
        assert encoding is not None
        return encoding.quality or 0

    assert [quality(name) for name in ("kept.jpg", "freed.jpg", "asked.jpg")] == pytest.approx([20, 90, 30], abs=1)


def test_pages_are_restored_one_by_one_and_infrared_is_carried(tmp_path: Path) -> None:
    pages = [np.full((12, 16, 3), level, np.uint8) for level in (10, 60)]
    dust = np.arange(12 * 16, dtype=np.uint16).reshape(12, 16) * 300
    with tifffile.TiffWriter(tmp_path / "scan.tif") as file:
        file.write(pages[0], photometric="rgb", metadata=None)
        file.write(dust, photometric="minisblack", metadata=None)
        file.write(pages[1], photometric="rgb", metadata=None)
    report = restore_file(tmp_path / "scan.tif", tmp_path / "o.tif", WISH, brighten)
    assert report.pages == 3
    assert any("infrared" in note for note in report.notes)
    first, infrared, third = read_pages(tmp_path / "o.tif")
    assert (first.pixels > 10).all()
    assert (third.pixels > 60).all()
    np.testing.assert_array_equal(infrared.pixels[..., 0], dust)
    with pytest.raises(PictureError, match="2: 16 x 12 infrared"):
        restore_file(tmp_path / "scan.tif", tmp_path / "o.png", WISH, brighten)
    restore_file(tmp_path / "scan.tif", tmp_path / "o.png", WISH, brighten, page=3)
    assert (read_picture(tmp_path / "o.png").pixels > 60).all()
    with pytest.raises(PictureError, match="there is no 4"):
        restore_file(tmp_path / "scan.tif", tmp_path / "o.png", WISH, brighten, page=4)


@pytest.mark.parametrize("before", [None, "theirs", "ours"])
def test_what_comes_to_the_results_place_meanwhile_is_kept(tmp_path: Path, before: str | None) -> None:
    """Restoring takes a while, in which another program may save under the same name."""
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.png"
    if before == "theirs":
        photo(target, seed=9)
    if before == "ours":
        restore_file(source, target, WISH, brighten)

    def meanwhile(*given: Any, **also: Any) -> Any:
        photo(target, seed=11)
        return brighten(*given, **also)

    report = restore_file(source, target, WISH, meanwhile)
    assert (read_picture(tmp_path / "o.before-1.png").pixels == read_picture(photo(tmp_path / "b.png", seed=11)).pixels).all()
    assert "o.before-1.png" in report.notes[0]


def test_what_comes_while_the_result_is_written_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To compress a large TIFF takes seconds; and between the last look and the rename nothing gets lost either."""
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.png"
    write, link = writing.write_to, os.link

    def slowly(*given: Any) -> None:
        write(*given)
        target.write_bytes(b"theirs")

    monkeypatch.setattr(writing, "write_to", slowly)
    report = restore_file(source, target, WISH, brighten)
    assert (tmp_path / "o.before-1.png").read_bytes() == b"theirs"
    assert "o.before-1.png" in report.notes[0]
    monkeypatch.setattr(writing, "write_to", write)

    def at_the_last_moment(new: str, name: Path) -> None:
        monkeypatch.setattr(os, "link", link)
        (tmp_path / "last.png").write_bytes(b"theirs, too")
        link(new, name)

    monkeypatch.setattr(os, "link", at_the_last_moment)
    restore_file(source, tmp_path / "last.png", WISH, brighten)
    assert (tmp_path / "last.before-1.png").read_bytes() == b"theirs, too"
    assert recipe_of(tmp_path / "last.png") is not None


def test_what_comes_after_the_question_whether_to_replace_is_kept(tmp_path: Path) -> None:
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.png"
    there = place_mark(target)
    photo(target, seed=9)
    assert "o.before-1.png" in restore_file(source, target, WISH, brighten, there=there).notes[0]


@pytest.mark.parametrize("keep", [True, False])
def test_a_result_that_fails_leaves_what_was_there_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool) -> None:
    source, target = photo(tmp_path / "a.png"), photo(tmp_path / "o.png", seed=9)
    theirs = target.read_bytes()

    def fails(*given: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(FileError, match="full"):
        restore_file(source, target, WISH, brighten, keep=keep)
    assert target.read_bytes() == theirs
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "o.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
@pytest.mark.parametrize("words", ["brighten it", "nothing"])
def test_a_picture_out_of_a_pipe_is_read_once(tmp_path: Path, words: str) -> None:
    """It was waited for a second time; and with nothing to do, the result was an empty file."""
    picture, pipe, target = photo(tmp_path / "a.png").read_bytes(), tmp_path / "pipe", tmp_path / "o.png"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(picture,), daemon=True)
    writer.start()
    restore_file(pipe, target, FileOrder(instruction=words), brighten)
    writer.join()
    if words == "nothing":
        assert target.read_bytes() == picture
    else:
        recipe = recipe_of(target)
        assert recipe is not None
        assert recipe["source"] == digest_of(tmp_path / "a.png")


@pytest.mark.parametrize("becomes", ["another", "gone"])
def test_with_nothing_to_do_the_result_is_the_picture_that_was_looked_at(tmp_path: Path, becomes: str) -> None:
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.png"
    before = read_picture(source).pixels

    def meanwhile(*given: Any, **also: Any) -> Any:
        source.unlink()
        if becomes == "another":
            photo(source, seed=4)
        return brighten(*given, **also)

    restore_file(source, target, FileOrder(instruction="nothing"), meanwhile)
    np.testing.assert_array_equal(read_picture(target).pixels, before)


def test_our_own_earlier_result_is_not_somebody_elses(tmp_path: Path) -> None:
    """A picture that changes twice in a hot folder: both results go to the same place."""
    source, target = photo(tmp_path / "a.png"), tmp_path / "o.png"
    first, second = load(source, target, WISH), load(source, target, WISH)
    for loaded in (first, second):
        save(loaded, restore_pages(loaded, WISH, brighten, lambda *_: None), target, WISH)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "o.png"]


def test_a_long_name_is_kept_aside_under_a_shorter_one(tmp_path: Path) -> None:
    source, target = photo(tmp_path / "a.png"), photo(tmp_path / f"{'é' * 124}.png", seed=9)
    theirs = target.read_bytes()
    restore_file(source, target, WISH, brighten, keep=True)
    (aside,) = tmp_path.glob("*.before-1.png")
    assert aside.read_bytes() == theirs


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_device_or_a_pipe_is_not_replaced_by_a_picture(tmp_path: Path) -> None:
    source = photo(tmp_path / "a.png")
    os.mkfifo(tmp_path / "o.png")
    (tmp_path / "n.png").symlink_to("/dev/null")
    for name in ("o.png", "n.png"):
        with pytest.raises(FileError, match="not a file"):
            restore_file(source, tmp_path / name, WISH, brighten)


def test_a_name_too_long_for_the_disk_is_said_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="too long"):
        load(photo(tmp_path / "a.png"), tmp_path / f"{'n' * 300}.png", WISH)


def test_another_picture_in_the_way_can_be_kept(tmp_path: Path) -> None:
    source, target = photo(tmp_path / "a.png"), photo(tmp_path / "o.png", seed=9)
    theirs = target.read_bytes()
    report = restore_file(source, target, WISH, brighten, keep=True)
    assert (tmp_path / "o.before-1.png").read_bytes() == theirs
    assert "o.before-1.png" in report.notes[0]
    theirs = target.read_bytes()
    restore_file(source, target, WISH, brighten, keep=True)
    assert (tmp_path / "o.before-2.png").read_bytes() == theirs

    def fails(*_: object):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        restore_file(source, target, WISH, fails, keep=True)
    assert not (tmp_path / "o.before-3.png").exists()
