"""What seems to be scratched or dusty in a picture file, as another picture that one can look at and paint in."""

import os
from pathlib import Path

import imagecodecs
import numpy as np

from restored.ground.replacing import atomic
from restored.io import PictureError, read_pages, sent

from .page_choice import chosen


def propose(source: Path, target: Path, *, page: int | None = None, overwrite: bool = False) -> float:
    """Write the marks of a file's picture, white on black, and return the share of it that they cover. page: which of a
    file's pictures (from 1), else the first. Raises PictureError for a source that cannot be read or has no such picture, and for
    a target that is there already, is the source, or is no PNG; FileError for what the disk refuses."""
    if target.suffix.lower() != ".png":
        raise PictureError(f"A mask is written as PNG. Give it a name such as “{target.stem}.png”.")

    def refuse() -> None:
        if os.path.exists(target):
            if os.path.exists(source) and os.path.samefile(source, target):
                raise PictureError("The mask would replace the picture. Give it another name: the original stays as it is.")
            if not overwrite:
                raise PictureError(f"“{target}” is there already. Give the mask another name, or add --overwrite.")

    refuse()
    picture = next(each for each in chosen(read_pages(source), source, page) if each.role == "picture")
    from restored.engine.engine import shared

    found = shared().marks(sent(picture))
    with atomic(target, make_way=refuse) as file:  # somebody else may have written there meanwhile
        file.write(bytes(imagecodecs.png_encode(found.astype(np.uint8) * 255)))
    return float(found.mean())
