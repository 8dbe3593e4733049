"""What the window costs the person at GIMP: run by command, not with the tests.

    python tests/benchmarks/gimp.py [layer] [window] [memory] [--suite trixie|sid] [--out FILE.json]

layer: 24 megapixels there and back, the model's own work taken off. window: the longest that the window could neither draw nor
hear keys, stage by stage; a slider's move to the new preview; a cancel. memory: 20 images opened and closed and 200 restorations
in a row, in every way there is, beside the same of GIMP alone. Needs a GIMP (`tests/hosts/setup` as root). Prints one line per
figure with its target. Run it on an idle machine; processor times count on any.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

HOSTS = Path(__file__).resolve().parents[1] / "hosts"
sys.path[:0] = [str(HOSTS / "gimp"), str(HOSTS)]

from conftest import Gimp  # noqa: E402 - the folders above first
from figures import figure, of_megapixels, run  # noqa: E402
from gimp_window import TITLE, GuiGimp  # noqa: E402
from hostkit import DaemonProcess, Screen  # noqa: E402
from PIL import Image  # noqa: E402

LAYER = """
image, layer = picture(6000, 4000)
write(layer, "R'G'B' u8", os.urandom(6000 * 3) * 4000)
for output in ("new-layer", "replace", "new-layer"):
    tell(status=call(image, drawables=[layer], instruction="remove the noise", output=output)[::2])
"""

MEMORY = """
def pages(pid):
    return int(open("/proc/%d/statm" % pid).read().split()[1]) * 4096 / 2**20

gimp, daemon = os.getppid(), int(load("daemon").decode())
assert open("/proc/%d/comm" % gimp).read().startswith("gimp")

def noisy(width, height):
    image, layer = picture(width, height)
    write(layer, "R'G'B' u8", os.urandom(width * 3) * height)
    return image, layer

def restore(image, layer, procedure=PROCEDURE, **how):
    status, made, error = call(image, drawables=[layer], procedure=procedure, instruction="remove the noise", **how)
    assert status == "success" and made is not None, error
    if made != layer:
        image.remove_layer(made)

def alike(image, layer):
    # what GIMP does itself in a restoration: a plug-in starts, pixels come and go through the shadow, a layer comes and goes
    found = Gimp.get_pdb().lookup_procedure("plug-in-restore-with-instruction-help")
    config = found.create_config()
    config.set_property("run-mode", Gimp.RunMode.NONINTERACTIVE)
    found.run(config)
    shadow, whole_of_it = layer.get_shadow_buffer(), whole(layer)
    data = layer.get_buffer().get(whole_of_it, 1.0, "R'G'B' u8", Gegl.AbyssPolicy.NONE)
    shadow.set(whole_of_it, "R'G'B' u8", bytes(data))
    shadow.flush()
    layer.merge_shadow(True)
    layer.attach_parasite(Gimp.Parasite.new("alike", Gimp.PARASITE_PERSISTENT | Gimp.PARASITE_UNDOABLE, b"{}" * 300))
    copy = layer.copy()
    image.insert_layer(copy, None, 0)
    image.remove_layer(copy)

def filtered(image, layer):
    if not layer.get_filters():
        blur = Gimp.DrawableFilter.new(layer, "gegl:gaussian-blur", "blur")
        layer.append_filter(blur)
    restore(image, layer, output="new-layer")

WAYS = {
    "nothing of ours": alike,
    "in place": lambda image, layer: restore(image, layer, output="replace"),
    "on a new layer": lambda image, layer: restore(image, layer, output="new-layer"),
    "of what is visible": lambda image, layer: restore(image, layer, PROCEDURE + "-visible"),
    "with live filters": filtered,
}
def in_turn(image, layer, turns=[0]):
    turns[0] += 1
    list(WAYS.values())[1:][turns[0] % (len(WAYS) - 1)](image, layer)

