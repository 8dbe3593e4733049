"""What can be asked is listed in one place. Where five of its names stand beside each other once more, there is a reason."""

from collections import Counter
from pathlib import Path

from tests.sources import script

ROOT = Path(__file__).parents[1]
measure = script("tools/measure.py")

DEFINITION = "plugins/restored_client/wire/order.py"

ALSO_LISTED = {
    "backend/restored/api.py": "`restore`, which people call from Python: its arguments are what an editor shows, and `help`",
    "backend/restored/cli/single.py": "`restored run`: typer makes the options and their help of the arguments",
    "backend/restored/cli/batch.py": "`restored batch`, for the same reason",
    "backend/restored/cli/archive.py": "`restored archive plan`, for the same reason",
    "backend/restored/engine/work/job.py": "what the engine is told: arrays and loaded models, not bytes and names",
    "plugins/krita/restore_with_instruction/headless.py": "`script`, which people call from Krita's scripts",
}
"""docs/decisions/09-one-order-one-answer.md says more."""


def test_what_can_be_asked_is_listed_once() -> None:
    found = Counter(place.rpartition(":")[0] for place in measure.enumerations(ROOT))
    assert found == Counter([DEFINITION, *ALSO_LISTED])
