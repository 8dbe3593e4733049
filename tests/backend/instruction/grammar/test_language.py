"""Which language a sentence is in: found without reading the tables that cannot lead, and the same as with them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.instruction.grammar import language as of
from restored.instruction.grammar.concepts import languages, load
from restored.instruction.grammar.tokens import Token, tokens

SENTENCES = (
    "remove the noise",
    "make it brighter",
    "auto contrast",
    "reduce noise and fog",
    "Entferne das Rauschen",
    "mach den Himmel blauer",
    "enlève le bruit",
    "quita el ruido",
    "togli il rumore",
    "tira o ruído",
    "verwijder de ruis",
    "ta bort bruset",
    "usuń szum",
    "odstraň šum",
    "убери шум",
    "прибери шум",
    "gürültüyü kaldır",
    "shor hatao",
    "30% mais contraste",
    "contrast 20",
    "2x",
    "",
    "contraste",
    "film",
    "no",
    "son",
    "a",
    "più luce",
    "é scura",
    "brightness +10, saturation -5",
)


def all_read(text):
    """As `language_of`, every table read."""
    row = [token for token in tokens(text) if not token.mark]
    cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in text)
    candidates = [name for name in languages() if (name in ("ru", "uk")) == cyrillic and name not in ("ja", "ko", "zh")]
    scores = {name: of._score(row, name) + of._letters(text, name) for name in candidates}
    best = max(scores, key=lambda name: (scores[name], name == "en"))
    return "en" if scores[best] <= scores.get("en", 0) else best


@pytest.mark.parametrize("text", SENTENCES)
def test_same_as_with_all_tables_read(text):
    assert of.language_of(text) == all_read(text)


@pytest.mark.parametrize("language", languages())
def test_a_glance_misses_no_word_of_a_table(language):
    table = load(language)
    rows = [*table._first.values(), *table._stems.values()]
    known = {part for row in rows for entry in row for part in entry.parts if part != ".."} | table.filler
    plain = {part.removesuffix("*") for part in known if part.removesuffix("*").isascii() and part.removesuffix("*").isalpha()}
    assert [word for word in sorted(plain) if of._most([Token(word, 0, 0)], language) == 0] == []
    stems = {part[:-1] for part in known if part[-1] == "*" and part[:-1].isascii() and part[:-1].isalpha()}
    assert [stem for stem in sorted(stems) if of._most([Token(f"{stem}qx", 0, 0)], language) == 0] == []


WORDS = sorted({word for language in ("en", "de", "fr", "nl", "sv") for word in load(language).known})


@given(st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join), st.sampled_from(languages()))
def test_a_glance_never_says_too_little(text, language):
    row = [token for token in tokens(text) if not token.mark]
    assert of._most(row, language) >= of._score(row, language)


def test_an_english_sentence_reads_the_english_table_alone():
    code = (
        "from restored.instruction.grammar import concepts, language_of; assert language_of('remove the noise') == 'en'; "
        "print(concepts.load.cache_info().currsize)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == 1
