"""`restored run`: files, options, sentences and exit codes; the restoring itself is somebody else's."""

import json
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from restored.cli import console, workers
from restored.files import FileOrder
from restored.io import Metadata, Picture, read_picture, write_picture

from .conftest import Ran, Somebody, names

Run = Callable[..., Ran]


def test_a_picture_and_a_sentence(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "make it brighter", "-o", tmp_path / "out.png")
    assert (ran.code, ran.err) == (0, "")
    assert "too dark" in ran.out
    assert "a test" in ran.out
    before, after = read_picture(photo).pixels, read_picture(tmp_path / "out.png").pixels
    assert (after >= before).all()
    assert (after > before).any()
    assert somebody.said[0] == FileOrder(instruction="make it brighter")


@pytest.mark.usefixtures("somebody")
def test_json_is_one_object_and_nothing_else(restored: Run, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "make it brighter", "-o", tmp_path / "out.png", "--scale", "2", "--json")
    said = json.loads(ran.out)
    assert ran.out.count("\n") == 1
    assert ran.err == ""
    assert {"plan", "model", "device", "seconds", "width", "height", "changed"} <= said.keys()
    assert (said["width"], said["height"], said["changed"]) == (32, 24, True)
    assert said["plan"]["steps"][0]["task"] == "lowlight"


@pytest.mark.usefixtures("somebody")
def test_who_wants_a_larger_picture_is_told_how_and_what_is_left_alone(restored: Run, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "make it larger", "-o", tmp_path / "out.png")
    assert "(not: noise)" in ran.out
    assert "add --scale 2" in " ".join(ran.err.split())
    assert "--scale" not in restored("run", photo, "make it larger", "-o", tmp_path / "large.png", "--scale", "2").err


@pytest.mark.usefixtures("somebody")
def test_nothing_to_do_is_a_success_and_a_copy(restored: Run, photo: Path, tmp_path: Path) -> None:
    photo.write_bytes(photo.read_bytes() + b"\0trailing bytes no writer would repeat")
    ran = restored("run", photo, "what is the capital of France?", "-o", tmp_path / "out.png", "--json")
    said = json.loads(ran.out)
    assert ran.code == 0
    assert said["changed"] is False
    assert said["message"] == "That is not about a photograph."
    assert (tmp_path / "out.png").read_bytes() == photo.read_bytes()
    words = restored("run", photo, "what is the capital of France?", "-o", tmp_path / "out.png")
    assert "That is not about a photograph." in words.out


@pytest.mark.usefixtures("somebody")
def test_a_copy_is_called_one(restored: Run, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "hello", "-o", tmp_path / "out.png")
    assert "an unchanged copy of photo.png" in ran.out


@pytest.mark.usefixtures("somebody")
def test_a_question_is_answered_and_nothing_is_written(restored: Run, photo: Path, tmp_path: Path) -> None:
    """With or without a place for a result; how to go on can be pasted."""
    for more in ((), ("-o", tmp_path / "out.png")):
        ran = restored("run", photo, "what is wrong with it?", *more)
        assert (ran.code, ran.err) == (0, "")
        assert "Wrong with it: haze." in ran.out
        assert f"restored run {photo} 'remove the haze' -o photo-restored.png" in ran.out
        assert names(tmp_path) == ["photo.png"]
    said = json.loads(restored("run", photo, "what is wrong with it?", "--json").out)
    assert (said["changed"], said["output"]) == (False, None)


@pytest.mark.usefixtures("somebody")
def test_without_a_place_for_a_result_nothing_is_written(restored: Run, photo: Path, tmp_path: Path) -> None:
    """What leaves nothing to do is answered; what would be a result needs a place."""
    ran = restored("run", photo, "what is the capital of France?")
    assert ran.code == 0
    assert "no file was written" in ran.out
    ran = restored("run", photo, "brighter")
    assert ran.code == 2
    assert "where the result goes" in ran.err
    assert names(tmp_path) == ["photo.png"]


@pytest.mark.usefixtures("somebody")
def test_nothing_to_do_in_another_format_keeps_the_pixels(restored: Run, photo: Path, tmp_path: Path) -> None:
    assert restored("run", photo, "hello", "-o", tmp_path / "out.tif").code == 0
    np.testing.assert_array_equal(read_picture(tmp_path / "out.tif").pixels, read_picture(photo).pixels)


@pytest.mark.usefixtures("somebody")
def test_a_mask_limits_the_change_exactly(restored: Run, photo: Path, tmp_path: Path) -> None:
    mask = np.zeros((12, 16), np.uint8)
    mask[:6] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    assert restored("run", photo, "brighter", "-o", tmp_path / "out.png", "--mask", tmp_path / "mask.png").code == 0
    before, after = read_picture(photo).pixels, read_picture(tmp_path / "out.png").pixels
    assert (after[:6] != before[:6]).any()
    np.testing.assert_array_equal(after[6:], before[6:])


