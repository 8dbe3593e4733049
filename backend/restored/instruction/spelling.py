"""Undo typing slips before the encoder reads them.

A frozen sentence encoder falls apart into word pieces on "nosie" or "blury". Words it does not know are replaced by the
likeliest word of the lexicon within one or two slips (dropped, doubled, swapped, wrong letter), the noisy-channel rule of
thumb: fewest slips first, then the more frequent word. Words it knows are left alone, except for the shorthand of messages.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

SHORTHAND = {
    "pls": "please", "plz": "please", "plss": "please", "plx": "please", "thx": "thanks", "tnx": "thanks", "ty": "thanks",
    "u": "you", "ur": "your", "r": "are", "teh": "the", "da": "the", "tha": "the", "dis": "this", "dat": "that", "dem":
    "them", "n": "and", "w/": "with", "w/o": "without", "wo": "without", "cuz": "because", "bc": "because", "coz":
    "because", "pic": "picture", "pics": "pictures", "pix": "picture", "img": "image", "foto": "photo", "fotos": "photos",
    "gonna": "going to", "wanna": "want to", "gotta": "has to", "gimme": "give me", "lemme": "let me", "kinda": "kind of",
    "sorta": "sort of", "outta": "out of", "moar": "more", "nite": "night", "lite": "light", "brite": "bright", "wat":
    "what", "wut": "what", "cos": "because", "rm": "remove", "rly": "really", "tho": "though", "thru": "through", "yr":
    "your", "c": "see", "bg": "background", "res": "resolution", "lowres": "low resolution", "hires": "high resolution",
    "rez": "resolution", "wb": "white balance", "nr": "noise reduction", "cam": "camera", "insta": "instagram", "fb":
    "facebook", "jpg": "jpeg", "jpgs": "jpegs", "hte": "the", "ain't": "is not", "aint": "is not", "dun": "don't",
    "nuthin": "nothing", "sux": "sucks", "ma": "my", "halp": "help", "bigga": "bigger", "alot": "a lot", "pleez":
    "please", "fx": "fix", "smth": "something", "sth": "something", "idk": "i don't know",
}  # fmt: skip
"""Message shorthand. Applied to whole words only."""

UNDONE = {
    f"un{damage}": f"remove the {damage}"
    for damage in ("rain", "fog", "haze", "mist", "snow", "noise", "grain", "blur", "shake", "darkness")
} | {"undark": "brighten", "unpixelate": "remove the pixelation", "unjpeg": "remove the jpeg artifacts"}
"""Verbs that people make up, for those that the lexicon lacks: the encoder falls apart on them."""

CONTRACTIONS = re.compile(r"^(is|are|was|were|do|does|did|would|could|should|have|has|had|ca|wo|need|must)n?t$")
WORD = re.compile(r"[^\W_]+(?:['’/][^\W_]*)*")


@dataclass(frozen=True, slots=True)
class Normalised:
    """Text as the encoder reads it, and where each of its words came from.

    words: (start, end, source_start, source_end) per word, in order.
    """

    text: str
    words: tuple[tuple[int, int, int, int], ...]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that the range start..end of `text` came from; (0, 0) when there is none."""
        touched = [word for word in self.words if word[0] < end and word[1] > start]
        return (touched[0][2], touched[-1][3]) if touched else (0, 0)


