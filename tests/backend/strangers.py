"""Another user of the same computer, as a process with another uid, and a home into which such a one may look.

Only root can make a process somebody else's.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.waiting import PATIENCE, wait_for

NOBODY = 65534
AS_NOBODY = f"""
import fcntl, json, os, signal, socket, stat, sys, time
os.setgroups([]); os.setresgid({NOBODY}, {NOBODY}, {NOBODY}); os.setresuid({NOBODY}, {NOBODY}, {NOBODY})

def below(folder):
    for place, folders, files in os.walk(folder, onerror=lambda error: None):
        for name in folders + files:
            yield os.path.join(place, name)

def opens(path, flags=os.O_RDONLY):
    try:
        os.close(os.open(path, flags | os.O_NONBLOCK))
        return True
    except OSError:
        return False

def refused(act, *arguments):
    try:
        act(*arguments)
    except OSError as error:
        return type(error).__name__
    return "done"
"""


def stranger(code: str, *arguments: Any) -> Any:
    """What another user's program prints as JSON."""
    command = [sys.executable, "-I", "-c", AS_NOBODY + code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def planted(code: str, *arguments: Any) -> None:
    """Have the stranger put something somewhere."""
    stranger(code + "\nprint('null')", *arguments)


@contextmanager
def strangers_program(code: str, *arguments: Any) -> "Iterator[subprocess.Popen[str]]":
    """Another user's program that has said something, until the block ends."""
    command = [sys.executable, "-I", "-c", AS_NOBODY + code, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline()
        try:
            yield program
        finally:
            program.kill()


class User:
    """A home that others may look into, as many systems have it, and the commands of who lives there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.photo = home / "photo.png"
        own = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "RESTORED_"))}
        (home / "tmp").mkdir()
        (home / "tmp").chmod(0o1777)
        self.environment = {**own, "HOME": str(home), "TMPDIR": str(home / "tmp"), "RESTORED_EXECUTABLE": str(self._daemon())}
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (24, 32, 3), np.uint8)).save(self.photo)

    def _daemon(self) -> Path:
        """A program that starts an echo daemon: what is tested is not the engine."""
        path = self.home / "restored"
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m restored.daemon --engine echo\n')
        path.chmod(0o755)
        return path

    def python(self, code: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", code]
        return subprocess.run(command, env=self.environment, cwd=self.home, capture_output=True, text=True, check=False)

    def restored(self, *words: Any, **more: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "restored.cli", *map(str, words)]
        environment = {**self.environment, **more}
        return subprocess.run(
            command, env=environment, cwd=self.home, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    @property
    def runtime(self) -> Path:
        return self.home / ".cache" / "restored"


@contextmanager
def at_home() -> Iterator[User]:
    with tempfile.TemporaryDirectory(prefix="user-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        user = User(home)
        yield user
        with suppress(OSError, ValueError):
            os.kill(json.loads((user.runtime / "connection.json").read_text())["pid"], signal.SIGTERM)
            wait_for(lambda: not (user.runtime / "connection.json").exists())
