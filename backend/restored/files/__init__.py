"""From file to file: one picture, a folder of them, and what is remembered about them. Who restores is the caller's affair."""

from .one import Loaded, Report, load, restore_file, save
from .orders import Done, FileOrder, OnProgress, Restore, never

__all__ = ["Done", "FileOrder", "Loaded", "OnProgress", "Report", "Restore", "load", "never", "restore_file", "save"]
