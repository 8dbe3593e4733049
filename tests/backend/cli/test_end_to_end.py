"""The main job for real: a photograph, a sentence, the daemon, the shipped model, a file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.waiting import wait_for

from restored.io import read_picture, recipe_in

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")]

EXAMPLES = Path(__file__).parents[3] / "examples"
NOISY = EXAMPLES / "raccoon-damaged.jpg"
CLEAN = EXAMPLES / "raccoon-clean.jpg"
WORK = 240
"""Seconds for one command; the first one starts the daemon on a machine that may be busy."""


class Program:
    """`restored` with a daemon of its own."""

    def __init__(self, runtime: Path) -> None:
        self.environment = {**os.environ, "RESTORED_RUNTIME_DIR": str(runtime)}

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "restored.cli", *map(str, arguments)]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=WORK)
        return process.returncode, out, err

    def json(self, *arguments: object) -> dict:
        code, out, err = self(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("run") / "r")
    yield program
    assert program("daemon", "stop")[0] == 0
    assert program.json("daemon", "status") == {"running": False}


def error(path: Path) -> float:
    """Mean square distance from the undamaged photograph."""
    difference = read_picture(path).pixels.astype(float) - read_picture(CLEAN).pixels
    return float(np.mean(difference**2))


def test_a_noisy_photograph_becomes_better(restored: Program, tmp_path: Path) -> None:
    result = tmp_path / "out.png"
    said = restored.json("run", NOISY, "get rid of the noise", "-o", result)
    assert said["changed"] is True
    assert [step["task"] for step in said["plan"]["steps"]] == ["denoise"]
    assert said["device"]
    assert error(result) < error(NOISY) / 2
    assert restored.json("daemon", "status")["running"] is True
    recipe = json.loads(recipe_in(read_picture(result).metadata.xmp) or "{}")
    assert recipe["instruction"] == "get rid of the noise"
    assert len(recipe["sha256"]) == 64
    again = tmp_path / "again.png"
    restored.json("run", NOISY, "--recipe", result, "-o", again)
    np.testing.assert_array_equal(read_picture(again).pixels, read_picture(result).pixels)


def test_in_process_gives_the_same(restored: Program, tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    Image.open(NOISY).crop((0, 0, 161, 93)).save(small)
    restored.json("run", small, "remove the noise", "-o", tmp_path / "a.png", "--device", "cpu")
    restored.json("run", small, "remove the noise", "-o", tmp_path / "b.png", "--device", "cpu", "--no-daemon")
    one, other = (read_picture(tmp_path / name).pixels.astype(int) for name in ("a.png", "b.png"))
    assert np.abs(one - other).max() <= 2  # both choose the fastest runtime by themselves, and those differ by rounding


def test_nothing_to_do_is_the_same_file(restored: Program, tmp_path: Path) -> None:
    result = tmp_path / "out.jpg"
    said = restored.json("run", NOISY, "what is the capital of France?", "-o", result)
    assert (said["changed"], said["plan"]["steps"]) == (False, [])
    assert said["message"]
    assert result.read_bytes() == NOISY.read_bytes()


def test_16_bit_stays_16_bit_and_the_mask_is_exact(restored: Program, tmp_path: Path) -> None:
    from restored.io import Picture, write_picture

    pixels = read_picture(NOISY).pixels[:80, :120].astype(np.uint16) * 257
    pixels[::7, ::5] += 91  # values that 8 bits cannot hold
    write_picture(tmp_path / "in.tif", Picture(pixels, "tiff"))
    mask = np.zeros((80, 120), np.uint8)
    mask[:, :60] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    restored.json("run", tmp_path / "in.tif", "denoise", "-o", tmp_path / "out.tif", "--mask", tmp_path / "mask.png")
    result = read_picture(tmp_path / "out.tif").pixels
    assert result.dtype == np.uint16
    np.testing.assert_array_equal(result[:, 60:], pixels[:, 60:])
    assert (result[:, :60] != pixels[:, :60]).mean() > 0.5


def odd(folder: Path) -> dict[str, Path]:
    """Pictures that must simply work."""
    from restored.io import Picture, write_picture

    rng = np.random.default_rng(3)
    holes = rng.uniform(0, 1, (20, 30, 3)).astype(np.float32)
    holes[3, 4, 0], holes[5, 6, 1], holes[7, 8] = np.nan, np.inf, 7.5
    arrays = {
        "dot.png": rng.integers(0, 255, (1, 1, 3), np.uint8),
        "line.png": rng.integers(0, 255, (5000, 1, 3), np.uint8),
        "gray-alpha.png": rng.integers(0, 65535, (33, 17, 2), np.uint16),
        "half.tif": rng.uniform(0, 1, (9, 40, 4)).astype(np.float16),
        "holes.tif": holes,
    }
    for name, array in arrays.items():
        write_picture(folder / name, Picture(array, "png"))
    palette = folder / "palette.png"
    Image.fromarray(rng.integers(0, 255, (20, 20, 3), np.uint8)).quantize(16).save(palette, transparency=2)
    return {name: folder / name for name in (*arrays, "palette.png")}


def test_odd_pictures_simply_work(restored: Program, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name, path in odd(tmp_path).items():
        said = restored.json("run", path, "remove the noise", "-o", tmp_path / "out" / name)
        before, after = read_picture(path).pixels, read_picture(tmp_path / "out" / name).pixels
        assert (after.shape, after.dtype) == (before.shape, before.dtype), name
        assert (said["width"], said["height"]) == (before.shape[1], before.shape[0])
        np.testing.assert_array_equal(after[..., 3:], before[..., 3:])
        if name == "holes.tif":
            np.testing.assert_array_equal(np.isnan(after), np.isnan(before))
            np.testing.assert_array_equal(np.isinf(after), np.isinf(before))


def test_twice_the_size(restored: Program, tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    Image.open(NOISY).crop((0, 0, 61, 43)).save(small)
    said = restored.json("run", small, "remove the noise", "-o", tmp_path / "out.png", "--scale", "2")
    assert (said["width"], said["height"]) == (122, 86)
    assert read_picture(tmp_path / "out.png").pixels.shape == (86, 122, 3)


def test_refusals_of_the_engine_are_sentences_too(restored: Program, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps({"restore_with_instruction": 1, "plan": {"steps": [{"task": "deface"}]}}))
    for arguments, words in (
        (("--recipe", tmp_path / "r.json"), "is not something I can do"),
        (("denoise", "--model", "nonsense"), "no model “nonsense”"),
        (("denoise", "--device", "cuda"), "No CUDA GPU"),
    ):
        code, out, err = restored("run", NOISY, *arguments, "-o", tmp_path / "out.png", "--json")
        assert code == 1, err
        answer = json.loads(out)
        assert words in answer["error"], "--json answers on errors too"
        assert answer["code"]
        assert words in err
        assert err.count("\n") == 1
    assert os.listdir(tmp_path) == ["r.json"]


def test_ctrl_c_ends_the_job_and_the_next_one_works(restored: Program, tmp_path: Path) -> None:
    big = tmp_path / "big.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (3000, 4000, 3), np.uint8)).save(big, compress_level=0)
    process = restored.start("run", big, "remove the noise", "-o", tmp_path / "out.png")
    try:
        wait_for(lambda: restored.json("daemon", "status").get("jobs"), "the job to begin")
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
    finally:
        process.kill()
        out, err = process.communicate()
    assert (out, err) == ("", "Cancelled. Nothing was changed.\n")
    assert sorted(os.listdir(tmp_path)) == ["big.png"]
    wait_for(lambda: not restored.json("daemon", "status").get("jobs"), "the daemon to forget the job")
    assert restored("explain", "remove the noise")[0] == 0


def test_a_daemon_that_dies_in_the_middle(restored: Program, tmp_path: Path) -> None:
    big = tmp_path / "big.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (3000, 4000, 3), np.uint8)).save(big, compress_level=0)
    process = restored.start("run", big, "remove the noise", "-o", tmp_path / "out.png")
    wait_for(lambda: restored.json("daemon", "status").get("jobs"), "the job to begin")
    os.kill(restored.json("daemon", "status")["pid"], signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert err == "The restoration engine stopped in the middle of the work. Nothing was changed; please try again.\n"
    assert sorted(os.listdir(tmp_path)) == ["big.png"]
    assert restored("explain", "remove the noise")[0] == 0, "the next command starts a new one"
