"""A bus for AT-SPI, over which a screen reader would hear what a host shows; the bus is outside the hosts' trees."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from hostkit import HERE, PATIENCE, Screen, missing, until

PYTHON = "/usr/bin/python3"
"""The system's own: the bindings of AT-SPI are no package of the index."""


class Control(NamedTuple):
    """One thing that a screen reader knows of."""

    role: str
    name: str
    description: str
    takes_the_keyboard: bool
    on_show: bool


class ScreenReader:
    """`env` is what a host needs to be heard."""

    def __init__(self, folder: Path, screen: Screen) -> None:
        if shutil.which("dbus-daemon") is None or not self._has_bindings():
            missing("no AT-SPI here: run tests/hosts/setup as root")
        self._socket = folder / "bus"
        runtime = folder / "xdg"
        runtime.mkdir(mode=0o700)
        self.env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={self._socket}"}
        own = {**os.environ, **screen.env, **self.env, "XDG_RUNTIME_DIR": str(runtime)}
        self._own = own
        # in a process group of its own: the bus starts the registry, which outlives nobody
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address=unix:path={self._socket}"],
            env=own,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self._socket.exists, 30 * PATIENCE, "the bus did not come up")

    @staticmethod
    def _has_bindings() -> bool:
        question = 'import gi; gi.require_version("Atspi", "2.0"); from gi.repository import Atspi'
        with contextlib.suppress(OSError):
            return subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
        return False

    def _ask(self, application: str, *words: str) -> str:
        command = [PYTHON, str(HERE / "reader.py"), application, *words]
        deadline = time.monotonic() + 60 * PATIENCE
        while True:
            done = subprocess.run(command, env=self._own, capture_output=True, text=True, timeout=120 * PATIENCE, check=False)
            if done.returncode == 0:
                return done.stdout
            # the application is not on the bus yet, or what was looked at went meanwhile
            assert time.monotonic() < deadline, done.stderr
            time.sleep(0.5)

    def controls(self, application: str) -> list[Control]:
        """All that an application tells of, from the top."""
        return [Control(*each) for each in json.loads(self._ask(application, "tree"))]

    def press(self, application: str, name: str) -> None:
        """Press the control of this name, as a screen reader's user does."""
        self._ask(application, "press", name)

    def write(self, application: str, name: str, text: str) -> None:
        """Put a text into the field of this name."""
        self._ask(application, "write", name, text)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._bus.pid, 15)
        self._bus.wait(10)
