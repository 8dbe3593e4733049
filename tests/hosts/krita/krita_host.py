"""Real Krita with the adapter installed by the program's own installer, in a throw-away profile."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hostkit import CACHE, ROOT, DaemonProcess, Screen, inroot_command, missing, need_tree

from restored.hosts import at, install

INSIDE = Path(__file__).resolve().parent / "inside"


LONG = {"RWI_PATIENCE": "400"}
"""For cases with the real engine: seconds that one of their conditions is waited for."""

STARTS = 3
"""How often a Krita that dies on the way is started; a case in which two died has failed."""


class Krita:
    """One installed Krita: Debian 12's own, or the one in the trixie tree."""

    def __init__(self, suite: str, folder: Path, installed: bool = True) -> None:
        """installed: with our plug-in; else only the driver of the tests is there."""
        self.suite, self.home = suite, folder / "home"
        self.plugins = self.home / ".local/share/krita/pykrita"
        if worn_in(suite).exists():
            shutil.copytree(worn_in(suite), self.home)
        self.plugins.mkdir(parents=True)
        if installed:
            install("krita", at("krita", self.plugins.parent))
        shutil.copytree(INSIDE / "rwi_driver", self.plugins / "rwi_driver")
        shutil.copy(INSIDE / "rwi_driver.desktop", self.plugins)
        (self.home / ".config").mkdir(exist_ok=True)
        (self.home / "run").mkdir(mode=0o700)
        self.settings(ours=installed)

    def settings(self, ours: bool = True, placed: bool = True, theme: str = "Krita dark") -> None:
        """Write kritarc anew: the plug-ins on, nothing that needs a graphics card or asks at the start.

        placed: the docker was shown before, and stays where Krita puts it.
        """
        enabled = "enable_restore_with_instruction=true\n" if ours else ""
        (self.home / ".config/kritarc").write_text(
            f"OpenGLRenderer=none\nAutoSaveInterval=0\nshowOnCanvasMessages=false\n[python]\n{enabled}enable_rwi_driver=true\n"
            f"[theme]\nTheme={theme}\n"
            f"[restore_with_instruction]\nplaced={'true' if placed else 'false'}\n"
        )

    def command(self, *command: str, **env: str) -> list[str]:
        settings = {
            "HOME": str(self.home),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "LANG": "C.UTF-8",
            **env,
        }
        if self.suite != "bookworm":
            return inroot_command(self.suite, *command, env=settings)
        return ["env", "-i", "PATH=/usr/bin:/bin", *(f"{name}={value}" for name, value in settings.items()), *command]

    def headless(self, box: Path, module: str, timeout: float = 900, **env: str) -> str:
        """Run `main` of a file in inside/ in kritarunner; its output. kritarunner returns 0 whatever happens."""
        shutil.copy(INSIDE / f"{module}.py", box)
        path = f"{self.plugins}:{box}"
        command = self.command(
            "kritarunner", "-s", module, "-f", "main", QT_QPA_PLATFORM="offscreen", PYTHONPATH=path, RWI_BOX=str(box), **env
        )
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout, check=False)
        assert "@@ end" in done.stdout, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    def window(self, box: Path, screen: Screen, cases: str, timeout: float = 500, **env: str) -> list[dict]:
        """Run the cases of one or several files in inside/ in a full Krita; what each told, in order.

        Fails when Krita did not quit by itself, or no case ended for `timeout` seconds.

        A Krita that died on the way is started again with the case it was at: 5.1 crashes now and then when documents close
        within moments of each other (the traces end in its own layer list). What the cases themselves say is never tried again.
        """
        left, told, died_at = env.pop("RWI_ONLY", "").split() or names(cases), [], set()
        for _ in range(STARTS):
            now, code, words = self._window_once(box, screen, cases, timeout, RWI_ONLY=" ".join(left), **env)
            told += now
            if {"end": True} in now:
                break
            left = left[len(now) :] or left[-1:]  # also one that told all, and in which Krita did not come to its end
            told = [fact for fact in told if fact["case"] not in left]
            assert left[0] not in died_at, (left[0], words)
            died_at.add(left[0])
            print(f"Krita died ({code}) in {left[0]}; once more from there", flush=True)
        assert told[-1:] == [{"end": True}], words
        assert code == 0, (code, words)
        return told[:-1]

    def _window_once(self, box: Path, screen: Screen, cases: str, timeout: float, **env: str) -> tuple[list[dict], int, str]:
        """One run: what the cases told, Krita's exit code, and the end of what it printed."""
        for path in (*INSIDE.glob("*.py"), *INSIDE.glob("*.kra")):
            shutil.copy(path, box)
        shutil.copy(ROOT / "docs" / "scripting.md", box)
        facts = box / "facts.jsonl"
        facts.unlink(missing_ok=True)
        env = {"RWI_BOX": str(box), "RWI_CASES": cases, "DISPLAY": screen.display, **env}
        log = box / "krita.txt"
        with log.open("wb") as output:
            krita = subprocess.Popen(
                self.command(*os.environ.get("KRITA_GDB", "krita").split(), "--nosplash", **env),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            code = _wait(krita, facts, timeout)
        told = [json.loads(line) for line in facts.read_text().splitlines()] if facts.exists() else []
        return told, code, log.read_text(errors="replace")[-4000:]


def names(cases: str) -> list[str]:
    """The cases in files of inside/."""
    return [name for file in cases.split() for name in re.findall(r"^def case_(\w+)", (INSIDE / file).read_text(), re.MULTILINE)]


def _wait(krita: subprocess.Popen, facts: Path, timeout: float) -> int:
    """Krita's exit code; one in which no case has ended for `timeout` seconds is ended. A busy machine takes long for all of
    them, and is no failure of ours."""
    said, since = 0, time.monotonic()
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return krita.wait(5)
        now = facts.stat().st_size if facts.exists() else 0
        if now != said:
            said, since = now, time.monotonic()
        if time.monotonic() - since > timeout:
            krita.kill()
            return krita.wait()


def worn_in(suite: str) -> Path:
    """A home in which this Krita has already made its data base of brushes, which takes it up to a minute."""
    return CACHE / f"{suite}-krita-home"


def wear_in(suite: str, screen: Screen) -> None:
    """Make that home, once."""
    if worn_in(suite).exists():
        return
    folder = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    krita = Krita(suite, folder, installed=False)  # ours would leave its actions' file behind
    krita.headless(folder, "nothing", timeout=900)
    krita.window(folder, screen, "nothing.py", timeout=900)
    shutil.rmtree(krita.plugins)
    shutil.rmtree(krita.home / "run")
    (krita.home / ".config/kritarc").unlink()
    CACHE.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # another run was first
        shutil.copytree(krita.home, worn_in(suite).with_suffix(".part"))
        worn_in(suite).with_suffix(".part").rename(worn_in(suite))
    shutil.rmtree(folder, ignore_errors=True)


def need_krita(suite: str) -> None:
    """Fail or skip when this Krita is not installed."""
    if suite == "bookworm":
        if shutil.which("krita") is None or not list(Path("/usr/lib/python3/dist-packages").glob("PyQt5/QtCore*")):
            missing("no krita of this system: run tests/hosts/setup bookworm as root")
    elif not (need_tree(suite) / "usr/bin/krita").exists():
        missing(f"no krita in the {suite} tree: run tests/hosts/setup {suite} as root")


def starter(daemon: DaemonProcess, box: Path) -> str:
    """A program that a plug-in on this machine can start as its daemon."""
    path = box / "restored"
    lines = [f"export {name}={value}" for name, value in daemon.env.items()]
    program = "-m restored.cli" if daemon.command[1] == "-m" else daemon.command[1]
    path.write_text("\n".join(["#!/bin/sh", *lines, f"cd {ROOT}", f'exec {sys.executable} {program} "$@"', ""]))
    path.chmod(0o755)
    return str(path)


@contextlib.contextmanager
def office(krita: Krita, engine: str = "negative") -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder, and what a plug-in needs to find the daemon in it; that daemon, or the one started after it, ends afterwards."""
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    daemon = DaemonProcess(box, engine).start()
    env = dict(daemon.env)
    if krita.suite == "bookworm":  # in a tree there is no program to start
        env["RESTORED_EXECUTABLE"] = starter(daemon, box)
    try:
        yield box, env
    finally:
        daemon.stop()
        with contextlib.suppress(OSError, ValueError):
            os.kill(json.loads((daemon.runtime / "connection.json").read_text())["pid"], signal.SIGTERM)
        shutil.rmtree(box, ignore_errors=True)
