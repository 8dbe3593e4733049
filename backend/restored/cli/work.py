"""One picture from file to file, whoever restores it."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from restored.io import (
    Metadata,
    Picture,
    PictureError,
    check_output,
    copy_file,
    format_of,
    from_srgb,
    read_mask,
    read_picture,
    to_srgb,
    write_picture,
)
from restored.io.exif import settled
from restored_client.wire.recipe import encode_recipe

from .say import interruptible

OnProgress = Callable[[float | None, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of every picture: an instruction or a plan, and how.

    made_with: the fingerprint of the model that a recipe was made with, to notice when it is another one by now.
    """

    instruction: str | None = None
    plan: dict[str, Any] | None = None
    strength: float = 1.0
    scale: int = 1
    model: str | None = None
    device: str | None = None
    made_with: str | None = None

    def asked(self) -> dict[str, Any]:
        """What is asked of whoever restores, by the names that the wire has for it."""
        return {name: value for name, value in asdict(self).items() if name != "made_with"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a worker gives back: pixels (None when there was nothing to do) and the facts about them.

    message: why there was nothing to do, or what was done otherwise than asked.
    """

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


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to one picture."""

    done: Done
    width: int
    height: int
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "changed": self.done.changed,
            "message": self.done.message,
            "plan": self.done.plan,
            "model": self.done.model,
            "device": self.done.device,
            "seconds": round(self.done.seconds, 3),
            "width": self.width,
            "height": self.height,
            "notes": list(self.notes),
        }


Restore = Callable[[NDArray, Wish, NDArray | None, OnProgress, Callable[[], bool]], Done]
"""Restores sRGB-encoded pixels by a wish inside a mask; reports progress and asks whether it was cancelled."""


def restore_file(
    source: Path,
    target: Path,
    wish: Wish,
    restore: Restore,
    *,
    mask: Path | None = None,
    progress: OnProgress,
) -> Report:
    """Restore the picture in `source` into `target`.

    With nothing to do, `target` becomes a byte-for-byte copy when both names ask for the same format. Raises PictureError and
    whatever `restore` raises; then `target` is as it was.
    """
    progress(None, f"Reading {source.name}")
    picture = read_picture(source)
    if target.exists() and os.path.samefile(source, target):
        raise PictureError("The result would replace the original. Give it another name: the original stays as it is.")
    notes = check_output(target, picture, wish.scale)
    where = read_mask(mask, picture.width, picture.height) if mask else None
    sent = to_srgb(picture.pixels, picture.metadata.icc)
    with interruptible() as cancelled:
        done = restore(sent, wish, where, progress, cancelled)
    progress(None, f"Writing {target.name}")
    if done.pixels is None:
        if format_of(target) == picture.format:
            copy_file(source, target)
            notes = []
        else:
            write_picture(target, picture)
        return Report(done, picture.width, picture.height, tuple(notes))
    pixels = from_srgb(done.pixels, picture.pixels, picture.metadata.icc)
    result = _with_pixels(picture, pixels)
    notes += write_picture(target, result, _encoded(done.recipe))
    notes += _another_model(wish, done)
    return Report(done, result.width, result.height, tuple(notes))


def _with_pixels(picture: Picture, pixels: NDArray) -> Picture:
    old = picture.metadata
    height, width = pixels.shape[:2]
    metadata = Metadata(old.icc, settled(old.exif, width, height), old.xmp, old.dpi)
    return replace(picture, pixels=pixels, metadata=metadata)


def _another_model(wish: Wish, done: Done) -> list[str]:
    used = done.recipe.get("sha256")
    if not wish.made_with or not used or used == wish.made_with:
        return []
    return [f"The recipe was made with another version of the model “{done.model}”, so this result may differ a little."]


def _encoded(recipe: dict[str, Any]) -> str | None:
    return encode_recipe(recipe) if recipe else None
