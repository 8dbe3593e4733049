"""Recipes, history and presets."""

import json
import os
import stat
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from restored_client import ClientError
from restored_client.desk.history import MAX_HISTORY, MAX_LENGTH, MAX_PRESET, MOST, History, Presets, Usual
from restored_client.wire.order import Asked
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import decode_recipe, encode_recipe, make_recipe

RECIPE = make_recipe(Asked("remove “rain”", {"steps": []}, 0.5, model="swift"), sha256="0" * 64, version="0.1.0")


def test_a_recipe_survives() -> None:
    assert decode_recipe(encode_recipe(RECIPE)) == RECIPE
    assert decode_recipe(encode_recipe(RECIPE).encode()) == RECIPE
    assert "\n" not in encode_recipe(RECIPE)


@pytest.mark.parametrize(
    "change",
    [
        {"restore_with_instruction": 2},
        {"strength": 2},
        {"strength": True},
        {"scale": 3},
        {"plan": None},
        {"instruction": ["x"]},
        {"model": 7},
        {"model": "/home/me/model"},
        {"model": "../model"},
        {"model": "C:\\model"},
        {"model": "."},
        {"model": "swift\n"},
        {"model": "\x1b]0;title\x07"},
        {"restore_with_instruction": "x"},
        {"texture": "much"},
        {"texture": [1]},
        {"texture": 10**400},
        {"strength": 10**400},
    ],
)
def test_a_recipe_of_another_kind_is_refused(change) -> None:
    with pytest.raises(ClientError) as raised:
        decode_recipe(encode_recipe({**RECIPE, **change}))
    assert raised.value.code == "bad_recipe"
    assert ("newer version" in raised.value.sentence) == (change == {"restore_with_instruction": 2})


@settings(deadline=None, max_examples=60)
@given(st.text() | st.binary())
def test_no_text_breaks_the_reader(text) -> None:
    with pytest.raises(ClientError):
        decode_recipe(text)


def test_history_is_newest_first_and_without_doubles(tmp_path) -> None:
    history = History(tmp_path / "deep" / "history.json")
    for text in ("rain", "snow", " rain ", "", "x" * (MAX_LENGTH + 1)):
        history.add(text)
    assert history.list() == ["rain", "snow"]
    assert history.list("SN") == ["snow"]
    history.remove("rain")
    assert History(tmp_path / "deep" / "history.json").list() == ["snow"]
    for number in range(MAX_HISTORY + 5):
        history.add(str(number))
    assert len(history.list()) == MAX_HISTORY
    history.clear()
    assert history.list() == []


def test_history_keeps_a_picture_of_the_last_result(tmp_path) -> None:
    history = History(tmp_path / "history.json")
    red, blue = (Pixels(1, 1, 3, "u8", bytes(rgb)) for rgb in ((255, 0, 0), (0, 0, 255)))
    history.add("rain", red)
    history.add("snow")
    assert history.picture("snow") is None
    history.add(" rain ", blue)
    kept = history.picture("rain")
    assert kept is not None
    assert Image.open(kept).getpixel((0, 0)) == (0, 0, 255)
    history.add("rain")
    assert history.picture("rain") is None, "the result of this time is not known: no picture rather than a wrong one"
    # what is forgotten leaves no picture behind
    history.add("rain", red)
    history.remove("rain")
    for number in range(MAX_HISTORY + 3):
        history.add(str(number), red)
    pictures = list((tmp_path / "history-pictures").iterdir())
    assert len(pictures) == MAX_HISTORY
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in pictures} == {0o600}
    history.clear()
    assert list((tmp_path / "history-pictures").iterdir()) == []


def test_half_a_letter_breaks_no_history(tmp_path) -> None:
    history = History(tmp_path / "history.json")
    history.add("rain")
    history.add("\ud800 snow", Pixels(1, 1, 3, "u8", b"abc"))
    assert history.list() == ["? snow", "rain"]


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_history_is_private(tmp_path) -> None:
    History(tmp_path / "history.json").add("holiday")
    assert stat.S_IMODE((tmp_path / "history.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[1]", '{"history": 5}', '{"history": [5, "rain"]}', "\x00"])
