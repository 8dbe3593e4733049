"""The smallest `swift` that has every part, and the smallest run that trains one: what the tests of the training tree build."""

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


def tiny_run(**changes: Any) -> dict[str, Any]:
    """A run file's content: few steps of two patches, one thread. changes: what stands there in place of that, or besides."""
    return {
        "name": "tiny",
        "steps": 4,
        "groups": 1,
        "group_size": 2,
        "patches": [{"from": 0.0, "size": 32}],
        "model": {"family": "swift", "hyperparameters": TINY},
        "mix": {"tasks": {"denoise": 1.0}},
        "precision": "fp32",
        "threads": 1,
    } | changes
