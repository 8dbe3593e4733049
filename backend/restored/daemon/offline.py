"""The daemon opens no outbound connection: not by promise, but because the interpreter refuses."""

import os
import sys
from typing import Any

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SILENT = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}


def stay_offline() -> None:
    """From now on, connecting to or asking for another machine raises PermissionError; libraries are told not to try."""
    os.environ.update(SILENT)
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
        refused = host is not None and host not in LOOPBACK
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        refused = arguments[0] not in (None, "", *LOOPBACK)
    else:
        return
    if refused:
        raise PermissionError("restored works offline: it connects to no other machine")
