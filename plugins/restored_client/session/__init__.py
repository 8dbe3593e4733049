"""Find the daemon, start it when there is none, and talk with it."""

from __future__ import annotations

from .exchange import Progress
from .talk import Session

__all__ = ["Progress", "Session"]
