"""Recipes: from a result's metadata or from a file of their own."""

from pathlib import Path
from typing import Any

from restored.io import SUFFIXES, read_picture, recipe_in

from .say import Failure


def read_recipe(path: Path) -> dict[str, Any]:
    """The recipe in `path`, a result of ours or a JSON file. Raises Failure, PictureError or ClientError with a sentence."""
    from restored_client.wire.recipe import decode_recipe

    if path.suffix.lower() in SUFFIXES:
        text = recipe_in(read_picture(path).metadata.xmp)
        if text is None:
            raise Failure(f"There is no recipe in “{path.name}”: it was not made by restored, or another program removed it.")
        return decode_recipe(text)
    try:
        return decode_recipe(path.read_bytes())
    except OSError as error:
        raise Failure(f"The recipe “{path}” cannot be read: {error.strerror}.") from error
