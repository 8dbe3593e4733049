"""Take the pictures for the documentation: real GIMP, the real engine, a real photograph.

    python tests/hosts/gimp/pictures.py PHOTOGRAPH [FOLDER]       (default folder: docs/screenshots)

Damages the photograph (dark, noisy; fixed seed), then works as a person would. The pictures are gimp-menu, gimp-window,
gimp-progress and gimp-result. Run as root after tests/hosts/setup.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from conftest import Gimp
from gimp_window import GuiGimp
from hostkit import ROOT, DaemonProcess, Screen

INSTRUCTION = "remove the noise and brighten it, but keep the haze"
OVERVIEW = (584, 198)
"""A point of the overview in the window: the photograph's upper middle."""

HISTORY_TAB = (103, 294)
"""Where GIMP 3.0's default layout has the tab of the undo history."""


def damage(photograph: Path, path: Path) -> Path:
    picture = Image.open(photograph).convert("RGB")
    picture.thumbnail((1500, 1500), Image.Resampling.LANCZOS)
    light = np.asarray(picture, np.float32) / 255
    noise = np.random.default_rng(3).normal(0, 0.045, light.shape)
    Image.fromarray(np.rint((light**1.35 * 0.5 + noise).clip(0, 1) * 255).astype("u1")).save(path)
    return path


def take(photograph: Path, folder: Path) -> None:
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    screen = Screen("1360x860")
    daemon = DaemonProcess(box, "restored").start()

    def shoot(name: str) -> None:
        raw = screen.shoot(box / "shot.png")
        folder.mkdir(parents=True, exist_ok=True)
        Image.open(raw).convert("RGB").save(folder / f"gimp-{name}.jpg", quality=88, subsampling=0, optimize=True)
        print(folder / f"gimp-{name}.jpg")

    window = GuiGimp(Gimp("trixie", box / "gimp"), box, screen, damage(photograph, box / "photo.png"), **daemon.env)
    try:
        screen.do("windowsize", "--sync", window.main, "1360", "838")
        window.key("ctrl+shift+j")
        time.sleep(1)
        window.key("alt+r")
        time.sleep(1)
        window.key("Up", "Up")
        time.sleep(0.3)
        shoot("menu")
        window.key("Return")
        window.event("ready", timeout=120)
        dialog = screen.window("^Restore with instruction$")
        screen.do("windowactivate", "--sync", dialog)
        window.type(INSTRUCTION)
        window.event("plan", lambda event: event["text"] == INSTRUCTION, timeout=120)
        window.event("preview", timeout=120)
        # look at the upper middle instead of the centre: the middle of the overview, a third down
        place = dict(line.split("=") for line in screen.do("getwindowgeometry", "--shell", dialog).splitlines())
        overview = (int(place["X"]) + OVERVIEW[0], int(place["Y"]) + OVERVIEW[1])
        screen.do("mousemove", *map(str, overview), "click", "1", "mousemove", "4", "4")
        time.sleep(0.5)
        screen.do("windowactivate", "--sync", dialog)
        window.key("alt+w")
        # 80 percent of the second step, to show a weight
        window.key("Tab", "Tab", "minus", "minus")
        time.sleep(3)
        shoot("window")
        window.key("ctrl+Return")
        window.event("taken")
        window.wait_for(lambda: window.events("progress") or window.events("done"), 60, "no progress")
        shoot("progress")
        assert screen.gone("^Restore with instruction$", 240)
        screen.do("windowactivate", "--sync", window.main)
        screen.do("mousemove", *map(str, HISTORY_TAB), "click", "1", "mousemove", "4", "4")
        time.sleep(3)
        shoot("result")
    except BaseException:
        shoot("failed")
        raise
    finally:
        window.close()
        daemon.stop()
        screen.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screenshots")
