"""No connection leaves the machine but to those paired by hand: dependencies that would ask home are kept from it, and the
interpreter refuses the rest.

`keep_dependencies_quiet` runs when the package `restored` is imported, so it comes before every import of ours in every process:
command, daemon, API, training, and children started by fork or by spawn. `stay_offline` is for processes that are ours alone.
"""

import os
import sys
from collections.abc import Callable
from typing import Any, Final

TELEMETRY: Final = ("openvino_telemetry",)
"""Packages that exist only to report usage. `import openvino` sends an event to an analytics host through the first; without it,
it falls back to a stand-in of its own that does nothing."""

QUIET: Final = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
OFFLINE: Final = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def keep_dependencies_quiet() -> None:
    """Make packages that report usage look absent, and tell the others not to. What is imported already is left alone."""
    for name in TELEMETRY:
        # None: importing it raises ModuleNotFoundError, as if it were not installed
        sys.modules.setdefault(name, None)  # pyright: ignore[reportArgumentType]
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def stay_offline(paired: Callable[[str, int | None], bool] | None = None) -> None:
    """From now on, connecting to or asking for another machine raises PermissionError; libraries are told not to try.

    paired: whether a machine, by its numeric address and perhaps a port, is one that a person paired with this one by hand. Only
    the one process that calls such machines has it (`restored.studio.gate`).
    """
    keep_dependencies_quiet()
    os.environ.update(QUIET | OFFLINE)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        _refuse(event, arguments, paired)

    sys.addaudithook(watch)


def _refuse(event: str, arguments: tuple[Any, ...], paired: Callable[[str, int | None], bool] | None) -> None:
    """An audit hook. What it cannot see, C libraries and other programs, `seal` does where the system allows it."""
    if event in _ADDRESSED:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
        refused = isinstance(host, str) and host not in LOOPBACK
        if refused and paired is not None and event == "socket.connect":
            refused = not paired(str(host), address[1])
    elif event in _NAMED:
        name = arguments[0][0] if event == "socket.getnameinfo" else arguments[0]
        refused = name not in (None, "", *LOOPBACK) and not (paired is not None and paired(str(name), None))
    else:
        return
    if refused:
        raise PermissionError("restored works offline: it connects to no other machine")


_ADDRESSED: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"})
"""Audit events with a socket and an address: nobody else is called, and nobody else can call."""
_NAMED: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})
