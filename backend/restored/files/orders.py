"""What is wanted of a picture, and what whoever restores it gives back."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from numpy.typing import NDArray

from restored_client.wire.order import Asked

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What whoever restores gives back: pixels (None when there was nothing to do) and the facts about them.

    message: why there was nothing to do, or what was done otherwise than asked.
    """

    FACTS: ClassVar = ("message", "device", "model", "seconds", "recipe")

    pixels: NDArray | None
    plan: dict[str, Any]
    message: str
    device: str
    model: str
    seconds: float
    recipe: dict[str, Any]

    @property
    def changed(self) -> bool:
        return self.pixels is not None


Restore = Callable[[NDArray, FileOrder, NDArray | None, OnProgress, Callable[[], bool]], Done]
"""Restores sRGB-encoded pixels by a wish inside a mask; reports progress and asks whether it was cancelled."""
