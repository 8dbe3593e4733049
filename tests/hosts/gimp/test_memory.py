"""What the window remembers: presets with their edits, what was carried out, and its own settings."""

import json
import time

import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT
from PIL import Image

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]


def test_presets_history_and_settings(gimp, box, shared_daemon, screen, photo):
    shots = OUTPUT / "gimp" / gimp.suite
    config = box / "config"
    window = GuiGimp(gimp, box, screen, photo, **{**shared_daemon.env, "RESTORED_CONFIG_DIR": str(config)})
    try:
        window.open_dialog()
        window.event("ready")
        window.type("remove the noise and the rain")
        window.event("plan", lambda event: len(event["steps"]) == 2)
        window.key("alt+w", "Tab", "minus", "minus", "minus", "Tab", "Delete")
        edited = window.event("edit", lambda event: event["steps"] == [["denoise", 0.7]])
        window.key("alt+s", "Page_Up")
        window.event("preview", lambda event: event["strength"] == pytest.approx(0.9))

        # a name for it: the preset keeps text, strength and edits
        window.opens("Popover", "alt+p")
        window.key("shift+Tab", "shift+Tab", "shift+Tab")
        window.type("my night shots")
        window.shoot(shots / "keep.png")
        window.key("Return")
        window.wait_for(lambda: (config / "presets.json").exists(), 30, "no preset was kept")
        kept = json.loads((config / "presets.json").read_text())["presets"]["my night shots"]
        assert kept["instruction"] == "remove the noise and the rain"
        assert kept["strength"] == pytest.approx(0.9)
        assert [(step["task"], step["strength"]) for step in kept["plan"]["steps"]] == [("denoise", 0.7)]
        window.opens("", "Escape")

        # another text; then the preset, found by its name, brings everything back
        window.key("alt+w", "ctrl+a")
        window.type("brighten it")
        window.event("plan", lambda event: event["text"] == "brighten it")
        window.key("alt+s", "End")
        window.opens("Popover", "alt+p")
        window.type("NIGHT SHOTS")
        window.key("Return")
        plan = window.event("plan", lambda event: event["at"] > edited["at"] and event["text"] == kept["instruction"])
        assert plan["steps"] == [["denoise", 0.7]]
        window.event("preview", lambda event: event["at"] > plan["at"] and event["strength"] == pytest.approx(0.9))
        window.key("alt+l", "ctrl+Return")
        assert window.gone()

        # carried out: it is in the history, and the next window begins with it, edits and choices included
        assert json.loads((config / "history.json").read_text())["history"] == [kept["instruction"]]
        (picture,) = (config / "history-pictures").iterdir()
        assert Image.open(picture).size == (96, 67), "what it made, small"
        began = time.monotonic()
        window.open_dialog()
        again = window.event("plan", lambda event: event["at"] > began)
        assert (again["text"], again["steps"]) == (kept["instruction"], [["denoise", 0.7]])
        window.event("preview", lambda event: event["at"] > began and event["strength"] == pytest.approx(0.9))
        window.shoot(shots / "again.png")

        # what one likes to begin with is saved, everything is as it came, and is brought back
        window.click("Settings")
        window.key("s")
        window.wait_for(lambda: (config / "usual.json").exists(), 20, "no settings were saved")
        usual = json.loads((config / "usual.json").read_text())
        assert (usual["strength"], usual["output"]) == (pytest.approx(0.9), "replace")
        reset = time.monotonic()
        window.click("Settings")
        window.key("r")
        window.event("shows", lambda event: event["at"] > reset and not event["can_restore"])
        window.click("Settings")
        window.key("l")
        back = window.event("plan", lambda event: event["at"] > reset and event["text"] == kept["instruction"])
        window.event("preview", lambda event: event["at"] > back["at"] and event["strength"] == pytest.approx(0.9))
        window.key("Escape")
        assert window.gone()
        assert len(window.layers()) == 1, "it was to replace the layer"
    finally:
        screen.shoot(OUTPUT / "gimp" / f"{gimp.suite}-last.png")
        window.close()
