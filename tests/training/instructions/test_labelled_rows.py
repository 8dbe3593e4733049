"""Labels of sentences in other languages: what is known of each, and what is not."""

from restored.instruction.wish_classes import CLASSES
from restored_training.instructions.labelled_rows import by_grammar, english, natives, of_line
from restored_training.instructions.measure import Line


def targets(meaning: str) -> dict[str, float]:
    return dict(of_line(Line("de", meaning, "")).targets)


def test_readings_share_what_they_do_not_agree_on() -> None:
    assert targets("L or exposure+") == {"lowlight": 0.5, "exposure+": 0.5}
    assert targets("temperature- or temperature- E") == {"temperature-": 1.0, "enhance": 0.5}


def test_places_amounts_and_exclusions() -> None:
    assert targets("N@sky exposure+:0.5/B") == {"denoise": 1.0, "exposure+": 1.0, "not deblur": 1.0}
    assert targets("N> contrast+<") == {"denoise": 1.0, "denoise>": 1.0, "contrast+": 1.0, "contrast+<": 1.0}
    row = of_line(Line("de", "N@sky exposure+:0.5@!dog/B@face", ""))
    assert (row.places, row.left_out) == ({"sky", "dog", "face"}, {"dog", "face"})
    assert row.where == {"denoise": {"sky"}, "exposure+": {"dog"}}
    assert {"exposure+<", "contrast+>"} <= row.unknown
    assert not {"denoise<", "denoise>"} & row.unknown
    assert targets("inpaint-@marks") == {"inpaint": 1.0}
    assert targets("-") == {"off_topic": 1.0}


def test_every_label_names_classes_there_are() -> None:
    for row in (*natives(), *english(), *by_grammar("de"), *by_grammar("ja")):
        assert row.targets.keys() | row.unknown <= set(CLASSES), row


def test_all_sixteen_languages_were_written_by_natives() -> None:
    from restored_training.instructions.phrases import FOLDER

    lines = (FOLDER / "natives.txt").read_text(encoding="utf-8").splitlines()
    languages = [line.split("|", 1)[0] for line in lines if line.strip() and not line.startswith("# ")]
    assert min(languages.count(language) for language in set(languages)) >= 150
    assert len(set(languages)) == 16
