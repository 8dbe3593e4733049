"""Take the pictures for the documentation: real Krita, the real engine, a real photograph.

    python tests/hosts/krita/pictures.py PHOTOGRAPH [FOLDER]       (default folder: docs/screenshots)

Damages the photograph (dark, noisy; fixed seed), then works as a person would (inside/look_cases.py). The pictures are
krita-idle, krita-plan, krita-progress, krita-result and krita-menu. Run as root after tests/hosts/setup.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from hostkit import ROOT, DaemonProcess, Screen
from krita_host import Krita

PICTURES = {"1-idle": "idle", "2-plan": "plan", "3-progress": "progress", "4-result": "result", "5-menu": "menu"}


def damage(photograph: Path, path: Path) -> None:
    picture = Image.open(photograph).convert("RGB")
    picture = picture.resize((2400, round(2400 * picture.height / picture.width)), Image.Resampling.LANCZOS)
    light = np.asarray(picture, np.float32) / 255
    noise = np.random.default_rng(3).normal(0, 0.045, light.shape)
    Image.fromarray(np.rint((light**1.35 * 0.5 + noise).clip(0, 1) * 255).astype("u1")).save(path)


def take(photograph: Path, folder: Path, suite: str = "bookworm") -> None:
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    screen = Screen("1360x860")
    daemon = DaemonProcess(box, "restored").start()
    try:
        damage(photograph, box / "photo.png")
        told = Krita(suite, box).window(box, screen, "look_cases.py", **daemon.env)
        problems = [fact["error"] for fact in told if fact["error"]]
        if problems:
            raise SystemExit("\n".join(problems))
        folder.mkdir(parents=True, exist_ok=True)
        for shot, name in PICTURES.items():
            target = folder / f"krita-{name}.jpg"
            Image.open(box / f"{shot}.png").convert("RGB").save(target, quality=88, subsampling=0, optimize=True)
            print(target)
    finally:
        daemon.stop()
        screen.close()
        shutil.rmtree(box, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else ROOT / "docs" / "screenshots")
