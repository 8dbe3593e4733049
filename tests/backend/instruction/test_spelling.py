"""The speller mends slips, leaves known words alone, and knows where every word came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.instruction import head
from restored.instruction.spelling import Speller, slips

SLIPS = {
    "nosie": "noise",
    "blury": "blurry",
    "grian": "grain",
    "pixleated": "pixelated",
    "brigther": "brighter",
    "sharpn": "sharpen",
    "compresion": "compression",
    "isnt": "isn't",
    "plz": "please",
    "w/o": "without",
}


@pytest.fixture(scope="module")
def speller():
    return head.load().speller


@pytest.mark.parametrize(("typed", "meant"), SLIPS.items())
def test_mends(speller, typed, meant):
    assert speller.correct(typed)[:4] == meant[:4]


@pytest.mark.parametrize("word", ["rain", "photoshop", "yosemite", "the", "camera", "dragon", "want", "x2", "12"])
def test_leaves_alone(speller, word):
    assert speller.correct(word) == word


def test_source_ranges_point_into_the_original(speller):
    text = "Plz, remvoe teh NOSIE!"
    normalised = speller.normalise(text)
    start = normalised.text.index("noise")
    source = normalised.source(start, start + 5)
    assert text[slice(*source)] == "NOSIE"


@given(st.text(max_size=80))
def test_any_text_normalises(text):
    normalised = Speller({"noise": 3, "rain": 2}, lambda: ["the"]).normalise(text)
    for start, end, source_start, source_end in normalised.words:
        assert 0 <= start <= end <= len(normalised.text)
        assert 0 <= source_start < source_end <= len(text)


@pytest.mark.parametrize(
    ("a", "b", "count"), [("rain", "rain", 0), ("rian", "rain", 1), ("ran", "rain", 1), ("raain", "rain", 1), ("fog", "rain", 4)]
)
def test_slips(a, b, count):
    assert slips(a, b) == slips(b, a) == count


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_slips_is_bounded(a, b):
    assert abs(len(a) - len(b)) <= slips(a, b) <= max(len(a), len(b))
    assert (slips(a, b) == 0) == (a == b)


@pytest.mark.parametrize(("typed", "read"), [("unrain this", "remove the rain this"), ("Undark it", "brighten it")])
def test_verbs_that_people_make_up(typed, read):
    assert Speller({"this": 1, "it": 1}).normalise(typed).text == read


@pytest.mark.parametrize(
    ("text", "hardly"),
    [
        ("bitte das bild heller", True),
        ("bitte heller", False),
        ("rmv teh gran frm sky", False),
        ("make it brighter", False),
        ("", False),
        ("!!! ???", False),
    ],
)
def test_hardly_english_needs_four_words_next_to_none_of_them_known(text, hardly):
    speller = Speller({"the": 9, "sky": 2, "make": 5, "it": 9, "brighter": 1})
    assert speller.hardly_english(text) is hardly


def test_what_is_known_needs_no_index():
    speller = Speller({"noise": 3, "remove": 2, "the": 1})
    assert speller.normalise("Remove the noise, plz").text == "remove the noise, please"
    assert "_index" not in vars(speller)  # it takes longer than all else that is read at the start
    assert speller.correct("nosie") == "noise"
    assert "_index" in vars(speller)
