"""`swift`: our own family. A plain 3x3 residual U-Net on a PixelUnshuffle stem; the instruction is compiled into its weights.

Light to import: torch comes with the network.
"""

from typing import TYPE_CHECKING, Any

from ..unet import SLOPE
from .config import SwiftConfig
from .graph import SwiftOps, conv_specs, macs_per_pixel, unet

if TYPE_CHECKING:
    from .context import ContextReading, apply_tone, sample_grid
    from .network import ConditionedSwift, Swift

__all__ = [
    "SLOPE",
    "ConditionedSwift",
    "ContextReading",
    "Swift",
    "SwiftConfig",
    "SwiftOps",
    "apply_tone",
    "conv_specs",
    "macs_per_pixel",
    "sample_grid",
    "unet",
]

_CONTEXT = ("ContextReading", "apply_tone", "sample_grid")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _CONTEXT:
        from . import context

        return getattr(context, name)
    from . import network

    return getattr(network, name)
