"""The client of the `restored` daemon, for every host's plug-in and the command line. Standard library only, Python 3.9 on."""

from __future__ import annotations

from .session import Outcome, Progress, Session
from .wire.errors import Cancelled, ClientError, RestoredError
from .wire.messages import PROTOCOL_VERSION
from .wire.pixels import DEPTHS, Pixels

__all__ = ["DEPTHS", "PROTOCOL_VERSION", "Cancelled", "ClientError", "Outcome", "Pixels", "Progress", "RestoredError", "Session"]
