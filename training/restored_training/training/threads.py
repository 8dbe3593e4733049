"""Threads that follow what other programs leave free: a second thread that waits for a busy core is slower than none."""

import time
from collections.abc import Callable

import psutil
import torch

from restored.ground.cores import cores


class FreeThreads:
    """Sets torch's thread count from the processor time that other programs used since the last look.

    With two threads on two cores and one busy neighbour torch ran at 0.3 of its idle speed, with one thread at 0.6.
    """

    def __init__(self, *, interval: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval, self._clock = interval, clock
        self._cores = cores()
        self._process = psutil.Process()
        self._since = clock()
        self._last = self._reading()

    def follow(self) -> int:
        """Look again if the interval has passed; returns the thread count in force."""
        now = self._clock()
        if now - self._since >= self._interval:
            busy, own = self._reading()
            others = ((busy - self._last[0]) - (own - self._last[1])) / (now - self._since)
            self._since, self._last = now, (busy, own)
            wanted = threads_for(self._cores, others)
            if wanted != torch.get_num_threads():
                torch.set_num_threads(wanted)
        return torch.get_num_threads()

    def _reading(self) -> tuple[float, float]:
        times = psutil.cpu_times()
        busy = sum(getattr(times, name, 0.0) for name in ("user", "nice", "system", "irq", "softirq", "steal"))
        own = self._process.cpu_times()
        return busy, own.user + own.system


def threads_for(cores: int, others: float) -> int:
    """Threads to use on `cores` when other programs keep `others` cores busy: a quarter of a core does not count."""
    return max(1, cores - int(others + 0.75))
