"""The program as an installer brings it: its folders, its updates, and the pack with which it computes on NVIDIA GPUs."""

import sys
from pathlib import Path
from typing import Final

from restored.ground.errors import InstallationError


class StandaloneError(InstallationError):
    """What cannot be done to this installation."""


NOT_STANDALONE: Final = "This restored was not installed by an installer"


def frozen() -> bool:
    """Whether this is the standalone program."""
    return bool(getattr(sys, "frozen", False))


def program_folder() -> Path:
    """Where the standalone program lies. Raises StandaloneError in any other installation."""
    if not frozen():
        raise StandaloneError(f"{NOT_STANDALONE}. What pip installed, pip changes: pip install --upgrade FILE.whl")
    return Path(sys.executable).resolve().parent
