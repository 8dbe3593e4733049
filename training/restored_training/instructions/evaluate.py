"""How well sentences are read: exact task sets by stratum with Wilson intervals, macro F1, false removals, confusions."""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from restored.adjustments.names import family
from restored.instruction import TASKS, Plan, Task
from restored.instruction.decision import Decision, decide
from restored.instruction.head import HeadSettings
from restored.instruction.network import KINDS, Head, Heads

from .example import Example
from .features import Features
from .phrases import parse_label


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Raw outputs for N sentences. state: (N, 9, 3) logits; strength: (N, 9) in (0, 1); kinds: (N, 4) probabilities."""

    state: np.ndarray
    strength: np.ndarray
    kinds: np.ndarray

    def decision(self, row: int, settings: HeadSettings) -> Decision:
        """What would be done with sentence `row`."""
        logits = self.state[row] / settings.temperature
        state = np.exp(logits - logits.max(-1, keepdims=True))
        state /= state.sum(-1, keepdims=True)
        return decide(state[:, 1], state[:, 2], dict(zip(KINDS, self.kinds[row].tolist(), strict=True)), settings)


@torch.inference_mode()
def judge(head: Head | Heads, features: Features) -> Probabilities:
    """Run one head, or several together, over cached features."""
    head.eval()
    count = len(features.length)
    state, strength, kinds = np.zeros((count, 9, 3)), np.zeros((count, 9)), np.zeros((count, len(KINDS)))
    order = np.argsort(features.length, kind="stable")
    for start in range(0, count, 512):
        rows = order[start : start + 512]
        tokens, mask, pooled, _ = features.batch(rows)
        reading = head(tokens, mask, pooled)
        state[rows] = reading.state.numpy()
        strength[rows] = reading.strength.sigmoid().numpy()
        kinds[rows] = reading.kinds.sigmoid().numpy()
    return Probabilities(state, strength, kinds)


# -- tuning ---------------------------------------------------------------------------------------------------------------


def tune(probabilities: Probabilities, examples: Sequence[Example]) -> HeadSettings:
    """Temperature by likelihood, thresholds by exact sets minus twice the false removals, larger strata counting alike."""
    labels = np.array([[1 if t in e.wanted else 2 if t in e.excluded else 0 for t in TASKS] for e in examples])
    temperature = min(np.arange(0.6, 3.01, 0.1), key=lambda t: _likelihood(probabilities.state / t, labels))
    base = HeadSettings(temperature=round(float(temperature), 2))
    count = Counter(e.stratum for e in examples)
    weights = [1 / max(50, count[e.stratum]) for e in examples]
    best, best_score = base, -math.inf
    for wanted, wary in itertools.product((0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7), (0.8, 0.85, 0.9, 0.95)):
        candidate = replace(base, wanted=wanted, wary=max(wary, wanted))
        outcomes = [Outcome.of(e, probabilities.decision(row, candidate)) for row, e in enumerate(examples)]
        score = sum(w * (o.exact - 2.0 * o.false_removal) for w, o in zip(weights, outcomes, strict=True))
        if score > best_score:
            best, best_score = candidate, score
    return best


def _likelihood(logits: np.ndarray, labels: np.ndarray) -> float:
    shifted = logits - logits.max(-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return float(-np.take_along_axis(logs, labels[..., None], -1).mean())


# -- scoring --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """One sentence: what was right, what was done."""

    example: Example
    done: tuple[Task, ...]
    excluded: tuple[Task, ...]
    reason: str | None
    strengths: dict[Task, float]

    @property
    def exact(self) -> bool:
        """The set of tasks is the right one."""
        return set(self.done) == set(self.example.wanted)

    @property
    def false_removal(self) -> bool:
        """Does something that was excluded or never asked."""
        return bool(set(self.done) - set(self.example.wanted))

    @classmethod
    def of(cls, example: Example, decision: Decision) -> "Outcome":
        """From a bare decision."""
        return cls(example, tuple(decision.wanted), decision.excluded, decision.reason, {})

    @classmethod
    def of_plan(cls, example: Example, plan: Plan) -> "Outcome":
        """From a plan as the user gets it. An adjustment counts as the task whose family it is: the lists name tasks; directions
        are measured on lists of their own (`directions`)."""
        strengths: dict[Task, float] = {}
        for step in plan.steps:
            task = family(step.adjustment, step.amount or 0.0) if step.adjustment else step.task
            # an amount of an adjustment is no share of a task's: it is measured on lists of its own
            strengths[task] = step.strength if step.adjustment is None else float("nan")
        return cls(example, tuple(strengths), plan.excluded, plan.reason, strengths)


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if count == 0:
        return 0.0, 1.0
    share = hits / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)


def by_stratum(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """Stratum -> outcomes, in order of first appearance, with "all" last."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    everything: list[Outcome] = []
    for outcome in outcomes:
        groups[outcome.example.stratum].append(outcome)
        everything.append(outcome)
    return {**groups, "all": everything}