def test_a_broken_history_is_no_trouble(tmp_path, content) -> None:
    path = tmp_path / "history.json"
    path.write_text(content)
    history = History(path)
    assert history.list() in ([], ["rain"])
    history.add("snow")
    assert history.list()[0] == "snow"


def test_an_unwritable_history_is_no_trouble(tmp_path) -> None:
    (tmp_path / "file").touch()
    History(tmp_path / "file" / "history.json").add("rain")


def test_the_folder_is_the_users_configuration(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RESTORED_CONFIG_DIR", str(tmp_path))
    History().add("rain")
    Presets().save("Rainy day", {"instruction": "rain"})
    assert {path.name for path in tmp_path.iterdir() if path.name != ".lock"} == {"history.json", "presets.json"}


def test_presets_are_saved_by_name(tmp_path) -> None:
    presets = Presets(tmp_path / "presets.json")
    presets.save(" Rainy day ", {"instruction": "rain", "strength": 0.5})
    presets.save("Night", {"instruction": "brighten"})
    presets.save("Rainy day", {"instruction": "rain and haze"})
    assert presets.all() == {"Rainy day": {"instruction": "rain and haze"}, "Night": {"instruction": "brighten"}}
    presets.remove("Night")
    presets.remove("unknown")
    assert list(presets.all()) == ["Rainy day"]
    with pytest.raises(ValueError, match="name"):
        presets.save(" ", {})


def test_a_stranger_s_presets_never_make_ones_own_unreadable(tmp_path) -> None:
    presets = Presets(tmp_path / "presets.json")
    presets.save("mine", {"instruction": "remove the rain"})
    presets.save("large", {"instruction": "x", "plan": {"steps": [], "message": "m" * (MOST - 3 * MAX_PRESET)}})
    sent = {str(number): {"instruction": "x", "plan": {"steps": [], "own": "y" * (MAX_PRESET - 1000)}} for number in range(6)}
    sent["huge"] = {"instruction": "x", "plan": {"steps": [], "own": [0] * MAX_PRESET}}
    (tmp_path / "sent.json").write_text(json.dumps({"restore_with_instruction_presets": 1, "presets": sent}))
    assert 0 < presets.take_in(tmp_path / "sent.json") < 6
    assert (tmp_path / "presets.json").stat().st_size <= MOST
    assert list(presets.all())[:2] == ["mine", "large"]
    assert "huge" not in presets.all()
    with pytest.raises(OSError, match="large"):
        presets.save("too much", {"instruction": "x", "plan": {"steps": [], "message": "m" * MOST}})
    assert "mine" in presets.all()


@pytest.mark.parametrize("content", ['{"presets": {"mine": {"instruction": "rain"}', "[1]", "\x00", "{" * 100_000])
def test_a_file_that_cannot_be_understood_is_kept_aside(tmp_path, content: str) -> None:
    (tmp_path / "presets.json").write_text(content)
    presets = Presets(tmp_path / "presets.json")
    presets.save("Night", {"instruction": "brighten"})
    presets.save("Day", {"instruction": "darken"})
    assert list(presets.all()) == ["Night", "Day"]
    assert (tmp_path / "presets.json.damaged-1").read_text() == content
    assert not (tmp_path / "presets.json.damaged-2").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links are POSIX's")
def test_settings_that_are_kept_elsewhere_stay_there(tmp_path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "presets.json").symlink_to(tmp_path / "elsewhere" / "presets.json")
    presets = Presets(tmp_path / "presets.json")
    presets.save("Night", {"instruction": "brighten"})
    assert os.path.islink(tmp_path / "presets.json")
    assert list(presets.all()) == ["Night"]


def test_the_usual_settings_are_what_was_saved_last(tmp_path):
    usual = Usual(tmp_path / "usual.json")
    assert usual.get() is None
    usual.keep({"strength": 0.5, "output": "replace"})
    usual.keep({"strength": 0.7, "output": "new-layer"})
    assert Usual(tmp_path / "usual.json").get() == {"strength": 0.7, "output": "new-layer"}
    (tmp_path / "usual.json").write_text("[1")
    assert usual.get() is None


def test_settings_that_cannot_be_saved_keep_nobody_from_working(tmp_path):
    (tmp_path / "file").write_text("no folder")
    Usual(tmp_path / "file" / "usual.json").keep({"strength": 0.5})
