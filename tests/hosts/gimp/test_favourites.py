"""What a person keeps: presets renamed, written into a file and read from one, a wish as a command line, and all reset."""

import json

import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

WISH = "remove the noise and the haze"


def ask_for_a_file(window, screen, title: str, entry: str, path) -> None:
    """The entry of the list's menu opens a dialog that asks for a file: give it this one."""
    window.opens("Popover", "alt+p")
    window.click("More")
    window.wait_for(lambda: window.rest()["holds"] == "Menu", 60, "no menu")
    window.key(entry)
    screen.do("windowactivate", "--sync", screen.window(f"^{title}$"))
    window.key("ctrl+a")
    window.type(str(path))
    screen.shoot(OUTPUT / "gimp" / f"{title}.png")
    for _again in range(20):  # GTK takes no Return while it still looks the file up
        window.key("Return")
        if screen.gone(f"^{title}$", 3):
            return
    pytest.fail(f"“{title}” stays open")


def test_presets_travel_and_a_wish_becomes_a_command_line(gimp, box, shared_daemon, screen, photo):
    shots, config, file = OUTPUT / "gimp" / gimp.suite, box / "config", box / "mine.json"
    window = GuiGimp(gimp, box, screen, photo, **{**shared_daemon.env, "RESTORED_CONFIG_DIR": str(config)})

    def presets() -> dict:
        path = config / "presets.json"
        return json.loads(path.read_text())["presets"] if path.exists() else {}

    try:
        window.open_dialog()
        window.event("ready")
        window.type(WISH)
        window.event("plan", lambda event: event["text"] == WISH)
        window.key("alt+s", "Page_Up")
        window.quiet()
        window.opens("Popover", "alt+p")
        window.key("shift+Tab", "shift+Tab", "shift+Tab")
        window.type("old")
        window.key("Return")
        window.wait_for(lambda: list(presets()) == ["old"], 30, "it was not kept")
        window.click("Rename this preset")
        window.key("ctrl+a")
        window.type("misty mornings")
        window.shoot(shots / "rename.png")
        window.key("Return")
        window.wait_for(lambda: list(presets()) == ["misty mornings"], 30, "it was not renamed")
        kept = presets()
        assert kept["misty mornings"]["instruction"] == WISH

        # a name that is taken is asked about; Return and Escape leave what is kept
        window.opens("", "Escape")
        window.key("alt+s", "Page_Up")
        window.quiet()
        for answer, strength in (("Return", 0.9), ("Escape", 0.9), ("alt+r", 0.8)):
            window.opens("Popover", "alt+p")
            window.key("shift+Tab", "shift+Tab", "shift+Tab")
            window.type("misty mornings")
            window.key("Return")
            asking = screen.window("^Presets$")
            screen.do("windowactivate", "--sync", asking)
            screen.shoot(shots / "replace.png")
            window.key(answer)
            assert screen.gone("^Presets$")
            window.wait_for(lambda strength=strength: presets()["misty mornings"]["strength"] == strength, 30, answer)
        kept = presets()

        ask_for_a_file(window, screen, "Export presets", "e", file)
        window.wait_for(file.exists, 30, "nothing was written")
        assert any("mine.json" in each[1] for each in window.rest()["found"]), "it is not said where they are"
        window.opens("Popover", "alt+p")
        window.shoot(shots / "favourites.png")
        window.click("Forget this one")
        window.wait_for(lambda: not presets(), 30, "it was not forgotten")
        window.opens("", "Escape")
        ask_for_a_file(window, screen, "Import presets", "i", file)
        window.wait_for(lambda: presets() == kept, 30, "they did not come back")
        window.shoot(shots / "imported.png")

        # the command line is in the clipboard: what is pasted is what was copied
        window.opens("Popover", "alt+p")
        window.click("More")
        window.wait_for(lambda: window.rest()["holds"] == "Menu", 60, "no menu")
        window.shoot(shots / "more.png")
        window.key("c")
        window.wait_for(lambda: not window.rest()["holds"], 60, "the list stays open")
        window.shoot(shots / "command-line.png")
        window.key("alt+w", "ctrl+a", "ctrl+v")
        pasted = window.event("text", lambda event: event["text"].startswith("restored "))["text"]
        assert WISH in pasted
        assert "--strength 0.8" in pasted

        # as it came from the factory
        window.click("Settings")
        window.wait_for(lambda: window.rest()["holds"] == "Menu", 60, "no menu")
        window.key("r")
        window.event("text", lambda event: event["text"].startswith("restored "))
        window.event("shows", lambda event: not event["can_restore"])
        window.shoot(shots / "reset.png")
        window.key("Escape")
        assert window.gone()
    finally:
        screen.shoot(OUTPUT / "gimp" / f"{gimp.suite}-last.png")
        window.close()