def macro_f1(outcomes: Sequence[Outcome]) -> float:
    """F1 per task, averaged over the tasks."""
    scores = []
    for task in TASKS:
        hit = sum(task in o.done and task in o.example.wanted for o in outcomes)
        wrong = sum((task in o.done) != (task in o.example.wanted) for o in outcomes)
        scores.append(2 * hit / (2 * hit + wrong) if hit or wrong else 1.0)
    return sum(scores) / len(scores)


def table(outcomes: Sequence[Outcome], title: str) -> Table:
    """The figures as a table for the terminal."""
    shown = Table(title=title)
    for column in ("stratum", "sentences", "exact set", "95 % interval", "false removals", "95 % interval"):
        shown.add_column(column, justify="left" if column == "stratum" else "right")
    for stratum, group in by_stratum(outcomes).items():
        right, wrong = sum(o.exact for o in group), sum(o.false_removal for o in group)
        cells = [stratum, str(len(group))]
        for hits in (right, wrong):
            low, high = wilson(hits, len(group))
            cells += [f"{100 * hits / len(group):.1f} %", f"{100 * low:.1f} – {100 * high:.1f}"]
        shown.add_row(*cells, end_section=stratum == list(by_stratum(outcomes))[-2])
    return shown


def confusion_picture(outcomes: Sequence[Outcome], path: Path) -> None:
    """Rows: what was meant; columns: what was done ("nothing" included), in sentences. Saved as PNG."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    names = [*TASKS, "nothing"]
    matrix = np.zeros((len(names), len(names)))
    for outcome in outcomes:
        meant, done = set(outcome.example.wanted), set(outcome.done)
        for task in meant & done:
            matrix[names.index(task), names.index(task)] += 1
        for task in meant - done or ({"nothing"} if not meant else set()):
            for other in done - meant or {"nothing"}:
                matrix[names.index(task), names.index(other)] += 1
    figure, axes = plt.subplots(figsize=(8, 7))
    axes.imshow(np.log1p(matrix), cmap="Blues")
    axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel("done")
    axes.set_ylabel("meant")
    for row, column in itertools.product(range(len(names)), repeat=2):
        if matrix[row, column]:
            dark = matrix[row, column] > matrix.max() / 4
            axes.text(column, row, f"{int(matrix[row, column])}", ha="center", va="center", color="white" if dark else "black")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


# -- whole runs -----------------------------------------------------------------------------------------------------------


def read_labelled(path: Path) -> list[Example]:
    """A file of `label|stratum|text` lines (see phrases/sentences.txt)."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [parse_label(*line.split("|", 2)) for line in lines if line.strip() and not line.startswith("#")]


def explain_all(examples: Sequence[Example]) -> list[Outcome]:
    """Every sentence through the real front door."""
    from restored.instruction import explain

    return [Outcome.of_plan(example, explain(example.text)) for example in examples]


def evaluate_head(path: Path | None = None, picture: Path | None = None, console: Console | None = None) -> list[Outcome]:
    """Print the table for a labelled file (default: the test side of the corpus) and save the confusion matrix."""
    console = console or Console()
    if path is None:
        from .corpus import build

        examples = [example for example in build() if example.split == "test"]
    else:
        examples = read_labelled(path)
    outcomes = explain_all(examples)
    console.print(table(outcomes, str(path.name if path else "test side of the corpus")))
    console.print(f"macro F1 {macro_f1(outcomes):.3f}")
    if picture is not None:
        confusion_picture(outcomes, picture)
    return outcomes


def main() -> None:
    """`python -m restored_training.instructions.evaluate [FILE] [PICTURE]`"""
    import sys

    paths = [Path(name) for name in sys.argv[1:3]]
    evaluate_head(paths[0] if paths else None, paths[1] if len(paths) > 1 else None)


if __name__ == "__main__":
    main()
