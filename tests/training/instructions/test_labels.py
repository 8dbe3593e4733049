"""The label shorthand of the sentence files."""

import pytest

from restored_training.instructions.phrases import parse_label, read_sentences


def test_strength_excluded_flags():
    example = parse_label("N35B/H+o", "multi", "text")
    assert example.wanted == {"denoise": 0.35, "deblur": 1.0}
    assert example.excluded == ("dehaze",)
    assert example.kinds == ("wish", "off_topic")


def test_flag_before_the_exclusion():
    example = parse_label("+g/H", "negation", "text")
    assert (example.wanted, example.excluded, example.kinds) == ({}, ("dehaze",), ("general",))


def test_unknown_letter():
    with pytest.raises(ValueError, match="unknown task letter"):
        parse_label("Q", "x", "text")


def test_all_hand_written_sentences_parse():
    sentences = read_sentences()
    assert len(sentences) > 1500
    assert all(e.text and e.stratum for e in sentences)
