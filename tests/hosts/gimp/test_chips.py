"""The plan's chips in the real window: order by mouse and by keyboard, weight, removal, and what the text does not name."""

import time

import pytest
from gimp_window import TITLE, tasks
from hostkit import OUTPUT

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(600)]

INSTRUCTION = "remove the noise and brighten it, and the haze"
ROW = 102
"""Pixels from the window's top, as xdotool counts it (the title bar twice), to the middle of the chips."""
CHIPS = {"denoise": 60, "lowlight": 185, "dehaze": 295}
"""And from its left side to each chip's label."""


def test_order_weight_removal_and_addition(window, screen, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    window.open_dialog()
    window.event("ready")
    window.type(INSTRUCTION)
    window.event("plan", lambda event: tasks(event) == ["denoise", "lowlight", "dehaze"])
    time.sleep(0.5)
    left, top, _width, _height = screen.place(screen.window(TITLE))

    def chip(task: str) -> tuple[int, int]:
        return left + CHIPS[task], top + ROW

    def edited(order: list[str]) -> dict:
        return window.event("edit", lambda event: tasks(event) == order)

    # the mouse takes the first chip behind the last one, and the preview follows the new order
    screen.drag(chip("denoise"), chip("dehaze"), shots / "drag.png")
    moved = edited(["lowlight", "dehaze", "denoise"])
    window.event("preview", lambda event: event["at"] > moved["at"])
    time.sleep(0.3)
    screen.shoot(shots / "dragged.png")

    # a drag that ends elsewhere changes nothing
    edits = len(window.events("edit"))
    screen.drag(chip("denoise"), (left + 300, top + 400))
    time.sleep(0.5)
    assert len(window.events("edit")) == edits

    # the keyboard: from the text to the first chip, Alt and arrows; beyond the end it stays where it is
    window.key("alt+w", "Tab", "alt+Right")
    edited(["dehaze", "lowlight", "denoise"])
    window.key("alt+Right", "alt+Right")
    edited(["dehaze", "denoise", "lowlight"])
    window.key("alt+Left")
    edited(["dehaze", "lowlight", "denoise"])

    # Return opens the weight; the preview follows the arrows while it is open, and infers once for all of them
    window.key("Return")
    time.sleep(0.5)
    previews = len(window.events("preview"))
    window.key("Left", "Left", "Left", "Left")
    weighed = window.event("edit", lambda event: dict(event["steps"])["lowlight"] < 0.81)
    assert dict(weighed["steps"])["lowlight"] == pytest.approx(0.8)
    again = window.event("preview", lambda event: event["at"] > weighed["at"])
    assert not again["adjusted"]
    assert len(window.events("preview")) - previews < 4, "the preview should wait until the slider rests"
    time.sleep(0.3)
    screen.shoot(shots / "weight.png")
    # Escape closes the small window only, and what was set stays
    edits = len(window.events("edit"))
    window.key("Escape")
    time.sleep(0.5)
    assert len(window.events("edit")) == edits
    assert screen.do("search", "--onlyvisible", "--name", TITLE)

    # Delete removes it; Add… brings one in that the text does not name, and another that was removed
    window.key("Delete")
    edited(["dehaze", "denoise"])
    window.key("alt+a")
    time.sleep(0.5)
    screen.shoot(shots / "add.png")
    window.key("Down", "Return")
    added = window.event("edit", lambda event: len(event["steps"]) == 3)
    assert tasks(added)[:2] == ["dehaze", "denoise"]

    # all gone: a sentence, and nothing that could be carried out
    window.key("alt+w", "Tab", "Delete", "Tab", "Delete", "Tab", "Delete")
    window.key("alt+w", "Tab", "Delete", "alt+w", "Tab", "Delete", "alt+w", "Tab", "Delete")
    window.event("edit", lambda event: event["steps"] == [])
    time.sleep(0.3)
    screen.shoot(shots / "all-removed.png")
    window.key("ctrl+Return")
    time.sleep(0.5)
    assert not window.events("taken")
    window.key("Escape")
    assert screen.gone(TITLE)
