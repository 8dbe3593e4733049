"""From file to file: one picture, a folder of them, and what is remembered about them. Who restores is the caller's affair."""

from .one import Loaded, Report, load, restore_file, save
from .wish import Done, OnProgress, Restore, Wish, never

__all__ = ["Done", "Loaded", "OnProgress", "Report", "Restore", "Wish", "load", "never", "restore_file", "save"]
