"""Trains the head on the corpus: `python -m restored_training.instructions.train`."""

import math
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from torch import Tensor
from torch.nn import functional as F

from restored.instruction import encoder
from restored.instruction import head as shipped
from restored.instruction.head import HeadSettings
from restored.instruction.network import Head, HeadConfig, Heads, Reading
from restored.instruction.spelling import Speller

from .corpus import build
from .evaluate import Outcome, Probabilities, by_stratum, judge, tune
from .example import Example
from .features import Features, Targets, build_lexicon, compute

CONSOLE = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """Everything a run depends on.

    seed: of the corpus and of the first member's weights, the next member has the next seed; members: how many heads judge
    together; cache: folder for encoder features; output: folder for the heads' files; share: of the grammar's sentences, drawn
    afresh for each epoch (what was written by hand is read in every one). Gain of each loss: strength, kinds, marks (token
    labels), attention (where a task should look).
    """

    seed: int = 1
    members: int = 2
    epochs: int = 8
    batch: int = 256
    learning_rate: float = 1.2e-3
    weight_decay: float = 0.03
    smoothing: float = 0.01
    strength: float = 1.0
    kinds: float = 1.0
    marks: float = 0.5
    attention: float = 0.05
    average: float = 0.998
    share: float = 0.6
    head: HeadConfig = field(default_factory=HeadConfig)
    cache: Path = Path(".cache/instructions")
    output: Path = shipped.FOLDER


def train_head(config: TrainConfig | None = None) -> None:
    """Build the corpus, train, tune the thresholds on validation, save the head's files."""
    config = config or TrainConfig()
    began, spent = time.monotonic(), time.process_time()
    corpus = build(config.seed)
    lexicon = build_lexicon()
    speller = Speller(lexicon, encoder.vocabulary)
    sides = {side: [e for e in corpus if e.split == side] for side in ("train", "val", "test")}
    features = {side: compute(rows, speller, config.cache, half=side == "train") for side, rows in sides.items()}
    seeds = range(config.seed, config.seed + config.members)
    head = Heads([fit(sides["train"], features["train"], replace(config, seed=seed)) for seed in seeds]).eval()
    settings = tune(judge(head, features["val"]), sides["val"])
    notes = {
        "corpus": {side: len(rows) for side, rows in sides.items()},
        "training": _plain(config),
        "minutes": {
            "of processor time": round((time.process_time() - spent) / 60, 1),
            "by the clock": round((time.monotonic() - began) / 60, 1),
        },
        "test side of the corpus": figures(judge(head, features["test"]), sides["test"], settings),
    }
    shipped.save(head, lexicon, settings, config.output, notes)


def figures(judged: Probabilities, examples: list[Example], settings: HeadSettings) -> dict[str, float]:
    """Share of sentences whose set of tasks is exactly right, per stratum of at least fifty, and of false removals."""
    outcomes = [Outcome.of(example, judged.decision(row, settings)) for row, example in enumerate(examples)]
    groups = {name: group for name, group in by_stratum(outcomes).items() if len(group) >= 50}
    exact = {name: round(sum(o.exact for o in group) / len(group), 3) for name, group in groups.items()}
    return exact | {"false removals": round(sum(o.false_removal for o in outcomes) / len(outcomes), 3)}


def _plain(config: TrainConfig) -> dict[str, Any]:
    return {name: value for name, value in asdict(config).items() if name not in ("cache", "output")}


