"""A sentence on a result in another language than English, beside the plan that it is said of -> what kind of sentence it is,
what becomes of each step, what is new, and which words say where: layers of ours on what the network for other languages makes of
its words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from . import multilingual
from .arithmetic import LINEAR
from .attentive import AttentiveReading, read_attentive
from .layer_files import read_tensors
from .reaction_odds import OUTPUTS, WANTS, WHAT, ReactionOdds, ReactionsError, odds_of, outputs_of
from .word_places import PlaceWord, place_words

FILE: Final = Path(__file__).with_name("head_files") / "reactions_multilingual.safetensors"


@dataclass(frozen=True, slots=True)
class ForeignReactionReader:
    """reading: of the words, beside the sentence's vector and the plan, to `OUTPUTS`; place: of each word, to `SAYS`."""

    reading: AttentiveReading
    place: LINEAR

    def heard(self, words: np.ndarray, vector: np.ndarray, names: Sequence[str]) -> ReactionOdds:
        """words: (T, width), as the network for other languages gives them; vector: (512,), of the sentence, scaled as there;
        names: of the plan's steps, with their signs."""
        logits = self.reading.logits(words, vector, standing(names))
        return odds_of(logits, {name: logits[outputs_of(name)] for name in names})


def standing(names: Collection[str]) -> np.ndarray:
    """(wants,), 1 for each that stands in a plan: "exposure+", "temperature-"."""
    return np.array([name in names for name in WANTS], np.float32)


def reader_of(tensors: Mapping[str, np.ndarray]) -> ForeignReactionReader:
    """From tensors named as the fields."""
    return ForeignReactionReader(read_attentive(tensors), (tensors["place.weight"], tensors["place.bias"]))


@cache
def _reader() -> ForeignReactionReader:
    """Raises ReactionsError."""
    return reader_of(read_tensors(FILE, WHAT, OUTPUTS, ReactionsError)[0])


@lru_cache(maxsize=64)
def read(text: str, names: tuple[str, ...]) -> tuple[ReactionOdds, list[PlaceWord]]:
    """As `reaction_reader.read`."""
    words, vector, stands = multilingual.states(text)
    return _reader().heard(words, vector, names), place_words(words, stands, _reader().place)
