"""Who cannot use a mouse, or does not see well: every control has a name and takes the keyboard, and every word can be read.

Names and roles are those of ATK, which AT-SPI hands on to screen readers, asked for inside the plug-in's process: a bus for
AT-SPI itself is not to be had in the hosts' trees. Contrast is measured on a picture of the window, after WCAG 2.1, 1.4.3.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from gimp_window import TITLE, GuiGimp
from hostkit import OUTPUT, Screen
from PIL import Image

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

THEMES = {"dark": "", "light": "(theme-color-scheme light)\n"}
ENOUGH = 4.5
"""Of words to what is behind them."""

ON_THE_PICTURE = ("Before", "After", "Updating…")

TYPES = ("TextView", "Scale", "Button", "MenuButton", "RadioButton", "CheckButton", "PreviewView", "Navigator")


def luminance(colours: np.ndarray) -> np.ndarray:
    """Relative luminance (WCAG 2.1) of sRGB colours of 8 bit."""
    unit = colours.astype(np.float64) / 255
    linear = np.where(unit <= 0.04045, unit / 12.92, ((unit + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(picture: np.ndarray) -> float:
    """Of what stands out most in a piece of a picture to its commonest colour."""
    flat = picture.reshape(-1, 3)
    common = np.array(Counter(map(tuple, flat)).most_common(1)[0][0])
    values, behind = luminance(flat) + 0.05, float(luminance(common[None])[0]) + 0.05
    return float(np.maximum(values / behind, behind / values).max())


def read(shot: Path, box: list[int]) -> np.ndarray:
    x, y, width, height = box
    return np.asarray(Image.open(shot).convert("RGB"))[y : y + height, x : x + width]


@pytest.mark.parametrize("theme", THEMES)
def test_everything_has_a_name_takes_the_keyboard_and_can_be_read(gimp, box, shared_daemon, photo, theme):
    other = type(gimp)(gimp.suite, box / "gimp", THEMES[theme])
    screen = Screen("1920x1080")
    env = {**shared_daemon.env, "RESTORED_CONFIG_DIR": str(box / "config"), "GDK_SCALE": "2"}
    try:
        window = GuiGimp(other, box, screen, photo, **env)
        try:
            window.open_dialog()
            window.event("ready")
            window.type("remove the noise")
            window.event("preview")
            controls = window.quiet()["found"]
            shot = screen.shoot(OUTPUT / "gimp" / gimp.suite / f"access-{theme}.png", screen.window(f"^{TITLE}$"))

            usable = [each for each in controls if each[2] and each[0] in TYPES]
            assert len(usable) > 20
            assert [each for each in usable if not each[1]] == [], "a screen reader has nothing to say of these"

            weak = {}
            for kind, name, _takes, place, in_sight in controls:
                # the words on the picture stand on a dark ground of their own: 5.5 to 1 on a white picture, more on any other
                if kind == "Label" and name.strip() and in_sight and name not in ON_THE_PICTURE:
                    piece = read(shot, place)
                    if piece.size and contrast(piece) < ENOUGH:
                        weak[name] = round(contrast(piece), 2)
            assert weak == {}, "these words are hard to read"

            window.key("alt+w", *["Tab"] * 30)
            window.rest()
            visited = {event["name"] for event in window.events("focus")}
            # of several buttons of which one is pressed, the arrow keys reach the others
            wanted = {each[1] for each in usable if each[0] not in ("RadioButton",)}
            assert wanted - visited == set(), "the Tab key does not come by"
        finally:
            window.close()
    finally:
        screen.close()
