"""What the docker costs the person at Krita: run by command, not with the tests.

    python tests/benchmarks/krita.py [start] [layer] [plan] [slider] [gamut] [memory [--documents 20]] [--suite bookworm|trixie]
        [--out FILE.json]

Needs a Krita (`tests/hosts/setup` as root). Prints one line per figure with its target, and writes all of them as JSON. Run it on
an idle machine.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

HOSTS = Path(__file__).resolve().parents[1] / "hosts"
sys.path[:0] = [str(HOSTS), str(HOSTS / "krita")]

from figures import figure, run  # noqa: E402 - the folders above first
from hostkit import Screen  # noqa: E402
from krita_host import LONG, Krita, office, wear_in  # noqa: E402


def start(krita: Krita, screen: Screen) -> None:
    """From the import of the plug-in to a docker that can be typed in, with no daemon there."""
    with tempfile.TemporaryDirectory(prefix="rwi-", dir="/tmp") as folder:
        output = krita.headless(Path(folder), "load_time", RESTORED_RUNTIME_DIR=folder, RESTORED_CONFIG_DIR=folder)
    importing, wall, processor = map(float, output.split("@@ load ")[1].split()[:3])
    figure("the docker is there", wall, "s", "<= 0.3", imports=importing, processor=processor)


def layer(krita: Krita, screen: Screen) -> None:
    """24 megapixels there and back with an echo of a model; the daemon's and the wire's share is taken off."""
    facts = _case(krita, screen, "job_cases.py", "24_megapixels")
    own = facts["total_s"] - facts["daemon_and_wire_s"]
    figure("24 megapixels, the plug-in's and Krita's own share", own, "s", "<= 1.0", work=facts["own_work_s"])


def plan(krita: Krita, screen: Screen) -> None:
    """From the last key to the chips."""
    facts = _case(krita, screen, "docker_cases.py", "a_plan_appears_while_typing")
    figure("a plan after the last key", facts["plan_ms"], "ms", "<= 400")


def slider(krita: Krita, screen: Screen) -> None:
    """From the strength's slider to the preview."""
    spent = _case(krita, screen, "figure_cases.py", "slider")["slider_ms"]
    figure("another strength in the preview", spent[len(spent) // 2], "ms", "<= 60", worst=spent[-1])


def gamut(krita: Krita, screen: Screen) -> None:
    """2 megapixels of 16 bit in a wide gamut with the real engine, as a multiple of the processor time in sRGB; without what
    Krita itself spends on a new layer."""
    facts = _case(krita, screen, "figure_cases.py", "gamut", "restored")
    figure(
        "a wide gamut, times the time in sRGB",
        facts["ratio"],
        "x",
        "<= 1.15",
        **facts["seconds"],
        of_krita=facts["of_krita"],
        alone=facts["krita_alone"],
    )


def memory(krita: Krita, screen: Screen, documents: int) -> None:
    """Twenty documents with ten restorations each, with the real engine, whose models and kept results are given back after
    each: growth after the first quarter, and the same by script alone."""
    many = {"RWI_DOCUMENTS": str(documents)}
    facts = _case(krita, screen, "figure_cases.py", "memory", "restored", **many)
    for name in ("krita", "daemon"):
        _growth(f"memory of {name} after {10 * documents} restorations", facts[f"{name}_mb"])
    folder = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    try:
        bare = Krita(krita.suite, folder, installed=False)
        facts = _case(bare, screen, "figure_cases.py", "memory_without_us", **many)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _growth(f"memory of krita, {10 * documents} layers without us", facts["krita_mb"])


def _growth(name: str, held: list[float]) -> None:
    figure(name, 100 * (held[-1] / held[(len(held) - 1) // 4] - 1), "%", "<= 5", mb=held)


def _case(krita: Krita, screen: Screen, file: str, case: str, engine: str = "negative", **more: str) -> dict[str, Any]:
    with office(krita, engine) as (box, env):
        connection = json.loads((box / "run" / "connection.json").read_text())
        pid = str(connection["pid"])
        (told,) = krita.window(box, screen, file, RWI_ONLY=case, timeout=3600, RWI_DAEMON=pid, **LONG, **env, **more)
    if told["error"]:
        raise SystemExit(told["error"])
    return told["facts"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="one or more of those above; all by default")
    parser.add_argument("--suite", default="bookworm", help="bookworm: Krita 5.1; trixie: 5.2")
    parser.add_argument("--documents", type=int, default=20, help="that `memory` opens and closes; ten restorations in each")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    screen = Screen("1280x900")
    folder = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    try:
        wear_in(chosen.suite, screen)
        krita = Krita(chosen.suite, folder)
        ways: list[Callable[[Krita, Screen], None]] = [start, layer, plan, slider, gamut]
        named = {way.__name__: partial(way, krita, screen) for way in ways}
        run({**named, "memory": partial(memory, krita, screen, chosen.documents)}, chosen.what, chosen.out)
    finally:
        screen.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
