"""The smallest `swift` that has every part: what the tests of the training tree build."""

from typing import Any, Final

TINY: Final[dict[str, Any]] = {
    "widths": [16, 16],
    "encoder": [1],
    "middle": 1,
    "decoder": [1],
    "rank": 1,
    "context_width": 8,
    "grid_channels": 4,
}
