"""Machines for tests: each with folders, a daemon and a command of its own, on this network or in one of its own."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import PATIENCE, wait_for

from restored.studio.book import Guest, Guests, Machine, Machines
from restored.studio.keys import KeyPair, own_keys
from restored_client import Pixels
from restored_client.session import Session, discovery

ENGINES = Path(__file__).with_name("engines.py")


def inverted(layer: Pixels) -> bytes:
    """What the engine `Inverting` makes of a layer."""
    return bytes(255 - value for value in layer.view)


def picture(megabytes: float = 0.1, seed: int = 1) -> Pixels:
    """A layer whose every byte matters."""
    rows = max(1, int(megabytes * 2**20 / 3 / 512))
    line = bytes((seed * 31 + number * 7) % 256 for number in range(1021))
    data = (line * (rows * 512 * 3 // len(line) + 1))[: rows * 512 * 3]
    return Pixels(512, rows, 3, "u8", data)


def noise(megabytes: float) -> Pixels:
    """A layer that no packing makes smaller, so that it takes its time on a slow cable."""
    rows = max(1, int(megabytes * 2**20 / 3 / 512))
    return Pixels(512, rows, 3, "u8", random.Random(megabytes).randbytes(rows * 512 * 3))


class Place:
    """One machine: `name` is its network namespace too, when `address` is one of that."""

    def __init__(self, folder: Path, name: str, address: str = "127.0.0.1", inside: Sequence[str] = ()) -> None:
        self.name = name
        self.address = address
        self.folder = folder / name
        self.folder.mkdir()
        self.inside = list(inside)
        self.process: subprocess.Popen[bytes] | None = None
        self.own = {
            "HOME": str(self.folder),
            "RESTORED_CONFIG_DIR": str(self.folder / "config"),
            "RESTORED_RUNTIME_DIR": str(self.folder / "run"),
            "RESTORED_LOG_DIR": str(self.folder / "log"),
        }

    @contextmanager
    def visited(self) -> Iterator[None]:
        """For this block, this process's settings are that machine's."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.own.items():
                patch.setenv(name, value)
            yield

    def keys(self) -> KeyPair:
        with self.visited():
            return own_keys()

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        """The `restored` command, running there."""
        command = [*self.inside, sys.executable, "-m", "restored.cli", *arguments]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env={**os.environ, **self.own}, text=True, **pipes)

    def told(self, *arguments: str) -> str:
        """What a command says; it has to succeed."""
        running = self.command(*arguments)
        out, errors = running.communicate(timeout=PATIENCE)
        assert running.returncode == 0, errors
        return out

    def start(self, *arguments: str, engine: str = "Echo") -> None:
        """A daemon, once it can be found."""
        command = [*self.inside, sys.executable, str(ENGINES), engine, *arguments]
        self.process = subprocess.Popen(command, env={**os.environ, **self.own})
        wait_for(self._found, f"the daemon in {self.name}")

    def serve(self, port: int, **options: str) -> None:
        """A daemon that listens for guests."""
        self.port = port
        self.start("--listen", f"{self.address}:{port}", **options)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
        self.process = None

    def leave(self) -> None:
        """End the daemon as a system does: asked first (what it did then counts as covered), killed if it lingers."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        self.kill()

    def session(self, client: str = "test") -> Session:
        with self.visited():
            return Session.open(client=client, start=False)

    @property
    def log(self) -> str:
        path = self.folder / "log" / "daemon.log"
        return path.read_text() if path.exists() else ""

    def _found(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        with self.visited():
            return discovery.read_connection() is not None


def introduce(
    asking: Place, strong: Place, port: int, *, as_: str = "the studio", host: str | None = None, use: str | None = None
) -> None:
    """What pairing leaves behind, without the pairing. use: what the one that asks was told to use the other for."""
    asks, answers = asking.keys(), strong.keys()
    with asking.visited():
        Machines().add(Machine(as_, answers.public.decode(), host or strong.address, port))
        if use is not None:
            Machines().say(use=use)
    with strong.visited():
        Guests().add(Guest(asking.name, asks.public.decode()))


@contextmanager
def acquainted(use: str | None = None, *, there: str = "Inverting", here: str = "Echo") -> "Iterator[tuple[Place, Place]]":
    """A desk and a strong machine that know each other, both serving. use: what the desk was told to use the other for. there,
    here: their engines."""
    with places() as make:
        desk, strong, port = make("desk"), make("strong"), free_port()
        introduce(desk, strong, port, use=use)
        strong.serve(port, engine=there)
        desk.start(engine=here)
        yield desk, strong


def pair(asking: Place, strong: Place, address: str, code: Callable[[str], str] = lambda code: code) -> tuple[str, str, str]:
    """Pair two machines by their commands. Returns the code, and what each side said in the end."""
    showing = strong.command("pair")
    try:
        assert showing.stdout is not None
        shown = showing.stdout.readline()
        found = re.search(r"[a-z]+-[a-z]+-[a-z]+", shown)
        assert found, (shown, showing.communicate())
        typing = asking.command("pair", address)
        said = "".join(typing.communicate(code(found[0]) + "\n", timeout=PATIENCE))
        return found[0], said, "".join(showing.communicate(timeout=PATIENCE))
    finally:
        if showing.poll() is None:
            showing.kill()
            showing.communicate()


def free_port() -> int:
    """A port that is free, and so is the one after it, which pairing uses."""
    import socket

    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@contextmanager
def places(**addresses: str) -> Iterator[Callable[..., Place]]:
    """Makes machines; their daemons end with the block. Short paths, because unix sockets lie in them."""
    made: list[Place] = []
    with tempfile.TemporaryDirectory(prefix="rs-") as folder:

        def make(name: str, address: str = "127.0.0.1", inside: Sequence[str] = ()) -> Place:
            made.append(Place(Path(folder), name, address, inside))
            return made[-1]

        try:
            yield make
        finally:
            for place in made:
                place.leave()


class Job:
    """A restoration in a thread, asked for at a machine's own daemon."""

    def __init__(self, place: Place, layer: Pixels, **asked: Any) -> None:
        self.words: list[str] = []
        self.outcome: Any = None
        self.seconds = 0.0
        self.cancelled = threading.Event()
        self._session = place.session(asked.pop("client", "test"))
        self._thread = threading.Thread(target=self._run, args=(layer, asked))
        self._thread.start()

    def _run(self, layer: Pixels, asked: dict[str, Any]) -> None:
        start = time.monotonic()
        try:
            self.outcome = self._session.restore(
                layer, on_progress=lambda now: self.words.append(now.words), cancelled=self.cancelled.is_set, **asked
            )
        except Exception as error:
            self.outcome = error
        self.seconds = time.monotonic() - start
        self._session.close()

    def says(self, words: str) -> None:
        """Wait until its progress says so."""
        wait_for(lambda: any(words in said for said in self.words) or self.outcome is not None, words)
        assert any(words in said for said in self.words), (self.outcome, self.words[-3:])

    def result(self) -> Any:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def listed(place: Place) -> dict[str, Any]:
    return json.loads(place.told("remote", "list", "--json"))
