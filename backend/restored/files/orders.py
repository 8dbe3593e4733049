"""What is wanted of a picture, and what whoever restores it gives back."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from numpy.typing import NDArray

from restored_client.wire.order import Answered, Asked

OnProgress = Callable[[float | None, str], None]


def never() -> bool:
    """Nobody cancels."""
    return False


@dataclass(frozen=True, kw_only=True)
class FileOrder(Asked):
    """What is wanted of every picture: all that can be asked, and what a recipe adds.

    made_with: the fingerprint of the model that a recipe was made with, to notice when it is another one by now.
    mask: a mask out of a recipe, as `files.masks` writes it; it counts for pictures of its size.
    """

    made_with: str | None = None
    mask: str | None = None

    def digest(self) -> str:
        """A name for this wish: the same for the same wish, whatever computes it."""
        said = {**self.asked(), "mask": self.mask}
        said.pop("device", None)  # whatever computes it
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class Done(Answered):
    """What whoever restores gives back: an answer whose pixels are an array."""

    pixels: NDArray | None


Restore = Callable[[NDArray, FileOrder, NDArray | None, OnProgress, Callable[[], bool]], Done]
"""Restores sRGB-encoded pixels by a wish inside a mask; reports progress and asks whether it was cancelled."""
