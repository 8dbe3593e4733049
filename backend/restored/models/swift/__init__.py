"""`swift`: our own family. A plain 3x3 residual U-Net on a PixelUnshuffle stem; the instruction is compiled into its weights."""

from .config import SwiftConfig
from .context import Reading, apply_tone, sample_grid
from .graph import SLOPE, Ops, conv_specs, macs_per_pixel, unet
from .network import ConditionedSwift, Swift

__all__ = [
    "SLOPE",
    "ConditionedSwift",
    "Ops",
    "Reading",
    "Swift",
    "SwiftConfig",
    "apply_tone",
    "conv_specs",
    "macs_per_pixel",
    "sample_grid",
    "unet",
]
