"""`restored run --recipe`: a result done again from what is noted in it, or in a file of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from restored.io import read_picture

from .conftest import Ran, Somebody

Run = Callable[..., Ran]


def test_a_recipe_repeats_a_result(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    assert restored("run", photo, "brighter", "-o", first, "--strength", "0.25").code == 0
    assert restored("run", photo, "--recipe", first, "-o", second).code == 0
    np.testing.assert_array_equal(read_picture(first).pixels, read_picture(second).pixels)
    wish = somebody.said[-1]
    assert (wish.instruction, wish.strength, wish.model) == ("brighter", 0.25, "none")
    assert wish.plan["steps"][0]["task"] == "lowlight"
    assert restored("run", photo, "--recipe", first, "-o", second, "--strength", "1").code == 0
    assert somebody.said[-1].strength == 1


@pytest.mark.usefixtures("somebody")
@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a file without an end")
def test_a_recipe_without_an_end_is_a_sentence(restored: Run, photo: Path, tmp_path: Path) -> None:
    ran = restored("run", photo, "--recipe", "/dev/zero", "-o", tmp_path / "o.png")
    assert ran.code == 1
    assert "recipe cannot be read" in ran.err


@pytest.mark.usefixtures("somebody")
def test_a_recipe_of_another_model_is_said(restored: Run, photo: Path, tmp_path: Path) -> None:
    recipe = {"restore_with_instruction": 1, "plan": {"steps": [{"task": "lowlight", "label": "too dark", "strength": 1}]}}
    for fingerprint, said in (("0" * 64, False), ("1" * 64, True)):
        (tmp_path / "r.json").write_text(json.dumps({**recipe, "sha256": fingerprint}))
        ran = restored("run", photo, "--recipe", tmp_path / "r.json", "-o", tmp_path / "o.png")
        assert (ran.code, "another version of the model" in ran.err) == (0, said)


@pytest.mark.parametrize("model", ["/tmp/model", "../model", "./model", "a/b"])
def test_a_recipe_may_not_say_which_folder_to_open(
    restored: Run, somebody: Somebody, photo: Path, tmp_path: Path, model: str
) -> None:
    recipe = {"restore_with_instruction": 1, "plan": {"steps": [{"task": "lowlight", "label": "too dark", "strength": 1}]}}
    (tmp_path / "r.json").write_text(json.dumps({**recipe, "model": model}))
    for how in ((), ("--no-daemon",)):
        ran = restored("run", photo, "--recipe", tmp_path / "r.json", "-o", tmp_path / "o.png", *how)
        assert ran.code == 1
        assert "not name a model but a place" in ran.err
    assert somebody.said == []


def test_a_recipe_from_a_file_of_its_own(restored: Run, somebody: Somebody, photo: Path, tmp_path: Path) -> None:
    recipe = {
        "restore_with_instruction": 1,
        "instruction": "x",
        "plan": {"steps": [{"task": "lowlight", "label": "too dark", "strength": 1}]},
    }
    (tmp_path / "r.json").write_text(json.dumps(recipe))
    assert restored("run", photo, "--recipe", tmp_path / "r.json", "-o", tmp_path / "o.png").code == 0
    assert somebody.said[-1].strength == 1.0
    (tmp_path / "r.json").write_text("{}")
    ran = restored("run", photo, "--recipe", tmp_path / "r.json", "-o", tmp_path / "p.png")
    assert (ran.code, ran.err) == (1, "This recipe cannot be read.\n")
    ran = restored("run", photo, "--recipe", photo, "-o", tmp_path / "p.png")
    assert "no recipe in “photo.png”" in ran.err
