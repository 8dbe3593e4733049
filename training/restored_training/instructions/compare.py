"""Five ways to read a sentence, measured on the same side: `python -m restored_training.instructions.compare`.

sentence  the reader of the sentence vector alone (what InstructIR does, with two hidden layers more)
clauses   the same reader on each clause of the sentence, and the clauses' verdicts put together
tokens    the reader of the tokens alone
both      one head: tokens and sentence averaged
shipped   all the heads
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from rich.console import Console

from restored.instruction import TASKS, head
from restored.instruction.network import KINDS, Head
from restored.instruction.spans import BORDER

from .corpus import build
from .evaluate import Outcome, Probabilities, judge, table, tune
from .example import Example
from .features import Features, compute
from .train import TrainConfig


@torch.inference_mode()
def judge_sentences(model: Head, features: Features) -> Probabilities:
    """The sentence reader alone."""
    state, kinds = model.read_whole(torch.from_numpy(features.pooled).float())
    return Probabilities(state.numpy().astype(float), np.ones((len(features.pooled), len(TASKS))), kinds.sigmoid().numpy())


def judge_tokens(model: Head, features: Features) -> Probabilities:
    """The token reader alone."""
    share, model.config = model.config, replace(model.config, share=0.0)
    try:
        return judge(model, features)
    finally:
        model.config = share


def split_clauses(examples: Sequence[Example]) -> tuple[list[Example], list[int]]:
    """Every clause as an example of its own, and the sentence each came from."""
    clauses: list[Example] = []
    owner: list[int] = []
    for number, example in enumerate(examples):
        parts = [part.strip() for part in BORDER.split(example.text) if part.strip()] or [example.text]
        clauses += [replace(example, text=part, spans=()) for part in parts]
        owner += [number] * len(parts)
    return clauses, owner


def compose_clauses(judged: Probabilities, owner: Sequence[int], count: int) -> Probabilities:
    """Per task the clause that is surest of anything speaks for the sentence; kinds by their largest clause."""
    state, kinds = np.zeros((count, len(TASKS), 3)), np.zeros((count, len(KINDS)))
    sureness = np.full((count, len(TASKS)), -np.inf)
    for row, sentence in enumerate(owner):
        said = judged.state[row][:, 1:].max(-1) - judged.state[row][:, 0]
        better = said > sureness[sentence]
        state[sentence][better] = judged.state[row][better]
        sureness[sentence] = np.maximum(sureness[sentence], said)
        kinds[sentence] = np.maximum(kinds[sentence], judged.kinds[row])
    return Probabilities(state, np.ones((count, len(TASKS))), kinds)


def compare(config: TrainConfig | None = None, console: Console | None = None) -> dict[str, list[Outcome]]:
    """Print one table per way for the test side; thresholds of each are tuned on validation."""
    config, console = config or TrainConfig(), console or Console()
    corpus, loaded = build(config.seed), head.load()
    sides = {side: [e for e in corpus if e.split == side] for side in ("val", "test")}
    features = {side: compute(rows, loaded.speller, config.cache) for side, rows in sides.items()}

    both = head.network()
    one = both.first

    def by_clauses(side: str) -> Probabilities:
        clauses, owner = split_clauses(sides[side])
        judged = judge_sentences(one, compute(clauses, loaded.speller, config.cache))
        return compose_clauses(judged, owner, len(sides[side]))

    ways: dict[str, Callable[[str], Probabilities]] = {
        "sentence": lambda side: judge_sentences(one, features[side]),
        "clauses": by_clauses,
        "tokens": lambda side: judge_tokens(one, features[side]),
        "both": lambda side: judge(one, features[side]),
        "shipped": lambda side: judge(both, features[side]),
    }
    results: dict[str, list[Outcome]] = {}
    for name, way in ways.items():
        settings = tune(way("val"), sides["val"])
        judged = way("test")
        results[name] = [Outcome.of(e, judged.decision(row, settings)) for row, e in enumerate(sides["test"])]
        console.print(table(results[name], name))
    return results


if __name__ == "__main__":
    compare()
