"""What reads a sentence's wishes from its words: queries that each look for words of their own, and two layers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .arithmetic import LINEAR, gelu, linear, sigmoid, softmax


@dataclass(frozen=True, slots=True)
class AttentiveReading:
    """queries: (Q, width); hidden: (Q + 1) width and what stands beside -> hidden; classes: hidden -> classes."""

    queries: np.ndarray
    hidden: LINEAR
    classes: LINEAR

    def logits(self, words: np.ndarray, *beside: np.ndarray) -> np.ndarray:
        """(T, width), the words, and vectors of the whole -> (classes,)."""
        found = softmax(self.queries @ words.T) @ words
        return linear(gelu(linear(np.concatenate([*found, words.mean(0), *beside]), self.hidden)), self.classes)

    def probabilities(self, words: np.ndarray, *beside: np.ndarray) -> np.ndarray:
        """(T, width), the words, and vectors of the whole -> (classes,), each by itself between 0 and 1."""
        return sigmoid(self.logits(words, *beside))


def read_attentive(tensors: Mapping[str, np.ndarray]) -> AttentiveReading:
    """From tensors named as the fields."""
    hidden, classes = ((tensors[f"{name}.weight"], tensors[f"{name}.bias"]) for name in ("hidden", "classes"))
    return AttentiveReading(tensors["queries"], hidden, classes)
