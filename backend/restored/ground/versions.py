"""Which version this is. It is written once, in pyproject.toml, and read from the installed distribution."""

import sys
from functools import cache
from importlib import metadata
from typing import Final

DISTRIBUTION: Final = "restore-with-instruction"


def how_to_get(extra: str) -> str:
    """The end of a sentence that says what is missing: how its reader gets what one of the extras in pyproject.toml brings."""
    if getattr(sys, "frozen", False):  # nothing can be added to the standalone program
        return f"the standalone program comes without it; with Python, “pip install '{DISTRIBUTION}[{extra}]'” has it"
    return f"pip install '{DISTRIBUTION}[{extra}]'"


@cache
def version() -> str:
    """The distribution's version; "0" when it is not installed."""
    return version_of(DISTRIBUTION) or "0"


def version_of(package: str) -> str | None:
    """The version of any installed distribution, None when it is not there."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
