"""What the docker's message says: what became of the last press or job, or what stands in the way."""

from __future__ import annotations

from typing import Callable


class Saying:
    """`changed()` is called when something else is to be said."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.words = ""
        self._refused = ""
        self._about, self._turned_to_it = "", False

    def say(self, words: str) -> None:
        self.words = words
        self._changed()

    def refuse(self, words: str) -> None:
        """Say what stands in the way, until something else is chosen: another layer, another output."""
        self._refused = words
        self.say(words)

    def became(self, words: str, layer: str) -> None:
        """Say what became of a job, until its result, the layer with this id, is left."""
        self._about, self._turned_to_it = layer, False
        self.words = words

    def turned(self, layer: str) -> None:
        """Another layer is active; an empty id for none, and for what cannot be restored: a result's new mask is so at first."""
        self.forget_refusal()
        if layer == self._about:
            self._turned_to_it = bool(layer)
        elif layer and self._turned_to_it:
            self._about, self._turned_to_it = "", False
            self.say("")

    def forget_refusal(self) -> None:
        """Something else is chosen now."""
        if self.words and self.words == self._refused:
            self.say("")
