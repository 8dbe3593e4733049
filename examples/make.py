"""Make the example pictures again from the photographs they came from: `python examples/make.py [NAME ...]`.

Needs the shared photographs (see CONTRIBUTING.md); the results are committed, so that nobody else does.
"""

import hashlib
import sys
import tomllib
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from restored_training.data.paths import photograph_folder
from restored_training.evaluation.synthetic import Recipe, damage

HERE = Path(__file__).parent
LONGEST = 720
QUALITY = 88


def main(names: list[str]) -> None:
    """Write `NAME-damaged.jpg` and `NAME-clean.jpg` for the named examples, or for all."""
    photographs = photograph_folder(None)
    for entry in tomllib.loads((HERE / "examples.toml").read_text("utf-8"))["example"]:
        if names and entry["name"] not in names:
            continue
        source = photographs / entry["file"]
        if hashlib.sha256(source.read_bytes()).hexdigest()[0] not in "01":
            sys.exit(f"{source} was trained on: it shows nothing about pictures the model has not seen.")
        clean = Image.open(source).convert("RGB")
        clean.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        clean = clean.crop((0, 0, clean.width - clean.width % 8, clean.height - clean.height % 8))
        recipe = Recipe(name=entry["name"], tasks=tuple(entry["tasks"]), seed=entry["seed"], override=entry.get("override", {}))
        damaged, _ = damage(np.asarray(clean), recipe, torch.Generator().manual_seed(recipe.seed), 0.5)
        for what, image in (("clean", clean), ("damaged", Image.fromarray(damaged))):
            image.save(HERE / f"{entry['name']}-{what}.jpg", quality=QUALITY, subsampling=0)
        print(f"{entry['name']}: {clean.width} x {clean.height}")


if __name__ == "__main__":
    main(sys.argv[1:])
