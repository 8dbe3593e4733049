"""How much of backend and client the tests run, in a table: lines, and branches (each way that an `if` or a loop can go on).

`make coverage`, and `make test` with COVERAGE=yes, write what this reads, FILE (coverage's JSON), and then call it:
`python tools/covered.py FILE`.
"""

import json
import sys
from pathlib import Path

WHOLE = {"backend": "backend/restored/", "client": "plugins/restored_client/"}


LOW = 0.85
"""Share of its lines below which a room is named."""


def table(files: dict[str, dict[str, dict[str, int]]], worst: int = 10) -> str:
    """The figures of each whole, and the files with the most branches that no test takes."""
    lines = ["| | lines | branches |", "|---|---|---|"]
    for name, folder in WHOLE.items():
        counts = [each["summary"] for path, each in files.items() if folder in path.replace("\\", "/")]
        cells = (_share(counts, "covered_lines", "num_statements"), _share(counts, "covered_branches", "num_branches"))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    low = {room: counts for room, counts in _rooms(files).items() if _part(counts, "covered_lines", "num_statements") < LOW}
    lines += ["", f"Rooms with less than {LOW:.0%} of their lines run: {'' if low else 'none'}".rstrip()]
    lines += [f"  {room}: {_share(counts, 'covered_lines', 'num_statements')}" for room, counts in sorted(low.items())]
    left = sorted(((each["summary"]["missing_branches"], path) for path, each in files.items()), reverse=True)
    lines += ["", "Most branches that no test takes:", *(f"  {path} ({count})" for count, path in left[:worst] if count)]
    return "\n".join(lines)


def _rooms(files: dict[str, dict[str, dict[str, int]]]) -> dict[str, list[dict[str, int]]]:
    """What lies in each folder below a whole, or beside those as a file; by its name, with its counts."""
    found: dict[str, list[dict[str, int]]] = {}
    for path, each in files.items():
        for folder in WHOLE.values():
            _, among, inside = path.replace("\\", "/").partition(folder)
            if among:
                found.setdefault(f"{folder.rstrip('/').rpartition('/')[2]}/{inside.partition('/')[0]}", []).append(
                    each["summary"]
                )
    return found


def _part(counts: list[dict[str, int]], part: str, whole: str) -> float:
    """A share of 0 to 1; of nothing, all."""
    all_of = sum(each[whole] for each in counts)
    return sum(each[part] for each in counts) / all_of if all_of else 1.0


def _share(counts: list[dict[str, int]], part: str, whole: str) -> str:
    got, all_of = (sum(each[name] for each in counts) for name in (part, whole))
    return f"{got / all_of:.1%} of {all_of:,}" if all_of else "none"


if __name__ == "__main__":
    print(table(json.loads(Path(sys.argv[1]).read_text("utf-8"))["files"]))
