"""Several layers and all open images: a queue in the window, whose jobs can be moved and left out; one undo step for each."""

import textwrap

import pytest
from gimp_window import TITLE
from hostkit import OUTPUT

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]


def found(event) -> list[list]:
    """The names of what is in the window, and whether each takes the keyboard."""
    return [[name, takes] for _kind, name, takes, _place, _usable in event["found"]]


def lines(event) -> list[str]:
    """The pictures of the list, from the top."""
    bars = [(place[1], name) for kind, name, _takes, place, _usable in event["found"] if kind == "Label"]
    return [name for _top, name in sorted(bars) if name in ("one", "two", "three", "four")]


def test_a_queue_of_layers(window, screen, gimp, shared_daemon):
    window.ask(
        "base = image.get_layers()[0]; base.set_name('one'); save('photo', native(base))\n"
        "for name in ('two', 'three', 'four'):\n"
        "    copy = base.copy(); copy.set_name(name); image.insert_layer(copy, None, 0)\n"
        "image.set_selected_layers(list(reversed(image.get_layers()))); Gimp.displays_flush(); tell(ok=True)"
    )
    window.open_dialog(from_the_end=1)
    window.event("ready")
    window.type("remove the noise slow held")
    window.event("plan", lambda event: event["text"].endswith("slow held"))
    window.quiet()
    shared_daemon.hold()
    window.key("ctrl+Return")
    # the topmost runs; the lowest is done next, another is left out
    window.click("Do “one” next")
    window.wait_for(lambda: lines(window.rest()) == ["four", "one", "three", "two"], 60, "it is not the next")
    window.click("Leave “three” out")
    window.wait_for(lambda: ["Leave “three” out", False] in found(window.rest()), 60, "it is not left out")
    shared_daemon.let_go()
    assert window.event("job", lambda event: event["title"] == "four")["state"] == "done"
    window.shoot(OUTPUT / "gimp" / gimp.suite / "queue.png")
    over = window.event("queue over", timeout=240)
    assert [event["title"] for event in window.events("job")] == ["four", "one", "two"]
    assert sorted(over["states"]) == ["cancelled", "done", "done", "done"]
    assert screen.do("search", "--onlyvisible", "--name", TITLE), "it stays, as one was left out"
    question = (
        "tell(names=[each.get_name() for each in image.get_layers()], "
        "same=[native(each) == load('photo') for each in image.get_layers()])"
    )
    told = window.ask(question)
    wish = "remove the noise slow held"
    names = [wish if name.startswith(wish) else name for name in told["names"]]  # GIMP numbers equal names
    assert names == [wish, "four", "three", wish, "two", wish, "one"]
    assert told["same"] == [False, True, True, False, True, False, True]

    # all are cancelled with one key; what was left out is done when it is asked for once more
    window.key("Escape")
    assert window.gone()
    screen.do("windowactivate", "--sync", window.main)
    window.key("ctrl+z")
    window.wait_for(lambda: len(window.layers()) == 6, 20, "one Ctrl+Z takes one result away")


def test_all_open_images(gimp, box, shared_daemon):
    """Without a window, as a script does it: the chosen layer of each, or what is visible where none is chosen."""
    code = """
    first, layer = picture(60, 40)
    write(layer, "R'G'B' u8", os.urandom(60 * 40 * 3))
    second, other = picture(30, 20)
    write(other, "R'G'B' u8", os.urandom(30 * 20 * 3))
    second.insert_layer(other.copy(), None, 0)
    second.set_selected_layers(second.get_layers())
    status, result, error = call(first, procedure=PROCEDURE + "-images", instruction="remove the noise")
    tell(status=status, error=error, first=[each.get_name() for each in first.get_layers()],
         second=[each.get_name() for each in second.get_layers()],
         recipes=[recipe(image.get_layers()[0]) is not None for image in (first, second)])
    """
    (fact,) = gimp.batch(box, textwrap.dedent(code), **shared_daemon.env)
    assert fact == {
        "status": "success",
        "error": "",
        "first": ["remove the noise", "photo"],
        "second": ["remove the noise", "photo copy", "photo"],
        "recipes": [True, True],
    }
