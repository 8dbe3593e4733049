"""Devanagari in Latin letters, as Hindi is typed without its keyboard: the encoder for other languages knows none of its letters,
and what is typed in Latin ones is then read alike. Schwas that nobody speaks are left out (Ohala 1983, Aspects of Hindi
Phonology: at the end of a word, and between a vowel with a consonant and a consonant with a vowel)."""

from dataclasses import dataclass
from typing import Final

CONSONANTS: Final = {
    "क": "k",
    "ख": "kh",
    "ग": "g",
    "घ": "gh",
    "ङ": "n",
    "च": "ch",
    "छ": "chh",
    "ज": "j",
    "झ": "jh",
    "ञ": "n",
    "ट": "t",
    "ठ": "th",
    "ड": "d",
    "ढ": "dh",
    "ण": "n",
    "त": "t",
    "थ": "th",
    "द": "d",
    "ध": "dh",
    "न": "n",
    "प": "p",
    "फ": "ph",
    "ब": "b",
    "भ": "bh",
    "म": "m",
    "य": "y",
    "र": "r",
    "ल": "l",
    "व": "v",
    "श": "sh",
    "ष": "sh",
    "स": "s",
    "ह": "h",
    "ळ": "l",
}
DOTTED: Final = {"क": "q", "ख": "kh", "ग": "g", "ज": "z", "ड": "r", "ढ": "rh", "फ": "f"}
"""With a dot below."""

VOWELS: Final = {
    "अ": "a",
    "आ": "a",
    "इ": "i",
    "ई": "i",
    "उ": "u",
    "ऊ": "u",
    "ऋ": "ri",
    "ए": "e",
    "ऐ": "ai",
    "ऍ": "e",
    "ओ": "o",
    "औ": "au",
    "ऑ": "o",
}
SIGNS: Final = {
    "ा": "a",
    "ि": "i",
    "ी": "i",
    "ु": "u",
    "ू": "u",
    "ृ": "ri",
    "े": "e",
    "ै": "ai",
    "ॅ": "e",
    "ो": "o",
    "ौ": "au",
    "ॉ": "o",
}
OTHERS: Final = {"ं": "n", "ँ": "n", "ः": "h", "।": ".", "॥": ".", **{chr(0x966 + i): str(i) for i in range(10)}}
DOT, SILENT, UNWRITTEN = "़", "्", "a"
COMPOSED: Final = {chr(0x958 + i): letter for i, letter in enumerate(DOTTED)}
"""Letters that have their dot in them."""


@dataclass(slots=True)
class _Sound:
    """What one letter is in Latin ones, and where it stood. vowel: it ends in one; schwa: in one that is not written; consonant:
    it begins with one."""

    latin: str
    at: int
    vowel: bool = False
    schwa: bool = False
    consonant: bool = False


def romanised(text: str) -> tuple[str, list[int]]:
    """The text, each Devanagari letter in Latin ones, and where each letter of it stood before; any other letter stays."""
    letters, stood = "", []
    for sound in _spoken(_sounds(text)):
        latin = sound.latin + UNWRITTEN * sound.schwa
        letters += latin
        stood += [sound.at] * len(latin)
    return letters, stood


def _sounds(text: str) -> list[_Sound]:
    found: list[_Sound] = []
    for at, letter in enumerate(text):
        last = found[-1] if found else None
        if letter in CONSONANTS:
            found.append(_Sound(CONSONANTS[letter], at, vowel=True, schwa=True, consonant=True))
        elif letter in COMPOSED:
            found.append(_Sound(DOTTED[COMPOSED[letter]], at, vowel=True, schwa=True, consonant=True))
        elif letter == DOT and last is not None and last.schwa:
            last.latin = DOTTED.get(text[last.at], last.latin)
        elif letter == SILENT and last is not None and last.schwa:
            last.vowel = last.schwa = False
        elif letter in SIGNS and last is not None and last.schwa:
            last.latin, last.schwa = last.latin + SIGNS[letter], False
        elif letter in VOWELS:
            found.append(_Sound(VOWELS[letter], at, vowel=True))
        elif letter in (DOT, SILENT, *SIGNS):  # on nothing
            found.append(_Sound(SIGNS.get(letter, ""), at))
        else:
            nasal = letter in OTHERS and last is not None and last.vowel
            found.append(_Sound(OTHERS.get(letter, letter), at, vowel=nasal))
    return found


def _spoken(sounds: list[_Sound]) -> list[_Sound]:
    """Without the schwas that nobody speaks, from the end of each word on."""
    for i in range(len(sounds) - 1, 0, -1):
        before = sounds[i - 1]
        after = sounds[i + 1] if i + 1 < len(sounds) else None
        ends = after is None or not after.latin.isalpha()
        within = after is not None and after.consonant and after.vowel and before.vowel
        if sounds[i].schwa and before.latin.isalpha() and (ends or within):
            sounds[i].schwa = sounds[i].vowel = False
    return sounds
