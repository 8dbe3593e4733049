"""Files that people's complaints were made into (shared/cases), from file to file; those of which a copy is kept beside the tests
of `io` have theirs there, and those about pixels in `engine/test_shared_cases.py`."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from restored.files import FileOrder, restore_file
from restored.io import PictureError, read_picture

from .kit import brighten

CASES = Path(os.environ.get("RESTORED_SHARED", Path(__file__).parents[4] / "shared")) / "cases"
WISH = FileOrder(instruction="brighten it")
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared folder is not here")


def result(name: str, target: Path) -> bytes:
    restore_file(CASES / name, target, WISH, brighten)
    return target.read_bytes()


def test_every_case_is_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    refused: dict[str, str] = {}
    for case in sorted(CASES.iterdir()):
        try:
            restore_file(case, tmp_path / "out.tif", WISH, brighten)
        except PictureError as error:
            refused[case.name] = str(error)
    assert refused.keys() == {"README.md", "pic_slow_1_1948.bin", "pic_slow_2_126.bin", "tiff_loop_ifd.tif"}
    assert all(sentence.endswith(".") for sentence in refused.values())


@pytest.mark.parametrize("suffix", ["tif", "png", "jpg"])
def test_texts_of_a_tiff_keep_their_letters(tmp_path: Path, suffix: str) -> None:
    data = result("exif-umlaut.tif", tmp_path / f"out.{suffix}")
    assert "© 2019 Zoë Müller".encode() in data
    assert "abc".encode("utf-16-le") in data


def test_a_gamma_is_kept_as_a_profile(tmp_path: Path) -> None:
    result("gama-1.0-16bit.png", tmp_path / "out.png")
    before, after = read_picture(CASES / "gama-1.0-16bit.png"), read_picture(tmp_path / "out.png")
    assert after.pixels.dtype == np.uint16
    assert after.metadata.icc == before.metadata.icc is not None


def test_a_camera_raw_is_developed_and_called_what_it_is(tmp_path: Path) -> None:
    report = restore_file(CASES / "like-a-raw.dng", tmp_path / "out.tif", WISH, brighten)
    assert any("camera's raw file" in note for note in report.notes)
    assert read_picture(tmp_path / "out.tif").pixels.dtype == np.uint16


def test_outside_a_mask_a_jpeg_is_exact_or_that_is_said(tmp_path: Path) -> None:
    mask, before = CASES / "mask.png", read_picture(CASES / "masked.jpg").pixels
    report = restore_file(CASES / "masked.jpg", tmp_path / "out.jpg", WISH, brighten, mask=mask)
    assert any("outside the mask" in note for note in report.notes)
    restore_file(CASES / "masked.jpg", tmp_path / "out.png", WISH, brighten, mask=mask)
    outside = read_picture(mask).pixels[..., 0] == 0
    np.testing.assert_array_equal(read_picture(tmp_path / "out.png").pixels[outside], before[outside])
    assert outside.any()


def test_64_kilobytes_of_spaces_cost_next_to_nothing(tmp_path: Path) -> None:
    began = time.process_time()
    result("xmp_64k_spaces.jpg", tmp_path / "out.jpg")
    assert time.process_time() - began < 10  # it took 25 seconds and more
