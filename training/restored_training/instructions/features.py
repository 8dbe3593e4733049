"""Encoder features of a corpus, computed once: flat float16 arrays on disk, memory-mapped."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from restored.instruction import TASKS, encoder, encoding, reference
from restored.instruction.head_config import KINDS
from restored.instruction.spelling import Normalised, Speller

from .example import Example
from .inventory import lines, pool, templates
from .labelled_templates import LabelledTemplates
from .phrases import SECTIONS, WIDER, read_sections, read_sentences, split_of

FEATURES = encoding.WIDTH * len(encoding.LAYERS)
SHARD = 16384
"""Sentences that are encoded before they are written: what a run that is cut off loses, and half a gigabyte of memory."""


def build_lexicon() -> dict[str, int]:
    """Word -> count over the training side of the inventory: what the speller corrects towards."""
    counts: Counter[str] = Counter()

    def add(items: Sequence[str], weight: int) -> None:
        for item in items:
            for word in re.findall(r"[a-z]+(?:'[a-z]+)?", re.sub(r"\{\w+\}", " ", item.lower())):
                counts[word] += weight

    for task in TASKS:
        for section in SECTIONS:
            add(pool(task, section, "train"), 3)
    for name in ("templates", "templates_more"):
        for section in read_sections(name):
            add(templates(section, "train"), 5)
    for section, items in read_sections("slots").items():
        add(items, 20 if section in ("subject", "please", "open") else 5)
    for name in ("general", "add", "offtopic"):
        for section in read_sections(name):
            if section not in ("code", "gibberish"):
                add(lines(name, section, "train"), 1)
    hand = [*read_sentences(), *read_sentences(WIDER)]
    add([e.text for e in hand if split_of(f"hand:{e.text}") == "train" and e.stratum != "slang"], 2)
    for items in read_sections("context").values():
        add(items, 3)
    labelled = LabelledTemplates.of("train", 0)
    add([template.text for template in labelled.templates], 1)
    for items in labelled.lists.values():
        add(items, 1)
    return dict(counts.most_common())


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels as tensors. state: (N, 9) 0 nothing, 1 wanted, 2 excluded; strength: (N, 9); kinds: (N, 4)."""

    state: Tensor
    strength: Tensor
    kinds: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "Targets":
        """Read the labels off the examples."""
        state = torch.zeros(len(examples), len(TASKS), dtype=torch.long)
        strength = torch.zeros(len(examples), len(TASKS))
        kinds = torch.zeros(len(examples), len(KINDS))
        for row, example in enumerate(examples):
            for task, amount in example.wanted.items():
                state[row, TASKS.index(task)] = 1
                strength[row, TASKS.index(task)] = amount
            for task in example.excluded:
                state[row, TASKS.index(task)] = 2
            for kind in example.kinds:
                if kind in KINDS:
                    kinds[row, KINDS.index(kind)] = 1
        return cls(state, strength, kinds)


class Features:
    """Token features of many sentences; sentence i is `shards[shard[i]].flat[start[i]:start[i] + length[i]]`."""

    def __init__(
        self,
        shards: Sequence["Shard"],
        shard: np.ndarray,
        start: np.ndarray,
        length: np.ndarray,
        pooled: np.ndarray,
        marks: Sequence[np.ndarray],
    ) -> None:
        self.shards, self.shard, self.start = shards, shard, start
        self.length, self.pooled, self.marks = length, pooled, marks

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """tokens (N, T, 768), mask (N, T), pooled (N, 384), marks (N, T, 9, 2) of these sentences."""
        longest = int(self.length[rows].max())
        tokens = np.zeros((len(rows), longest, FEATURES), dtype=np.float16)
        packed = np.zeros((len(rows), longest, 3), dtype=np.uint8)
        for i, row in enumerate(rows.tolist()):
            start, count = self.start[row], self.length[row]
            tokens[i, :count] = self.shards[int(self.shard[row])].flat[start : start + count]
            packed[i, :count] = self.marks[row]
        marks = np.unpackbits(packed, axis=-1)[..., :18].reshape(len(rows), longest, 9, 2)
        mask = torch.arange(longest) < torch.from_numpy(self.length[rows])[:, None]
        return (
            torch.from_numpy(tokens).float(),
            mask,
            torch.from_numpy(self.pooled[rows]).float(),
            torch.from_numpy(marks).float(),
        )


