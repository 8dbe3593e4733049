"""What a window has to bear: odd texts, odd layers, images that are closed and daemons that die while it works."""

import json
import time

import pytest
from gimp_window import TITLE, GuiGimp
from hostkit import OUTPUT, until

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

# every letter of it matters to whoever lays the text out; the words are at its end
LONG = "the old harbour at dawn, \N{SNOWFLAKE} " * 1600 + "remove the noise"


@pytest.fixture
def window(gimp, box, daemon, screen, photo):
    """With a daemon that may be killed, and a preset nobody would type."""
    config = box / "config"
    config.mkdir()
    (config / "presets.json").write_text(json.dumps({"presets": {"endless": {"instruction": LONG}}}))
    made = GuiGimp(gimp, box, screen, photo, **{**daemon.env, "RESTORED_CONFIG_DIR": str(config)})
    yield made
    screen.shoot(OUTPUT / "gimp" / f"{gimp.suite}-last.png")
    made.close()


def leave(window) -> None:
    window.key("Escape")
    assert window.gone(timeout=10), "Escape should close the window"


def test_texts(window, screen, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    window.open_dialog()
    window.event("ready")

    # nothing at all: nothing to press
    window.key("ctrl+Return")
    window.shoot(shots / "empty.png")
    assert not window.events("taken")

    # 50 kB in one line, out of the presets, found by a word inside it
    assert len(LONG.encode()) > 40_000
    window.opens("Popover", "alt+p")
    window.type("harbour")
    window.shoot(shots / "presets.png")
    began = time.monotonic()
    window.key("Return")
    plan = window.event("plan", lambda event: event["text"] == LONG, timeout=30)
    print(f"50 kB: plan after {plan['at'] - began:.2f} s, {window.events('plan')[-1]['cpu']:.2f} s computed in all")
    window.event("preview", lambda event: event["at"] > plan["at"])
    window.shoot(shots / "endless.png")
    window.key("ctrl+Return")
    assert window.gone()
    name = window.layers()[0]
    assert len(name) <= 60
    assert name.endswith("…")
    made = window.ask("tell(recipe=recipe(image.get_layers()[0])['instruction'])")["recipe"]
    assert made == LONG

    # it is remembered by GIMP; letters of all sorts replace it
    window.ask("image.remove_layer(image.get_layers()[0]); tell(ok=True)")
    window.open_dialog()
    window.event("plan", lambda event: event["at"] > plan["at"] and event["text"] == LONG, timeout=30)
    window.key("alt+w", "ctrl+a")
    odd = "remove the noise \N{SNOWFLAKE}\N{GRINNING FACE}\N{FAMILY} \N{ARABIC LETTER BEH} <b>&amp;</b> %s {0} \\n"
    window.type(odd)
    window.event("plan", lambda event: event["text"].startswith("remove the noise") and len(event["text"]) < 60)
    window.shoot(shots / "odd-letters.png")
    window.key("ctrl+Return")
    assert window.gone()
    text = window.events("text")[-1]["text"]
    assert window.layers()[0] == " ".join(text.split())


def test_image_closed_while_it_is_restored_and_while_it_is_previewed(window, screen, gimp, daemon):
    window.open_dialog()
    window.event("ready")
    daemon.hold()
    window.type("remove the noise slow held")
    window.event("plan", lambda event: event["text"].endswith("slow held"))
    window.event("preview")
    window.key("ctrl+Return")
    window.event("taken")
    window.ask("Gimp.Display.delete(display); tell(gone=not image.is_valid())")
    daemon.let_go()
    done = window.event("done", timeout=30)
    assert done["error"] is None
    window.event("lost")  # it looks a few times a second, and not before the refusal is said
    window.shoot(OUTPUT / "gimp" / gimp.suite / "closed.png")
    # the window lives, says so, and bears whatever is pressed
    assert screen.do("search", "--onlyvisible", "--name", TITLE)
    window.key("alt+w")
    window.type(" and brighten it")
    window.key("Tab", "minus", "Tab", "Tab", "Tab", "shift+Left", "Left", "ctrl+Return")
    window.rest()
    assert "Traceback" not in (window.box / "out").read_text(errors="replace")
    leave(window)


def test_daemon_killed_during_the_preview_and_started_again(window, screen, gimp, daemon, status):
    window.open_dialog()
    window.event("ready")
    # leaving during a preview: the daemon is free long before that would be done
    window.type("remove the noise slower 300")
    window.event("plan", lambda event: event["text"].endswith("slower 300"))
    until(lambda: status()["jobs"], 120, "no preview was asked for")
    leave(window)
    until(lambda: not status()["jobs"], 120, "the job is still there")

    # the daemon dies during a preview: a sentence, and a way on
    before = window.ask("save('before', native(image.get_layers()[0])); tell(ok=True)")
    assert before["ok"]
    began = time.monotonic()
    window.open_dialog()
    window.event("ready", lambda event: event["at"] > began)
    window.type("remove the noise slower 300")
    window.event("plan", lambda event: event["at"] > began and event["text"].endswith("slower 300"))
    until(lambda: status()["jobs"], 120, "no preview was asked for")
    daemon.kill()
    trouble = window.event("trouble")
    assert trouble["code"] == "daemon_died"
    assert "stopped in the middle" in trouble["sentence"]
    window.shoot(OUTPUT / "gimp" / gimp.suite / "killed.png")
    daemon.start()
    window.key("alt+t")
    ready = window.event("ready", lambda event: event["at"] > trouble["at"])
    window.key("alt+w", "ctrl+a")
    window.type("remove the noise")
    window.event("preview", lambda event: event["at"] > ready["at"])
    leave(window)
    same = window.ask("tell(same=native(image.get_layers()[0]) == load('before'), layers=len(image.get_layers()))")
    assert same == {"same": True, "layers": 1}


ODD_LAYERS = {
    # name: (canvas, layer, offsets, selection x y w h or None, output)
    "one-pixel": ((1, 1), (1, 1), (0, 0), None, "replace"),
    "one-column": ((3, 900), (1, 900), (1, 0), None, "new-layer"),
    "larger-than-the-canvas": ((300, 200), (900, 700), (-200, -150), None, "replace"),
    "outside-of-the-canvas": ((300, 200), (80, 60), (500, 400), None, "replace"),
    "selection-larger-than-the-layer": ((900, 700), (60, 50), (400, 300), (0, 0, 900, 700), "replace"),
}


def test_odd_layers_in_the_window(window, screen, gimp):
    shots = OUTPUT / "gimp" / gimp.suite
    for name, (canvas, size, offset, selection, output) in ODD_LAYERS.items():
        former = screen.do("getwindowname", window.main)
        window.ask(
            f"image, layer = picture({size[0]}, {size[1]}, offset={offset}, canvas={canvas})\n"
            f"write(layer, \"R'G'B' u8\", os.urandom({size[0] * size[1] * 3}))\n"
            + (f"image.select_rectangle(Gimp.ChannelOps.REPLACE, *{selection})\n" if selection else "")
            + "Gimp.Selection.feather(image, 3) if not Gimp.Selection.is_empty(image) else None\n"
            "before = native(layer); display = Gimp.Display.new(image); tell(ok=True)"
        )
        window.wait_for(
            lambda former=former: screen.do("getwindowname", window.main) != former, 60, "GIMP does not show the new image"
        )
        began = time.monotonic()
        window.open_dialog()
        window.event("ready", lambda event, began=began: event["at"] > began)
        window.key("alt+w", "ctrl+a")
        window.type(f"remove the noise {name}")
        window.event("preview", lambda event, began=began: event["at"] > began)
        # the overview and the preview bear every key
        window.key("Tab", "Tab", "Tab", "Left", "Left", "Right", "shift+Left", "shift+Down")
        window.shoot(shots / f"{name}.png")
        window.key("alt+l" if output == "replace" else "alt+n", "ctrl+Return")
        assert window.gone(), name
        told = window.ask(
            "layers = image.get_layers(); new = layers[0]\n"
            "tell(count=len(layers), changed=native(new) != before, offsets=list(new.get_offsets()[1:]), "
            "size=[new.get_width(), new.get_height()])"
        )
        expected = {"count": 1 if output == "replace" else 2, "changed": True, "offsets": list(offset), "size": list(size)}
        assert told == expected, name
    assert "Traceback" not in (window.box / "out").read_text(errors="replace")
