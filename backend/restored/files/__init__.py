"""From file to file: one picture, a folder of them, and what is remembered about them. Who restores is the caller's affair."""

from .one import Loaded, Report, load, restore_file, save
from .orders import Done, FileOrder, OnProgress, Restore, never
from .question import look_at_file

__all__ = [
    "Done",
    "FileOrder",
    "Loaded",
    "OnProgress",
    "Report",
    "Restore",
    "load",
    "look_at_file",
    "never",
    "restore_file",
    "save",
]
