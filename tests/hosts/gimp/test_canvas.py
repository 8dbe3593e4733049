"""The preview on GIMP's own canvas leaves nothing behind; side by side, in turn; and where a step applies, shown and used."""

import os
import signal
import time

import numpy as np
import pytest
from gimp_window import TITLE, tasks
from hostkit import OUTPUT
from PIL import Image

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

STATE = (
    "top = image.get_layers()[0]; tell(names=[each.get_name() for each in image.get_layers()], dirty=image.is_dirty(), "
    "offset=list(top.get_offsets()[1:]), size=[top.get_width(), top.get_height()], pixels=save('top', native(top)), "
    "chosen=[each.get_name() for each in image.get_selected_layers()])"
)


def top(box, width: int, height: int) -> np.ndarray:
    return np.frombuffer((box / "top").read_bytes(), "u1").reshape(height, width, -1)


def shown(window, what) -> None:
    """The preview is on the canvas after `what()`, and stays there: the window has found its size before."""
    window.quiet()
    window.later("canvas", lambda event: event["shown"], what)
    window.quiet()
    window.wait_for(lambda: window.events("canvas")[-1]["shown"], 60, "the preview does not stay on the canvas")


def test_the_preview_on_the_canvas_leaves_no_trace(window, screen, box, gimp):
    # something to undo, and a saved image
    window.ask(
        "save('photo', native(image.get_layers()[0])); image.get_layers()[0].invert(False); image.clean_all(); tell(ok=True)"
    )
    inverted = window.ask(STATE)
    name = inverted["names"][0]
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    window.event("preview")
    shown(window, lambda: window.key("F8"))
    there = window.ask(STATE)
    x, y, width, height = window.events("preview")[-1]["box"]
    assert there["names"] == ["Preview (no part of the picture)", name]
    assert (there["offset"], there["size"]) == ([x, y], [width, height])
    photo = np.frombuffer((box / "photo").read_bytes(), "u1").reshape(700, 1000, -1)
    assert (top(box, width, height) == photo[y : y + height, x : x + width]).all(), "the negative of the inverted photograph"
    assert not there["dirty"], "an image that was saved asked to be saved again"
    assert there["chosen"] == [name]
    window.shoot(OUTPUT / "gimp" / gimp.suite / "canvas.png")

    # GIMP itself gets the keyboard: before anything can be done there, it is gone; one undo reaches what was there before
    window.later("canvas", lambda event: not event["shown"], lambda: screen.do("windowactivate", "--sync", window.main))
    assert window.layers() == [name]
    window.key("ctrl+z")
    question = "tell(same=native(image.get_layers()[0]) == load('photo'), count=len(image.get_layers()))"
    window.wait_for(
        lambda: window.ask(question) == {"same": True, "count": 1}, 20, "the preview took a place in the undo history"
    )

    # back in the window it returns, as the image is now; closing takes it away
    shown(window, lambda: screen.do("windowactivate", "--sync", screen.window(TITLE)))
    window.later("canvas", lambda event: not event["shown"], lambda: window.key("F8"))
    assert window.layers() == [name]
    shown(window, lambda: window.key("F8"))
    window.key("Escape")
    assert window.gone()
    assert window.layers() == [name]

    # a plug-in that is killed cannot tidy up: the next start does
    window.open_dialog()
    window.later("preview", lambda _event: True, lambda: window.type("remove the noise"))
    shown(window, lambda: window.key("F8"))
    os.kill(window.events("shown")[-1]["pid"], signal.SIGKILL)
    # GIMP says that a plug-in crashed
    screen.do("windowactivate", "--sync", screen.window("^GIMP Message$"), "key", "Return")
    assert screen.gone("^GIMP Message$")
    assert window.gone()
    assert len(window.layers()) == 2
    window.ask("call(image, drawables=[image.get_layers()[1]], instruction=''); tell(ok=True)")
    assert window.layers() == [name]


