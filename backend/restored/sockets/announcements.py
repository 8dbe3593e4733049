"""Which machines show a pairing code right now, by multicast DNS (RFC 6762, by the package `zeroconf`): when asked for, on either
side, and never believed. What is heard is shown and no more: an address is typed by a person, and the code proves the machine.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from restored.ground.text import visible

if TYPE_CHECKING:
    from zeroconf import Zeroconf

SERVICE: Final = "_restored-pair._tcp.local."
LONGEST_NAME: Final = 40
MOST: Final = 20
"""Machines that are listed: a network may be full of liars."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """A machine that says it shows a code. name: what it calls itself, fit to be printed; port: where pictures would go."""

    name: str
    host: str
    port: int


@contextmanager
def announced(name: str, host: str, port: int) -> Iterator[None]:
    """Say so in the network of the address `host`, in all networks when that is no single one, while the block lasts.

    Raises OSError where the network lets nothing be said.
    """
    from zeroconf import Error, ServiceInfo

    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)[:LONGEST_NAME]
    with _speaking([host] if host not in ("0.0.0.0", "::", "*") else None) as (network, addresses):
        called = f"{plain}.{SERVICE}"
        told = ServiceInfo(SERVICE, called, port=port, parsed_addresses=addresses, server=f"{plain}-{port}.local.")
        try:
            network.register_service(told, allow_name_change=True)
        except Error as error:
            raise OSError(str(error) or "the name is taken") from error
        yield


def heard(seconds: float) -> list[Announcement]:
    """Who says so, by name, after listening for so long. Raises OSError where the network cannot be listened to."""
    from zeroconf import Error, ServiceBrowser

    names: dict[str, None] = {}

    def note(*, name: str, **_: object) -> None:
        if len(names) < MOST:
            names[name] = None

    found: list[Announcement] = []
    with _speaking(None) as (network, _):
        ServiceBrowser(network, SERVICE, handlers=[note])
        time.sleep(seconds)
        for name in list(names):
            try:
                told = network.get_service_info(SERVICE, name, timeout=1000)
            except Error:  # no name that a machine may have
                continue
            if told is not None and told.port and (hosts := told.parsed_addresses()):
                found.append(Announcement(visible(name.removesuffix("." + SERVICE))[:LONGEST_NAME], hosts[0], told.port))
    return sorted(found, key=lambda each: (each.name, each.host))


@contextmanager
def _speaking(addresses: list[str] | None) -> "Iterator[tuple[Zeroconf, list[str]]]":
    """Multicast sockets at these addresses of this machine, None for all that it has, and which those are."""
    import ifaddr
    from zeroconf import Zeroconf

    own = [str(each.ip) for adapter in ifaddr.get_adapters() for each in adapter.ips if each.is_IPv4]
    # by loopback nobody else is reached; without any network it is all there is
    chosen = addresses or [each for each in own if not each.startswith("127.")] or own
    network = Zeroconf(interfaces=chosen)
    try:
        yield network, chosen
    finally:
        network.close()
