"""Recipes: from a result's metadata or from a file of their own."""

import os
from pathlib import Path
from typing import Any

from restored.files.owned import recipe_of
from restored.io import SUFFIXES

from .console import Failure


def read_recipe(path: Path) -> dict[str, Any]:
    """The recipe in `path`, a result of ours or a JSON file. Raises Failure, PictureError or ClientError with a sentence."""
    from restored_client.wire.recipe import MAX_RECIPE, decode_recipe

    if path.suffix.lower() in SUFFIXES:
        if not os.path.isfile(path):
            raise Failure(f"There is no file “{path}”.")
        recipe = recipe_of(path)
        if recipe is None:
            raise Failure(f"There is no recipe in “{path.name}”: it was not made by restored, or another program removed it.")
        return recipe
    try:
        with path.open("rb") as file:  # a byte more than any recipe has: a device may never end
            return decode_recipe(file.read(MAX_RECIPE + 1))
    except OSError as error:
        raise Failure(f"The recipe “{path}” cannot be read: {error.strerror}.") from error
