"""Trains what finds sky: a network of two hidden layers on `restored.regions.sky_network.features`.

`sky.json` says of each photograph down to where there is nothing but sky ("sky_above") and from where on there is none
("none_below"), in thousandths of its height: coarse, but of many photographs; what lies between is not looked at. None of them is
among those that are measured on (`tests/backend/regions/masks`).

The same was tried for skin, on seven and on twelve photographs of people: it overlapped no better than the rule by colour (0.06
to 0.11 against 0.11 on the rest), so that stays a rule.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from restored.regions import sky_network

from ..data.paths import shared
from .masks import picture, read

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class RegionConfig:
    """taken: how many pixels of each picture and kind; versions: of each picture, in other light and white balance; members: how
    many networks judge together (one alone gets 0.77 to 0.79 by its seed)."""

    seed: int = 1
    members: int = 4
    taken: int = 300
    versions: int = 3
    hidden: int = 32
    steps: int = 1200
    batch: int = 4096
    decay: float = 0.02
    noise: float = 0.15
    output: Path = sky_network.FILE


def labels_of(entry: Mapping[str, Any], height: int, width: int) -> np.ndarray:
    """(height, width) float32: 1 sky, 0 none, -1 not known."""
    rows = (np.arange(height) + 0.5) / height * 1000
    column = np.where(rows < entry["sky_above"], 1.0, np.where(rows >= entry["none_below"], 0.0, -1.0))
    return np.repeat(column[:, None], width, axis=1).astype(np.float32)


def examples(photographs: Path, config: RegionConfig) -> tuple[np.ndarray, np.ndarray]:
    """(N, F) features and (N,) labels: as many from inside as from outside of a picture, where there are both."""
    rng = np.random.default_rng(config.seed)
    inputs, labels = [], []
    for entry in read(HERE / "sky.json"):
        small = sky_network.reduced(picture(photographs / entry["file"]))
        label = labels_of(entry, *small.shape[:2])
        for version in range(config.versions):
            found = sky_network.features(relit(small, rng) if version else small)
            for value in (0.0, 1.0):
                places = np.argwhere(label == value)
                if len(places):
                    chosen = places[rng.choice(len(places), min(len(places), config.taken), replace=False)]
                    inputs.append(found[chosen[:, 0], chosen[:, 1]])
                    labels.append(np.full(len(chosen), value, np.float32))
    return np.concatenate(inputs), np.concatenate(labels)


def relit(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another exposure, white balance and contrast."""
    gains = np.exp(rng.normal(0, 0.08, 3) + rng.normal(0, 0.25)).astype(np.float32)
    return np.clip(image * gains, 0, 1) ** float(np.exp(rng.normal(0, 0.15)))


def fit(inputs: np.ndarray, labels: np.ndarray, config: RegionConfig) -> dict[str, np.ndarray]:
    """The networks' tensors, as `pixels.forward` reads them."""
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-3
    x = torch.from_numpy(np.clip((inputs - mean) / spread, -4, 4)).float()
    y = torch.from_numpy(labels)
    members = [_member(x, y, config, config.seed + number) for number in range(config.members)]
    tensors = {name: np.stack([member[name] for member in members]) for name in members[0]} | {"mean": mean, "spread": spread}
    return {name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}


def _member(x: Tensor, y: Tensor, config: RegionConfig, seed: int) -> dict[str, np.ndarray]:
    torch.manual_seed(seed)
    half = config.hidden // 2
    network = nn.Sequential(
        nn.Linear(x.shape[1], config.hidden), nn.Tanh(), nn.Linear(config.hidden, half), nn.Tanh(), nn.Linear(half, 1)
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.steps)
    for _ in range(config.steps):
        rows = torch.randint(len(x), (config.batch,))
        noisy = x[rows] + config.noise * torch.randn(config.batch, x.shape[1])
        loss = F.binary_cross_entropy_with_logits(network(noisy)[:, 0], y[rows])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    tensors: dict[str, np.ndarray] = {}
    for number, layer in enumerate((network[0], network[2], network[4]), 1):
        assert isinstance(layer, nn.Linear)
        tensors |= {f"w{number}": layer.weight.detach().numpy().T, f"b{number}": layer.bias.detach().numpy()[None]}
    return tensors


def train(config: RegionConfig | None = None, photographs: Path | None = None) -> float:
    """Train and write the file; gives the share of training pixels that are right."""
    from safetensors.numpy import save

    config = config or RegionConfig()
    inputs, labels = examples(photographs or shared() / "data" / "train", config)
    tensors = fit(inputs, labels, config)
    data = save(tensors)
    config.output.write_bytes(data)
    about = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "made by": "restored-train regions",
        "from": f"{len(read(HERE / 'sky.json'))} free photographs of data/train, marked by hand beside the trainer",
    }
    config.output.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return float(((sky_network.forward(tensors, inputs) >= 0.5) == labels).mean())
