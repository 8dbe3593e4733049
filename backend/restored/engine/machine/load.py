"""How many cores are free for us. The machine is shared with the host: a thread on a busy core slows the job and the host."""

import time
from typing import Final

import psutil

from restored.ground.cores import cores

SETTLE: Final = 0.1
"""Seconds a measurement must span to mean anything."""


class LoadMeter:
    """Watches what the other programs use, from the moment it is made."""

    def __init__(self) -> None:
        self.cores = cores()
        self._process = psutil.Process()
        self._last = self._sample()
        self._free: float | None = None

    def free_cores(self) -> int:
        """Cores the others leave free since the last look, at least 1; all of them until there was time to look."""
        now = self._sample()
        elapsed = now[0] - self._last[0]
        if elapsed >= SETTLE:
            others = max(0.0, (now[1] - self._last[1]) - (now[2] - self._last[2])) / elapsed
            free = self.cores - others
            # a burst (a host redrawing) should not halve a job at once, nor a pause double it
            self._free = free if self._free is None else 0.5 * (self._free + free)
            self._last = now
        return max(1, min(self.cores, round(self.cores if self._free is None else self._free)))

    def _sample(self) -> tuple[float, float, float]:
        system = psutil.cpu_times()
        own = self._process.cpu_times()
        busy = sum(system) - system.idle - getattr(system, "iowait", 0.0) - getattr(system, "guest", 0.0)
        return time.monotonic(), busy, own.user + own.system
