"""What seems to be scratched or dusty in a picture file, as another picture that one can look at and paint in."""

from pathlib import Path

import imagecodecs
import numpy as np

from restored.ground.replacing import atomic
from restored.io import PictureError, read_pages, sent


def propose(source: Path, target: Path, *, overwrite: bool = False) -> float:
    """Write the marks of a file's first picture, white on black, and return the share of it that they cover. Raises PictureError
    for a source that cannot be read and for a target that is there already or is no PNG."""
    if target.suffix.lower() != ".png":
        raise PictureError(f"A mask is written as PNG. Give it a name such as “{target.stem}.png”.")
    if target.exists() and not overwrite:
        raise PictureError(f"“{target}” is there already. Give the mask another name, or add --overwrite.")
    from restored.engine.work.marks import marks_of_layer

    found = marks_of_layer(sent(read_pages(source)[0]))
    with atomic(target) as file:
        file.write(bytes(imagecodecs.png_encode(found.astype(np.uint8) * 255)))
    return float(found.mean())