def checked(window, screen, shot) -> float:
    """How much of the left third of the preview is GIMP's checks, which a photograph hardly has."""
    window.quiet()
    view = window.place("Preview: before and after")
    picture = np.asarray(Image.open(screen.shoot(shot, screen.window(f"^{TITLE}$"))).convert("RGB"))
    part = picture[view[1] + 60 : view[1] + view[3] - 20, view[0] + 20 : view[0] + view[2] // 3]
    return float(np.isin(part, (0xA0, 0x70)).all(-1).mean())


def test_a_layer_mask_is_drawn_and_followed_and_the_whole_layer_comes_to_the_canvas(window, screen, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    window.ask(
        "layer = image.get_layers()[0]; mask = layer.create_mask(Gimp.AddMaskType.WHITE); layer.add_mask(mask)\n"
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 500, 700); mask.edit_fill(Gimp.FillType.FOREGROUND)\n"
        "Gimp.Selection.none(image); layer.set_edit_mask(False); tell(black=native(mask)[0])"
    )
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    window.event("preview")
    assert checked(window, screen, shots / "masked.png") > 0.95, "the mask hides the left of the picture"
    window.later(
        "repainted",
        lambda _event: True,
        lambda: window.ask("mask.edit_fill(Gimp.FillType.WHITE); Gimp.displays_flush(); tell(ok=True)"),
    )
    window.event("preview", lambda event: event["at"] > window.events("repainted")[-1]["at"])
    assert checked(window, screen, shots / "unmasked.png") < 0.05, "and hides nothing any more"

    fitted = window.later("preview", lambda event: event["box"] == [0, 0, 1000, 700], lambda: window.click("Preview: Fit"))
    assert fitted["strength"] == 1
    shown(window, lambda: window.key("F8"))
    there = window.ask(STATE)
    assert (there["names"][0], there["offset"], there["size"]) == ("Preview (no part of the picture)", [0, 0], [1000, 700])
    window.key("Escape")
    assert window.gone()
    assert len(window.layers()) == 1


def test_side_by_side_in_turn_and_places(window, screen, box, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise on the left")
    window.quiet()
    first = window.events("preview")[-1]
    assert first["box"][2] > 400

    def narrow(event) -> bool:
        return abs(2 * event["box"][2] - first["box"][2]) <= 8

    beside = window.later("preview", narrow, lambda: window.click("Before and after: Beside"))
    window.shoot(shots / "beside.png")
    assert beside["box"][3] == first["box"][3]
    window.later("preview", lambda event: not narrow(event), lambda: window.click("Before and after: In turn"))
    window.shoot(shots / "after.png")
    window.key("F7")
    window.shoot(shots / "before.png")

    # the step's place: over the preview as soon as its chip is opened, turned round, and a selection
    window.key("alt+w", "Tab")
    window.later("region", lambda event: event["shown"], lambda: window.key("Return"))
    window.shoot(shots / "region.png")
    window.key("Tab", "Tab", "space")
    window.event("region", lambda event: event["shown"])
    window.shoot(shots / "region-outside.png")
    used = window.later("region used", lambda _event: True, lambda: window.key("Tab", "Tab", "space"))
    assert (used["kind"], used["error"]) == ("selection", "")
    window.ask("tell(mask=save('top', native(image.get_selection())))")
    mask = top(box, 1000, 700)[..., 0]
    assert mask[:, :480].max() == 0, "everywhere but on the left"
    assert mask[:, 520:].min() == 255
    window.key("Escape")
    assert window.gone()


SCRATCH = (
    "layer = image.get_layers()[0]; image.select_rectangle(Gimp.ChannelOps.REPLACE, 420, 60, 3, 560); "
    "Gimp.context_set_foreground(Gegl.Color.new('white')); layer.edit_fill(Gimp.FillType.FOREGROUND); "
    "Gimp.Selection.none(image); tell(ok=True)"
)


def test_marks_are_seen_first_and_become_the_selection(window, screen, box, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    window.ask(SCRATCH)
    window.open_dialog()
    window.event("ready")
    # they are shown over the preview without being asked for
    window.type("remove the scratches")
    plan = window.event("plan", lambda event: tasks(event) == ["inpaint"])
    window.event("region", lambda event: event["at"] > plan["at"] and event["shown"])
    window.shoot(shots / "marks.png")
    # Restore changes nothing that nobody has looked at: it selects them, and says so
    used = window.later("region used", lambda _event: True, lambda: window.key("ctrl+Return"))
    assert (used["kind"], used["error"]) == ("selection", "")
    window.ask("tell(mask=save('top', native(image.get_selection())), count=len(image.get_layers()))")
    assert window.told()[-1]["count"] == 1
    mask = top(box, 1000, 700)[..., 0]
    assert (mask[70:610, 420:423] == 255).mean() > 0.9
    mask = mask.copy()
    mask[50:630, 410:433] = 0
    assert (mask > 0).mean() < 0.003
    # selected, they cover the preview no longer, and Restore restores
    window.event("preview", lambda event: event["at"] > used["at"])
    window.shoot(shots / "marks-selected.png")
    window.key("ctrl+Return")
    assert window.gone()
    assert window.layers()[0] == "remove the scratches"

    # nothing to be found is said, and nothing is selected
    window.ask(
        "for each in image.get_layers()[1:]: image.remove_layer(each)\nlayer = image.get_layers()[0]; "
        "layer.attach_parasite(Gimp.Parasite.new('restore-with-instruction/recipe', 0, b'{}')); Gimp.Selection.none(image); "
        "layer.edit_fill(Gimp.FillType.FOREGROUND); Gimp.displays_flush(); tell(ok=True)"
    )
    began = time.monotonic()
    window.open_dialog()
    plan = window.event("plan", lambda event: event["at"] > began and tasks(event) == ["inpaint"])
    window.event("region", lambda event: event["at"] > plan["at"] and event["shown"])
    # by key: where a control stands is known only when the window has come to rest
    used = window.later("region used", lambda _event: True, lambda: window.key("ctrl+Return"))
    assert "found no scratches" in used["error"]
    assert window.ask("tell(empty=Gimp.Selection.is_empty(image))")["empty"]
    window.key("Escape")
    assert window.gone()


def test_looking_for_marks_can_be_cancelled(window, screen):
    window.open_dialog()
    window.event("ready")
    window.type("remove the scratches slower 300")
    window.event("plan", lambda event: event["text"].endswith("slower 300"))
    window.key("ctrl+Return")
    window.rest()
    used = window.later("region used", lambda _event: True, lambda: window.key("Escape"))
    assert "Cancelled" in used["error"]
    assert screen.do("search", "--onlyvisible", "--name", TITLE), "the window stays for another try"
    # another wish is understood at once, though the first was still being looked for over the preview
    window.key("alt+w", "ctrl+a")
    window.type("remove the noise")
    window.event("plan", lambda event: event["text"] == "remove the noise")
    window.event("preview", lambda event: event["at"] > used["at"])
    window.key("Escape")
    assert window.gone()
