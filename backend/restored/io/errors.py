"""The one error of this folder: a file that cannot be read or written as asked."""

from restored.ground.errors import FileError as PictureError

__all__ = ["PictureError"]