@dataclass(frozen=True, slots=True)
class Shard:
    """What one encoding pass wrote: texts as the encoder read them, flat token features, lengths, pooled vectors."""

    texts: tuple[str, ...]
    flat: np.ndarray
    length: np.ndarray
    pooled: np.ndarray

    @classmethod
    def load(cls, folder: Path) -> "Shard":
        """Memory-mapped."""
        flat = np.load(folder / "flat.npy", mmap_mode="r")
        texts = tuple(json.loads((folder / "texts.json").read_text(encoding="utf-8")))
        return cls(texts, flat, np.load(folder / "length.npy"), np.load(folder / "pooled.npy"))


def _encode_shard(texts: Sequence[str], folder: Path, *, half: bool) -> None:
    """Encode `texts` in batches of similar length into `folder`; texts.json is written last and marks it complete."""
    order: list[int] = np.argsort([len(text) for text in texts], kind="stable").tolist()
    tokens: list[np.ndarray] = [np.empty(0)] * len(texts)
    pooled = np.zeros((len(texts), encoding.WIDTH), dtype=np.float16)
    for start in range(0, len(order), 128):
        rows = order[start : start + 128]
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            encoded = reference.load().encode([texts[row] for row in rows])
        for i, row in enumerate(rows):
            tokens[row] = encoded.tokens[i, : int(encoded.mask[i].sum())].astype(np.float16)
        pooled[rows] = encoded.pooled
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "flat.npy", np.concatenate(tokens))
    np.save(folder / "length.npy", np.array([len(item) for item in tokens]))
    np.save(folder / "pooled.npy", pooled)
    (folder / "texts.json").write_text(json.dumps(list(texts)), encoding="utf-8")


def token_marks(example: Example, normalised: Normalised, offsets: Sequence[tuple[int, int]]) -> np.ndarray:
    """(T, 3) packed bits of (T, 9, 2): which tokens lie in a span that wants / excludes a task."""
    marks = np.zeros((len(offsets), 24), dtype=np.uint8)
    for index, (start, end) in enumerate(offsets):
        if end > start:
            source = normalised.source(start, end)
            for s, e, task, want in example.spans:
                if source[0] < e and source[1] > s:
                    marks[index, TASKS.index(task) * 2 + (0 if want else 1)] = 1
    return np.packbits(marks, axis=-1)


def compute(examples: Sequence[Example], speller: Speller, cache: Path, *, half: bool = False) -> Features:
    """Features of the examples. What `cache` (a folder) already holds is not encoded again, sentence by sentence.

    half: encode in bfloat16, twice as fast, for the training side.
    """
    settings = json.dumps([encoding.LAYERS, encoding.MAX_TOKENS, encoder.SHA256, half])
    home = cache / hashlib.sha256(settings.encode()).hexdigest()[:12]
    normalised = [speller.normalise(example.text) for example in examples]
    shards = [Shard.load(path.parent) for path in sorted(home.glob("*/texts.json"))]
    where = {text: (number, row) for number, shard in enumerate(shards) for row, text in enumerate(shard.texts)}
    missing = list(dict.fromkeys(item.text for item in normalised if item.text not in where))
    for part in (missing[first : first + SHARD] for first in range(0, len(missing), SHARD)):
        folder = home / hashlib.sha256(json.dumps(part).encode()).hexdigest()[:16]
        _encode_shard(part, folder, half=half)
        shards.append(Shard.load(folder))
        where |= {text: (len(shards) - 1, row) for row, text in enumerate(part)}
    starts = [np.concatenate([[0], np.cumsum(shard.length)[:-1]]) for shard in shards]
    places = [where[item.text] for item in normalised]
    offsets = reference.load().offsets([item.text for item in normalised])
    return Features(
        shards,
        np.array([number for number, _ in places]),
        np.array([starts[number][row] for number, row in places]),
        np.array([shards[number].length[row] for number, row in places]),
        np.stack([shards[number].pooled[row] for number, row in places]),
        [token_marks(example, item, spans) for example, item, spans in zip(examples, normalised, offsets, strict=True)],
    )
