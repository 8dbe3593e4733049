"""`restored pair --announce` and `--find`: a machine that shows a code is seen in the network, when both sides ask for it."""

import contextlib
import sys
from importlib.util import find_spec
from typing import Final

from rich.text import Text

from restored.ground.versions import how_to_get

from . import console

LISTENING: Final = 3.0
"""Seconds in which a machine that is announced answers several times over."""


def need_zeroconf() -> None:
    """Raises Failure with how to get it."""
    if find_spec("zeroconf") is None:
        raise console.Failure(
            f"Announcing and finding machines needs the package zeroconf: {how_to_get('discovery')}. Or type the address."
        )


def list_announced() -> None:
    """Listen, and show who says that they wait, with the command for each. Raises Failure."""
    need_zeroconf()
    from restored.sockets.announcements import heard
    from restored.studio.book import PORT

    console.err.print(f"Listening for {LISTENING:.0f} seconds …")
    try:
        found = heard(LISTENING)
    except OSError as error:
        raise console.Failure(
            f"This network cannot be listened to: {error.strerror or error}. Type the address instead."
        ) from error
    if not found:
        raise console.Failure(
            "No machine announces that it shows a code. On the strong machine, run “restored pair --announce”; it may also be in "
            "another network, or behind a firewall (UDP port 5353). With its address it is found all the same."
        )
    for each in found:
        host = f"[{each.host}]" if ":" in each.host else each.host
        command = f"restored pair {host if each.port == PORT else f'{host}:{each.port}'}"
        console.out.print(Text.assemble((f"  {each.name:20}", ""), (command, "bold")))
    console.out.print("Anybody can say such a thing: the right one is the one whose address and code you see on its own screen.")


def announce_until(until: contextlib.ExitStack, name: str, host: str, port: int) -> None:
    """Say that `name` waits at host, port until `until` ends; a network that does not carry it keeps nobody from pairing."""
    from restored.sockets.announcements import announced

    try:
        until.enter_context(announced(name, host, port))
    except OSError as error:
        console.err.print(
            f"This machine cannot be announced in this network: {error.strerror or error}. Its address still works."
        )
    else:
        console.out.print("“restored pair --find” shows this machine while it waits.")
        sys.stdout.flush()
