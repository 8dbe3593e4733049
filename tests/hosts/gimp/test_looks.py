"""Light and dark themes, another language, a screen of 200 %: the window fits, and its pictures are kept to be looked at."""

from pathlib import Path

import numpy as np
import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT, Screen
from PIL import Image

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

GERMAN = '(language "de")\n'
LOOKS = {
    # name: (gimprc lines, environment, screen)
    "small-light-german": ("(theme-color-scheme light)\n" + GERMAN, {"LANGUAGE": "de"}, "1366x768"),
    "large-letters-german": (GERMAN, {"LANGUAGE": "de", "GDK_DPI_SCALE": "1.5"}, "1920x1080"),
    "twice": ("", {"GDK_SCALE": "2"}, "1920x1080"),
    "twice-german": (GERMAN, {"LANGUAGE": "de", "GDK_SCALE": "2"}, "1920x1080"),
}
TITLES = {"": "Restore with instruction", "de": "Restaurieren nach Anweisung"}
BAR = 24
"""Pixels of a window's title bar."""


def shows(shot: Path, photo: Path, box: list[int], side: int = 24) -> bool:
    """Whether the upper left corner of this box of the photograph is on the screen, one pixel of it for each of the screen's."""
    screen, picture = (np.asarray(Image.open(path).convert("RGB")) for path in (shot, photo))
    x, y = box[0] + 8, box[1] + 100  # below what stands in the picture's corner
    patch = picture[y : y + side, x : x + side]
    for row in range(screen.shape[0] - side):
        start = screen[row].tobytes().find(patch[0].tobytes())
        if start >= 0 and start % 3 == 0:
            column = start // 3
            if (screen[row : row + side, column : column + side] == patch).all():
                return True
    return False


@pytest.mark.parametrize("look", LOOKS)
def test_the_window_fits(gimp, box, shared_daemon, photo, look):
    rc, env, size = LOOKS[look]
    title, (width, height) = TITLES[env.get("LANGUAGE", "")], map(int, size.split("x"))
    other = type(gimp)(gimp.suite, box / "gimp", rc)
    screen = Screen(size)
    try:
        window = GuiGimp(other, box, screen, photo, **{**shared_daemon.env, **env, "RESTORED_CONFIG_DIR": str(box / "config")})
        try:
            window.open_dialog(title)
            window.event("ready")
            assert window.events("shown")[0]["unnamed"] == [], "a screen reader has nothing to say of these"
            window.type("remove the noise, the rain, the snow and the haze, and brighten it")
            window.event("plan", lambda event: len(event["steps"]) == 5)
            window.event("preview")
            controls = window.quiet()["found"]
            shot = screen.shoot(OUTPUT / "gimp" / gimp.suite / f"{look}.png")
            preview = window.events("preview")[-1]
            hidden = [
                name for _kind, name, takes_the_keyboard, _place, in_sight in controls if takes_the_keyboard and not in_sight
            ]
            assert hidden == [], "these have to be scrolled to"
            left, top, wide, high = screen.place(screen.window(title))
            assert wide <= width
            assert high <= height - BAR, "with its title bar it would not fit the screen"
            assert left >= 0
            assert top + high <= height, "its buttons are off the screen"
            assert shows(shot, photo, preview["box"]), "100 % is one pixel of the picture for one of the screen"
            window.key("Escape")
            assert window.gone(title)
        finally:
            window.close()
    finally:
        screen.close()


def test_without_room_for_two_columns_everything_is_in_one_to_scroll(gimp, box, shared_daemon, photo):
    """1366 x 768 at 200 %: the buttons and what is being done stay in sight, and the keyboard scrolls to the rest."""
    screen, title = Screen("1366x768"), TITLES["de"]
    env = {"LANGUAGE": "de", "GDK_SCALE": "2", "RESTORED_CONFIG_DIR": str(box / "config")}
    try:
        window = GuiGimp(type(gimp)(gimp.suite, box / "gimp", GERMAN), box, screen, photo, **{**shared_daemon.env, **env})
        try:
            window.ask("image.get_layers()[0].set_name('A landscape with mountains and a meadow'); tell(named=True)")
            window.open_dialog(title)
            window.event("ready")
            window.type("remove the noise and brighten it")
            window.event("preview")
            controls = window.quiet()["found"]
            left, top, wide, high = screen.place(screen.window(title))
            assert left >= 0
            assert left + wide <= 1366
            assert top + high <= 768, "its buttons are off the screen"
            assert [name for _kind, name, _takes, (x, _y, width, _h), _seen in controls if x + width > wide] == []
            screen.shoot(OUTPUT / "gimp" / gimp.suite / "tiny-german.png")
            always = {"Hilfe", "Einstellungen", "Abbrechen", "Restaurieren"}
            for wanted in ("Stärke in Prozent", "Beste Qualität", "Hinzufügen …"):
                tab_to(window, wanted)
                seen = {name for _kind, name, takes, _place, in_sight in window.rest()["found"] if takes and in_sight}
                assert {wanted, *always} <= seen
            all_of_a_place_is_in_reach(window, OUTPUT / "gimp" / gimp.suite / "tiny-place.png")
        finally:
            window.close()
    finally:
        screen.close()


def all_of_a_place_is_in_reach(window: GuiGimp, shot: Path) -> None:
    """What a step's chip opens lies in the window, and what of it does not fit is scrolled to by the keyboard."""
    window.key("alt+w", "ctrl+a")
    window.type("remove the noise on the left")
    window.event("plan", lambda event: event["text"].endswith("left"))
    tab_to(window, "Rauschen entfernen, nur die linke Seite, 100 Prozent, Schritt 1 von 1")
    window.opens("Popover", "Return")
    window.screen.shoot(shot)
    for wanted in ("Zeigen, wo", "Überall sonst", "Weicher Rand", "Auswahl daraus", "Ebenenmaske daraus", "Entfernen"):
        tab_to(window, wanted, 5)
        assert wanted in {name for _kind, name, takes, _place, in_sight in window.rest()["found"] if takes and in_sight}
    window.screen.shoot(shot.with_stem("tiny-place-end"))
    window.opens("", "Escape")


def tab_to(window: GuiGimp, name: str, most: int = 40) -> None:
    """Press Tab until this control has the keyboard."""
    for _press in range(most):
        window.key("Tab")
        window.rest()
        if window.events("focus")[-1]["name"] == name:
            return
    pytest.fail(f"the Tab key does not come by {name}")
