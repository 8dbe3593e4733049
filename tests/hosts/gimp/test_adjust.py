"""A result can be adjusted: the layer below it is restored anew in its place, so that half means half; one undo step."""

import json
import textwrap
import time
import zlib

import numpy as np
import pytest
from hostkit import OUTPUT
from negative import negative

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

SELECT = (
    "image.select_ellipse(Gimp.ChannelOps.REPLACE, 300, 200, 300, 250); Gimp.Selection.feather(image, 20)\n"
    "save('before', native(image.get_layers()[0])); save('mask', native(image.get_selection())); tell(ok=True)"
)
STATE = "tell(names=[each.get_name() for each in image.get_layers()], file=save('after', native(image.get_layers()[0])))"


def crop_sum(box, name: str, crop: list[int]) -> int:
    """The checksum of a box of a picture that was saved."""
    x, y, w, h = crop
    return zlib.crc32(np.ascontiguousarray(pixels(box, name)[y : y + h, x : x + w, :3]).tobytes())


PAINTED = "What was painted on it since"


def pixels(box, name: str) -> np.ndarray:
    return np.frombuffer((box / name).read_bytes(), "u1").reshape(700, 1000, -1)


def test_a_result_is_adjusted_in_place_with_the_selection_it_was_made_with(window, screen, box):
    window.ask(SELECT)
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise and brighten it")
    window.event("plan", lambda event: len(event["steps"]) == 2)
    window.key("ctrl+Return")
    assert window.gone()
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
    window.shoot(OUTPUT / "gimp" / "adjust.png")
    window.key("alt+w", "ctrl+Return")
    assert window.gone()
    assert len(window.ask(STATE)["names"]) == 2, "it takes the place of the result"
    half = negative(pixels(box, "before"), 0.5, mask)
    assert (pixels(box, "after") == half).all(), "half the strength is half, not half on top of all; within the selection"

    # one undo step brings the full strength back, and it can be adjusted once more
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z")
    full = negative(pixels(box, "before"), mask=mask)
    window.wait_for(lambda: window.ask(STATE) and (pixels(box, "after") == full).all(), 10, "one Ctrl+Z did not bring it back")
    assert not any(PAINTED in each[1] for event in window.events("rest") for each in event["found"])
    window.ask(
        "layer = image.get_layers()[0]\n"
        "layer.get_buffer().set(Gegl.Rectangle.new(420, 320, 30, 20), \"R'G'B' u8\", bytes((9, 200, 9)) * 600)\n"
        "layer.update(420, 320, 30, 20); Gimp.displays_flush(); tell(ok=True)"
    )
    began = time.monotonic()
    window.open_dialog()
    window.event("plan", lambda event: event["at"] > began)
    window.wait_for(lambda: any(PAINTED in each[1] for each in window.rest()["found"]), 60, "it is not said")
    screen.shoot(OUTPUT / "gimp" / "painted.png")
    window.key("alt+m")  # restore it once more: on top of what was done
    window.key("alt+w", "ctrl+Return")
    assert window.gone()
    assert len(window.ask(STATE)["names"]) == 3


def test_the_preview_follows_the_image_and_its_selection(window):
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
    assert window.gone()


