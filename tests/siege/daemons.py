"""A daemon of the siege's own, in a folder of its own."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from campaign import PATIENCE, Fault

from restored_client import Pixels, Session
from restored_client.session.discovery import Connection, is_alive, read_connection

LAYER = Pixels(4, 4, 3, "u8", bytes(range(48)))


def until(condition: Callable[[], Any], what: str) -> Any:
    """The condition's value once it is true. Raises Fault."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise Fault(f"waited in vain for {what}")


class Daemon:
    """An echo daemon: what is tested is not the engine."""

    def __init__(self, *arguments: str, prelude: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sg-"))
        os.environ["RESTORED_RUNTIME_DIR"] = str(self.folder / "run")
        os.environ["RESTORED_LOG_DIR"] = str(self.folder / "log")
        self._program = (
            f"{prelude}\nimport sys\nfrom restored.daemon import main\nsys.exit(main({['--engine', 'echo', *arguments]!r}))"
        )
        self.process: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        self.process = subprocess.Popen([sys.executable, "-c", self._program], stderr=subprocess.DEVNULL)
        try:
            until(lambda: (found := read_connection()) and found.pid == self.process.pid, "the daemon to start")
        except Fault:
            self.process.kill()
            self.process.wait()
            raise

    def executable(self) -> Path:
        """A program that starts such a daemon, for clients that find none."""
        path = self.folder / "restored"
        path.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(self._program)}\n", "utf-8")
        path.chmod(0o700)
        return path

    def again(self) -> None:
        """Start it where it was killed; one that a client started in its place is ended first."""
        if self.process.poll() is None:
            return
        found = read_connection()
        if found is not None:
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGTERM)
            until(lambda: not is_alive(found.pid), "a client's daemon to end")
        self.start()

    @property
    def connection(self) -> Connection:
        """Where it listens."""
        found = read_connection()
        if found is None:
            raise Fault("the connection file has gone")
        return found

    def serves(self) -> None:
        """Raise Fault unless a client gets its own pixels back."""
        if self.process.poll() is not None:
            raise Fault(f"the daemon ended with {self.process.returncode}")
        with Session.open(client="siege", start=False) as session:
            outcome = session.restore(LAYER, instruction="x")
            if outcome.pixels is None or bytes(outcome.pixels.data) != LAYER.data:
                raise Fault("wrong pixels came back")

    def size(self) -> tuple[int, int]:
        """(bytes of memory, open descriptors)."""
        process = psutil.Process(self.process.pid)
        return process.memory_info().rss, process.num_fds()

    def end(self) -> None:
        """End it in order. Raises Fault when it does not, or when it leaves files of a running daemon."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Fault("the daemon did not end") from None
        left = [path.name for path in (self.folder / "run").iterdir() if path.name != "lock"]
        if left:
            raise Fault(f"the daemon left {left}")
