"""Take the pictures for the documentation: real Krita, the real engine, a real photograph.

    python tests/hosts/krita/pictures.py PHOTOGRAPH [FOLDER [SUITE]]       (default folder: docs/screenshots)

Damages the photograph (rain and noise by the project's own formulas; fixed seed), then works as a person would
(inside/look_cases.py). The pictures are krita-idle, krita-plan, krita-progress, krita-result, krita-menu, krita-adjust and
krita-enlarged, of Debian 12's Krita; with the suite krita6 they begin with krita6. Run as root after tests/hosts/setup.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image

from restored_training.evaluation.synthetic import Recipe

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from hostkit import ROOT, DaemonProcess, Screen
from krita_host import Krita
from photographs import damaged

RECIPE = Recipe(name="screenshots", tasks=("derain", "denoise"), seed=4, override={"denoise": {"kind": 0, "sigma": 0.015}})
PICTURES = {
    "1-idle": "idle",
    "2-plan": "plan",
    "3-progress": "progress",
    "4-result": "result",
    "5-menu": "menu",
    "6-adjust": "adjust",
    "7-enlarged": "enlarged",
}


def take(photograph: Path, folder: Path, suite: str = "bookworm") -> None:
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    screen = Screen("1360x860")
    daemon = DaemonProcess(box, "restored").start()
    try:
        damaged(photograph, box / "photo.png", RECIPE)
        told = Krita(suite, box).window(box, screen, "look_cases.py", **daemon.env)
        problems = [fact["error"] for fact in told if fact["error"]]
        if problems:
            raise SystemExit("\n".join(problems))
        folder.mkdir(parents=True, exist_ok=True)
        begin = "krita" if suite == "bookworm" else suite
        for shot, name in PICTURES.items():
            target = folder / f"{begin}-{name}.jpg"
            Image.open(box / f"{shot}.png").convert("RGB").save(target, quality=88, subsampling=0, optimize=True)
            print(target)
    finally:
        daemon.stop()
        screen.close()
        shutil.rmtree(box, ignore_errors=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        raise SystemExit(__doc__)
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screenshots", *sys.argv[3:])
