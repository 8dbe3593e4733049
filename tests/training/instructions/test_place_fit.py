"""What a label says of each word of its sentence."""

from restored.instruction import grammar
from restored.instruction.wish_classes import WISHES
from restored_training.instructions.labelled_rows import of_line
from restored_training.instructions.measure import Line
from restored_training.instructions.place_fit import UNKNOWN, marked
from restored_training.instructions.place_names import is_named, named


def marks(meaning: str, text: str) -> dict[str, tuple[float, float, float]]:
    """Of each word: whether it says where, is left out, and is a place to be denoised."""
    words = grammar.tokens(text)
    rows = marked(text, [(word.start, word.end) for word in words], of_line(Line("en", meaning, text)))
    return {word.word: (row[0], row[1], row[2 + WISHES.index("denoise")]) for word, row in zip(words, rows, strict=True)}


def test_words_of_places_are_marked_as_they_stand_in_the_sentence() -> None:
    found = marks("N@barn exposure+@!door", "denoise the barns, lighter but for the door")
    assert found["barns"] == (1, 0, 1)
    assert found["door"] == (1, 1, 0)
    assert found["lighter"] == (0, UNKNOWN, UNKNOWN)


def test_another_word_for_a_place_says_nothing_and_no_place_says_that_there_is_none() -> None:
    assert {row[0] for row in marks("N@meadow", "denoise the grass").values()} == {UNKNOWN}
    assert {row[0] for row in marks("N", "denoise the grass").values()} == {0}
    assert marks("N@meadow exposure+@door", "denoise the grass, lighter door")["grass"][0] == UNKNOWN


def test_places_have_names_in_other_languages() -> None:
    assert marks("N@background", "hinten rauscht es")["hinten"] == (1, 0, 1)
    assert named("背景颜色太抢了", "background") == [(0, 2)]
    assert named("sol taraftaki gölgeler", "left") == [(0, 3)]
    assert is_named("Hintergrund", "background")
    assert not is_named("Küche", "background")
