"""Translations are read from .po text; English stays where a language or a message is missing."""

import ast

import pytest

from restored.instruction import LABELS, REASONS, following
from restored.regions.names import LABELS as PLACE_LABELS
from restored_client.desk.catalogue import SHARED, load, parse
from restored_client.desk.deeds import DEEDS, DIRECTIONS
from restored_client.desk.reasons import SENTENCES
from restored_client.desk.remarks import INVITATION
from restored_client.desk.starters import STARTERS
from restored_client.wire import errors

PO = """
msgid ""
msgstr "Language: de\\n"

# a comment
#: somewhere.py:3
msgid "rain"
msgstr "Regen"

#, fuzzy
msgid "snow"
msgstr "Schnee?"

msgid ""
"two "
"lines"
msgstr ""
"zwei "
"Zeilen\\n"
msgid "one layer"
msgid_plural "%d layers"
msgstr[0] "eine Ebene"
msgstr[1] "%d Ebenen"

msgid "empty"
msgstr ""
"""


def test_parse():
    assert parse(PO) == {"rain": ["Regen"], "two lines": ["zwei Zeilen\n"], "one layer": ["eine Ebene", "%d Ebenen"]}


def test_load_falls_back_from_region_to_language_to_english(tmp_path):
    (tmp_path / "de.po").write_text(PO, encoding="utf-8")
    german = load([tmp_path], ["de_AT"])
    assert german.gettext("rain") == "Regen"
    assert german.gettext("unknown") == "unknown"
    assert [german.ngettext("one layer", "%d layers", n) for n in (1, 2)] == ["eine Ebene", "%d Ebenen"]
    assert load([tmp_path], ["fr", "de"]).gettext("rain") == "Regen"
    assert load([tmp_path], ["en_GB", "de"]).gettext("rain") == "rain"
    assert load([tmp_path], ["xx"]).ngettext("one layer", "%d layers", 3) == "%d layers"


def test_user_language_comes_from_gettexts_variables(monkeypatch, tmp_path):
    (tmp_path / "de.po").write_text(PO, encoding="utf-8")
    monkeypatch.setenv("LANGUAGE", "de_CH.UTF-8:fr")
    assert load([tmp_path]).gettext("rain") == "Regen"


@pytest.mark.parametrize("file", sorted(SHARED.glob("*.po")), ids=lambda file: file.stem)
def test_every_task_reason_error_and_preset_is_translated(file):
    messages = parse(file.read_text(encoding="utf-8"))
    assert set(LABELS.values()) <= set(messages)
    assert set(SENTENCES) == set(REASONS)
    assert set(SENTENCES.values()) <= set(messages)
    assert set(errors.SENTENCES.values()) <= set(messages)
    assert {name for name, _instruction in STARTERS} <= set(messages)
    assert set(DEEDS.values()) | {INVITATION, "Restore with instruction"} <= set(messages)
    assert {words for pair in DIRECTIONS for words in pair} <= set(messages)
    assert {f"{which} the {place}" for which in ("only", "not") for place in PLACE_LABELS.values()} <= set(messages)
    assert {getattr(following, name) for name in ("NOTHING_YET", "FULL", "UNDONE", "RESET", "AGAIN")} <= set(messages)
    assert said_by_the_desk() - set(messages) == set()


def said_by_the_desk():
    """Every text in the desk's sources that goes through a catalogue, or to `_say` and `waiting_for`, which do that."""
    found = set()
    for path in sorted(SHARED.parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("tr", "gettext", "_say", "waiting_for") and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    assert "Left alone: {tasks}." in found
    return found
