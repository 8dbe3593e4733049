"""What the docker costs the person at Krita: run by command, not with the tests.

    python tests/benchmarks/krita.py [start] [layer] [plan] [--suite bookworm|trixie] [--out FILE.json]

Needs a Krita (`tests/hosts/setup` as root). Prints one line per figure with its target, and writes all of them as JSON. Run it on
an idle machine.
"""

import argparse
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
from krita_host import Krita, office, wear_in  # noqa: E402


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
    figure("24 megapixels, the plug-in's and Krita's own share", own, "s", "<= 1.5", work=facts["own_work_s"])


def plan(krita: Krita, screen: Screen) -> None:
    """From the last key to the chips."""
    facts = _case(krita, screen, "docker_cases.py", "a_plan_appears_while_typing")
    figure("a plan after the last key", facts["plan_ms"], "ms", "<= 400")


def _case(krita: Krita, screen: Screen, file: str, case: str) -> dict[str, Any]:
    with office(krita) as (box, env):
        (told,) = krita.window(box, screen, file, RWI_ONLY=case, **env)
    if told["error"]:
        raise SystemExit(told["error"])
    return told["facts"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="start, layer, plan; all by default")
    parser.add_argument("--suite", default="bookworm", help="bookworm: Krita 5.1; trixie: 5.2")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    screen = Screen("1280x900")
    folder = Path(tempfile.mkdtemp(prefix="rwi-krita-", dir="/tmp"))
    try:
        wear_in(chosen.suite, screen)
        krita = Krita(chosen.suite, folder)
        ways: list[Callable[[Krita, Screen], None]] = [start, layer, plan]
        run({way.__name__: partial(way, krita, screen) for way in ways}, chosen.what, chosen.out)
    finally:
        screen.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
