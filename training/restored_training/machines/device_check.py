"""Is a device right, and how fast: every task on it against the processor, and large pictures' time and memory."""

import json
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from restored import engine
from restored.ground.tasks import FIRST_TASKS
from restored.instruction.plan import Plan, Step

SIZES: Final = ((1080, 1920), (3000, 4000), (4000, 6000))
"""Height, width: 2, 12 and 24 megapixels."""


def check(device: str = "cuda", sizes: tuple[tuple[int, int], ...] = SIZES) -> dict[str, Any]:
    """Largest difference to the processor's result per task (of 255), and seconds and bytes per size for three tasks."""
    found: dict[str, Any] = {"device": _name(device), "difference": {}, "cost": {}}
    picture = scene(320, 480)
    for task in FIRST_TASKS:
        plan = Plan(steps=(Step(task),))
        one, other = (_restored(picture, plan, place) for place in ("cpu", device))
        found["difference"][task] = float(np.abs(one.astype(int) - other.astype(int)).max())
    for height, width in sizes:
        large = scene(height, width)
        for task in ("denoise", "deblur", "dehaze"):
            plan = Plan(steps=(Step(task),))
            _restored(large, plan, device)
            if device == "cuda":
                torch.cuda.reset_peak_memory_stats()
            began = time.perf_counter()
            _restored(large, plan, device)
            seconds = time.perf_counter() - began
            peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
            found["cost"][f"{task} {width}x{height}"] = {"seconds": round(seconds, 3), "peak_mib": round(peak / 2**20)}
    return found


def scene(height: int, width: int) -> np.ndarray:
    """(height, width, 3) uint8: smooth colours with edges and grain, the same every time."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:height, :width] / 100.0
    planes = [120 + 60 * np.sin(x * a + y * b) + 30 * (np.sin(3 * x * b) > 0) for a, b in ((1, 2), (2, 1), (0.5, 1.5))]
    return np.clip(np.stack(planes, -1) + random.normal(0, 8, (height, width, 1)), 0, 255).astype(np.uint8)


def write(out: Path, device: str = "cuda", sizes: tuple[tuple[int, int], ...] = SIZES) -> dict[str, Any]:
    """`check`, written to `out/check.json` too."""
    found = check(device, sizes)
    out.mkdir(parents=True, exist_ok=True)
    (out / "check.json").write_text(json.dumps(found, indent=1))
    return found


def _restored(image: np.ndarray, plan: Plan, device: str) -> np.ndarray:
    return engine.run(image, plan, device=device).image


def _name(device: str) -> str:
    return torch.cuda.get_device_name() if device == "cuda" else device


if __name__ == "__main__":
    import sys

    print(json.dumps(write(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "cuda")))
