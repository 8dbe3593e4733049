"""The person goes on working in GIMP while a layer is being restored: nothing of it is lost, and nothing is done twice."""

import time

import numpy as np
import pytest
from negative import negative

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

PAINT = """
layer = image.get_layers()[-1]
spot = Gegl.Rectangle.new(20, 30, 40, 50)
image.undo_group_start()
shadow = layer.get_shadow_buffer()
layer.get_buffer().copy(whole(layer), Gegl.AbyssPolicy.NONE, shadow, whole(layer))
shadow.set(spot, "R'G'B' u8", bytes((200, 10, 10)) * 2000)
shadow.flush()
layer.merge_shadow(True)
image.undo_group_end()
layer.update(0, 0, 1000, 700)
tell(ok=True)
"""
SPOT = """
def spot(layer):
    return list(layer.get_buffer().get(Gegl.Rectangle.new(30, 40, 1, 1), 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE))
tell(count=len(image.get_layers()), lowest=spot(image.get_layers()[-1]), name=image.get_layers()[0].get_name())
"""
RED = [200, 10, 10]


def begin(window, daemon, replace: bool) -> None:
    """Open the window on the lowest layer, and have it restored, which takes until the daemon lets go."""
    daemon.hold()
    window.ask("image.set_selected_layers(image.get_layers()[-1:]); Gimp.displays_flush(); tell(ok=True)")
    before = len(window.events("taken"))
    window.open_dialog()
    window.key("alt+w", "ctrl+a")
    window.type("remove the noise slow held")
    window.event("preview", lambda event: event["at"] > window.events("shown")[-1]["at"])
    window.key("alt+l" if replace else "alt+n", "ctrl+Return")
    window.wait_for(lambda: len(window.events("taken")) > before, 60, "nothing was begun")


def test_what_is_painted_and_undone_meanwhile_stays(window, screen, shared_daemon):
    first = window.ask(SPOT)["lowest"]

    # painted: the layer is not overwritten, the result lies above it, and GIMP says so
    begin(window, shared_daemon, replace=True)
    window.ask(PAINT)
    shared_daemon.let_go()
    assert window.gone()
    assert window.ask(SPOT) == {"count": 2, "lowest": RED, "name": "remove the noise slow held"}
    window.wait_for(lambda: screen.titles().count("GIMP Message") == 1, 30, "it was not said where the result went")
    screen.do("windowactivate", "--sync", screen.window("GIMP Message"), "key", "Return")
    assert screen.gone("^GIMP Message$")

    # undone: what was taken is not what is there now, either
    screen.do("windowactivate", "--sync", window.main)
    window.ask("image.remove_layer(image.get_layers()[0]); tell(ok=True)")
    begin(window, shared_daemon, replace=True)
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z", "ctrl+z", "ctrl+z")
    window.wait_for(lambda: window.ask(SPOT)["lowest"] == first, 30, "nothing was undone")
    shared_daemon.let_go()
    assert window.gone()
    assert window.ask(SPOT) == {"count": 2, "lowest": first, "name": "remove the noise slow held"}
    screen.do("windowactivate", "--sync", screen.window("GIMP Message"), "key", "Return")
    assert screen.gone("^GIMP Message$")

    # the layer itself goes and comes back
    window.ask("image.remove_layer(image.get_layers()[0]); Gimp.displays_flush(); tell(ok=True)")
    began = time.monotonic()
    window.open_dialog()
    window.event("preview", lambda event: event["at"] > began)
    window.ask("image.remove_layer(image.get_layers()[0]); Gimp.displays_flush(); tell(ok=True)")
    lost = window.event("shows", lambda event: "no longer there" in event["trouble"])
    assert not lost["can_restore"]
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z")
    window.event("preview", lambda event: event["at"] > lost["at"])


SELECTED = {
    # name: what is selected when the button is pressed, and what is done to the selection meanwhile
    "goes": ("image.select_rectangle(Gimp.ChannelOps.REPLACE, 300, 200, 200, 150)", "Gimp.Selection.none(image)"),
    "moves": (
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 300, 200, 200, 150)",
        "image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 50, 60)",
    ),
    "comes": ("Gimp.Selection.none(image)", "image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 50, 60)"),
}


@pytest.mark.parametrize("depth", ["u1", "<u2"], ids=["8-bit", "16-bit"])
def test_what_was_selected_at_the_press_changes_whatever_is_selected_later(window, screen, box, shared_daemon, depth):
    if depth == "<u2":
        window.ask("image.convert_precision(Gimp.Precision.U16_NON_LINEAR); tell(ok=True)")
    for name, (before, meanwhile) in SELECTED.items():
        window.ask(f"layer = image.get_layers()[0]; save('before', native(layer)); {before}; tell(ok=True)")
        begin(window, shared_daemon, replace=True)
        window.ask(f"{meanwhile}; save('mask', native(image.get_selection())); Gimp.displays_flush(); tell(ok=True)")
        shared_daemon.let_go()
        assert window.gone()
        told = window.ask(
            "save('after', native(layer)); tell(count=len(image.get_layers()), channels=len(image.get_channels()), "
            "same=native(image.get_selection()) == load('mask'))"
        )
        assert told == {"count": 1, "channels": 0, "same": True}, name
        was, is_now = (np.frombuffer((box / each).read_bytes(), depth).reshape(700, 1000, -1) for each in ("before", "after"))
        mask = np.zeros((700, 1000))
        mask[(slice(200, 350), slice(300, 500)) if name != "comes" else slice(None)] = 1
        assert (is_now == negative(was, mask=mask)).all(), name
        screen.do("windowactivate", "--sync", window.main)
        window.ask("Gimp.Selection.none(image); tell(ok=True)")


def test_a_floating_selection_that_comes_meanwhile(window, box, shared_daemon):
    """Pasted over the layer while it is restored: nothing is lost, whichever way the result was to go."""
    window.ask("save('before', native(image.get_layers()[0])); tell(ok=True)")
    for replace in (False, True):
        begin(window, shared_daemon, replace)
        window.ask(
            "lowest = image.get_layers()[-1]; image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 90, 80)\n"
            "Gimp.edit_copy([lowest]); pasted = Gimp.edit_paste(lowest, False); tell(floats=image.get_floating_sel() is not None)"
        )
        assert window.told()[-1]["floats"]
        shared_daemon.let_go()
        assert window.gone()
        floating = window.ask("tell(floats=image.get_floating_sel() is not None)")["floats"]
        assert floating, "what was pasted is there, still to be put somewhere"
        window.ask("Gimp.floating_sel_anchor(image.get_floating_sel()); Gimp.Selection.none(image); tell(ok=True)")
        window.ask("save('top', native(image.get_layers()[0])); save('lowest', native(image.get_layers()[-1])); tell(ok=True)")
        before, top, lowest = (
            np.frombuffer((box / name).read_bytes(), "u1").reshape(700, 1000, -1) for name in ("before", "top", "lowest")
        )
        assert (top == negative(before)).all()
        assert (lowest[90:] == (negative(before) if replace else before)[90:]).all(), "below what was pasted"
        assert len(window.layers()) == 2
