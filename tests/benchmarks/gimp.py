"""What the window costs the person at GIMP: run by command, not with the tests.

    python tests/benchmarks/gimp.py [layer] [window] [memory] [--suite trixie|sid] [--out FILE.json]

layer: 24 megapixels there and back, the model's own work taken off. window: the longest that the window's thread was busy in one
go, a slider's move to the new preview, and a cancel. memory: 20 images opened and closed and 200 restorations. Needs a GIMP
(`tests/hosts/setup` as root). Prints one line per figure with its target. Run it on an idle machine; processor times
count on any.
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
from gimp_window import GuiGimp  # noqa: E402
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

gimp = os.getppid()
daemon = int(load("daemon").decode())
def restore(count, new):
    for _ in range(count):
        if new:
            image, layer = picture(1000, 700)
            write(layer, "R'G'B' u8", os.urandom(1000 * 3) * 700)
        else:
            image, layer = kept
        call(image, drawables=[layer], instruction="remove the noise", output="replace")
        if new:
            image.delete()
        else:
            image.clean_all()

kept = picture(400, 300)
kept[0].undo_disable()
write(kept[1], "R'G'B' u8", os.urandom(400 * 3) * 300)
restore(4, True); restore(20, False)
tell(gimp=pages(gimp), daemon=pages(daemon))
restore(20, True)
tell(gimp=pages(gimp), daemon=pages(daemon))
restore(200, False)
tell(gimp=pages(gimp), daemon=pages(daemon))
"""


def events(trace: Path, name: str) -> list[dict]:
    return [line for line in map(json.loads, trace.read_text().splitlines()) if line["event"] == name]


def layer(gimp: Gimp, box: Path) -> None:
    """Reading, sending, receiving, writing, merging; the last of three, as GIMP is warm then."""
    daemon = DaemonProcess(box, "echo").start()
    try:
        gimp.batch(box, LAYER, timeout=600, **daemon.env, RESTORED_TRACE=str(box / "trace"))
    finally:
        daemon.stop()
    asked, taken, restored, given = (events(box / "trace", name)[-1] for name in ("asked", "taken", "restored", "given"))
    own = given["at"] - asked["at"] - (restored["at"] - taken["at"])
    cpu = given["cpu"] - asked["cpu"] - (restored["cpu"] - taken["cpu"])
    figure("24 megapixels, the plug-in's own share", own, "s", "<= 1.0", processor=round(cpu, 2))
    trip = restored["at"] - taken["at"]
    figure("24 megapixels, the way to the daemon and back", trip, "s", "", processor=round(restored["cpu"] - taken["cpu"], 2))


def window(gimp: Gimp, box: Path) -> None:
    """The window on a photograph of 24 megapixels, with an engine that answers at once."""
    photo = box / "photo.jpg"
    Image.fromarray(of_megapixels(24)).save(photo, quality=95)
    daemon, screen = DaemonProcess(box).start(), Screen()
    made = GuiGimp(gimp, box, screen, photo, **daemon.env)
    try:
        made.open_dialog()
        made.event("ready", timeout=120)
        made.type("remove the noise slow 30")
        first = made.event("preview", timeout=120)
        time.sleep(2)
        for _ in range(5):
            made.key("alt+s", "Left")
            time.sleep(1)
        adjusted = made.event("preview", lambda event: event["at"] > first["at"] and event["adjusted"])
        asked = [event for event in made.events("slid") if event["at"] < adjusted["at"]][-1]
        took, cpu = adjusted["at"] - asked["at"], adjusted["cpu"] - asked["cpu"]
        figure("a slider's move to the new preview", 1000 * took, "ms", "<= 60", processor_ms=round(1000 * cpu))
        busy = made.events("busy")
        worst = max(busy, key=lambda event: event["seconds"], default={"seconds": 0.0})
        figure("the window's thread busy in one go, processor time", 1000 * worst["seconds"], "ms", "<= 100", times=len(busy))
        made.key("ctrl+Return")
        made.event("taken", timeout=120)
        made.event("progress", timeout=120)
        began = time.monotonic()
        made.key("Escape")
        done = made.event("done", timeout=60)
        figure("a cancel", done["at"] - began, "s", "<= 0.2")
    finally:
        made.close()
        screen.close()
        daemon.stop()


def memory(gimp: Gimp, box: Path) -> None:
    """Megabytes of GIMP and of the daemon, before and after."""
    daemon = DaemonProcess(box, "restored" if os.environ.get("RESTORED_REAL") else "echo").start()
    assert daemon.process is not None
    (box / "daemon").write_text(str(daemon.process.pid))
    try:
        told = gimp.batch(box, MEMORY, timeout=3000, **daemon.env)
    finally:
        daemon.stop()
    for who in ("gimp", "daemon"):
        start, opened, restored = (fact[who] for fact in told)
        figure(f"{who}: growth by 20 images opened and closed", 100 * (opened / start - 1), "%", "<= 5", megabytes=round(opened))
        figure(f"{who}: growth by 200 restorations", 100 * (restored / opened - 1), "%", "<= 5", megabytes=round(restored))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="layer, window, memory; all by default")
    parser.add_argument("--suite", default="trixie", help="trixie: GIMP 3.0; sid: 3.2")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rwi-gimp-", dir="/tmp"))
    try:
        ways: list[Callable[[Gimp, Path], None]] = [layer, window, memory]
        gimp = Gimp(chosen.suite, folder / "gimp")

        def in_a_box(way: Callable[[Gimp, Path], None]) -> None:
            box = folder / way.__name__
            box.mkdir()
            way(gimp, box)

        run({way.__name__: partial(in_a_box, way) for way in ways}, chosen.what, chosen.out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
