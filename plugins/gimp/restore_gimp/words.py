"""Translated words. `_` is gettext over this adapter's catalogue and the shared one."""

import traceback
from pathlib import Path

from restored_client.desk import catalogue

CATALOGUE = catalogue.load([catalogue.SHARED, Path(__file__).resolve().parent.parent / "locale"])

_ = CATALOGUE.gettext


def unexpected(problem):
    """A sentence for an exception that nobody foresaw; where it came from goes to the standard error."""
    traceback.print_exception(type(problem), problem, problem.__traceback__)
    detail = f"{type(problem).__name__}: {problem}"
    return _("Something unexpected happened and nothing was changed. ({})").format(detail)


class Refusal(Exception):
    """Nothing can be done, for a reason the user can read; nothing was changed."""
