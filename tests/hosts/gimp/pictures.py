"""Take the pictures for the documentation: real GIMP, the real engine, a real photograph.

    python tests/hosts/gimp/pictures.py PHOTOGRAPH [FOLDER]       (default folder: docs/screenshots)

Damages the photograph (haze and noise by the project's own formulas; fixed seed), then works as a person would. The pictures are
gimp-idle, gimp-menu, gimp-window, gimp-progress, gimp-result, gimp-adjust, gimp-place (where a step applies), gimp-canvas (the
preview on GIMP's canvas, before and after side by side), gimp-queue, gimp-light-german (1366x768), gimp-fine-german (a screen of
200 %) and gimp-not-installed. Run as root after tests/hosts/setup.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from restored_training.evaluation.synthetic import Recipe

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from conftest import Gimp
from gimp_window import TITLE, GuiGimp
from hostkit import ROOT, DaemonProcess, Screen
from photographs import damaged

RECIPE = Recipe(
    name="screenshots",
    tasks=("dehaze", "denoise"),
    seed=3,
    override={"denoise": {"kind": 0, "sigma": 0.015}, "dehaze": {"beta": 1.6}},
)
INSTRUCTION = "clear the haze and the noise, but keep the colours"
GERMAN = "Restaurieren nach Anweisung"
SIZE, ROOM = "1360x860", ("1360", "838")
"""Of the screen, and of GIMP's window under its title bar."""

HISTORY_TAB = (103, 294)
"""Where GIMP 3.0's default layout has the tab of the undo history."""

Shoot = Callable[[str], None]


@dataclass
class Studio:
    """Where the pictures are taken, and of what."""

    box: Path
    folder: Path
    photo: Path
    daemon: DaemonProcess

    @contextmanager
    def gimp(self, name: str, rc: str = "", size: str = SIZE, **env: str) -> Iterator[tuple[GuiGimp, Shoot]]:
        """A GIMP of its own with the photograph open, and the camera."""
        screen = Screen(size)

        def shoot(what: str) -> None:
            raw = screen.shoot(self.box / "shot.png")
            path = self.folder / f"gimp-{what}.jpg"
            Image.open(raw).convert("RGB").save(path, quality=88, subsampling=0, optimize=True)
            print(path)

        box = self.box / name
        box.mkdir()
        window = GuiGimp(Gimp("trixie", box / "gimp", rc), box, screen, self.photo, **{**self.daemon.env, **env})
        try:
            if size == SIZE:
                screen.do("windowsize", "--sync", window.main, *ROOM)
            window.key("ctrl+shift+j")
            time.sleep(1)
            yield window, shoot
        except BaseException:
            shoot("failed")
            raise
        finally:
            window.close()
            screen.close()


def from_the_menu_to_the_result(window: GuiGimp, shoot: Shoot) -> None:
    screen = window.screen
    window.key("alt+r")
    time.sleep(1)
    window.key("Up", "Up")
    time.sleep(0.3)
    shoot("menu")
    window.key("Return")
    window.event("ready", timeout=120)
    dialog = screen.window(f"^{TITLE}$")
    screen.do("windowactivate", "--sync", dialog)
    time.sleep(1)
    shoot("idle")
    window.type(INSTRUCTION)
    plan = window.event("plan", lambda event: event["text"] == INSTRUCTION, timeout=120)
    # look at the ridge instead of the centre
    window.click("Overview: arrow keys move the preview")
    window.key("Up", "Up")
    screen.do("mousemove", "4", "4")
    time.sleep(0.5)
    screen.do("windowactivate", "--sync", dialog)
    window.key("alt+w")
    # 80 percent of the second step, to show a weight
    window.key("Tab", "Tab", "minus", "minus")
    edit = window.event("edit", lambda event: event["at"] > plan["at"] and event["steps"][1][1] == 0.8)
    window.event("preview", lambda event: event["at"] > edit["at"], timeout=120)
    time.sleep(2)
    shoot("window")
    window.key("ctrl+Return")
    window.event("taken")
    window.event("progress", lambda event: event["fraction"] > 0.3, timeout=60)
    shoot("progress")
    assert screen.gone(f"^{TITLE}$", 240)
    screen.do("windowactivate", "--sync", window.main)
    screen.do("mousemove", *map(str, HISTORY_TAB), "click", "1", "mousemove", "4", "4")
    time.sleep(3)
    shoot("result")


def the_result_again(window: GuiGimp, shoot: Shoot) -> None:
    """The window on a result: half of what was done."""
    began = time.monotonic()
    window.open_dialog()
    window.event("plan", lambda event: event["at"] > began, timeout=120)
    window.key("ctrl+a")
    window.type("a bit less")
    said = window.event("plan", lambda event: event["at"] > began and dict(event["steps"]).get("dehaze", 1) < 0.7, timeout=120)
    window.event("preview", lambda event: event["at"] > said["at"], timeout=120)
    time.sleep(2)
    shoot("adjust")
    window.key("Escape")


