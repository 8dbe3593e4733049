"""Take the pictures for the documentation: real Krita, the real engine, a real photograph.

    python tests/hosts/krita/pictures.py PHOTOGRAPH [FOLDER [SUITE [work|first]]]       (default folder: docs/screenshots)

Damages the photograph (rain and noise by the project's own formulas; fixed seed), then works as a person would
(inside/look_cases.py). The pictures are krita-idle, krita-plan and so on, as PICTURES and FIRST_SIGHTS name them, of Debian 12's
Krita; with another suite they begin with its name, such as krita6. Run as root after tests/hosts/setup.
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
from krita_host import LONG, Krita
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
    "8-canvas": "canvas",
    "9-beside": "beside",
    "10-place": "place",
}
FIRST_SIGHTS = {
    "small": ("1366x768", {}, "Krita dark"),
    "fine-german": ("1920x1080", {"QT_SCALE_FACTOR": "2", "LANGUAGE": "de"}, "Krita dark"),
    "bright-german": ("1440x900", {"LANGUAGE": "de"}, "Krita bright"),
    "japanese": ("1366x768", {"LANGUAGE": "ja"}, "Krita dark"),
    "chinese": ("1366x768", {"LANGUAGE": "zh"}, "Krita bright"),
}
"""A fresh profile on other screens, in other languages and themes; the last two need the letters of tests/hosts/setup."""
CASES = "at_work in_the_menu on_the_canvas_and_side_by_side"


def take(photograph: Path, folder: Path, suite: str = "bookworm", what: str = "all") -> None:
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    daemon = DaemonProcess(box, "restored").start()
    begin = "krita" if suite == "bookworm" else suite
    folder.mkdir(parents=True, exist_ok=True)
    try:
        damaged(photograph, box / "photo.png", RECIPE)
        if what != "first":
            shots = run(Krita(suite, box), box, "1360x860", RWI_ONLY=CASES, **daemon.env)
            for shot, name in PICTURES.items():
                keep(shots / f"{shot}.png", folder / f"{begin}-{name}.jpg")
        for name, (size, env, theme) in FIRST_SIGHTS.items() if what != "work" else ():
            home = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
            krita = Krita(suite, home)
            krita.settings(placed=False, theme=theme)
            shots = run(krita, box, size, RWI_ONLY="first_sight", **env, **daemon.env)
            keep(shots / "first-sight.png", folder / f"{begin}-{name}.jpg")
            shutil.rmtree(home, ignore_errors=True)
    finally:
        daemon.stop()
        shutil.rmtree(box, ignore_errors=True)


def run(krita: Krita, box: Path, size: str, **env: str) -> Path:
    """Run cases of look_cases.py on a screen of this size; where their pictures are."""
    screen = Screen(size)
    try:
        told = krita.window(box, screen, "look_cases.py", 1800, **LONG, **env)
    finally:
        screen.close()
    problems = [fact["error"] for fact in told if fact["error"]]
    if problems:
        raise SystemExit("\n".join(problems))
    return box


def keep(shot: Path, target: Path) -> None:
    Image.open(shot).convert("RGB").save(target, quality=88, subsampling=0, optimize=True)
    print(target)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4, 5):
        raise SystemExit(__doc__)
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screenshots", *sys.argv[3:])
