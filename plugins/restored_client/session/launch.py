"""Find the `restored` executable and start it as its own process, free of what the host put into the environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any, Dict, Final, Iterator, List, Mapping, Optional, Sequence

from ..wire.errors import ClientError
from ..wire.parsing import parse_json
from .paths import runtime_dir

INSTALLED: Final = Path(__file__).resolve().parents[1] / "installed.json"
"""Written by `restored plugins install`: {"executable": absolute path, "version": ...}."""

HOST_VARIABLES: Final = tuple(
    "PYTHON LD_ DYLD_ GI_ GIO_ GTK_ GDK_ GSETTINGS_ QT_ BABL_ GEGL_ APPIMAGE APPDIR APPRUN _PYI_ _MEI".split()  # noqa: SIM905
)
"""Beginnings of environment variables that hosts set for themselves and that break another program's libraries; the last two are
our own frozen program's, which would take its child for a part of itself."""

_started: List[subprocess.Popen[Any]] = []  # kept so that Python neither warns about them nor leaves zombies


def find_executable() -> Optional[List[str]]:
    """The daemon's command: $RESTORED_EXECUTABLE, as recorded at install time, PATH, where pipx and friends put it; or None."""
    for candidate in _candidates():
        if candidate and os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return [candidate]
    return None


def start(command: Optional[Sequence[str]] = None) -> Starting:
    """Start `command serve` detached. Raises ClientError("not_installed" or "start_failed")."""
    command = list(command) if command else find_executable()
    if command is None:
        raise ClientError("not_installed")
    errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the Starting
    options: Dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    else:
        options["start_new_session"] = True
    try:
        process: subprocess.Popen[Any] = subprocess.Popen(
            [*command, "serve"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=_somewhere(),
            env=own_environment(os.environ),
            close_fds=True,
            **options,
        )
    except OSError as error:
        errors.close()
        raise ClientError("start_failed", detail=f"{command}: {error}") from error
    _started[:] = [known for known in _started if known.poll() is None]
    _started.append(process)
    return Starting(process, errors)


class Starting:
    """A daemon process that was just started."""

    def __init__(self, process: subprocess.Popen[Any], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    def check(self) -> bool:
        """Whether it ended well, because another daemon was first. Raises ClientError("start_failed") when with an error."""
        code = self._process.poll()
        if code:
            self._errors.seek(0)
            said = self._errors.read()[-4000:].decode("utf-8", "replace").strip()
            # a frozen program's loader has the last word, and it is never the reason
            lines = [line for line in said.splitlines() if not line.startswith("[PYI-")]
            last = lines[-1][:300] if lines else ""
            sentence = "The restoration engine could not start" + (f": {last}" if last else ".")
            raise ClientError("start_failed", sentence, f"exit code {code}\n{said}")
        return code == 0

    def close(self) -> None:
        """Stop looking; the process goes on."""
        self._errors.close()


def _somewhere() -> str:
    """A folder that stays: the user's, or the root for a user without one (a service's)."""
    home = Path.home()
    return str(home if home.is_dir() else Path(home.anchor or "/"))


def own_environment(environment: Mapping[str, str]) -> Dict[str, str]:
    """The environment without what a host set for itself, and with the runtime folder in which this client will look."""
    kept = {name: value for name, value in environment.items() if not name.startswith(HOST_VARIABLES)}
    kept["RESTORED_RUNTIME_DIR"] = str(runtime_dir())
    return kept


def _candidates() -> Iterator[Optional[str]]:
    yield os.environ.get("RESTORED_EXECUTABLE")
    yield _recorded()
    home, name = Path.home(), "restored.exe" if sys.platform == "win32" else "restored"
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        # only whole paths: Windows' own search begins in the folder that the host works in, which may be a stranger's pictures
        if os.path.isabs(folder):
            yield os.path.join(folder, name)
    binaries = "Scripts" if sys.platform == "win32" else "bin"
    distribution = "restore-with-instruction"
    yield str(home / ".local" / "bin" / name)
    yield str(home / ".local" / "opt" / "restored" / name)
    for base in (".local/share/pipx/venvs", ".local/pipx/venvs", "pipx/venvs", ".local/share/uv/tools"):
        yield str(home / base / distribution / binaries / name)
    local = os.environ.get("LOCALAPPDATA")
    if local:
        yield os.path.join(local, "Programs", "restored", name)
        yield os.path.join(local, "pipx", "pipx", "venvs", distribution, binaries, name)
    yield from (
        "/usr/local/restored/restored",
        "/opt/homebrew/bin/restored",
        "/usr/local/bin/restored",
        "/usr/bin/restored",
        "/opt/restored/restored",
    )


def _recorded() -> Optional[str]:
    try:
        executable = parse_json(INSTALLED.read_text(encoding="utf-8")).get("executable")
    except (OSError, ValueError, AttributeError):
        return None
    return executable if isinstance(executable, str) else None
