"""The plan's chips in the real window: order by mouse and by keyboard, weight, removal, and what the text does not name."""

import pytest
from gimp_window import tasks
from hostkit import OUTPUT

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

INSTRUCTION = "remove the noise and brighten it, and the haze"
WORDS = {"denoise": "Remove noise", "lowlight": "Brighten", "dehaze": "Clear haze"}
"""What the chips say."""


def test_order_weight_removal_and_addition(window, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    window.open_dialog()
    window.event("ready")
    window.type(INSTRUCTION)
    window.event("plan", lambda event: tasks(event) == ["denoise", "lowlight", "dehaze"])
    window.quiet()

    def chip(task: str) -> tuple[int, int]:
        """The middle of a chip's words."""
        x, y, width, height = next(each[3] for each in window.rest()["found"] if each[1].startswith(f"{WORDS[task]}, "))
        return x + width // 2, y + height // 2

    def edited(order: list[str]) -> dict:
        return window.event("edit", lambda event: tasks(event) == order)

    # the mouse takes the first chip behind the last one, and the preview follows the new order
    window.drag(chip("denoise"), chip("dehaze"), shots / "drag.png")
    moved = edited(["lowlight", "dehaze", "denoise"])
    window.event("preview", lambda event: event["at"] > moved["at"])
    window.shoot(shots / "dragged.png")

    # a drag that ends elsewhere changes nothing
    edits = len(window.events("edit"))
    window.drag(chip("denoise"), (300, 400))
    window.rest()
    assert len(window.events("edit")) == edits

    # the keyboard: from the text to the first chip, Alt and arrows; beyond the end it stays where it is
    window.key("alt+w", "Tab", "alt+Right")
    edited(["dehaze", "lowlight", "denoise"])
    window.key("alt+Right", "alt+Right")
    edited(["dehaze", "denoise", "lowlight"])
    window.key("alt+Left")
    edited(["dehaze", "lowlight", "denoise"])

    # Return opens the weight; the preview follows the arrows while it is open, and infers once for all of them
    window.quiet()
    window.opens("Popover", "Return")
    previews = len(window.events("preview"))
    window.screen.do("key", "--delay", "0", *["Left"] * 12)
    weighed = window.event("edit", lambda event: dict(event["steps"])["lowlight"] < 0.41)
    assert dict(weighed["steps"])["lowlight"] == pytest.approx(0.4)
    again = window.event("preview", lambda event: event["at"] > weighed["at"])
    assert not again["adjusted"]
    window.quiet()
    assert len(window.events("preview")) - previews < 6, "the preview should wait until the slider rests"
    window.shoot(shots / "weight.png")
    # Escape closes the small window only, and what was set stays
    edits = len(window.events("edit"))
    window.opens("", "Escape")
    assert len(window.events("edit")) == edits

    # Delete removes it; Add… brings one in that the text does not name, and another that was removed
    window.key("Delete")
    edited(["dehaze", "denoise"])
    window.opens("Menu", "alt+a")
    window.shoot(shots / "add.png")
    window.key("Down", "Return")
    added = window.event("edit", lambda event: len(event["steps"]) == 3)
    assert tasks(added)[:2] == ["dehaze", "denoise"]

    # all gone: a sentence, and nothing that could be carried out
    window.key("alt+w", "Tab", "Delete", "Tab", "Delete", "Tab", "Delete")
    window.key("alt+w", "Tab", "Delete", "alt+w", "Tab", "Delete", "alt+w", "Tab", "Delete")
    window.event("edit", lambda event: event["steps"] == [])
    window.shoot(shots / "all-removed.png")
    window.key("ctrl+Return")
    window.rest()
    assert not window.events("taken")
    window.key("Escape")
    assert window.gone()