def a_place_and_the_canvas(window: GuiGimp, shoot: Shoot) -> None:
    """The photograph itself once more: only the sky; then in GIMP's own window."""
    screen = window.screen
    window.ask("for each in image.get_layers()[:-1]: image.remove_layer(each)\nGimp.displays_flush(); tell(ok=True)")
    window.open_dialog()
    window.event("ready", timeout=120)
    began = time.monotonic()
    window.key("ctrl+a")
    wish = "make the sky warmer, and clear the haze"
    window.type(wish)
    plan = window.event("plan", lambda event: event["at"] > began and event["text"] == wish, timeout=120)
    window.event("preview", lambda event: event["at"] > plan["at"], timeout=120)
    window.click("Preview: Fit")
    fitted = window.event("preview", lambda event: event["box"][0] == 0, timeout=120)
    window.key("alt+w", "Tab")
    chips = [name for name, _weight in plan["steps"]]
    for _ in range(next(index for index, name in enumerate(chips) if name not in ("dehaze",))):
        window.key("Tab")
    window.key("Return")
    window.event("region", lambda event: event["at"] > fitted["at"] and event["shown"], timeout=60)
    screen.do("mousemove", "4", "4")
    time.sleep(2)
    shoot("place")
    window.key("Tab", "space", "Escape")
    window.click("Preview: 100 %")
    window.click("Before and after: Beside")
    time.sleep(3)
    window.event("preview", lambda event: event["at"] > fitted["at"] and event["box"][2] < 300, timeout=120)
    window.click("Overview: arrow keys move the preview")
    window.key("Left", "Left", "Left", "Up")
    window.key("F8")
    window.event("canvas", lambda event: event["shown"], timeout=60)
    dialog = screen.window(f"^{TITLE}$")
    screen.do("windowmove", "--sync", dialog, "560", "150")
    screen.do("mousemove", "4", "4")
    time.sleep(3)
    shoot("canvas")
    window.key("Escape")
    assert screen.gone(f"^{TITLE}$")


def several(window: GuiGimp, shoot: Shoot) -> None:
    """The photograph and two copies of it, one after the other."""
    screen = window.screen
    window.ask(
        "base = image.get_layers()[0]\nfor name in ('a second one', 'a third'):\n"
        "    copy = base.copy(); copy.set_name(name); image.insert_layer(copy, None, 0)\n"
        "image.set_selected_layers(image.get_layers()); Gimp.displays_flush(); tell(ok=True)"
    )
    window.open_dialog(from_the_end=1)
    window.event("ready", timeout=120)
    began = time.monotonic()
    window.key("ctrl+a")
    window.type("remove the noise")
    window.event("plan", lambda event: event["at"] > began and event["text"] == "remove the noise", timeout=120)
    window.key("ctrl+Return")
    screen.do("mousemove", "4", "4")
    window.event("job", timeout=240)
    time.sleep(0.7)
    shoot("queue")
    window.key("Escape")
    window.event("queue over", timeout=240)


def in_another_language(window: GuiGimp, shoot: Shoot, name: str = "light-german") -> None:
    window.open_dialog(GERMAN)
    window.event("ready", timeout=120)
    window.type(INSTRUCTION)
    plan = window.event("plan", lambda event: event["text"] == INSTRUCTION, timeout=120)
    window.event("preview", lambda event: event["at"] > plan["at"], timeout=120)
    time.sleep(2)
    shoot(name)


def without_an_engine(window: GuiGimp, shoot: Shoot) -> None:
    window.open_dialog()
    window.event("trouble")
    time.sleep(1)
    shoot("not-installed")


def take(photograph: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    daemon = DaemonProcess(box, "restored").start()
    studio = Studio(box, folder, damaged(photograph, box / "photo.png", RECIPE), daemon)
    try:
        with studio.gimp("english") as (window, shoot):
            from_the_menu_to_the_result(window, shoot)
            the_result_again(window, shoot)
            a_place_and_the_canvas(window, shoot)
            several(window, shoot)
        light = '(theme-color-scheme light)\n(language "de")\n'
        with studio.gimp("german", light, "1366x768", LANGUAGE="de") as (window, shoot):
            in_another_language(window, shoot)
        with studio.gimp("fine", '(language "de")\n', "1920x1080", LANGUAGE="de", GDK_SCALE="2") as (window, shoot):
            in_another_language(window, shoot, "fine-german")
        with studio.gimp("alone", RESTORED_RUNTIME_DIR=str(box / "nobody")) as (window, shoot):
            without_an_engine(window, shoot)
    finally:
        daemon.stop()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screenshots")
