"""Other languages, through the front door. The measured table is of held_out_languages.txt: `-s` prints it."""

from pathlib import Path

import pytest
from rich.console import Console

from restored.instruction import explain
from restored.instruction.grammar import languages, load
from restored.instruction.scale import asked_scale
from restored_training.instructions.measure import meaning_of, measure, read, table

HERE = Path(__file__).parent
SIXTEEN = ["de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "cs", "sv", "tr", "zh", "ja", "ko", "hi"]

MIXED = {
    "mach das bitte weniger noisy": {"denoise"},
    "Entferne den Regn und den Nebel": {"derain", "dehaze"},
    "quita la niebla y sube un poco el contraste": {"dehaze", "contrast"},
    "enlevez le bruit s'il vous plait": {"denoise"},
    "quiero menos ruido and more contrast": {"denoise", "contrast"},
    "schärfer and less grain bitte": {"deblur", "denoise"},
}


TOLD = {
    "oscura y movida": {"lowlight", "deblur"},
    "foto movida y un poco oscura": {"lowlight", "deblur"},
    "dunkel und verwackelt": {"lowlight", "deblur"},
    "sombre et floue": {"lowlight", "deblur"},
    "mossa e un po' scura": {"lowlight", "deblur"},
    "tremida e escura": {"lowlight", "deblur"},
    "donker en wazig": {"lowlight", "deblur"},
    "ciemne i zaszumione zdjęcie": {"lowlight", "denoise"},
    "темное и размытое фото": {"lowlight", "deblur"},
    "karanlık ve bulanık": {"lowlight", "deblur"},
    "暗くてぼけている": {"lowlight", "deblur"},
    "又暗又模糊": {"lowlight", "deblur"},
    "bruit dans les ombres": {"denoise"},
    "ruido en las sombras": {"denoise"},
    "noise where it's dark": {"denoise"},
    "20 % heller": {"exposure"},
    "contrast 15": {"contrast"},
    "it's got that yellow cast from tungsten light": {"temperature"},
    "the light is too yellow": {"temperature"},
    "dark sky, noisy": {"denoise"},
    "I like the grain": set(),
}
"""What is only told of a picture, and what sliders are called."""


@pytest.mark.parametrize("text", TOLD)
def test_what_is_told_of_a_picture_is_a_complaint(text: str) -> None:
    assert {step.task for step in explain(text).steps} == TOLD[text]


def test_every_language_has_its_table() -> None:
    assert set(languages()) == {"en", *SIXTEEN}


@pytest.mark.parametrize("language", SIXTEEN)
def test_a_table_is_complete(language: str) -> None:
    """Whatever the English table has words for, but for what a language says otherwise."""
    own, english = load(language), load("en")
    assert english.concepts("modifier") - own.concepts("modifier") <= {"high", "low", "cast", "enough", "everywhere"}
    assert english.concepts("task") - own.concepts("task") == set()
    assert english.concepts("follow") - own.concepts("follow") == set()
    directions = {name for name in english.concepts("quality") if name.startswith("dir ")}
    missing = directions - own.concepts("quality")
    assert {"dir exposure+", "dir exposure-", "dir temperature+", "dir temperature-", "dir black_and_white+"} & missing == set()


@pytest.mark.parametrize(("text", "tasks"), MIXED.items())
def test_mixed_sentences_and_slips(text: str, tasks: set[str]) -> None:
    assert {step.task for step in explain(text).steps} == tasks


def test_places_and_amounts_in_german() -> None:
    plan = explain("Entferne das Rauschen nur im Himmel")
    assert [step.region.label for step in plan.steps if step.region] == ["only the sky"]
    assert explain("eine Blende heller").steps[0].amount == pytest.approx(1.0)
    assert {step.task for step in explain("Entferne die Kratzer und das Rauschen").steps} == {"inpaint", "denoise"}
    assert explain("Entferne das Moiré und das Rauschen").unused[0].words == "Moiré"


@pytest.mark.slow
def test_the_held_out_list() -> None:
    parts = ("", "_second", "_third", "_fourth")
    results = measure([line for part in parts for line in read(HERE / f"held_out_languages{part}.txt")])
    Console(width=110).print(table(results, "languages"))
    for language in SIXTEEN:
        group = [result for result in results if result.line.stratum == language]
        misses = [f"{r.line.text}: {sorted(meaning_of(r.plan))}" for r in group if not r.exact]
        assert len(misses) <= 0.1 * len(group), misses
    for result in results:
        assert not result.line.excluded & meaning_of(result.plan)


@pytest.mark.parametrize(
    ("text", "scale"),
    {
        "mach es doppelt so groß größer": 2,
        "agrandis l'image deux fois": 2,
        "увеличь фото в 2 раза": 2,
        "放大两倍": 2,
        "2x": 2,
        "heller": None,
    }.items(),
)
def test_an_enlargement_in_any_language(text: str, scale: int | None) -> None:
    assert asked_scale(text) == scale
