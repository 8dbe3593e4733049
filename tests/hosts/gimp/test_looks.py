"""Light and dark themes, another language, a screen of 200 %: the window fits, and its pictures are kept to be looked at."""

import time

import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT, Screen

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
            screen.shoot(OUTPUT / "gimp" / gimp.suite / f"{look}.png")
            place = dict(line.split("=") for line in screen.do("getwindowgeometry", "--shell", screen.window(title)).splitlines())
            assert int(place["WIDTH"]) <= width
            assert int(place["HEIGHT"]) <= height - 24, "with its title bar it would not fit the screen"
            window.key("Escape")
            assert screen.gone(title)
        finally:
            window.close()
    finally:
        screen.close()
