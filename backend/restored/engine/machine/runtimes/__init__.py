"""Ways to compute: torch on any device, OpenVINO on x86 CPUs."""

from restored.engine.machine.runtimes.base import Kernel, Runtime, Setup, Windows

__all__ = ["Kernel", "Runtime", "Setup", "Windows"]
