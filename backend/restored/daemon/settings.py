"""What can be set from outside, by arguments or by the environment."""

import argparse
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from restored_client.session.paths import sandboxed

SANDBOXED_EXIT: Final = 3 * 60
"""A daemon that a plug-in started inside a flatpak keeps that sandbox alive after its host was closed: so not for long."""


@dataclass(frozen=True)
class DaemonSettings:
    """Times in seconds."""

    idle_unload: float = 15 * 60
    """Models are unloaded and residuals forgotten after this long without work."""
    idle_exit: float = 4 * 3600
    """The daemon ends after this long without work; the next client starts it again."""
    upload: float = 120
    """An accepted picture must arrive within this."""
    stall: float = 15
    """And each piece of it within this after the one before: room is kept for it, which others may wait for."""
    courtesy: float = 10
    """Another build takes this daemon's place only when nobody who is still there was heard for so long: who has just said
    hello is about to send a picture."""
    grace: float = 5
    """How long ending waits for the tile that is being worked on."""
    engine: str = "restored"
    """"restored", or "echo": gives pixels back unchanged, for tests and for measuring the wire."""
    listen: tuple[str, int] | None = None
    """Host and port at which machines that were paired may ask for restorations too."""
    tcp: bool = False
    """Listen on loopback TCP also where unix sockets exist."""


def _address(text: str) -> tuple[str, int]:
    """ "192.168.1.20", "192.168.1.20:47340", "[fd00::1]:47340": the address and the port of one's own at which to listen."""
    from restored.studio.address import split

    try:
        return split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _time(text: str) -> float:
    """A number of minutes or hours."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number) or number < 0:
        raise argparse.ArgumentTypeError(f"“{text}” is no time")
    return number


def _from_environment(name: str, usual: float) -> float:
    """What stands there, unless it is no time: the daemon is started by programs that cannot show what is wrong with it."""
    try:
        return _time(os.environ[name])
    except (KeyError, argparse.ArgumentTypeError):
        return usual


def read_settings(arguments: Sequence[str] | None) -> DaemonSettings:
    """From `restored serve`'s arguments and RESTORED_IDLE_UNLOAD, RESTORED_IDLE_EXIT (minutes and hours)."""
    parser = argparse.ArgumentParser(prog="restored serve", description="Run the restoration daemon in the foreground.")
    parser.add_argument(
        "--idle-unload",
        type=_time,
        metavar="MINUTES",
        default=_from_environment("RESTORED_IDLE_UNLOAD", DaemonSettings.idle_unload / 60),
        help="give the models' memory back after this long without work (default: %(default)g)",
    )
    parser.add_argument(
        "--idle-exit",
        type=_time,
        metavar="HOURS",
        default=_from_environment("RESTORED_IDLE_EXIT", (SANDBOXED_EXIT if sandboxed() else DaemonSettings.idle_exit) / 3600),
        help="end after this long without work (default: %(default)g)",
    )
    parser.add_argument("--tcp", action="store_true", help="listen on loopback TCP instead of a unix socket")
    parser.add_argument("--engine", choices=("restored", "echo"), default="restored", help=argparse.SUPPRESS)
    parser.add_argument(
        "--listen",
        type=_address,
        metavar="HOST[:PORT]",
        help="restore for machines that were paired too, at this address of this machine (see “restored pair”)",
    )
    chosen = parser.parse_args(arguments)
    return DaemonSettings(
        idle_unload=chosen.idle_unload * 60,
        idle_exit=chosen.idle_exit * 3600,
        engine=chosen.engine,
        tcp=chosen.tcp,
        listen=chosen.listen,
    )
