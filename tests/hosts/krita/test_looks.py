"""Screenshots with the real engine, kept under tests/output for people to look at; here only that they show something."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hostkit import OUTPUT, DaemonProcess, Screen
from krita_host import LONG, Krita
from PIL import Image

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(2400)]

CASES = "at_work in_the_menu on_the_canvas_and_side_by_side"
SHOTS = (
    "1-idle",
    "2-plan",
    "2-plan-docker",
    "3-progress",
    "4-result",
    "5-menu",
    "6-adjust",
    "7-enlarged",
    "8-canvas",
    "9-beside",
)


def photograph(path: Path) -> None:
    """A dark, grainy evening by the sea, drawn: hills fading into haze, their lights, the sky above."""
    height, width = 900, 1350
    y, x = np.mgrid[0:height, 0:width] / height
    sky = np.stack([0.62 - 0.35 * y, 0.50 - 0.18 * y, 0.55 - 0.02 * y], -1)
    for depth, (base, tone) in enumerate([(0.50, 0.40), (0.60, 0.30), (0.72, 0.18), (0.86, 0.08)]):
        ridge = base + sum(0.05 / n * np.sin(n * (2.1 + depth) * x + 1.7 * depth * n) for n in (1, 2, 3, 5, 9, 17))
        colour = np.array([tone * 1.05, tone * 1.0, tone * 1.15])
        sky = np.where((y > ridge)[..., None], colour, sky)
    rng = np.random.default_rng(3)
    for _ in range(260):
        row, column = int(height * (0.78 + 0.2 * rng.random())), rng.integers(0, width)
        sky[row : row + 3, column : column + 2] = (0.95, 0.75, 0.4)
    dark = np.clip(sky, 0, 1) ** 1.6 * 0.75 + rng.normal(0, 0.045, sky.shape)
    Image.fromarray((dark.clip(0, 1) * 255).astype(np.uint8)).save(path)


def test_screenshots(krita: Krita, real_daemon: DaemonProcess, box: Path, krita_screen: Screen) -> None:
    photograph(box / "photo.png")
    told = krita.window(box, krita_screen, "look_cases.py", 1800, RWI_ONLY=CASES, **LONG, **real_daemon.env)
    assert [fact["error"] for fact in told] == [None, None, None], told
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name in SHOTS:
        shot = np.asarray(Image.open(box / f"{name}.png").convert("L"))
        assert shot.std() > 10, f"{name} shows nothing"
        shutil.copy(box / f"{name}.png", OUTPUT / f"{krita.suite}-{name}.png")
