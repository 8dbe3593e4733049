"""Translations are read from .po text; English stays where a language or a message is missing."""

import ast
import re
from pathlib import Path

import pytest

from restored.engine.work import marks
from restored.engine.work.inference import TOO_LITTLE
from restored.filling.holes import TOO_MUCH
from restored.ground.tasks import info
from restored.instruction import LABELS, REASONS, changed_plan, following
from restored.instruction.damage_estimator import AMOUNTS
from restored.instruction.grammar.sentences import (
    ALL_BUT_BY_HAND,
    CANNOT,
    DID_YOU_MEAN,
    NOT_FOUND,
    NOT_READ,
    ONLY_BY_HAND,
    OTHER_SCALE,
    by_hand,
)
from restored.instruction.outcomes import DIAGNOSIS, DIAGNOSIS_AND, KEPT, PERHAPS, PICTURE_FINE, diagnosis
from restored.regions.names import LABELS as PLACE_LABELS
from restored.service.little import HARDLY
from restored.service.local import NOTHING_FOUND, NOTHING_WANTED
from restored_client.desk.catalogue import SHARED, Catalogue, load, parse
from restored_client.desk.deeds import DEEDS, DIRECTIONS
from restored_client.desk.reasons import SENTENCES
from restored_client.desk.remarks import INVITATION
from restored_client.desk.starters import STARTERS
from restored_client.wire import errors
from restored_client.wire.plans import CANNOT_YET

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
    answers = (
        changed_plan.NOTHING_YET,
        changed_plan.FULL,
        changed_plan.UNDONE,
        changed_plan.RESET,
        following.AGAIN,
        following.GOOD,
        *KEPT.values(),
    )
    assert set(answers) <= set(messages)
    by_place = {ONLY_BY_HAND, ALL_BUT_BY_HAND, NOT_FOUND}
    assert {*CANNOT.values(), DID_YOU_MEAN, NOT_READ, OTHER_SCALE, *by_place, PICTURE_FINE} <= set(messages)
    assert {DIAGNOSIS, DIAGNOSIS_AND, PERHAPS, *AMOUNTS.values()} <= set(messages)
    assert CANNOT_YET in messages
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


PLUGINS = Path(SHARED).parents[2]
FOLDERS = {"desk": SHARED, "gimp": PLUGINS / "gimp/locale", "krita": PLUGINS / "krita/restore_with_instruction/locale"}
LANGUAGES = ["de", "es", "fr", "it", "ja", "pt", "zh"]


def test_every_part_speaks_the_same_languages():
    for folder in FOLDERS.values():
        assert sorted(file.stem for file in folder.glob("*.po")) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_messages_with_the_same_places_for_values(language):
    for folder in FOLDERS.values():
        german, own = (parse((folder / f"{name}.po").read_text(encoding="utf-8")) for name in ("de", language))
        assert own.keys() == german.keys()
        for english, forms in own.items():
            for form in forms:
                assert sorted(re.findall(r"\{\w*\}|%[sd%]", english)) == sorted(re.findall(r"\{\w*\}|%[sd%]", form)), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_product_has_one_name_in_a_language(language):
    name = load([SHARED], [language]).gettext("Restore with instruction")
    gimp, krita = (load([SHARED, FOLDERS[host]], [language]) for host in ("gimp", "krita"))
    said = gimp.gettext("Restore with _instruction…")
    assert re.sub(r"\(_\w\)|_|…", "", said).strip() == name
    assert krita.gettext("Restore with instruction…").rstrip(" …") == name


def test_a_sentence_with_words_in_it_is_translated():
    german = load([SHARED], ["de"])
    assert "„eyes“" in german.sentence(by_hand("eyes", True))
    assert german.sentence(CANNOT["redeye"]) != CANNOT["redeye"]
    assert german.sentence("something else entirely") == "something else entirely"
    assert german.sentence("") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_daemon_says_of_memory_models_and_results_is_translated(language: str) -> None:
    """As it says it, with numbers and names in it; an exception of the engine's is read by the person who pressed *Restore*."""
    catalogue = load([SHARED], [language])
    said = [
        *(NOTHING_FOUND, NOTHING_WANTED, HARDLY, TOO_MUCH, TOO_LITTLE),
        "There is nothing to do.",
        "Nothing is left to do, so the picture is as it was.",
        "This needs 3.5 GiB of memory and 1.2 GiB are free. Close other programs, or restore a selection.",
        "The picture needs 3.5 GB of memory, but 1.2 GB is the most I may use.",
        "The model “swift” cannot do this. It can treat: noise, rain.",
        "The model “swift” is damaged: weights.safetensors is not the file it was made with. Install it again.",
        "The restoration engine could not start: no space left on device",
        "Memory ran short, so the picture was worked on in smaller pieces.",
        "Measuring how this machine computes fastest…",
    ]
    for sentence in said:
        translated = catalogue.sentence(sentence)
        assert translated != sentence
        for kept in ("3.5", "1.2", "swift", "weights.safetensors", "no space left", "128"):
            assert (kept in translated) == (kept in sentence), translated


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_progress_are_translated(language: str) -> None:
    """Of each task alone, as one of several steps, and on another machine: nothing but names stays English."""
    catalogue = load([SHARED], [language])
    for doing in [info(task).doing for task in LABELS] + ["Restoring", "Adjusting", marks.LOOKING]:
        said = catalogue.sentence(doing)
        assert said != doing
        step = catalogue.sentence(f"{doing}, step 2 of 3")
        assert said in step
        assert "step" not in step
        assert catalogue.sentence(f"{doing}, step 2 of 3 (attic)") == f"{step} (attic)"


def test_what_stands_in_brackets_stays_and_the_words_before_it_do_not() -> None:
    catalogue = Catalogue({"Restoring": ["Wird restauriert"], "whole (as it is)": ["ganz (so)"]})
    assert catalogue.gettext("Restoring (the studio)") == "Wird restauriert (the studio)"
    assert catalogue.gettext("whole (as it is)") == "ganz (so)"
    assert catalogue.gettext("Unknown (the studio)") == "Unknown (the studio)"
    assert catalogue.gettext("Restoring (half") == "Restoring (half"


def test_a_diagnosis_is_said_in_the_users_language():
    said = diagnosis(("lowlight", "denoise"), ("dehaze",), {"lowlight": "about 2.0 stops", "dehaze": "a veil of about 40 %"})
    german = load([SHARED], ["de"]).sentence(said)
    assert "zu dunkel (etwa 2.0 Blendenstufen), Rauschen. Vielleicht auch: Dunst (ein Schleier von etwa 40 %)." in german
    assert load([SHARED], ["en"]).sentence(said) == said