@pytest.mark.usefixtures("somebody")
def test_profile_exif_and_size_are_right_afterwards(restored: Run, tmp_path: Path) -> None:
    adobe = bytes(imagecodecs.cms_profile("adobergb"))
    block = Image.Exif()
    block[0x010F], block[0x0112] = "Leica", 6
    block.get_ifd(0x8769)[0xA002] = 16
    exif = block.tobytes().removeprefix(b"Exif\0\0")
    pixels = np.random.default_rng(5).integers(0, 200, (12, 16, 3), np.uint8)
    write_picture(tmp_path / "in.png", Picture(pixels, "png", Metadata(adobe, exif)))
    assert restored("run", tmp_path / "in.png", "brighter", "-o", tmp_path / "out.png", "--scale", 2).code == 0
    result = read_picture(tmp_path / "out.png")
    assert result.pixels.shape == (32, 24, 3)
    assert result.metadata.icc == adobe
    assert result.metadata.exif is not None
    parsed = Image.Exif()
    parsed.load(b"Exif\0\0" + result.metadata.exif)
    assert (parsed[0x010F], parsed[0x0112], parsed.get_ifd(0x8769)[0xA002]) == ("Leica", 1, 24)


def test_the_daemon_is_asked_for_installed_models_only(restored: Run, photo: Path, tmp_path: Path) -> None:
    daemon = workers._Daemon(None)  # type: ignore[arg-type]
    with pytest.raises(console.Failure, match="--no-daemon"):
        daemon.restore(np.zeros((1, 1, 3), np.uint8), FileOrder(instruction="x", model="/tmp/model"), None, print, bool)


@pytest.mark.usefixtures("somebody")
def test_a_model_folder_is_found_from_any_folder(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The daemon works in another folder than the shell."""
    monkeypatch.chdir(tmp_path)
    for given, asked in (("./mine", str(tmp_path / "mine")), ("mine", "mine")):
        assert restored("run", photo, "brighter", "-o", "o.png", "--model", given).code == 0
        wish = next(said for said in reversed(somebody.said) if not isinstance(said, str))
        assert wish.model == asked


def test_what_a_format_loses_is_said(restored: Run, somebody: Somebody, tmp_path: Path) -> None:
    write_picture(tmp_path / "deep.png", Picture(np.full((4, 4, 3), 999, np.uint16), "png"))
    ran = restored("run", tmp_path / "deep.png", "brighter", "-o", tmp_path / "o.jpg")
    assert ran.code == 0
    assert "8 bits per channel" in ran.err
    Image.new("RGBA", (4, 4)).save(tmp_path / "clear.png")
    before = len(somebody.said)
    assert "transparency" in restored("run", tmp_path / "clear.png", "brighter", "-o", tmp_path / "c.jpg").err
    assert len(somebody.said) == before, "refused before the work, not after"


def test_an_instruction_that_is_not_utf_8(restored: Run, somebody: Somebody, photo: Path) -> None:
    assert (
        restored("run", photo, b"brighter \xff\xfe".decode("utf-8", "surrogateescape"), "-o", photo.with_name("o.png")).code == 0
    )
    assert somebody.said[0].instruction == "brighter ��"


@pytest.mark.usefixtures("somebody")
def test_a_result_of_another_picture_is_kept_too(restored: Run, photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    with Image.open(photo) as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(other)
    assert restored("run", other, "remove the noise", "-o", tmp_path / "o.png").code == 0
    theirs = (tmp_path / "o.png").read_bytes()
    ran = restored("run", photo, "remove the noise", "-o", tmp_path / "o.png")
    assert ran.code == 0
    assert "kept as “o.before-1.png”" in ran.err
    assert (tmp_path / "o.before-1.png").read_bytes() == theirs
    assert restored("run", photo, "brighten it", "-o", tmp_path / "o.png").code == 0
    assert names(tmp_path) == ["o.before-1.png", "o.png", "other.png", "photo.png"], "another try with the same picture replaces"


@pytest.mark.usefixtures("somebody")
def test_another_picture_in_the_results_place_is_kept_and_said(restored: Run, photo: Path, tmp_path: Path) -> None:
    Image.new("RGB", (5, 5), (1, 2, 3)).save(tmp_path / "o.png")
    theirs = (tmp_path / "o.png").read_bytes()
    ran = restored("run", photo, "brighter", "-o", tmp_path / "o.png")
    assert ran.code == 0
    assert "kept as “o.before-1.png”" in ran.err
    assert (tmp_path / "o.before-1.png").read_bytes() == theirs
    assert restored("run", photo, "much brighter", "-o", tmp_path / "o.png").err == "", "a result of ours may be replaced"
    (tmp_path / "o.png").write_bytes(theirs)
    assert restored("run", photo, "brighter", "-o", tmp_path / "o.png", "--overwrite").err == ""
    assert names(tmp_path) == ["o.before-1.png", "o.png", "photo.png"]


@pytest.mark.usefixtures("somebody")
def test_twice_as_large_is_said_in_words(restored: Run, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "make it brighter and 2x please", "-o", tmp_path / "out.png", "--json")
    assert json.loads(ran.out)["width"] == 32


def test_quality_is_that_of_the_restoration_and_of_the_file(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path
) -> None:
    large, small = tmp_path / "large.jpg", tmp_path / "small.jpg"
    assert restored("run", photo, "make it brighter", "-o", large, "--quality", "best", "--quality", "98").code == 0
    assert restored("run", photo, "make it brighter", "-o", small, "--quality", "10").code == 0
    assert [wish.quality for wish in somebody.said if isinstance(wish, FileOrder)] == ["best", None]
    assert small.stat().st_size < large.stat().st_size
    for wrong in ("fast", "0", "101", "9.5", ""):
        ran = restored("run", photo, "make it brighter", "-o", tmp_path / "no.jpg", "--quality", wrong)
        assert ran.code == 2
        assert "normal or best, or a number from 1 to 100" in " ".join(ran.err.split())
    assert not (tmp_path / "no.jpg").exists()
