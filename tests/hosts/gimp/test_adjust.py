"""A result can be adjusted: the layer below it is restored anew in its place, so that half means half; one undo step."""

import textwrap
import time

import numpy as np
import pytest
from gimp_window import TITLE
from hostkit import OUTPUT
from negative import negative

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(240)]

SELECT = (
    "image.select_ellipse(Gimp.ChannelOps.REPLACE, 300, 200, 300, 250); Gimp.Selection.feather(image, 20)\n"
    "save('before', native(image.get_layers()[0])); save('mask', native(image.get_selection())); tell(ok=True)"
)
STATE = "tell(names=[each.get_name() for each in image.get_layers()], file=save('after', native(image.get_layers()[0])))"


def pixels(box, name: str) -> np.ndarray:
    return np.frombuffer((box / name).read_bytes(), "u1").reshape(700, 1000, -1)


def test_a_result_is_adjusted_in_place_with_the_selection_it_was_made_with(window, screen, box):
    window.ask(SELECT)
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise and brighten it")
    window.event("plan", lambda event: len(event["steps"]) == 2)
    window.key("ctrl+Return")
    assert screen.gone(TITLE, 60)
    mask = pixels(box, "mask")[..., 0] / 255
    window.ask(STATE)
    assert (pixels(box, "after") == negative(pixels(box, "before"), mask=mask)).all()

    # the selection is gone by now; the result is what the window opens on, with its own words
    window.ask("Gimp.Selection.none(image); Gimp.displays_flush(); tell(ok=True)")
    began = time.monotonic()
    window.open_dialog()
    plan = window.event("plan", lambda event: event["at"] > began)
    assert plan["text"] == "remove the noise and brighten it"
    window.key("ctrl+a")
    window.type("half of it")  # said of the plan that the result was made by
    said = window.event("plan", lambda event: event["text"] == "half of it")
    assert said["steps"] == [["denoise", 0.5], ["lowlight", 0.5]]
    window.key("ctrl+a")
    window.type(plan["text"])
    window.event("plan", lambda event: event["at"] > said["at"] and event["text"] == plan["text"])
    window.key("alt+s", *["Page_Up"] * 5)
    window.event("preview", lambda event: event["at"] > began and event["strength"] == pytest.approx(0.5))
    screen.shoot(OUTPUT / "gimp" / "adjust.png")
    window.key("alt+w", "ctrl+Return")
    assert screen.gone(TITLE, 60)
    assert len(window.ask(STATE)["names"]) == 2, "it takes the place of the result"
    half = negative(pixels(box, "before"), 0.5, mask)
    assert (pixels(box, "after") == half).all(), "half the strength is half, not half on top of all; within the selection"

    # one undo step brings the full strength back, and it can be adjusted once more
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z")
    full = negative(pixels(box, "before"), mask=mask)
    window.wait_for(lambda: window.ask(STATE) and (pixels(box, "after") == full).all(), 10, "one Ctrl+Z did not bring it back")
    began = time.monotonic()
    window.open_dialog()
    window.event("plan", lambda event: event["at"] > began)
    window.key("alt+m")  # restore it once more: on top of what was done
    window.key("alt+w", "ctrl+Return")
    assert screen.gone(TITLE, 60)
    assert len(window.ask(STATE)["names"]) == 3


def test_the_preview_follows_the_image_and_its_selection(window, screen):
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    first = window.event("preview")
    window.ask("layer = image.get_layers()[0]; layer.invert(False); Gimp.displays_flush(); tell(ok=True)")
    seen = window.event("repainted")
    window.event("preview", lambda event: event["at"] > seen["at"])
    window.ask("image.select_rectangle(Gimp.ChannelOps.REPLACE, 400, 300, 100, 100); tell(ok=True)")
    window.event("repainted", lambda event: event["at"] > seen["at"])
    assert first["box"] == window.events("preview")[-1]["box"], "the same part stays in sight"
    window.key("Escape")
    assert screen.gone(TITLE)


def test_the_preview_fitted_and_at_200_percent(window, screen, gimp):
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    first = window.event("preview")
    window.key("alt+v", "space")  # to the sizes of the preview, and the first of them: all of the layer
    fitted = window.event("preview", lambda event: event["box"] == [0, 0, 1000, 700])
    time.sleep(0.3)
    screen.shoot(OUTPUT / "gimp" / "fitted.png")
    window.key("Tab", "Tab", "space")
    twice = window.event("preview", lambda event: event["at"] > fitted["at"] and event["box"][2] < first["box"][2])
    time.sleep(0.3)
    screen.shoot(OUTPUT / "gimp" / "twice-as-large.png")
    assert abs(2 * twice["box"][2] - first["box"][2]) <= 1
    window.key("Escape")
    assert screen.gone(TITLE)


def test_repeat_does_the_last_thing_on_the_next_image(gimp, box, shared_daemon):
    """Not refused on an image that never saw us, and not the topmost recipe but the latest."""
    code = """
    first, layer = picture(60, 40)
    write(layer, "R'G'B' u8", os.urandom(60 * 40 * 3))
    call(first, instruction="remove the noise", strength=0.5, mode="WITH_LAST_VALS")
    call(first, drawables=[layer], instruction="brighten it", strength=0.25, mode="WITH_LAST_VALS")
    second, other = picture(60, 40)
    write(other, "R'G'B' u8", os.urandom(60 * 40 * 3))
    before = native(other)
    status, result, error = call(second, procedure=PROCEDURE + "-repeat")
    made = recipe(result)
    tell(status=status, error=error, words=made["instruction"], strength=made["strength"], name=result.get_name())
    """
    env = {**shared_daemon.env, "RESTORED_CONFIG_DIR": str(box / "config")}
    (fact,) = gimp.batch(box, textwrap.dedent(code), **env)
    assert fact == {"status": "success", "error": "", "words": "brighten it", "strength": 0.25, "name": "brighten it"}
