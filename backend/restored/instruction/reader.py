"""The trained head in numpy: what `network.Heads` computes in evaluation mode, for one sentence (see there for the why)."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .arithmetic import LINEAR, gelu, layer_norm, linear, log_softmax, normalised, softmax
from .encoding import LAYERS, WIDTH
from .head_config import KINDS, HeadConfig
from .tasks import TASKS

EPSILON = 1e-5


class SentenceReading(NamedTuple):
    """What the heads say about one sentence of T tokens, all as logits.

    state: (9, 3) per task: nothing, wanted, excluded; strength: (9,) logit of the strength; kinds: (4,);
    attention: (9, T) where each task looked; marks: (T, 9, 2) token by token: wanted, excluded here.
    """

    state: np.ndarray
    strength: np.ndarray
    kinds: np.ndarray
    attention: np.ndarray
    marks: np.ndarray


class HeadReader:
    """One head. tensors: its state dict, any floating-point type; raises KeyError for those that are missing."""

    def __init__(self, tensors: Mapping[str, np.ndarray], config: HeadConfig) -> None:
        self._config = config
        self._tensors = {name: value.astype(np.float32, copy=False) for name, value in tensors.items()}

    def read(self, tokens: np.ndarray, pooled: np.ndarray) -> SentenceReading:
        """Both readers' log-probabilities averaged. tokens: (T, 768); pooled: (384,)."""
        reading = self._read_tokens(tokens)
        state, kinds = self._read_whole(pooled)
        share = np.float32(self._config.share)
        own = log_softmax(reading.state)
        return reading._replace(
            state=own + share * (log_softmax(state) - own), kinds=reading.kinds + share * (kinds - reading.kinds)
        )

    def embed(self, pooled: np.ndarray) -> np.ndarray:
        """(384,) -> (256,), L2-normalised."""
        return normalised(linear(pooled, self._linear("embedding")))

    def _read_whole(self, pooled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = gelu(linear(pooled * np.float32(WIDTH**0.5), self._linear("whole.0")))
        said = linear(gelu(linear(x, self._linear("whole.3"))), self._linear("whole.5"))
        return said[: -len(KINDS)].reshape(len(TASKS), 3), said[-len(KINDS) :]

    def _read_tokens(self, tokens: np.ndarray) -> SentenceReading:
        parts = np.split(tokens, len(LAYERS), axis=-1)
        normed = [layer_norm(part, self._linear(f"norms.{index}"), EPSILON) for index, part in enumerate(parts)]
        x = linear(np.concatenate(normed, axis=-1), self._linear("project"))
        for index in range(self._config.layers):
            x = self._layer(x, f"layers.{index}.")
        x = layer_norm(x, self._linear("norm"), EPSILON)
        scores = self._tensors["queries"] @ linear(x, self._linear("keys")).T / np.float32(math.sqrt(x.shape[-1]))
        attention = softmax(scores)
        found = attention @ linear(x, self._linear("values"))
        tasks, whole = found[:-1], found[-1]
        both = np.concatenate([whole, x.mean(0)])
        return SentenceReading(
            state=np.einsum("qd,qcd->qc", tasks, self._tensors["state"]) + self._tensors["state_bias"],
            strength=linear(tasks, self._linear("strength"))[:, 0],
            kinds=linear(gelu(linear(both, self._linear("kinds.0"))), self._linear("kinds.2")),
            attention=attention[:-1],
            marks=linear(x, self._linear("marks")).reshape(len(x), len(TASKS), 2),
        )

    def _layer(self, x: np.ndarray, name: str) -> np.ndarray:
        """A pre-norm transformer layer: (T, width) -> (T, width)."""
        count, width = x.shape
        each = width // self._config.heads
        qkv = linear(layer_norm(x, self._linear(name + "norm1"), EPSILON), self._linear(name + "qkv"))
        q, k, v = qkv.reshape(count, 3, self._config.heads, each).transpose(1, 2, 0, 3)
        mixed = softmax(q @ k.transpose(0, 2, 1) / np.float32(math.sqrt(each))) @ v
        x = x + linear(mixed.transpose(1, 0, 2).reshape(count, width), self._linear(name + "out"))
        inner = gelu(linear(layer_norm(x, self._linear(name + "norm2"), EPSILON), self._linear(name + "up")))
        return x + linear(inner, self._linear(name + "down"))

    def _linear(self, name: str) -> LINEAR:
        return self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]


class HeadsReader:
    """Heads of the same shape whose log-probabilities are averaged; the embedding is that of the first.

    tensors: the state dict of `network.Heads`; raises KeyError when it is not of `members` heads of this shape.
    """

    def __init__(self, tensors: Mapping[str, np.ndarray], config: HeadConfig, members: int) -> None:
        self._members = [HeadReader(_below(tensors, f"members.{index}."), config) for index in range(members)]
        silent = np.zeros((2, WIDTH * len(LAYERS)), np.float32)
        for member in self._members:  # a missing tensor is found now, not with the first sentence
            member.read(silent, silent[0, :WIDTH])

    def read(self, tokens: np.ndarray, pooled: np.ndarray) -> SentenceReading:
        """tokens: (T, 768); pooled: (384,)."""
        readings = [member.read(tokens, pooled) for member in self._members]
        return SentenceReading(*(np.mean(parts, axis=0) for parts in zip(*readings, strict=True)))

    def embed(self, pooled: np.ndarray) -> np.ndarray:
        """(384,) -> (256,), L2-normalised."""
        return self._members[0].embed(pooled)


def _below(tensors: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
