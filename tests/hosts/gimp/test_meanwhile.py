"""The person goes on working in GIMP while a layer is being restored: nothing of it is lost, and nothing is done twice."""

import time

import pytest
from gimp_window import TITLE

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(600)]

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


def begin(window, replace: bool) -> None:
    """Open the window on the lowest layer, and have it restored for some seconds."""
    window.ask("image.set_selected_layers(image.get_layers()[-1:]); Gimp.displays_flush(); tell(ok=True)")
    before = len(window.events("taken"))
    window.open_dialog()
    window.key("alt+w", "ctrl+a")
    window.type("remove the noise slow 3")
    window.event("preview", lambda event: event["at"] > window.events("shown")[-1]["at"])
    window.key("alt+l" if replace else "alt+n", "ctrl+Return")
    window.wait_for(lambda: len(window.events("taken")) > before, 60, "nothing was begun")


def test_what_is_painted_and_undone_meanwhile_stays(window, screen):
    first = window.ask(SPOT)["lowest"]

    # painted: the layer is not overwritten, the result lies above it, and GIMP says so
    begin(window, replace=True)
    window.ask(PAINT)
    assert screen.gone(f"^{TITLE}$", 60)
    assert window.ask(SPOT) == {"count": 2, "lowest": RED, "name": "remove the noise slow 3"}
    window.wait_for(lambda: screen.titles().count("GIMP Message") == 1, 30, "it was not said where the result went")
    screen.do("windowactivate", "--sync", screen.window("GIMP Message"), "key", "Return")
    assert screen.gone("^GIMP Message$")

    # undone: what was taken is not what is there now, either
    screen.do("windowactivate", "--sync", window.main)
    window.ask("image.remove_layer(image.get_layers()[0]); tell(ok=True)")
    begin(window, replace=True)
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z", "ctrl+z", "ctrl+z")
    assert screen.gone(f"^{TITLE}$", 60)
    assert window.ask(SPOT) == {"count": 2, "lowest": first, "name": "remove the noise slow 3"}
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
