"""Machines in networks of their own: Linux network namespaces joined by cables (veth) that can be slowed down and cut."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from .machines import Place, introduce, places


class Cable:
    """Between a desk and the strong machine. Each end has an address."""

    def __init__(self, desk: str, strong: str, number: int) -> None:
        self.desk, self.strong = f"10.77.{number}.1", f"10.77.{number}.2"
        self._ends = (desk, f"rd{number}"), (strong, f"rs{number}")
        ip("link", "add", f"rd{number}", "netns", desk, "type", "veth", "peer", "name", f"rs{number}", "netns", strong)
        for (space, device), address in zip(self._ends, (self.desk, self.strong), strict=True):
            ip("-n", space, "address", "add", f"{address}/24", "dev", device)
            ip("-n", space, "link", "set", device, "up")

    def cut(self) -> None:
        """From now on nothing passes, and nobody is told."""
        space, device = self._ends[1]
        ip("-n", space, "link", "set", device, "down")

    def mend(self) -> None:
        space, device = self._ends[1]
        ip("-n", space, "link", "set", device, "up")

    def carried(self) -> int:
        """Bytes that have arrived at both ends so far."""
        return sum(_received(space, device) for space, device in self._ends)

    def slow(self, megabits: int) -> None:
        """Let both directions carry no more than this."""
        for space, device in self._ends:
            shape = ("root", "tbf", "rate", f"{megabits}mbit", "burst", "64kb", "latency", "200ms")
            subprocess.run(["ip", "netns", "exec", space, "tc", "qdisc", "replace", "dev", device, *shape], check=True)


@contextmanager
def networks(*desks: str) -> Iterator[tuple[str, dict[str, str], dict[str, Cable]]]:
    """The strong machine's namespace, those of the desks, and their cables; skips where they may not be made."""
    mark = f"rn{os.getpid()}"
    strong, spaces = f"{mark}-strong", {desk: f"{mark}-{desk}" for desk in desks}
    if shutil.which("ip") is None or shutil.which("tc") is None:
        pytest.skip("no iproute2 here")
    made = []
    try:
        for space in (strong, *spaces.values()):
            try:
                ip("netns", "add", space)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"no network namespace may be made: {error.stderr}")
            made.append(space)
            ip("-n", space, "link", "set", "lo", "up")
        yield strong, spaces, {desk: Cable(space, strong, number) for number, (desk, space) in enumerate(spaces.items(), 1)}
    finally:
        for space in made:
            with suppress(subprocess.CalledProcessError):
                ip("netns", "delete", space)


def inside(space: str) -> list[str]:
    """What runs a command there."""
    return ["ip", "netns", "exec", space]


@contextmanager
def cabled(port: int) -> Iterator[tuple[Place, Place]]:
    """A desk, and a strong machine that it always asks; each in a network of its own, joined by a cable."""
    with networks("one") as (there, spaces, cables), places() as make:
        strong = make("strong", "0.0.0.0", inside(there))
        desk = make("one", cables["one"].desk, inside(spaces["one"]))
        introduce(desk, strong, port, host=cables["one"].strong, use="always")
        strong.serve(port, engine="Inverting")
        desk.start()
        yield desk, strong


def _received(space: str, device: str) -> int:
    shown = subprocess.run([*inside(space), "cat", "/proc/net/dev"], check=True, capture_output=True, text=True).stdout
    (line,) = [line for line in shown.splitlines() if line.strip().startswith(f"{device}:")]
    return int(line.partition(":")[2].split()[0])


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)
