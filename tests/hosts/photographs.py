"""Photographs for the documentation's pictures of real hosts: damaged by the project's own formulas, the same every time."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from restored_training.evaluation.synthetic import Recipe, damage

LONGEST = 1500


def damaged(photograph: Path, path: Path, recipe: Recipe) -> Path:
    """The photograph at most 1500 pixels long, with the recipe's damage, written to `path`."""
    picture = Image.open(photograph).convert("RGB")
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    Image.fromarray(damage(np.asarray(picture), recipe, torch.Generator().manual_seed(recipe.seed), 0.5)[0]).save(path)
    return path
