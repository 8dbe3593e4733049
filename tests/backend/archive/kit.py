"""An archive of tiny pictures, and what must be true of its results."""

import json
import time
from pathlib import Path

import imagecodecs
import numpy as np

from restored.archive import ArchiveOrder, plan
from restored.archive.trees import OURS
from restored.files import FileOrder
from restored.io import read_picture

ECHO = "restored.archive.echo:NegativeEngine"
WISH = FileOrder(instruction="invert it")


def make(folder: Path, count: int, inside: int = 3) -> Path:
    """`count` PNGs of 8 x 8 pixels, each another, in `inside` folders."""
    for number in range(count):
        path = folder / f"{number % inside}" / f"{number:05}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((8, 8, 3), number % 256, np.uint8)
        pixels[0, 0] = (number >> 8, number & 255, 7)
        path.write_bytes(bytes(imagecodecs.png_encode(pixels, level=1)))
    return folder


def planned(source: Path | str, target: Path | str, **how) -> ArchiveOrder:
    return plan(str(source), str(target), WISH, **{"model": "echo", "fingerprint": "", "version": "0", "shard": 20, **how})


def check(source: Path, target: Path) -> None:
    """Every picture has its result, nothing half-written lies about."""
    originals = sorted(path.relative_to(source) for path in source.rglob("*.png"))
    results = sorted(path.relative_to(target) for path in target.rglob("*.png"))
    assert results == originals
    for name in originals[:: max(1, len(originals) // 50)]:
        np.testing.assert_array_equal(read_picture(target / name).pixels, 255 - read_picture(source / name).pixels)
    patience = time.monotonic() + 20  # the processes of a node that was killed may end a moment after the run
    while list(target.rglob("*.part")) and time.monotonic() < patience:
        time.sleep(0.2)
    assert not list(target.rglob("*.part"))


def records(target: Path) -> list[str]:
    """The names in the shards' records of what was done."""
    found = []
    for path in sorted((target / OURS / "done").glob("*.jsonl")):
        for line in path.read_text().splitlines():
            try:
                found.append(json.loads(line)["name"])
            except ValueError:
                continue
    return found
