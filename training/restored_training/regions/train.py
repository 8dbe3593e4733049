"""Trains what finds sky and skin: a network of two hidden layers on `restored.regions.pixels.features`.

`sky.json` says of each photograph down to where there is nothing but sky ("sky_above") and from where on there is none
("none_below"), in thousandths of its height: coarse, but of many photographs; what lies between is not looked at. `skin.json` has
ellipses on a few photographs of people, and many photographs of none. None of them is among those that are measured on
(`tests/backend/regions/masks`).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from restored.regions import Place, pixels

from ..data.places import shared
from .masks import mask_of, picture, read

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class RegionConfig:
    """taken: how many pixels of each picture and kind; versions: of each picture, in other light and white balance; weights: of
    a pixel inside against one outside: few photographs show people."""

    seed: int = 1
    taken: int = 300
    versions: int = 3
    hidden: int = 32
    steps: int = 1500
    batch: int = 4096
    decay: float = 0.02
    noise: float = 0.15
    weights: Mapping[Place, float] = field(default_factory=lambda: {"sky": 1.5, "skin": 4.0})
    output: Path = pixels.FILE


def labels_of(entry: Mapping[str, Any], height: int, width: int) -> np.ndarray:
    """(height, width) float32: 1 inside, 0 outside, -1 not known."""
    if "sky_above" in entry:
        rows = (np.arange(height) + 0.5) / height * 1000
        column = np.where(rows < entry["sky_above"], 1.0, np.where(rows >= entry["none_below"], 0.0, -1.0))
        return np.repeat(column[:, None], width, axis=1).astype(np.float32)
    return mask_of(entry, height, width).astype(np.float32)


def examples(place: Place, photographs: Path, config: RegionConfig) -> tuple[np.ndarray, np.ndarray]:
    """(N, F) features and (N,) labels: as many from inside as from outside of a picture, where there are both."""
    rng = np.random.default_rng(config.seed)
    inputs, labels = [], []
    for entry in read(HERE / f"{place}.json"):
        whole = picture(photographs / entry["file"])
        for version in range(config.versions):
            longest = pixels.SIDES[place]
            if place == "skin" and version:  # people may stand farther away
                longest = int(longest * rng.uniform(0.35, 1.0))
            small = pixels.reduced(whole, longest)
            label = labels_of(entry, *small.shape[:2])
            if version:
                small, label = relit(small, label, rng)
            found = pixels.features(place, small)
            for value in (0.0, 1.0):
                places = np.argwhere(label == value)
                if len(places):
                    chosen = places[rng.choice(len(places), min(len(places), config.taken), replace=False)]
                    inputs.append(found[chosen[:, 0], chosen[:, 1]])
                    labels.append(np.full(len(chosen), value, np.float32))
    return np.concatenate(inputs), np.concatenate(labels)


def relit(image: np.ndarray, label: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Another exposure, white balance and contrast, mirrored half of the time."""
    gains = np.exp(rng.normal(0, 0.1, 3) + rng.normal(0, 0.3)).astype(np.float32)
    out = np.clip(image * gains, 0, 1) ** float(np.exp(rng.normal(0, 0.15)))
    return (out[:, ::-1], label[:, ::-1]) if rng.random() < 0.5 else (out, label)


def fit(inputs: np.ndarray, labels: np.ndarray, weight: float, config: RegionConfig) -> dict[str, np.ndarray]:
    """The network's tensors without the place's name before them."""
    torch.manual_seed(config.seed)
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-3
    x = torch.from_numpy(np.clip((inputs - mean) / spread, -4, 4)).float()
    y = torch.from_numpy(labels)
    half = config.hidden // 2
    network = nn.Sequential(
        nn.Linear(x.shape[1], config.hidden), nn.Tanh(), nn.Linear(config.hidden, half), nn.Tanh(), nn.Linear(half, 1)
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.steps)
    for _ in range(config.steps):
        rows = torch.randint(len(x), (config.batch,))
        noisy = x[rows] + config.noise * torch.randn(config.batch, x.shape[1])
        loss = F.binary_cross_entropy_with_logits(network(noisy)[:, 0], y[rows], pos_weight=torch.tensor(weight))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    tensors = {"mean": mean, "spread": spread}
    for number, layer in enumerate((network[0], network[2], network[4]), 1):
        assert isinstance(layer, nn.Linear)
        tensors |= {f"w{number}": layer.weight.detach().numpy().T, f"b{number}": layer.bias.detach().numpy()}
    return {name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()}


def train(config: RegionConfig | None = None, photographs: Path | None = None) -> dict[str, float]:
    """Train both and write their file; gives the share of training pixels that are right, per place."""
    from safetensors.numpy import save

    config = config or RegionConfig()
    folder = photographs or shared() / "data" / "train"
    tensors: dict[str, np.ndarray] = {}
    right = {}
    for place, weight in config.weights.items():
        inputs, labels = examples(place, folder, config)
        tensors |= {f"{place}.{name}": value for name, value in fit(inputs, labels, weight, config).items()}
        right[place] = float(((pixels.forward(tensors, place, inputs) >= 0.5) == labels).mean())
    data = save(tensors)
    config.output.write_bytes(data)
    about = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "made by": "restored-train regions",
        "from": "free photographs of data/train, outlined by hand (training/restored_training/regions)",
    }
    config.output.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return right
