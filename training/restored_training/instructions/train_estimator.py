"""Trains the estimator that looks at a picture when a wish names nothing:
`python -m restored_training.instructions.train_estimator`."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from restored.instruction import TASKS, Task, damage_estimator
from restored.instruction.measures import measure

from ..data.paths import photograph_folder
from ..data.photographs import PhotoSet
from ..data.screen import read_screen
from ..degradations import LayerView, compose, draw, grid_of

SIDE = 256
"""Pixels of the part at full resolution; the same as the engine passes."""

LEAST = 0.5
"""Nothing less probable is proposed: a repair of what is not there costs more trust than one that was not proposed."""

KINDS: Final = {0: 0.3, 1: 0.4, 2: 0.2, 3: 0.1}
"""How often a picture has so many kinds of damage."""

SOUGHT: Final[dict[Task, float]] = {"lowlight": 3.0}
"""What counts for more when false alarms are shared out: a dark picture is what most people mean by "fix it"."""

NEXT: Final = 12
"""Levels of a task that are looked at for the next of its false alarms."""

FREE: Final = 0.3
"""What a step costs that alarms nobody new."""

CHUNK: Final = 500
"""Examples that are made from one seed."""

ROOT: Final = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class PictureConfig:
    """pictures: how many examples; noise: standard deviation added to the standardised measures while training; folds: of
    photographs, see `thresholds`; false_alarms: share of clean pictures that may be called damaged in any way, which sets the
    thresholds; screen: which photographs are unfit to be a target for which task, and so no clean ones there."""

    seed: int = 1
    pictures: int = 17000
    hidden: int = 256
    steps: int = 8000
    decay: float = 0.1
    dropout: float = 0.4
    noise: float = 0.1
    folds: int = 3
    false_alarms: float = 0.03
    screen: Path = ROOT / "training/data/screen.tsv"
    output: Path = damage_estimator.FILE


@dataclass(frozen=True, slots=True)
class Samples:
    """inputs: (N, measures); labels: (N, 9) of 0 and 1; photograph: (N,) which photograph each was made from."""

    inputs: np.ndarray
    labels: np.ndarray
    photograph: np.ndarray

    def take(self, rows: np.ndarray) -> "Samples":
        """Those where `rows` (N,) bool is true."""
        return Samples(self.inputs[rows], self.labels[rows], self.photograph[rows])


def examples(photographs: Sequence[np.ndarray], count: int, config: PictureConfig) -> Samples:
    """`count` samples: whole pictures and parts, damaged alike by the trainer's own formulas."""
    rows, labels, owners = [], [], []
    for start in range(0, count, CHUNK):
        seed = 100 * config.seed + start // CHUNK
        rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)
        for _ in range(min(CHUNK, count - start)):
            owners.append(rng.randrange(len(photographs)))
            kinds = rng.choices(list(KINDS), list(KINDS.values()))[0]
            inputs, label = example(photographs[owners[-1]], kinds, rng, generator)
            rows.append(inputs)
            labels.append(label)
    return Samples(np.stack(rows), np.stack(labels), np.array(owners))


