"""What each word of a sentence says of places, and the loss of a layer that reads it (`restored.instruction.word_places`)."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.instruction.wish_classes import WISHES
from restored.instruction.word_places import OUTPUTS

from .attentive_fit import RARE
from .labelled_rows import LabelledRow
from .place_names import named

UNKNOWN: Final = -1.0
"""Of an output of which the label says nothing."""

OF_PLACES: Final = 0.5
"""What whose place a word is counts for, beside whether it is one."""


def layer_of(width: int) -> nn.Linear:
    """width -> outputs."""
    layer = nn.Linear(width, len(OUTPUTS))
    nn.init.zeros_(layer.bias)
    nn.init.constant_(layer.bias[:1], RARE)
    return layer


def marked(text: str, spoken: Sequence[tuple[int, int]], row: LabelledRow) -> np.ndarray:
    """(T, outputs), 1 where an output is true of a word, 0 where it is not, and -1 where that is not known: everywhere where the
    label names no places, or none of them stands in the text.

    text: as the words stand in it; spoken: where each begins and ends.
    """
    marks = np.full((len(spoken), len(OUTPUTS)), UNKNOWN, np.float32)
    if row.places is None:
        return marks
    found = {place: _found(text, place) or named(text, place) for place in row.places}
    if row.places and not any(found.values()):  # another word for it
        return marks
    if all(found.values()):
        marks[:, 0] = 0
    for at, (start, end) in enumerate(spoken):
        said = {place for place, spans in found.items() if start < end and any(start < b and a < end for a, b in spans)}
        if not said:
            continue
        marks[at, 0] = 1
        marks[at, 1] = float(said <= row.left_out)
        for wish, places in row.where.items():
            marks[at, 2 + WISHES.index(wish)] = float(bool(said & places))
    return marks


def _found(text: str, place: str) -> list[tuple[int, int]]:
    """Where a text names a place by the word of its label."""
    edge = r"\b" if place.isascii() else ""
    return [match.span() for match in re.finditer(rf"{edge}{re.escape(place.lower())}(?:s|es)?{edge}", text.lower())]


def loss_of_places(logits: Tensor, marks: Sequence[np.ndarray]) -> Tensor:
    """Binary cross-entropy over what is known of each word, a sum. logits: (N, T, outputs); marks: of each of the N."""
    wanted = nn.utils.rnn.pad_sequence([torch.from_numpy(each) for each in marks], True, UNKNOWN)
    known = (wanted >= 0).float()
    known[..., 1:] *= OF_PLACES
    return F.binary_cross_entropy_with_logits(logits.float(), wanted.clamp_min(0), known, reduction="sum")
