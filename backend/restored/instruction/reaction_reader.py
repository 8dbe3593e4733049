"""An English sentence on a result, and the plan that it is said of -> what kind of sentence it is, what becomes of each step,
what is new, and which words say where. Both are read as one text, as a pair of sentences is (Devlin et al. 2019, arXiv
1810.04805, Section 3), so that each step's words see what is said of them: by the first layers of the English encoder, and by the
last ones as adapted to wishes, each of their weights with a low-rank term more (Hu et al. 2021, arXiv 2106.09685)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from . import adapted
from .arithmetic import LINEAR, gelu, linear
from .attentive import AttentiveReading, read_attentive
from .layer_files import read_tensors
from .minilm import EncoderLayer, through
from .reaction_odds import DONE, OUTPUTS, WHAT, ReactionOdds, ReactionsError, odds_of, outputs_of
from .word_places import PlaceWord, place_words

FILE: Final = Path(__file__).with_name("head_files") / "reactions_english.safetensors"
MOST: Final = 8
"""Steps that a sentence is read beside: the encoder reads no longer texts; of further ones nothing is said."""

BETWEEN: Final = ", "
BEFORE: Final = " | "
"""What stands between the steps, and before the sentence."""


@dataclass(frozen=True, slots=True)
class ReactionReader:
    """layers: of the encoder, behind its first ones; reading: of all words, to `OUTPUTS`; hidden, step: of the words of a step,
    to `OF_A_STEP`, beside what the reading gives its name; place: of each word, to `SAYS`."""

    layers: tuple[EncoderLayer, ...]
    reading: AttentiveReading
    hidden: LINEAR
    step: LINEAR
    place: LINEAR

    def words(self, words: np.ndarray) -> np.ndarray:
        """(T, 384), what the first layers make of the words -> (T, 384), what all of them do."""
        return through(self.layers, words)

    def heard(self, words: np.ndarray, steps: Mapping[str, Sequence[int]]) -> ReactionOdds:
        """words: (T, 384); steps: name and sign -> which of the T are its words."""
        logits = self.reading.logits(words)
        own = {name: self._step(words[list(at)].mean(0)) for name, at in steps.items() if at}
        return odds_of(logits, {name: logits[outputs_of(name)] + row for name, row in own.items()})

    def _step(self, vector: np.ndarray) -> np.ndarray:
        return linear(gelu(linear(vector, self.hidden)), self.step)


def beside_plan(names: Sequence[str]) -> tuple[str, dict[str, tuple[int, int]]]:
    """What stands before a sentence on a plan of these steps, of so many, and where in it each step's words begin and end."""
    text, stands = "", {}
    for name in names[:MOST]:
        text += BETWEEN * bool(text)
        stands[name] = (len(text), len(text) + len(DONE[name]))
        text += DONE[name]
    return text + BEFORE, stands


def first_layers(
    text: str, names: Sequence[str], count: int = adapted.FIRST
) -> tuple[np.ndarray, list[tuple[int, int]], dict[str, list[int]]]:
    """What so many of the encoder's first layers make of a sentence beside a plan: (T, 384); where in the sentence each of the T
    stands, (0, 0) for none; and which of them are the words of each step. Raises EncoderError."""
    before, stands = beside_plan(names)
    words, spoken, source = adapted.embedded(text, before, count)
    at = {name: [i for i, (a, b) in enumerate(spoken) if a < b and start <= a < end] for name, (start, end) in stands.items()}
    return words, source, at


def reader_of(terms: Mapping[str, np.ndarray]) -> ReactionReader:
    """With these terms beside the adapted layers. Raises what the encoder raises."""
    layers = (adapted.adapted(layer, terms, str(index)) for index, layer in enumerate(adapted.layers(), adapted.FIRST))
    hidden, step, place = ((terms[f"{name}.weight"], terms[f"{name}.bias"]) for name in ("step_hidden", "step", "place"))
    return ReactionReader(tuple(layers), read_attentive(terms), hidden, step, place)


@cache
def _reader() -> ReactionReader:
    """Raises ReactionsError, and what the encoder raises."""
    return reader_of(read_tensors(FILE, WHAT, OUTPUTS, ReactionsError)[0])


@lru_cache(maxsize=64)
def read(text: str, names: tuple[str, ...]) -> tuple[ReactionOdds, list[PlaceWord]]:
    """What a sentence says of a plan, and what each of its words says of where something is to change. names: of the plan's
    steps, with their signs, each once.

    Raises ReactionsError, and what the encoder raises."""
    words, stands, steps = first_layers(text, names)
    words = _reader().words(words)
    return _reader().heard(words, steps), place_words(words, stands, _reader().place)