class Speller:
    """Corrects words against a lexicon.

    lexicon: word -> how often it occurs in the training sentences; further: words that are left as they are too, asked for with
    the first word that the lexicon lacks.
    """

    def __init__(self, lexicon: Mapping[str, int], further: Callable[[], Iterable[str]] = tuple) -> None:
        self.lexicon = dict(lexicon)
        self._further = further
        self.correct = lru_cache(maxsize=4096)(self._correct)

    def normalise(self, text: str) -> Normalised:
        """Lower-case, correct word by word, keep the marks between them."""
        pieces: list[str] = []
        words: list[tuple[int, int, int, int]] = []
        length = position = 0
        for match in WORD.finditer(text):
            between = text[position : match.start()]
            fixed = self.correct(match.group().lower())
            words.append((length + len(between), length + len(between) + len(fixed), match.start(), match.end()))
            pieces += (between, fixed)
            length += len(between) + len(fixed)
            position = match.end()
        return Normalised("".join([*pieces, text[position:]]), tuple(words))

    def english(self, text: str) -> float:
        """Share of the words, as typed, that the lexicon or the shorthand has; 1 when there are none."""
        known = self._known(text)
        return sum(known) / len(known) if known else 1.0

    def hardly_english(self, text: str) -> bool:
        """Four words or more, as typed, of which at most a quarter is English. Of the corpus's sentences of four words or more
        (val and test side) 93 % of the foreign ones are so and 0.15 % of the wishes, typos included."""
        known = self._known(text)
        return len(known) >= 4 and sum(known) <= len(known) / 4

    def _known(self, text: str) -> list[bool]:
        """Per word, as typed, whether it is in the lexicon or the shorthand."""
        words = (match.group().lower().replace("’", "'") for match in WORD.finditer(text))
        return [word in self.lexicon or word in SHORTHAND or word in UNDONE for word in words]

    @cached_property
    def known(self) -> set[str]:
        """Words that no slip may be seen in."""
        return {word for word in self._further() if word.isalpha()} | set(self.lexicon)

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        """The lexicon's words by what is left of them after slips: made for the first word that nothing else knows."""
        index: dict[str, list[str]] = {}
        for word in self.lexicon:
            if word.isalpha() and len(word) >= 4:
                for shorter in _deletes(word, 2 if len(word) > 5 else 1):
                    index.setdefault(shorter, []).append(word)
        return index

    def _correct(self, word: str) -> str:
        word = word.replace("’", "'")
        if word in SHORTHAND:
            return SHORTHAND[word]
        if word in self.lexicon:
            return word
        if word in UNDONE:
            return UNDONE[word]
        if CONTRACTIONS.match(word) and "'" not in word and word not in ("want", "cat", "dot", "hat", "ist", "iset"):
            stem = word[:-2] if word.endswith("nt") else word[:-1]
            return f"{stem}n't"
        if word in self.known or not word.isalpha() or not word.isascii() or len(word) < 4 or len(word) > 24:
            return word
        squeezed = re.sub(r"(.)\1{2,}", r"\1\1", word)
        for candidate in (squeezed, re.sub(r"(.)\1+", r"\1", squeezed)):
            if candidate != word and candidate in self.known:
                return SHORTHAND.get(candidate, candidate)
        return self._nearest(squeezed) or squeezed

    def _nearest(self, word: str) -> str | None:
        reach = 2 if len(word) > 5 else 1
        candidates = {found for shorter in _deletes(word, reach) for found in self._index.get(shorter, ())}
        best: tuple[float, str] | None = None
        for candidate in candidates:
            distance = slips(word, candidate)
            if distance > reach:
                continue
            # a slip of the first letter is rare; a word a hundred times as frequent outweighs a third of a slip
            cost = distance + (0.6 if candidate[0] != word[0] else 0.0) - 0.07 * min(self.lexicon[candidate], 5000) ** 0.25
            if best is None or (cost, candidate) < best:
                best = (cost, candidate)
        return best[1] if best else None


def _deletes(word: str, count: int) -> set[str]:
    """`word` and what is left of it after up to `count` letters were dropped."""
    found = {word}
    edge = {word}
    for _ in range(count):
        edge = {item[:i] + item[i + 1 :] for item in edge for i in range(len(item))}
        found |= edge
    return found


def slips(a: str, b: str) -> int:
    """Damerau-Levenshtein distance (optimal string alignment): inserts, drops, wrong letters and swaps of neighbours."""
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        current = [i] + [0] * len(b)
        for j, right in enumerate(b, 1):
            current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                current[j] = min(current[j], before[j - 2] + 1)
        before, previous = previous, current
    return previous[-1]