def fit(examples: list[Example], features: Features, config: TrainConfig) -> Head:
    """Train a head; returns its weights averaged over the last steps (EMA)."""
    torch.manual_seed(config.seed)
    head = Head(config.head)
    head.norms.requires_grad_(
        requires_grad=False
    )  # the next layer scales too; no gradient reaches the features: a sixth of the time
    average = {name: value.detach().clone() for name, value in head.state_dict().items()}
    trained = [p for p in head.parameters() if p.requires_grad]
    decay = [p for p in trained if p.ndim > 1]
    other = [p for p in trained if p.ndim <= 1]
    groups = [{"params": decay, "weight_decay": config.weight_decay}, {"params": other, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))
    targets = Targets.of(examples)
    known = torch.tensor([bool(e.spans) or not (e.wanted or e.excluded) for e in examples])
    rng = np.random.default_rng(config.seed)
    by_hand = np.array([e.template.startswith(("sentence:", "mould:")) for e in examples])
    expected = int(by_hand.sum() + config.share * (~by_hand).sum())
    steps = config.epochs * math.ceil(expected / config.batch)
    warm = min(150, 1 + steps // 10)
    step = 0
    for epoch in range(config.epochs):
        total = 0.0
        read = rng.permutation(np.flatnonzero(by_hand | (rng.random(len(examples)) < config.share)))
        batches = list(_batches(features.length, read, config.batch))
        for rows in batches:
            for group in optimiser.param_groups:
                rise, fall = min(1.0, (step + 1) / warm), 0.5 + 0.5 * math.cos(math.pi * min(1.0, step / steps))
                group["lr"] = config.learning_rate * rise * fall
            tokens, mask, pooled, marks = features.batch(rows)
            index = torch.from_numpy(rows)
            side = Targets(targets.state[index], targets.strength[index], targets.kinds[index])
            loss = losses(head.read_tokens(tokens, mask), side, marks, mask, known[index], config)
            loss = loss + whole_loss(head, pooled, side) + embedding_loss(head, pooled, side)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            step += 1
            momentum = min(config.average, step / (step + 20))
            with torch.no_grad():
                for name, value in head.state_dict().items():
                    average[name].lerp_(value, 1 - momentum)
            total += loss.item()
        CONSOLE.print(f"epoch {epoch + 1}: loss {total / len(batches):.4f}")
    head.load_state_dict(average)
    return head.eval()


def losses(reading: Reading, side: Targets, marks: Tensor, mask: Tensor, known: Tensor, config: TrainConfig) -> Tensor:
    """The sum of all the head's losses on a batch."""
    state = (
        F.cross_entropy(reading.state.flatten(0, 1), side.state.flatten(), label_smoothing=config.smoothing) * side.state.shape[1]
    )
    wanted = side.state == 1
    strength = (
        F.binary_cross_entropy_with_logits(reading.strength[wanted], side.strength[wanted])
        if wanted.any()
        else state.new_zeros(())
    )
    kinds = F.binary_cross_entropy_with_logits(reading.kinds, side.kinds) * 4
    usable = (mask & known[:, None])[:, :, None, None].expand_as(marks)
    token = F.binary_cross_entropy_with_logits(reading.marks[usable], marks[usable]) * 18
    inside = marks.amax(-1).transpose(1, 2)
    asked = inside.amax(-1) > 0
    look = -(reading.attention * inside).sum(-1).clamp_min(1e-4).log()[asked]
    attention = look.mean() if asked.any() else state.new_zeros(())
    return state + config.strength * strength + config.kinds * kinds + config.marks * token + config.attention * attention


def whole_loss(head: Head, pooled: Tensor, side: Targets) -> Tensor:
    """Loss of the sentence reader, by itself: the two readers must not lean on each other."""
    state, kinds = head.read_whole(pooled + 0.3 * torch.randn_like(pooled) / pooled.shape[-1] ** 0.5)
    task = F.cross_entropy(state.flatten(0, 1), side.state.flatten()) * side.state.shape[1]
    return task + 4 * F.binary_cross_entropy_with_logits(kinds, side.kinds)


def embedding_loss(head: Head, pooled: Tensor, side: Targets) -> Tensor:
    """Intent loss on InstructIR's projection, its own little network beside the others."""
    logits = head.classify_embedding(head.embed(pooled)) * 8
    return F.binary_cross_entropy_with_logits(logits, (side.state == 1).float())


def _batches(length: np.ndarray, order: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Batches of similar lengths, in any order, from rows in random order: sort within chunks of 32 batches."""
    chunks = [order[start : start + 32 * size] for start in range(0, len(order), 32 * size)]
    batches = [rows for chunk in chunks for rows in _cut(chunk[np.argsort(length[chunk], kind="stable")], size)]
    random.Random(int(order[0])).shuffle(batches)
    yield from batches


def _cut(rows: np.ndarray, size: int) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def main() -> None:
    """Train with the defaults and print the table of the test side."""
    from .evaluate import evaluate_head

    train_head()
    evaluate_head()


__all__ = ["Probabilities", "TrainConfig", "embedding_loss", "figures", "fit", "losses", "main", "train_head", "whole_loss"]

if __name__ == "__main__":
    main()
