"""The siege: everything that was found by attack, attacked again, for as long as one likes.

    python tests/siege [--minutes 60] [--seed 1] [--out out/siege] [--short] [--only NAME...]

Seeded: case N of a campaign is the same for the same seed. Resumable: what was done stands in OUT/state.json, and the same
command goes on from there. It writes OUT/page.md with counts, and every input that broke something into OUT/faults. Exit code 1
when there is a fault: nothing lost, nothing hung, nothing leaked, nothing let in.
"""

import argparse
import sys
from pathlib import Path

from campaign import Campaign, State
from conditions import CONDITIONS
from floods import Floods
from fuzzing import FUZZING
from lives import LIVES
from pairings import Pairings
from pictures import Pictures
from streams import STREAMS

CAMPAIGNS: list[type[Campaign]] = [*FUZZING, Pictures, *STREAMS, Pairings, *LIVES, Floods, *CONDITIONS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/siege"))
    parser.add_argument("--short", action="store_true", help="a thousandth of everything, for CI")
    parser.add_argument("--only", nargs="*", choices=[each.name for each in CAMPAIGNS])
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    state = State.load(chosen.out, chosen.seed)
    campaigns = [each(state, short=chosen.short) for each in CAMPAIGNS if not chosen.only or each.name in chosen.only]
    shares = sum(each.share for each in campaigns)
    for each in campaigns:
        each.go(chosen.minutes * 60 * each.share / shares)
        state.save()
        print(each.line(), flush=True)
    state.page(campaigns)
    print(f"{chosen.out / 'page.md'}: {state.faults} faults")
    return 1 if state.faults else 0


if __name__ == "__main__":
    sys.exit(main())
