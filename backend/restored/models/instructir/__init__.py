"""`instructir`: the network of "InstructIR: High-Quality Image Restoration Following Human Instructions" (Conde, Geigle, Timofte,
ECCV 2024), key for key compatible with its published state dict."""

from .compiled import CompiledInstructIR
from .network import InstructIR

__all__ = ["CompiledInstructIR", "InstructIR"]
