"""The client of the `restored` daemon, for every host's plug-in and the command line. Standard library only, Python 3.9 on.

Light to import: the session comes when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .wire.errors import Cancelled, ClientError, RestoredError
from .wire.order import Answer, Order
from .wire.pixels import DEPTHS, Pixels

if TYPE_CHECKING:
    from .session import Progress, Session
    from .wire.messages import PROTOCOL_VERSION

__all__ = [
    "DEPTHS",
    "PROTOCOL_VERSION",
    "Answer",
    "Cancelled",
    "ClientError",
    "Order",
    "Pixels",
    "Progress",
    "RestoredError",
    "Session",
]


def __getattr__(name: str) -> Any:
    if name == "PROTOCOL_VERSION":
        from .wire import messages

        return messages.PROTOCOL_VERSION
    if name in ("Progress", "Session"):
        from . import session

        return getattr(session, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
