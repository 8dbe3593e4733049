"""Light and dark themes, another language, a screen of 200 %: the window fits, and its pictures are kept to be looked at."""

import time
from pathlib import Path

import numpy as np
import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT, Screen
from PIL import Image

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(200)]

LOOKS = {
    # name: (gimprc lines, environment, screen, title, largest window in pixels)
    "light-german": (
        '(theme-color-scheme light)\n(language "de")\n',
        {"LANGUAGE": "de"},
        "1366x768",
        "Restaurieren nach Anweisung",
        (1366, 768),
    ),
    "twice": ("", {"GDK_SCALE": "2"}, "2732x1536", "Restore with instruction", (2732, 1536)),
}


def is_made_of_blocks(shot: Path, left: int, top: int) -> bool:
    """Whether each pixel of the picture in this part of a screenshot is one sharp square of two by two."""
    part = np.asarray(Image.open(shot).convert("RGB"), int)[top : top + 101, left : left + 101]
    assert part.std() > 5, "there is no picture"
    for y, x in ((0, 0), (0, 1), (1, 0), (1, 1)):
        blocks = part[y : y + 100, x : x + 100].reshape(50, 2, 50, 2, 3)
        if (blocks == blocks[:, :1, :, :1]).all():
            return True
    return False


@pytest.mark.parametrize("look", LOOKS)
def test_the_window_fits(gimp, box, shared_daemon, photo, look):
    rc, env, size, title, (width, height) = LOOKS[look]
    other = type(gimp)(gimp.suite, box / "gimp", rc)
    screen = Screen(size)
    try:
        window = GuiGimp(other, box, screen, photo, **{**shared_daemon.env, **env, "RESTORED_CONFIG_DIR": str(box / "config")})
        try:
            window.open_dialog(title)
            window.event("ready")
            window.type("remove the noise, the rain, the snow and the haze, and brighten it")
            window.event("plan", lambda event: len(event["steps"]) == 5)
            window.event("preview")
            time.sleep(0.5)
            shot = screen.shoot(OUTPUT / "gimp" / gimp.suite / f"{look}.png")
            left, top, wide, high = screen.place(screen.window(title))
            assert wide <= width
            assert high <= height - 24, "with its title bar it would not fit the screen"
            if look == "twice":
                assert is_made_of_blocks(shot, left + 100, top + 600)
            window.key("Escape")
            assert screen.gone(title)
        finally:
            window.close()
    finally:
        screen.close()
