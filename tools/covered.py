"""How much of backend and client the tests run, in a table: lines, and branches (each way that an `if` or a loop can go on).

`make coverage`, and `make test` with COVERAGE=yes, write what this reads, FILE (coverage's JSON), and then call it:
`python tools/covered.py FILE`.
"""

import json
import sys
from pathlib import Path

WHOLE = {"backend": "backend/restored/", "client": "plugins/restored_client/"}


def table(files: dict[str, dict[str, dict[str, int]]], worst: int = 10) -> str:
    """The figures of each whole, and the files with the most branches that no test takes."""
    lines = ["| | lines | branches |", "|---|---|---|"]
    for name, folder in WHOLE.items():
        counts = [each["summary"] for path, each in files.items() if folder in path.replace("\\", "/")]
        cells = (_share(counts, "covered_lines", "num_statements"), _share(counts, "covered_branches", "num_branches"))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    left = sorted(((each["summary"]["missing_branches"], path) for path, each in files.items()), reverse=True)
    lines += ["", "Most branches that no test takes:", *(f"  {path} ({count})" for count, path in left[:worst] if count)]
    return "\n".join(lines)


def _share(counts: list[dict[str, int]], part: str, whole: str) -> str:
    got, all_of = (sum(each[name] for each in counts) for name in (part, whole))
    return f"{got / all_of:.1%} of {all_of:,}" if all_of else "none"


if __name__ == "__main__":
    print(table(json.loads(Path(sys.argv[1]).read_text("utf-8"))["files"]))
