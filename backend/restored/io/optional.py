"""Packages that only some formats need: imported when such a file comes, named when they are not there."""

from importlib import import_module
from types import ModuleType

from .errors import PictureError


def module(name: str, picture: str) -> ModuleType:
    """The package `name`, to read the file called `picture`. Raises PictureError that says how to get it."""
    try:
        return import_module(name)
    except ImportError:
        raise PictureError(
            f"Reading “{picture}” needs the package {name.replace('_', '-')}: pip install 'restore-with-instruction[formats]'. "
            "Or save the picture as PNG or TIFF first."
        ) from None
