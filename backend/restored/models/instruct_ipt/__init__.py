"""`instruct_ipt`: Instruct-IPT (arXiv 2407.00676) on an IPT-V2-style transformer, with task biases of low rank on its weights."""

from .config import PRESETS, InstructIPTConfig, preset
from .graph import Net, Weights
from .network import ConditionedInstructIPT, InstructIPT, folded
from .weights import MODULATED, Dense, Role, Sublayer, denses, macs_per_pixel, parameters, stages

__all__ = [
    "MODULATED",
    "PRESETS",
    "ConditionedInstructIPT",
    "Dense",
    "InstructIPT",
    "InstructIPTConfig",
    "Net",
    "Role",
    "Sublayer",
    "Weights",
    "denses",
    "folded",
    "macs_per_pixel",
    "parameters",
    "preset",
    "stages",
]
