"""What the benchmarks share: figures printed and kept, a clock, a picture."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

FIGURES: dict[str, dict[str, Any]] = {}


def figure(name: str, value: float, unit: str, target: str = "", **more: object) -> None:
    """Print and keep one result."""
    FIGURES[name] = {"value": round(value, 4), "unit": unit, "target": target, **more}
    extra = "  ".join(f"{key} {word}" for key, word in more.items())
    print(f"{name:45} {value:9.3f} {unit:8} {f'(target {target})' if target else '':24} {extra}", flush=True)


def run(benchmarks: Mapping[str, Callable[[], None]], chosen: Sequence[str], out: Path | None) -> None:
    """Run the chosen benchmarks, or all; out: where to write all figures as JSON."""
    for name in chosen or benchmarks:
        benchmarks[name]()
    if out:
        out.write_text(json.dumps({"cores": os.cpu_count(), "figures": FIGURES}, indent=2) + "\n")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work` returns, and the seconds that it took on the wall."""
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def photograph(height: int, width: int, seed: int = 0) -> np.ndarray:
    """An 8-bit RGB picture of soft shapes, edges and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float32) / 97.0
    soft = 0.5 + 0.25 * np.sin(x + 0.4 * y) + 0.15 * np.sign(np.sin(3 * y - x))
    picture = soft[..., None] * np.array([1.0, 0.85, 0.7], np.float32)
    picture += rng.standard_normal((height, width, 1), np.float32) * 0.06
    return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)


def of_megapixels(megapixels: float) -> np.ndarray:
    """A `photograph` of 4:3."""
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    return photograph(width * 3 // 4, width)
