"""Translated words. `_` is gettext over this adapter's catalogue and the shared one."""

from pathlib import Path

from restored_client import catalogue

CATALOGUE = catalogue.load([catalogue.SHARED, Path(__file__).resolve().parent.parent / "locale"])

_ = CATALOGUE.gettext


class Refusal(Exception):
    """Nothing can be done, for a reason the user can read; nothing was changed."""