def example(photo: np.ndarray, kinds: int, rng: random.Random, generator: torch.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(measures,) of a photograph with so many kinds of damage, and (9,) which ones."""
    part, context = _pair(photo, rng)
    chosen = rng.sample(range(len(TASKS)), kinds)
    active = torch.zeros(1, len(TASKS), dtype=torch.bool)
    active[0, chosen] = True
    if kinds:
        params = draw(active, generator, size=(SIDE, SIDE))
        damaged, small = compose(part, context, params, active)
        assert small is not None
    else:
        damaged, small = part.image, context.image
    # a camera's file has 8 bits
    quantised = [(image[0].permute(1, 2, 0).numpy() * 255).round() / 255 for image in (small, damaged)]
    return measure(quantised[0].astype(np.float32), quantised[1].astype(np.float32)), active[0].float().numpy()


def _pair(photo: np.ndarray, rng: random.Random) -> tuple[LayerView, LayerView]:
    """A part of SIDE pixels and the thumbnail of the layer it lies in."""
    layer = torch.from_numpy(photo.copy()).permute(2, 0, 1)[None].float() / 255
    least = SIDE / min(layer.shape[-2:])
    scale = max(least, rng.uniform(0.5, 1.0))
    if scale != 1.0:
        size = [max(SIDE, round(side * scale)) for side in layer.shape[-2:]]
        layer = F.interpolate(layer, size, mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
    height, width = layer.shape[-2:]
    top, left = rng.randint(0, height - SIDE), rng.randint(0, width - SIDE)
    box = torch.tensor([[left / width, top / height, (left + SIDE) / width, (top + SIDE) / height]])
    part = LayerView(layer[..., top : top + SIDE, left : left + SIDE], grid_of(box, SIDE, SIDE), torch.ones(1))
    zoom = max(1.0, max(height, width) / 192)
    small = F.interpolate(layer, [max(8, round(side / zoom)) for side in (height, width)], mode="area")
    return part, LayerView.whole(small, zoom)


def train(config: PictureConfig | None = None, photographs: Path | None = None) -> damage_estimator.Estimator:
    """Make examples, fit, choose thresholds, save with the figures on photographs kept out of all that, return."""
    config = config or PictureConfig()
    folder = photograph_folder(photographs)
    photos = PhotoSet(folder, "train", longest=1200)
    samples = examples(photos.images, config.pictures, config)
    held = examples(PhotoSet(folder, "heldout", longest=1200).images, 1000, replace(config, seed=config.seed + 1))
    estimator = fit(samples, config)
    estimator.tensors["thresholds"] = thresholds(samples, [about["sha256"] for about in photos.manifest], config)
    save(estimator, config.output, report(estimator, held))
    return estimator


def fit(samples: Samples, config: PictureConfig) -> damage_estimator.Estimator:
    """A two-layer network by AdamW; the tensors as numpy. Noise on the measures and much decay: there are few photographs."""
    torch.manual_seed(config.seed)
    mean, spread = samples.inputs.mean(0), samples.inputs.std(0) + 1e-3
    x = torch.from_numpy(np.clip((samples.inputs - mean) / spread, -4, 4)).float()
    y = torch.from_numpy(samples.labels).float()
    network = nn.Sequential(
        nn.Linear(x.shape[1], config.hidden), nn.Tanh(), nn.Dropout(config.dropout), nn.Linear(config.hidden, len(TASKS))
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.steps)
    for _ in range(config.steps):
        rows = torch.randint(len(x), (256,))
        noisy = x[rows] + config.noise * torch.randn(256, x.shape[1])
        loss = F.binary_cross_entropy_with_logits(network(noisy), y[rows])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    first, last = network[0], network[3]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)

    def array(value: Tensor) -> np.ndarray:
        return np.ascontiguousarray(value.detach().numpy().astype(np.float32))

    return damage_estimator.Estimator(
        {
            "mean": mean.astype(np.float32),
            "spread": spread.astype(np.float32),
            "w1": array(first.weight.T),
            "b1": array(first.bias),
            "w2": array(last.weight.T),
            "b2": array(last.bias),
            "thresholds": np.full(len(TASKS), 0.5, np.float32),
        }
    )


def out_of_fold(samples: Samples, config: PictureConfig) -> np.ndarray:
    """(N, 9) probabilities of each sample by a fit that has seen nothing of its photograph."""
    judged = np.zeros(samples.labels.shape)
    for fold in range(config.folds):
        mine = samples.photograph % config.folds == fold
        judged[mine] = fit(samples.take(~mine), config).probabilities(samples.inputs[mine])
    return judged


def thresholds(samples: Samples, sha256: Sequence[str], config: PictureConfig) -> np.ndarray:
    """(9,) from which damage is proposed, so that all but `false_alarms` of the undamaged pictures stay below all of them when
    their photographs are new. sha256: of each photograph; what the screen finds in one of them is no false alarm."""
    judged = out_of_fold(samples, config)
    clean = samples.labels.sum(1) == 0
    unfit = np.array([[sha in read_screen(config.screen, task) for task in TASKS] for sha in sha256])
    judged[clean] = np.where(unfit[samples.photograph[clean]], 0.0, judged[clean])
    return shared_out(judged, samples.labels, config.false_alarms)


def shared_out(judged: np.ndarray, labels: np.ndarray, share: float) -> np.ndarray:
    """(9,) thresholds of at least LEAST that at most `share` of the undamaged pictures reach at all.

    The false alarms go, one after another, to the task where they let most damage be found (of `SOUGHT` more).

    judged: (N, 9) probabilities; labels: (N, 9) of 0 and 1.
    """
    clean = judged[labels.sum(1) == 0]
    alarmed = np.zeros(len(clean), bool)
    found = np.maximum(LEAST, clean.max(0) + 1e-6)
    worth = np.array([SOUGHT.get(task, 1.0) for task in TASKS])
    while True:
        best = (0.0, 0, 0.0)
        for task in np.flatnonzero(found > LEAST):
            for level in np.unique(clean[clean[:, task] < found[task], task])[::-1][:NEXT]:
                level = max(LEAST, float(level))
                more = int(((clean[:, task] >= level) & ~alarmed).sum())
                if alarmed.sum() + more > share * len(clean):
                    break
                gained = (labels[:, task] > 0) & (judged[:, task] >= level) & (judged[:, task] < found[task])
                best = max(best, (worth[task] * gained.sum() / max(more, FREE), int(task), level))
        if not best[0]:
            return np.minimum(found, 0.999).astype(np.float32)
        _, task, level = best
        found[task] = level
        alarmed |= clean[:, task] >= level


def report(estimator: damage_estimator.Estimator, samples: Samples) -> dict[Task, dict[str, float]]:
    """Per task, on photographs kept out of training: share found when there, share claimed when the picture is undamaged."""
    found = estimator.probabilities(samples.inputs) >= estimator.thresholds
    clean = samples.labels.sum(1) == 0
    return {
        task: {
            "found": _share(found[samples.labels[:, index] == 1, index]),
            "false alarms": _share(found[clean, index]),
        }
        for index, task in enumerate(TASKS)
    }


def _share(hits: np.ndarray) -> float:
    return round(float(hits.sum()) / max(1, len(hits)), 3)


def save(estimator: damage_estimator.Estimator, file: Path, figures: dict[Task, dict[str, float]]) -> None:
    """picture.safetensors and, beside it, picture.json with its sha256."""
    from safetensors.numpy import save as save_tensors

    data = save_tensors(estimator.tensors)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    about = {"sha256": hashlib.sha256(data).hexdigest(), "synthetic damage on held-out photographs": figures}
    file.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    train()
