"""Wishes as they are kept and named, and what else the desk keeps about them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk.catalogue import SHARED, Catalogue, load
from restored_client.desk.commandline import command_line
from restored_client.desk.deeds import DEEDS, deed, unsure
from restored_client.desk.desk import Desk
from restored_client.desk.masks import cut
from restored_client.desk.plaintext import plain
from restored_client.desk.report import redacted, report
from restored_client.desk.requests import NoRequests
from restored_client.desk.state import OPENING
from restored_client.desk.timeleft import TimeLeft, in_words
from restored_client.desk.wish import NEW_IMAGE, REPLACE, Wish, remembered, title, title_of_adjusted
from restored_client.wire.errors import ClientError
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import decode_recipe

PLAN = {"text": "", "steps": [{"task": "denoise", "label": "noise", "strength": 0.5}]}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(["instruction", "plan", "strength", "scale", "output", "model", "quality"]), anything))
def test_whatever_lies_in_a_file_makes_a_wish_that_can_be_carried_out_or_none(settings) -> None:
    wish = remembered(settings)
    if wish is not None:
        assert wish.instruction.strip() or wish.plan
        assert 0.0 <= wish.strength <= 1.0
        assert wish.scale in (1, 2, 4)
        assert wish.where in ("new-layer", "replace", "new-image")
        assert wish.quality in ("normal", "best")


def test_what_earlier_versions_called_replacing() -> None:
    wish = remembered({"instruction": "x", "output": "in-place"})
    assert wish is not None
    assert wish.output == REPLACE
    assert replace(wish, scale=2).where == NEW_IMAGE


def test_a_result_is_named_by_its_words_or_else_by_what_was_done() -> None:
    name = lambda step: deed(step, str)  # noqa: E731
    assert title(Wish("remove\n the \u202e noise"), name) == "remove the noise"
    assert title(Wish("", PLAN), name) == "Remove noise"
    assert title(Wish("long " * 40), name).endswith("…")
    assert len(title(Wish("long " * 40), name)) <= 60


LESS = {**PLAN, "text": "remove the noise; a bit less", "action": "plan", "history": [PLAN]}


def test_what_was_said_of_a_result_is_no_name() -> None:
    """A layer was called “a bit less”."""
    name = lambda step: deed(step, str)  # noqa: E731
    said = Wish("a bit less", LESS)
    assert (said.of_a_result, title(said, name)) == (True, "Remove noise")
    nothing = Wish("undo that", {**LESS, "steps": []})
    assert title(nothing, name) == "undo that"


@pytest.mark.parametrize(
    ("called", "after"),
    [
        ("take out the grain", "Remove noise"),
        ("take out the grain #2", "Remove noise"),
        ("Harbour, final", "Harbour, final"),
    ],
)
def test_an_adjusted_result_keeps_the_name_that_a_person_gave_it(called: str, after: str) -> None:
    name = lambda step: deed(step, str)  # noqa: E731
    recipe = {"instruction": "take out the grain", "plan": PLAN}
    assert title_of_adjusted(called, recipe, Wish("a bit less", LESS), name) == after
    assert title_of_adjusted(after, {"instruction": "a bit less", "plan": LESS}, Wish("brighten it"), name) == (
        "brighten it" if after == "Remove noise" else after
    )
    assert title_of_adjusted(called, {}, Wish("brighten it"), name) == called


def test_deeds() -> None:
    assert deed({"task": "lowlight", "label": "too dark"}, str) == "Brighten"
    assert deed({"task": "unknown to this version", "label": "scratches"}, str) == "Scratches"
    words = {"warmer": "wärmer", "only the sky": "nur der Himmel", "Brighten": "Aufhellen"}

    def translate(text: str) -> str:
        return words.get(text, text)

    assert deed({"task": "temperature", "label": "warmer 40 %, only the sky"}, translate) == "Wärmer 40 %, nur der Himmel"
    assert deed({"task": "lowlight", "label": "too dark, only the sky"}, translate) == "Aufhellen, nur der Himmel"
    holes = "scratches, dust and holes"  # a name with commas is a name
    assert deed({"task": "inpaint", "label": holes}, str) == DEEDS["inpaint"]
    marks = f"{holes}, only the marks that I find, not the sky"
    assert deed({"task": "inpaint", "label": marks}, str) == f"{DEEDS['inpaint']}, only the marks that I find, not the sky"
    assert deed({"task": "exposure", "label": "darker 1 stop"}, str) == "Darker 1 stop"
    assert deed({"task": "denoise", "label": "colour noise", "part": "colour"}, str) == "Colour noise"
    german = load([SHARED], ["de"]).gettext
    by_hand = f"{holes}, only the marks that I find, not “her face, and hands”"  # a person's own words may have commas
    assert deed({"task": "inpaint", "label": by_hand}, german).endswith(", nicht „her face, and hands“")
    eyes = {"task": "temperature", "label": "warmer 40 %, only the left side, only “eyes”"}
    assert deed(eyes, german) == "Wärmer 40 %, nur die linke Seite, nur „eyes“"
    assert deed({"task": "exposure", "label": "darker 0.7 stops, only the sky"}, german) == "Dunkler 0,7 Blenden, nur der Himmel"
    assert deed({"task": "exposure", "label": "brighter 1 stop"}, german) == "Heller 1 Blende"
    assert deed({"task": "temperature", "label": "warmer 12.5 %"}, german) == "Wärmer 12,5 %"
    chinese, japanese = (load([SHARED], [name]).gettext for name in ("zh", "ja"))
    sky = {"task": "derain", "label": "rain, only the sky"}
    assert deed(sky, japanese) == "雨を消す、空だけ"
    assert deed(sky, chinese).startswith("去除雨水，")
    assert unsure({"confidence": 0.55})
    assert not unsure({})


def test_what_looks_like_html_stays_text() -> None:
    assert plain("remove the rain & haze") == "remove the rain & haze"
    assert plain('<img src="\\\\server\\x">') == "<qt>&lt;img src=&quot;\\\\server\\x&quot;&gt;</qt>"


boxes = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 6), st.integers(1, 6))


@given(boxes, boxes, st.sampled_from(["u8", "f32"]))
def test_a_mask_seen_in_another_part(box, part, depth) -> None:
    size = 1 if depth == "u8" else 4
    data = bytes(1 + index % 255 for index in range(box[2] * box[3] * size))
    got = cut(Pixels(box[2], box[3], 1, depth, data), box, part)
    for y in range(part[3]):
        for x in range(part[2]):
            row, column = y + part[1] - box[1], x + part[0] - box[0]
            inside = 0 <= row < box[3] and 0 <= column < box[2]
            start = (row * box[2] + column) * size
            place = (y * part[2] + x) * size
            assert got.view[place : place + size] == (data[start : start + size] if inside else bytes(size))


def test_the_time_left_follows_the_measured_speed() -> None:
    now = [100.0]
    left = TimeLeft(lambda: now[0])
    assert left.seconds() is None
    left.took(None)
    left.took(0.0)
    now[0] += 1.0
    left.took(0.05)
    assert left.seconds() is None, "too soon to tell"
    now[0] += 9.0
    left.took(0.5)
    assert left.seconds() == pytest.approx(10.0)
    now[0] += 4.0
    assert left.seconds() == pytest.approx(6.0), "it goes on counting between two reports"
    left.took(0.1)
    assert left.seconds() is None, "begun once more, with smaller tiles"
    assert in_words(22, Catalogue()) == "about 20 s left"
    assert in_words(100, Catalogue()) == "about 2 min left"
    assert in_words(None, Catalogue()) == ""


def test_a_report_has_versions_and_the_trouble_but_no_words_or_homes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USER", "gwendolyn")
    desk = Desk(NoRequests())
    desk.type("a secret instruction")
    desk.failed(ClientError("start_failed", detail=f"{Path.home()}/bin/restored of gwendolyn: no such file"), OPENING)
    words = report("GIMP 3.0.4", desk)
    assert "host: GIMP 3.0.4" in words
    assert "start_failed" in words
    assert "has not answered" in words
    assert "secret" not in words
    assert str(Path.home()) + "/bin" not in words
    assert "gwendolyn" not in words
    desk.greeted({"version": "1.2", "build": "abc", "protocol": 1, "device": "a chip", "models": [{"name": "swift"}]})
    assert "1.2 abc 1" in report("x", desk)
    assert "swift" in report("x", desk)
    assert redacted("plain") == "plain"


def test_a_wish_as_a_command_line(tmp_path: Path) -> None:
    plain = command_line(Wish("remove the rain; rm -rf ~", strength=0.5, scale=2), edited=False, picture="my photo.jpg")
    assert plain == ("restored run 'my photo.jpg' 'remove the rain; rm -rf ~' --strength 0.5 --scale 2 --output restored.png")
    edited = command_line(Wish("it's grainy", PLAN, 0.5), edited=True)
    run = edited.replace("restored run", "echo restored run")
    done = subprocess.run(["sh", "-c", run], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "restored run photo.jpg --recipe recipe.json --output restored.png\n"
    recipe = decode_recipe((tmp_path / "recipe.json").read_bytes())
    assert (recipe["instruction"], recipe["strength"], recipe["plan"]) == ("it's grainy", 0.5, PLAN)
