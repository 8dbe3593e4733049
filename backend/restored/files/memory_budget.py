"""How much memory the pictures on their way may take together."""

import threading
from typing import Final

from restored.ground.memory import available

_SHARE: Final = 0.25
"""Of the memory that is free."""
_LEAST: Final = 256 << 20


def affordable() -> int:
    """Bytes that pictures on their way may take on this machine as it is now."""
    return max(_LEAST, int(available() * _SHARE))


class MemoryBudget:
    """Bytes on their way. One picture is always let through, however large, so that nothing waits for ever."""

    def __init__(self, most: int) -> None:
        self._most, self._held, self._closed = most, 0, False
        self._change = threading.Condition()
        self.peak = 0

    def take(self, size: int) -> int | None:
        """Wait until there is room; None once the budget is closed."""
        with self._change:
            self._change.wait_for(lambda: self._closed or self._held == 0 or self._held + size <= self._most)
            if self._closed:
                return None
            self._held += size
            self.peak = max(self.peak, self._held)
            return size

    def adjust(self, more: int) -> None:
        with self._change:
            self._held += more
            self.peak = max(self.peak, self._held)
            self._change.notify_all()

    def give(self, size: int) -> None:
        self.adjust(-size)

    def close(self) -> None:
        with self._change:
            self._closed = True
            self._change.notify_all()
