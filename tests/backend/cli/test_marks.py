"""`--mask`, `--propose-mask` and `--find`: from a scratched picture to a mask that one can look at, and back; no file is lost."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored.instruction.plan import Plan
from restored.io import read_picture

from .conftest import Ran, Somebody, names

Run = Callable[..., Ran]


@pytest.fixture
def print_(tmp_path: Path) -> Path:
    """A print with a scratch from top to bottom."""
    y, x = np.mgrid[:160, :200]
    gray = 110 + 40 * np.sin(x / 23) * np.cos(y / 31) + np.random.default_rng(0).normal(0, 2, (160, 200))
    picture = np.repeat(np.clip(gray, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    picture[:, 80:82] = 250
    path = tmp_path / "print.png"
    Image.fromarray(picture).save(path)
    return path


def test_a_mask_is_proposed_and_nothing_else_is_written(restored: Run, print_: Path, tmp_path: Path) -> None:
    before = print_.read_bytes()
    ran = restored("run", print_, "--propose-mask", tmp_path / "mask.png")
    assert (ran.code, ran.err) == (0, "")
    assert names(tmp_path) == ["mask.png", "print.png"]
    assert print_.read_bytes() == before
    mask = read_picture(tmp_path / "mask.png").pixels
    assert mask.shape == (160, 200, 1)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[:, 80:82] == 255).mean() > 0.9
    assert (mask == 255).mean() < 0.05
    assert re.search(r"\d\.\d\d% of the picture", ran.out)


@pytest.mark.usefixtures("somebody")
def test_what_is_said_to_do_next_can_be_pasted(
    restored: Run, print_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my prints").mkdir()
    source = print_.rename(tmp_path / "my prints" / "print one.png")
    ran = restored("run", source.relative_to(tmp_path), "--propose-mask", "mask.png")
    program, *words = shlex.split(ran.out[ran.out.index("restored run") :])
    assert program == "restored"
    assert restored(*words).code == 0
    assert (tmp_path / "print one-filled.png").exists()


def test_scripts_get_an_object(restored: Run, print_: Path, tmp_path: Path) -> None:
    said = json.loads(restored("run", print_, "--propose-mask", tmp_path / "mask.png", "--json").out)
    assert said["mask"] == str(tmp_path / "mask.png")
    assert 0 < said["marked"] < 0.05


def test_where_nothing_is_found_the_mask_is_black_and_that_is_said(restored: Run, tmp_path: Path) -> None:
    Image.new("RGB", (90, 70), (90, 120, 140)).save(tmp_path / "clean.png")
    ran = restored("run", tmp_path / "clean.png", "--propose-mask", tmp_path / "mask.png")
    assert ran.code == 0
    assert "nothing that is scratched" in ran.out
    assert not read_picture(tmp_path / "mask.png").pixels.any()


REFUSED = {
    # arguments: what is said
    "a mask that is there already": (["print.png", "--propose-mask", "there.png"], "there already"),
    "the picture itself": (["print.png", "--propose-mask", "print.png"], "replace the picture"),
    "the picture itself, insisting": (["print.png", "--propose-mask", "./print.png", "--overwrite"], "replace the picture"),
    "no PNG": (["print.png", "--propose-mask", "mask.jpg"], "mask.png"),
    "no such folder": (["print.png", "--propose-mask", "none/mask.png"], "none"),
    "no such picture": (["none.png", "--propose-mask", "mask.png"], "no file"),
    "no picture": (["words.txt", "--propose-mask", "mask.png"], "words.txt"),
    "no such page": (["print.png", "--propose-mask", "mask.png", "--picture", "3"], "there is no 3"),
    "a mask that is missing": (["print.png", "remove the scratches", "-o", "o.png", "--mask", "none.png"], "none.png"),
    "a mask that is no picture": (["print.png", "remove the scratches", "-o", "o.png", "--mask", "words.txt"], "words.txt"),
    "a mask of another size": (["print.png", "remove the scratches", "-o", "o.png", "--mask", "there.png"], "one size"),
}


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_one_sentence_and_no_file_is_touched(
    restored: Run, print_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("L", (3, 3), 7).save("there.png")
    Path("words.txt").write_text("no picture")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    arguments, words = REFUSED[case]
    ran = restored("run", *arguments)
    assert ran.code == 1
    assert ran.out == ""
    assert words in ran.err
    assert ran.err.count("\n") == 1
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_another_mask_is_replaced_when_that_is_said(restored: Run, print_: Path, tmp_path: Path) -> None:
    Image.new("L", (3, 3), 7).save(tmp_path / "mask.png")
    assert restored("run", print_, "--propose-mask", tmp_path / "mask.png", "--overwrite").code == 0
    assert read_picture(tmp_path / "mask.png").pixels.shape == (160, 200, 1)


@pytest.mark.parametrize(
    "others", [["-o", "o.png"], ["--find"], ["--mask", "m.png"], ["--recipe", "r.json"], ["-o", "o.png", "--continue"]]
)
def test_a_proposal_changes_nothing_and_says_so(restored: Run, print_: Path, tmp_path: Path, others: list[str]) -> None:
    ran = restored("run", print_, "--propose-mask", tmp_path / "mask.png", *others)
    assert ran.code == 2
    assert "look at the mask first" in " ".join(ran.err.split())
    assert names(tmp_path) == ["print.png"]


@pytest.mark.slow
def test_finding_goes_with_the_wish(restored: Run, somebody: Somebody, print_: Path, tmp_path: Path) -> None:
    restored("run", print_, "brighter", "-o", tmp_path / "o.png")
    assert not somebody.said[-2].find
    somebody.said.clear()
    restored("run", print_, "brighter", "-o", tmp_path / "o.png", "--find")
    assert somebody.said[0].find
    somebody.said.clear()
    restored("batch", tmp_path, "brighter", "-o", tmp_path / "out", "--find")
    assert somebody.said[0].find


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize("more", [[], [{"task": "temperature", "amount": 0.4}]], ids=["filling", "tone too"])
def test_a_mask_that_is_given_is_named_and_limits_what_is_beside_the_filling(
    restored: Run, print_: Path, tmp_path: Path, more: list[dict]
) -> None:
    Image.new("L", (200, 160), 255).save(tmp_path / "mask.png")
    region = {"places": ["marks"]}
    plan = Plan.from_dict({"steps": [{"task": "inpaint", "region": region}, *more]}).to_dict()
    (tmp_path / "r.json").write_text(json.dumps({"restore_with_instruction": 1, "plan": plan}))
    ran = restored("run", print_, "--recipe", tmp_path / "r.json", "--mask", tmp_path / "mask.png", "-o", tmp_path / "o.png")
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    assert "only where the mask is white" in said
    assert "marks that I find" not in said
    assert ("limits everything" in " ".join(ran.err.split())) == bool(more)


@pytest.mark.usefixtures("somebody")
@pytest.mark.parametrize(
    ("words", "proposed", "asked"),
    [
        ("restore this old photo", True, True),
        ("restauriere dieses alte Foto", True, True),
        ("修复这张老照片", True, True),
        ("fix it", True, False),
        ("remove the noise of this old photo", False, False),
    ],
)
def test_who_brings_an_old_photograph_is_told_how_marks_are_found(
    restored: Run, print_: Path, tmp_path: Path, words: str, proposed: bool, asked: bool
) -> None:
    plan = {"steps": [{"task": "denoise"}], "proposed": proposed}
    recipe = {"restore_with_instruction": 1, "instruction": words, "plan": Plan.from_dict(plan).to_dict()}
    (tmp_path / "r.json").write_text(json.dumps(recipe))
    ran = restored("run", print_, "--recipe", tmp_path / "r.json", "-o", tmp_path / "o.png")
    assert ran.code == 0, ran.err
    assert ("--propose-mask" in ran.err) == asked
