"""The kit of the host tests: real hosts in trees that tests/hosts/setup made, a real daemon outside them, and a screen.

A host that is missing is a failure in CI (CI=true) and a skip with a reason elsewhere. Everything is shared through /tmp, which
is the same inside and outside a tree; the hosts' Python never sees this project's environment.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INROOT = HERE / "inroot"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "restored-hosts"
OUTPUT = ROOT / "tests" / "output"

RELEASED = "released"
"""The file in the daemon's runtime folder that ends what is held; negative.py, a program of its own, has the same name."""

PATIENCE = 4
"""How many times as long as on a machine that does nothing else is waited for a host: a busy one is no failure of ours."""


def missing(reason: str) -> None:
    """A host is not there: the run's fault in CI, a fact elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def need_tree(suite: str) -> Path:
    """The tree of a Debian suite, complete."""
    tree = CACHE / suite
    if not (tree / "complete").exists():
        missing(f"no {suite} tree: run tests/hosts/setup {suite} as root")
    if os.geteuid() != 0:
        missing("running in a tree needs root (chroot)")
    return tree


def inroot(suite: str, *command: str, timeout: float = 120, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    """Run a command in a tree to its end; output is text, both streams together."""
    return subprocess.run(
        inroot_command(suite, *command, env=env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )


def inroot_command(suite: str, *command: str, env: dict[str, str] | None = None) -> list[str]:
    """The command line that runs a command in a tree."""
    return [str(INROOT), suite, *(f"{name}={value}" for name, value in (env or {}).items()), *command]


def parse(output: str) -> list[dict]:
    """What a script inside a host told by lines "@@ {json}"."""
    return [json.loads(line[line.index("@@ ") + 3 :]) for line in output.splitlines() if "@@ {" in line]


def until(condition, seconds: float, words: str) -> float:
    """Wait until the condition holds; the seconds it took. `words` say what is wrong when it does not."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, words
        time.sleep(0.01)
    return time.monotonic() - began


class DaemonProcess:
    """The real daemon, in a runtime folder of its own.

    engine: "restored" the real one, "echo" gives back what it got, "negative" answers what a test can compute (negative.py).
    """

    def __init__(self, folder: Path, engine: str = "negative") -> None:
        own = [sys.executable, "-m", "restored.daemon", "--engine", engine]
        self.command = [sys.executable, str(HERE / "negative.py")] if engine == "negative" else own
        self.runtime = folder / "run"
        self.runtime.mkdir(mode=0o700, exist_ok=True)
        self.log = folder / "daemon.txt"
        self.env = {"RESTORED_RUNTIME_DIR": str(self.runtime), "RESTORED_CONFIG_DIR": str(folder / "config")}
        """What a plug-in needs to find this daemon and no other."""
        self.process: subprocess.Popen | None = None

    def start(self) -> "DaemonProcess":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.env, "OMP_NUM_THREADS": "1"},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 60 * PATIENCE
        while not self._is_announced():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "the daemon did not come up"
            time.sleep(0.05)
        return self

    def _is_announced(self) -> bool:
        """Whether the connection file is there and not one that a killed daemon left."""
        try:
            return json.loads((self.runtime / "connection.json").read_text())["pid"] == self.process.pid
        except (OSError, ValueError):
            return False

    def hold(self) -> None:
        """From now on what is "held" (negative.py) waits until `let_go`."""
        (self.runtime / RELEASED).unlink(missing_ok=True)

    def let_go(self) -> None:
        (self.runtime / RELEASED).touch()

    def kill(self) -> None:
        """As the system would: no farewell."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()


class Screen:
    """An X server with a window manager, for windows nobody sees."""

    def __init__(self, size: str = "1400x1000") -> None:
        read, write = os.pipe()
        # -noreset: without it Krita sometimes cannot connect. -r: on a busy machine a key is let go so late that it repeats
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset", "-r"],
            pass_fds=[write],
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as file:
            self.display = f":{int(file.readline())}"
        self.env = {"DISPLAY": self.display}
        self._manager = subprocess.Popen(["openbox"], env={**os.environ, **self.env}, stderr=subprocess.DEVNULL)

    def do(self, *arguments: str, check: bool = False) -> str:
        """xdotool with these arguments; its output."""
        done = subprocess.run(
            ["xdotool", *arguments],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            timeout=30 * PATIENCE,
            check=check,
        )
        return done.stdout.strip()

    def window(self, name: str, timeout: float = 30) -> str:
        """The id of a visible window whose title matches, waited for."""
        deadline = time.monotonic() + timeout * PATIENCE
        while time.monotonic() < deadline:
            found = self.do("search", "--onlyvisible", "--name", name).split()
            if found:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError(f"no window “{name}” within {timeout} s; there are: {self.titles()}")

    def gone(self, name: str, timeout: float = 30) -> bool:
        """Whether the window went away in time."""
        deadline = time.monotonic() + timeout * PATIENCE
        missed = 0
        while time.monotonic() < deadline:
            # xdotool finds nothing at all when any window, such as a tooltip, closes while it looks: three misses count
            missed = 0 if self.do("search", "--onlyvisible", "--name", name) else missed + 1
            if missed == 3:
                return True
            time.sleep(0.05)
        return False

    def titles(self) -> list[str]:
        windows = self.do("search", "--onlyvisible", "--name", ".").split()
        return [self.do("getwindowname", window) for window in windows]

    def place(self, window: str) -> tuple[int, int, int, int]:
        """A window's x, y, width and height on the screen."""
        told = dict(line.split("=") for line in self.do("getwindowgeometry", "--shell", window).splitlines() if "=" in line)
        return int(told["X"]), int(told["Y"]), int(told["WIDTH"]), int(told["HEIGHT"])

    def drag(self, start: tuple[int, int], end: tuple[int, int], shot: Path | None = None) -> None:
        """Press at one point, move to another in steps, let go; with a screenshot on the way when wanted."""
        self.do("mousemove", *map(str, start))
        time.sleep(0.2)
        self.do("mousedown", "1")
        for step in range(1, 9):
            x, y = (round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True))
            self.do("mousemove", str(x), str(y))
            time.sleep(0.06)
        time.sleep(0.3)
        if shot is not None:
            self.shoot(shot)
        self.do("mouseup", "1")

    def shoot(self, path: Path, window: str = "root") -> Path:
        """A screenshot, of everything or of one window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, **self.env}
        subprocess.run(["import", "-window", window, str(path)], env=environment, check=True, timeout=30 * PATIENCE)
        return path

    def close(self) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)
