"""What a paired machine costs, and brings, on this machine alone: run by command, not with the tests.

    python tests/benchmarks/studio.py [local] [link] [--megapixels 12] [--out FILE.json]

`local` is a picture that this machine restores itself: with nothing paired, and with a machine paired that is never to be asked,
or is switched off. `link` is one there and back over loopback, encrypted, when the engine costs nothing. Read ratios only.
"""

import argparse
import statistics
import sys
from pathlib import Path

import psutil
from figures import figure, run, timed

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.backend.studio.machines import Place, acquainted, places

from restored.studio.book import Machine, Machines
from restored_client import Pixels

ROUNDS = 31
WITH = {"never": "a machine paired, never asked", "away": "a machine paired, switched off"}
AWAY = "192.0.2.77"
"""An address that is nobody's (RFC 5737)."""


def layer(megapixels: float) -> Pixels:
    width = 4000
    height = max(1, int(megapixels * 1e6 / width))
    return Pixels(width, height, 3, "u8", bytes(range(250)) * (width * height * 3 // 250))


def local(megapixels: float) -> None:
    """Three daemons with the engine that costs nothing, asked in turn, so that a busy minute is everybody's."""
    with places() as make:
        alone, never, away = make("alone"), make("never"), make("away")
        for place, use in ((never, "never"), (away, "faster")):
            with place.visited():
                Machines().add(Machine("the studio", "k" * 40, AWAY, 47340))
                Machines().say(use=use)
        for place in (alone, never, away):
            place.start(engine="Echo")
        picture = layer(megapixels)
        sessions = {place.name: place.session() for place in (alone, never, away)}
        for session in sessions.values():
            session.restore(picture, instruction="x")
        turn = list(sessions.items())
        before = processor(alone, never, away)
        for _ in range(ROUNDS):
            turn.append(turn.pop(0))  # who comes after whom must not matter
            for _, session in turn:
                session.restore(picture, instruction="x")
        for session in sessions.values():
            session.close()
        spent = {name: after - before[name] for name, after in processor(alone, never, away).items()}
    usual = spent["alone"] / ROUNDS
    figure("a picture here, nothing paired", usual, "s of processor")
    for name in ("never", "away"):
        paired = spent[name] / spent["alone"]
        figure(f"a picture here, {WITH[name]}", paired, "times", "<= 1.02")


def processor(*places: Place) -> dict[str, float]:
    """Seconds of processor time that each daemon has spent: other programs on the machine do not count."""
    spent = {}
    for place in places:
        assert place.process is not None
        now = psutil.Process(place.process.pid).cpu_times()
        spent[place.name] = now.user + now.system
    return spent


def link(megapixels: float) -> None:
    with acquainted("always", there="Echo") as (desk, strong):
        picture = layer(megapixels)
        with desk.session() as session, strong.session() as there:
            session.restore(picture, instruction="x")
            both = [(seconds(session, picture), seconds(there, picture)) for _ in range(7)]
    own = statistics.median(near for _, near in both)
    figure("there and back over loopback, encrypted", statistics.median(far for far, _ in both) - own, "s", near=round(own, 3))


def seconds(session: object, picture: Pixels) -> float:
    return timed(lambda: session.restore(picture, instruction="x"))[1]  # type: ignore[attr-defined]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=[], help="local, link; both by default")
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    run({"local": lambda: local(chosen.megapixels), "link": lambda: link(chosen.megapixels)}, chosen.what, chosen.out)


if __name__ == "__main__":
    main()