def test_live_filters_are_in_the_preview_and_a_missed_selection_is_said_before_a_click(window, screen, box, gimp):
    """GIMP 3's non-destructive filters: what is seen is what is restored; the source keeps them, and one undo suffices."""
    window.ask("layer = image.get_layers()[0]; save('raw', native(layer)); tell(ok=True)")
    window.ask(
        "blur = Gimp.DrawableFilter.new(layer, 'gegl:gaussian-blur', 'soft')\n"
        "blur.get_config().set_property('std-dev-x', 4.0); layer.append_filter(blur); Gimp.displays_flush()\n"
        "seen = Gimp.Layer.new_from_visible(image, image, 'seen'); save('seen', read(seen, \"R'G'B' u8\")); tell(ok=True)"
    )
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    first = window.event("preview")
    assert first["before"] == crop_sum(box, "seen", first["box"]), "the preview shows the layer without its filter"
    # the filter is changed while the window is open
    window.ask("blur.set_visible(False); blur.update(); Gimp.displays_flush(); tell(ok=True)")
    window.event("repainted")
    raw = window.event("preview", lambda event: event["at"] > first["at"])
    assert raw["before"] == crop_sum(box, "raw", raw["box"])
    window.ask("blur.set_visible(True); blur.update(); Gimp.displays_flush(); tell(ok=True)")
    window.event("preview", lambda event: event["before"] == first["before"] and event["at"] > raw["at"])

    # a selection beside the layer is said while the window is open, and Restore cannot be pressed
    window.ask(
        "layer.set_offsets(0, 400); image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 50, 50)\n"
        "Gimp.displays_flush(); tell(ok=True)"
    )
    missed = window.event("shows", lambda event: "does not touch this layer" in event["trouble"] and not event["can_restore"])
    screen.shoot(OUTPUT / "gimp" / gimp.suite / "missed.png")
    window.ask("layer.set_offsets(0, 0); Gimp.Selection.none(image); Gimp.displays_flush(); tell(ok=True)")
    window.event("shows", lambda event: not event["trouble"] and event["can_restore"] and event["at"] > missed["at"])

    window.key("ctrl+Return")
    assert window.gone()
    window.ask(STATE)
    assert (pixels(box, "after") == negative(pixels(box, "seen"))).all()
    window.ask("tell(filters=[len(each.get_filters()) for each in image.get_layers()], raw=native(layer) == load('raw'))")
    assert window.told()[-1] == {"filters": [0, 1], "raw": True}
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z")
    window.wait_for(lambda: len(window.layers()) == 1, 10, "one Ctrl+Z did not take it away")


def test_no_after_of_an_earlier_wish_stands_under_a_new_one(window, shared_daemon):
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    first = window.event("preview")
    window.key("ctrl+a")
    window.type("h")
    hidden = window.event("after", lambda event: event["at"] > first["at"] and event["shown"] is None)
    shared_daemon.hold()
    wish = "held remove the rain"
    window.type(wish[1:])
    window.event("plan", lambda event: event["text"] == wish)
    window.rest()
    assert [event["shown"] for event in window.events("after") if event["at"] > hidden["at"]] == []
    shared_daemon.let_go()
    window.event("after", lambda event: event["shown"] == wish)
    window.key("Escape")
    assert window.gone()


def test_the_preview_fitted_and_at_200_percent(window):
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    first = window.event("preview")
    window.key("alt+v", "space")  # to the sizes of the preview, and the first of them: all of the layer
    fitted = window.event("preview", lambda event: event["box"] == [0, 0, 1000, 700])
    window.shoot(OUTPUT / "gimp" / "fitted.png")
    window.key("Tab", "Tab", "space")
    twice = window.event("preview", lambda event: event["at"] > fitted["at"] and event["box"][2] < first["box"][2])
    window.shoot(OUTPUT / "gimp" / "twice-as-large.png")
    assert abs(2 * twice["box"][2] - first["box"][2]) <= 1
    window.key("Escape")
    assert window.gone()


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


def test_what_was_said_of_a_result_is_no_name_and_is_not_carried_out_twice(window, box):
    """A layer was called “half of it”, and the window that opened on it halved it once more."""
    window.open_dialog()
    window.event("ready")
    window.type("remove the noise")
    window.event("plan", lambda event: len(event["steps"]) == 1)
    window.key("ctrl+Return")
    assert window.gone()
    began = time.monotonic()
    window.open_dialog()
    window.event("plan", lambda event: event["at"] > began)
    window.key("ctrl+a")
    window.type("half of it")
    window.event("plan", lambda event: event["text"] == "half of it" and event["steps"] == [["denoise", 0.5]])
    window.key("ctrl+Return")
    assert window.gone()
    assert window.ask(STATE)["names"][0] == "Remove noise"
    assert json.loads((box / "config" / "history.json").read_text())["history"] == ["remove the noise"]
    window.ask("image.get_layers()[0].set_name('Harbour'); tell(ok=True)")
    began = time.monotonic()
    window.open_dialog()
    window.event("plan", lambda event: event["at"] > began and event["text"] == "half of it")
    window.rest()
    assert window.events("plan")[-1]["steps"] == [["denoise", 0.5]]
    window.key("alt+s", "Page_Up", "alt+w", "ctrl+Return")
    assert window.gone()
    assert window.ask(STATE)["names"][0] == "Harbour", "a person's name stays"
