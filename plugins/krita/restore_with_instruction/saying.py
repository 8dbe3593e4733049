"""What the docker's message says: what became of the last press or job, or what stands in the way."""

from __future__ import annotations

from typing import Callable


class Saying:
    """`changed()` is called when something else is to be said."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.words = ""
        self._refused = ""

    def say(self, words: str) -> None:
        self.words = words
        self._changed()

    def refuse(self, words: str) -> None:
        """Say what stands in the way, until something else is chosen: another layer, another output."""
        self._refused = words
        self.say(words)

    def forget_refusal(self) -> None:
        """Something else is chosen now."""
        if self.words and self.words == self._refused:
            self.say("")