COUNTS = {counts}
for way, work in {**WAYS, "all ways in turn": in_turn}.items():
    if {chosen} and way not in {chosen}:
        continue
    kept = noisy(1000, 700)
    kept[0].undo_disable()
    def opened(count):
        for _ in range(count):
            image, layer = noisy(1000, 700)
            work(image, layer)
            image.delete()
    def again(count):
        for _ in range(count):
            work(*kept)
    opened(3); again(10)
    seen = [(pages(gimp), pages(daemon))]
    opened(COUNTS[0])
    seen.append((pages(gimp), pages(daemon)))
    for done in range(0, COUNTS[1], 10):
        again(min(10, COUNTS[1] - done))
        seen.append((pages(gimp), pages(daemon)))
    kept[0].delete()
    tell(way=way, seen=seen)
"""


def events(trace: Path, name: str) -> list[dict]:
    return [line for line in map(json.loads, trace.read_text().splitlines()) if line["event"] == name]


def layer(gimp: Gimp, box: Path) -> None:
    """Reading, sending, receiving, writing, merging; not the first of three, as GIMP is warm then."""
    daemon = DaemonProcess(box, "echo").start()
    try:
        gimp.batch(box, LAYER, timeout=600, **daemon.env, RESTORED_TRACE=str(box / "trace"))
    finally:
        daemon.stop()
    for which, how in ((-2, "in place"), (-1, "on a new layer")):
        asked, taken, restored, given = (events(box / "trace", name)[which] for name in ("asked", "taken", "restored", "given"))
        own = given["at"] - asked["at"] - (restored["at"] - taken["at"])
        cpu = given["cpu"] - asked["cpu"] - (restored["cpu"] - taken["cpu"])
        figure(f"24 megapixels {how}, the plug-in's own share", own, "s", "<= 1.0", processor=round(cpu, 2))
        trip, cpu = restored["at"] - taken["at"], restored["cpu"] - taken["cpu"]
        figure(f"24 megapixels {how}, the way to the daemon and back", trip, "s", "", processor=round(cpu, 2))


def stalls(made: GuiGimp, what: str, since: float) -> float:
    """Print the longest that the window could not draw or hear keys since then, and return the time now."""
    found = [event for event in made.events("busy") if event["at"] > since]
    worst = max(found, key=lambda event: event["stood"], default={"stood": 0.0, "worked": 0.0})
    before = [event["event"] for event in made.events() if event["at"] < worst.get("at", 0) - worst["stood"]]
    more = {"computed_ms": round(1000 * worst["worked"]), "noted": len(found), "after": before[-1] if before else "nothing"}
    figure(f"the window's thread away at once, {what}", 1000 * worst["stood"], "ms", "<= 100", **more)
    return time.monotonic()


def window(gimp: Gimp, box: Path) -> None:
    """The window on a photograph of 24 megapixels, with an engine that answers at once."""
    photo = box / "photo.jpg"
    Image.fromarray(of_megapixels(24)).save(photo, quality=95)
    daemon, screen = DaemonProcess(box).start(), Screen()
    made = GuiGimp(gimp, box, screen, photo, **daemon.env)
    try:
        began = time.monotonic()
        made.open_dialog()
        made.event("ready", timeout=120)
        time.sleep(3)
        began = stalls(made, "while it opens", began)
        made.type("remove the noise slow 30")
        first = made.event("preview", timeout=120)
        time.sleep(2)
        began = stalls(made, "while one types", began)
        for _ in range(5):
            made.key("alt+s", "Left")
            time.sleep(1)
        adjusted = made.event("preview", lambda event: event["at"] > first["at"] and event["adjusted"])
        asked = [event for event in made.events("slid") if event["at"] < adjusted["at"]][-1]
        took, cpu = adjusted["at"] - asked["at"], adjusted["cpu"] - asked["cpu"]
        figure("a slider's move to the new preview", 1000 * took, "ms", "<= 60", processor_ms=round(1000 * cpu))
        began = stalls(made, "while a slider moves", began)
        for name in ("Preview: Fit", "Preview: 100 %"):
            made.click(name)
            time.sleep(2)
        began = stalls(made, "between fit and 100 %", began)
        made.key("alt+w", "ctrl+Return")
        made.event("taken", timeout=120)
        made.event("progress", timeout=120)
        pressed = time.monotonic()
        made.key("Escape")
        done = made.event("done", timeout=60)
        figure("a cancel", done["at"] - pressed, "s", "<= 0.2")
        time.sleep(1)
        stalls(made, "at a cancel", began)
        restored(made, screen)
    finally:
        made.close()
        screen.close()
        daemon.stop()


def restored(made: GuiGimp, screen: Screen) -> None:
    """From the button until the window has closed, in every way the result can be put."""
    selected = "image.select_ellipse(Gimp.ChannelOps.REPLACE, 500, 500, 4000, 3000); Gimp.Selection.feather(image, 90)"
    for how, key, before in (
        ("on a new layer", "alt+n", "tell(ok=True)"),
        ("in place", "alt+l", "image.set_selected_layers(image.get_layers()[-1:]); tell(ok=True)"),
        ("of a feathered selection", "alt+n", f"{selected}; tell(ok=True)"),
    ):
        if before != "tell(ok=True)":
            made.ask(before)
            made.open_dialog()
        seen = made.events("shown")[-1]["at"]
        made.key("alt+w", "ctrl+a")
        made.type("remove the noise")
        made.event("preview", lambda event, seen=seen: event["at"] > seen, timeout=120)
        time.sleep(2)
        began = time.monotonic()
        made.key(key, "alt+w", "ctrl+Return")
        given = made.event("given", lambda event, began=began: event["at"] > began, timeout=120)
        assert screen.gone(f"^{TITLE}$", 60)
        done = made.events("done")[-1]
        figure(f"the result given back {how}, until it is there", 1000 * (given["at"] - done["at"]), "ms")
        stalls(made, how, began)


def memory(gimp: Gimp, box: Path, counts: tuple[int, int], ways: list[str]) -> None:
    """Megabytes of GIMP and of the daemon, before and after; beside them the same of what GIMP does by itself."""
    daemon = DaemonProcess(box, "restored" if os.environ.get("RESTORED_REAL") else "negative").start()
    assert daemon.process is not None
    (box / "daemon").write_text(str(daemon.process.pid))
    try:
        code = MEMORY.replace("{counts}", str(counts)).replace("{chosen}", str(ways))
        told = gimp.batch(box, code, timeout=7200, **daemon.env)
    finally:
        daemon.stop()
    for fact in told:
        for who, (start, *held) in zip(("GIMP", "daemon"), zip(*fact["seen"], strict=True), strict=True):
            name, opened = f"{who}, {fact['way']}", held[0]
            figure(f"{name}: {counts[0]} images", 100 * (opened / start - 1), "%", "<= 5", megabytes=round(opened))
            curve = [round(megabytes, 1) for megabytes in held]
            figure(f"{name}: {counts[1]} in a row", 100 * (held[-1] / opened - 1), "%", "<= 5", every_ten=curve)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="layer, window, memory; all by default")
    parser.add_argument("--suite", default="trixie", help="trixie: GIMP 3.0; sid: 3.2")
    parser.add_argument("--images", type=int, default=20, help="for memory: opened, restored and closed")
    parser.add_argument("--times", type=int, default=200, help="for memory: restorations of one image in a row")
    parser.add_argument(
        "--way", action="append", default=[], help="for memory: one of its ways, such as “all ways in turn”; all by default"
    )
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rwi-gimp-", dir="/tmp"))
    try:
        counts = chosen.images, chosen.times
        ways: dict[str, Callable[[Gimp, Path], None]] = {
            "layer": layer,
            "window": window,
            "memory": partial(memory, counts=counts, ways=chosen.way),
        }
        gimp = Gimp(chosen.suite, folder / "gimp")

        def in_a_box(name: str) -> None:
            box = folder / name
            box.mkdir()
            ways[name](gimp, box)

        run({name: partial(in_a_box, name) for name in ways}, chosen.what, chosen.out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
