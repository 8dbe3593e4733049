"""Test sets made from the kept-out photographs by the project's own degradations, from recipes with fixed seeds."""

from collections.abc import Callable, Iterator
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from restored.instruction.tasks import TASKS, Task

from ..data.photographs import PhotoSet
from ..degradations import LayerView, Params, compose, degradation
from ..runs.yaml_files import parse_yaml
from .metrics import crop_to
from .samples import Sample, Set

Value = float | int | tuple[float, float]


class Recipe(BaseModel):
    """One synthetic set; `recipes/README.md` explains the keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    tasks: tuple[Task, ...]
    seed: int
    longest: int = 512
    override: dict[Task, dict[str, Value]] = {}
    baseline: Literal["invert_gamma"] | None = None


def recipes() -> list[Recipe]:
    """The committed recipes, in the order of their file names."""
    folder = resource_files(__package__ or "").joinpath("recipes")
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    return [Recipe.model_validate(parse_yaml(item.read_text(encoding="utf-8"))) for item in found]


def synthetic_sets(photographs: Path) -> list[Set]:
    """One Set per recipe over the kept-out photographs of a folder."""
    figures = {"enhance": ("delta_e",)}
    return [
        Set(r.name, "", r.tasks, _samples(r, photographs), figures.get(r.tasks[0], ()), synthetic=True, note=f"seed {r.seed}")
        for r in recipes()
    ]


def _samples(recipe: Recipe, photographs: Path) -> Callable[[int | None], Iterator[Sample]]:
    def samples(limit: int | None) -> Iterator[Sample]:
        photos = PhotoSet(photographs, "heldout", longest=recipe.longest)
        generator = torch.Generator().manual_seed(recipe.seed)
        for index, (photo, about) in enumerate(zip(photos.images, photos.manifest, strict=True)):
            if limit is not None and index >= limit:
                return
            share = index / max(1, len(photos) - 1)
            clean = crop_to(photo, 16)
            damaged, params = damage(clean, recipe, generator, share)
            baseline = _inverted(damaged, params["lowlight"]) if recipe.baseline == "invert_gamma" else None
            yield Sample(Path(about["file"]).stem, damaged, clean, baseline)

    return samples


def damage(clean: np.ndarray, recipe: Recipe, generator: torch.Generator, share: float) -> tuple[np.ndarray, dict[Task, Params]]:
    """(H, W, 3) uint8 -> the damaged picture, uint8, and the parameters. `share` (0..1) places [low, high] overrides."""
    image = torch.from_numpy(clean.copy()).permute(2, 0, 1)[None].float() / 255
    params: dict[Task, Params] = {}
    for task in TASKS:
        if task in recipe.tasks:
            params[task] = degradation(task).draw(1, generator, size=(clean.shape[0], clean.shape[1]))
            for name, value in recipe.override.get(task, {}).items():
                drawn = params[task][name]
                fixed = value[0] + (value[1] - value[0]) * share if isinstance(value, tuple) else value
                params[task][name] = torch.full_like(drawn, fixed)
    active = torch.tensor([[task in recipe.tasks for task in TASKS]])
    out, _ = compose(LayerView.whole(image), None, params, active)
    return to_uint8(out), params


def to_uint8(image: Tensor) -> np.ndarray:
    """(1, 3, H, W) in [0, 1] -> (H, W, 3) uint8, clipped and rounded."""
    return (image[0].clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def _inverted(damaged: np.ndarray, lowlight: dict[str, Any]) -> np.ndarray:
    """What arithmetic can do when gain and gamma are known: (y / gain)^(1 / gamma)."""
    gain, gamma = lowlight["gain"][0].numpy(), float(lowlight["gamma"][0])
    x = np.clip(damaged / 255 / gain, 0, 1) ** (1 / gamma)
    return (x * 255).round().astype(np.uint8)
