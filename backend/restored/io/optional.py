"""Packages that only some formats need: imported when such a file comes, named when they are not there."""

import sys
from importlib import import_module
from types import ModuleType

from .errors import PictureError


def module(name: str, picture: str) -> ModuleType:
    """The package `name`, to read the file called `picture`. Raises PictureError that says how to get it."""
    try:
        return import_module(name)
    except ImportError:
        if getattr(sys, "frozen", False):  # nothing can be added to the standalone program
            raise PictureError(
                f"“{picture}” is of a kind that this program does not read. Save it as PNG or TIFF first."
            ) from None
        raise PictureError(
            f"Reading “{picture}” needs the package {name.replace('_', '-')}: pip install 'restore-with-instruction[formats]'. "
            "Or save the picture as PNG or TIFF first."
        ) from None
