"""all-MiniLM-L6-v2 in numpy: a BERT of six layers (Devlin et al. 2019; Wang et al. 2020), read from its safetensors file.

Numpy and not OpenVINO: 6 ms for a sentence against 2 ms, but no 0.1 s of compiling before the first one, 25 MB less, and the same
everywhere, also where OpenVINO is not.
"""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from safetensors.numpy import load as load_tensors
from tokenizers import Tokenizer

from .arithmetic import LINEAR, gelu, layer_norm, linear, normalised, softmax
from .encoding import LAYERS, MAX_TOKENS, WIDTH, Encoded, EncoderError

HEADS: Final = 12
EPSILON: Final = 1e-12


class EncoderLayer(NamedTuple):
    """One post-norm transformer layer of `heads` heads; qkv: the three projections side by side."""

    qkv: LINEAR
    out: LINEAR
    norm1: LINEAR
    up: LINEAR
    down: LINEAR
    norm2: LINEAR
    heads: int = HEADS

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(T, width) -> (T, width)."""
        count, width = x.shape
        q, k, v = linear(x, self.qkv).reshape(count, 3, self.heads, width // self.heads).transpose(1, 2, 0, 3)
        scores = softmax(q @ k.transpose(0, 2, 1) / np.float32(math.sqrt(width // self.heads)))
        mixed = (scores @ v).transpose(1, 0, 2).reshape(count, width)
        x = layer_norm(x + linear(mixed, self.out), self.norm1, EPSILON)
        return layer_norm(x + linear(gelu(linear(x, self.up)), self.down), self.norm2, EPSILON)


def through(layers: Iterable[EncoderLayer], words: np.ndarray) -> np.ndarray:
    """(T, width) -> (T, width), what the layers make of the words, one after the other."""
    for layer in layers:
        words = layer(words)
    return words


class MiniLM:
    """The encoder. tensors: the official state dict, float32 or float16; tokenizer: the official tokenizer.json's.

    One text at a time: texts of a batch do not share their padding, so that a sentence's vector does not depend on its
    neighbours. Raises EncoderError when tensors are missing.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._last: tuple[list[int], list[np.ndarray]] = ([], [])  # two readers ask for the same sentence, one after the other
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        named = {name.removeprefix("bert."): value for name, value in tensors.items()}
        try:
            # looked up row by row: 47 MB that need not become float32
            self._words = named["embeddings.word_embeddings.weight"]
            first_kind = named["embeddings.token_type_embeddings.weight"][0].astype(np.float32)
            self._places = named["embeddings.position_embeddings.weight"][:MAX_TOKENS].astype(np.float32) + first_kind
            self._norm = read_linear(named, "embeddings.LayerNorm")
            self.layers = [read_layer(named, f"encoder.layer.{index}.") for index in range(max(LAYERS))]
        except KeyError as missing:
            raise EncoderError(f"The text encoder's file lacks {missing}. Please reinstall restored.") from missing

    @classmethod
    def from_folder(cls, folder: Path, weights: bytes) -> "MiniLM":
        """weights: the content of the folder's model.safetensors, already checked. Raises EncoderError."""
        try:
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises bare Exceptions
            raise EncoderError("The text encoder's words cannot be read. Please reinstall restored.") from error
        return cls(load_tensors(weights), tokenizer)

    def encode(self, texts: list[str]) -> Encoded:
        """See `TextEncoder.encode`."""
        read = [self._tokenizer.encode(text) for text in texts]
        longest = max(len(item.ids) for item in read)
        tokens = np.zeros((len(read), longest, WIDTH * len(LAYERS)), np.float32)
        mask = np.zeros((len(read), longest), bool)
        pooled = np.empty((len(read), WIDTH), np.float32)
        for row, item in enumerate(read):
            count = len(item.ids)
            states = self._states(np.array(item.ids))
            self._last = (item.ids, states)
            tokens[row, :count] = np.concatenate([states[layer] for layer in LAYERS], axis=-1)
            mask[row, :count] = True
            pooled[row] = normalised(states[-1].mean(0))
        return Encoded(tokens, mask, [list(item.offsets) for item in read], pooled)

    def vocabulary(self) -> list[str]:
        """See `TextEncoder.vocabulary`."""
        return self._vocabulary

    @cached_property
    def _vocabulary(self) -> list[str]:
        return [word for word in self._tokenizer.get_vocab() if not word.startswith("##")]

    def words(self, text: str, count: int) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """What the first `count` layers make of a text, (T, 384), and where in it each of the T stands; (0, 0) for none."""
        read = self._tokenizer.encode(text)
        ids, states = self._last
        return states[count] if ids == read.ids else self._states(np.array(read.ids), count)[-1], list(read.offsets)

    def _states(self, ids: np.ndarray, count: int | None = None) -> list[np.ndarray]:
        """(T,) token numbers -> the hidden states, from the embeddings to the last layer or the one asked for, each (T, 384)."""
        x = layer_norm(self._words[ids].astype(np.float32) + self._places[: len(ids)], self._norm, EPSILON)
        states = [x]
        for layer in self.layers[:count]:
            states.append(layer(states[-1]))
        return states


def read_linear(tensors: Mapping[str, np.ndarray], name: str) -> LINEAR:
    """A weight and its bias out of a state dict, as float32. Raises KeyError."""
    weight, bias = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return weight.astype(np.float32, copy=False), bias.astype(np.float32, copy=False)


def read_layer(tensors: Mapping[str, np.ndarray], prefix: str, heads: int = HEADS) -> EncoderLayer:
    """A transformer layer out of a BERT's state dict. Raises KeyError."""
    parts = [read_linear(tensors, f"{prefix}attention.self.{name}") for name in ("query", "key", "value")]
    return EncoderLayer(
        qkv=(np.concatenate([weight for weight, _ in parts]), np.concatenate([bias for _, bias in parts])),
        out=read_linear(tensors, f"{prefix}attention.output.dense"),
        norm1=read_linear(tensors, f"{prefix}attention.output.LayerNorm"),
        up=read_linear(tensors, f"{prefix}intermediate.dense"),
        down=read_linear(tensors, f"{prefix}output.dense"),
        norm2=read_linear(tensors, f"{prefix}output.LayerNorm"),
        heads=heads,
    )
