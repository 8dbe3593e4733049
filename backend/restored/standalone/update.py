"""`restored update --from FILE`: a newer download, checked and put in place of this one. Nothing is ever fetched."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import platformdirs

from restored_client.session.launch import own_environment

from . import StandaloneError, program_folder
from .signature import read_public, verify

KEY: Final = Path(__file__).with_name("update.pub")
"""The public key of whoever made this build; it goes into the program when it is built (installer/build.py --key)."""

ENDINGS: Final = {"linux": ".tar.xz", "win32": ".exe", "darwin": ".pkg"}


def update(file: Path, *, signature: Path | None = None, downgrade: bool = False, key: Path = KEY) -> str:
    """Check a download's signature and install it; returns what the installer said. Raises StandaloneError with a sentence.

    signature: the .minisig beside the file unless another is named.
    """
    folder = program_folder()
    if not key.is_file():
        raise StandaloneError("This build has no key to check updates with. Install the new version with its own installer.")
    if folder.is_relative_to("/opt"):
        raise StandaloneError("The system's package manager installed restored, and it updates it too: open the new .deb.")
    ending = ENDINGS[sys.platform]
    if not file.name.endswith(ending):
        raise StandaloneError(f"{file.name} is not a download for this system, whose name ends with {ending}.")
    content = verify(file, signature or file.with_name(file.name + ".minisig"), read_public(key))
    if sys.platform == "linux":
        return _by_script(file.name, content, folder, downgrade)
    return _install[sys.platform](_copy(file.name, content), folder, downgrade)


def back() -> str:
    """Put the version before this one in its place again; returns what the script said. Raises StandaloneError."""
    folder = program_folder()
    if sys.platform != "linux" or folder.is_relative_to("/opt"):
        raise StandaloneError("Install the older download over this one: it asks, and puts itself in this version's place.")
    return _script(folder / "share/install.sh", folder, "--back")


def _copy(name: str, content: bytes) -> Path:
    """What was checked, in this user's own folder for passing things: the file it was read from may be another by now."""
    place = Path(platformdirs.user_cache_dir("restored", appauthor=False)) / "update"
    try:
        shutil.rmtree(place, ignore_errors=True)  # the last one's
        place.mkdir(mode=0o700, parents=True)
        (place / name).write_bytes(content)
    except OSError as error:
        raise StandaloneError(f"{place} cannot be written to ({error.strerror}). Nothing was changed.") from error
    return place / name


def _by_script(name: str, content: bytes, folder: Path, downgrade: bool) -> str:
    """Linux: unpack beside the program, so that what follows are renames, and let the new version's script do the rest."""
    try:
        work = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".restored-update-"))
    except OSError as error:
        raise StandaloneError(f"{folder.parent} cannot be written to ({error.strerror}). Nothing was changed.") from error
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(work, filter="data")
        (script,) = work.glob("*/install.sh")
        return _script(script, folder, *(["--downgrade"] if downgrade else []))
    except (OSError, ValueError, tarfile.TarError) as error:
        raise StandaloneError(f"{name} cannot be unpacked ({error}). Nothing was changed.") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _script(script: Path, folder: Path, *options: str) -> str:
    """Let install.sh change the program that runs this; returns what it said. Raises StandaloneError when it refuses."""
    own = {"RESTORED_PREFIX": str(folder.parent.parent), "RESTORED_UPDATER": str(os.getpid())}
    environment = {**own_environment(os.environ), **own}
    done = subprocess.run(["sh", script, *options], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise StandaloneError(done.stderr.strip() or "The other version could not be installed. Nothing was changed.")
    return done.stdout.strip()


def _by_program(file: Path, folder: Path, downgrade: bool) -> str:
    """Windows: its installer replaces the folder, which this program must have left by then."""
    subprocess.Popen(_setup(file, folder, downgrade), close_fds=True, env=own_environment(os.environ))
    return (
        "The new version installs itself now. A minute from now “restored --version” says whether it is there: where a batch "
        "or a window of restored is still open, nothing is changed; close it, and try again."
    )


def _setup(file: Path, folder: Path, downgrade: bool) -> str:
    """A command line as NSIS reads it: the folder last and without quotes, whatever spaces are in it."""
    return f'"{file}" /S{" /DOWNGRADE" if downgrade else ""} /D={folder}'


def _by_system(file: Path, folder: Path, downgrade: bool) -> str:
    """macOS: the system's installer asks and installs."""
    subprocess.run(["open", file], check=True)
    return "The system's installer has opened: follow it to the end."


_install: Final[dict[str, Callable[[Path, Path, bool], str]]] = {"win32": _by_program, "darwin": _by_system}
