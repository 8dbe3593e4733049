"""Which version this is. It is written once, in pyproject.toml, and read from the installed distribution."""

from functools import cache
from importlib import metadata
from typing import Final

DISTRIBUTION: Final = "restore-with-instruction"


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
