"""Ways to compute: torch on any device, OpenVINO on x86 CPUs."""

from .base import Kernel, Runtime, Work

__all__ = ["Kernel", "Runtime", "Work"]
