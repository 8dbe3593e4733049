"""What goes into a host: the adapter's files, the client beside or inside them, and where the `restored` program is."""

import json
import os
import shutil
import sys
import sysconfig
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import restored
from restored.ground.bounded import read_json
from restored.ground.errors import RestoredError
from restored.ground.versions import version

from .plugin_folders import Host, HostPlace

GIMP_FOLDER: Final = "restore-with-instruction"
KRITA_NAME: Final = "restore_with_instruction"
RECORD: Final = "installed.json"

_LEFT_OUT: Final = ("__pycache__", "*.pyc", ".*", "tests", "README*")


class PluginError(RestoredError):
    """A plug-in that cannot be put in or taken out; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Record:
    """What an installed plug-in knows of its origin (`restored_client/installed.json`)."""

    version: str
    executable: str

    @classmethod
    def now(cls) -> Self:
        return cls(version(), str(executable()))

    @classmethod
    def read(cls, client: Path) -> Self | None:
        """The record in an installed client folder, or None when there is none that can be read."""
        try:
            data = read_json(client / RECORD)
            return cls(str(data["version"]), str(data["executable"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, client: Path) -> None:
        (client / RECORD).write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")


def destinations(place: HostPlace) -> dict[str, Path]:
    """Everything that `build` lays out, by name, and where the host of this place looks for it."""
    if place.host == "gimp":
        return {GIMP_FOLDER: place.folder / GIMP_FOLDER}
    action = f"{KRITA_NAME}.action"
    found = {name: place.folder / name for name in (KRITA_NAME, f"{KRITA_NAME}.desktop")}
    return found | {action: place.folder.parent / "actions" / action}


def client_in(host: Host, folder: Path) -> Path:
    """Where the client lies below a host's plug-in folder."""
    return folder / (GIMP_FOLDER if host == "gimp" else KRITA_NAME) / "restored_client"


def build(host: Host, folder: Path) -> None:
    """Lay out the plug-in below `folder` exactly as the host wants to find it."""
    adapter, client = _sources(host)
    ignore = shutil.ignore_patterns(*_LEFT_OUT)
    try:
        if host == "gimp":
            shutil.copytree(adapter, folder / GIMP_FOLDER, ignore=ignore)
            script = folder / GIMP_FOLDER / f"{GIMP_FOLDER}.py"
            script.chmod(script.stat().st_mode | 0o755)  # GIMP starts it as a program
        else:
            shutil.copytree(adapter / KRITA_NAME, folder / KRITA_NAME, ignore=ignore)
            for ending in ("desktop", "action"):
                shutil.copy2(adapter / f"{KRITA_NAME}.{ending}", folder)
        shutil.copytree(client, client_in(host, folder), ignore=ignore)
        Record.now().write(client_in(host, folder))
    except FileNotFoundError as error:
        raise PluginError(
            f"This installation of restored is incomplete: {error.filename} is missing. Install it again."
        ) from error


def build_zip(target: Path) -> None:
    """The zip that Krita's Tools > Scripts > Import Python Plugin from File takes."""
    import tempfile

    from restored.ground.replacing import atomic

    packed = zipfile.ZIP_DEFLATED
    with tempfile.TemporaryDirectory() as temporary, atomic(target) as file, zipfile.ZipFile(file, "w", packed) as archive:
        build("krita", Path(temporary))
        for path in sorted(Path(temporary).rglob("*")):  # with its folders: Krita's importer looks for them, not for files
            archive.write(path, path.relative_to(temporary))


def executable() -> Path:
    """The `restored` program that a plug-in is to start, never the host's own Python."""
    named = os.environ.get("RESTORED_EXECUTABLE")
    if named:
        return Path(named)
    if getattr(sys, "frozen", False):
        return Path(sys.executable)
    name = "restored.exe" if sys.platform == "win32" else "restored"
    beside = Path(sysconfig.get_path("scripts")) / name
    if beside.is_file():
        return beside
    found = shutil.which(name)
    if found is None:
        raise PluginError(f"The program “{name}” is not beside {sys.executable} nor on the path. Install restored again.")
    return Path(found)


def _sources(host: Host) -> tuple[Path, Path]:
    """The adapter's folder and the client's: in a checkout below plugins/, in a wheel as data of this package."""
    packaged = Path(__file__).parent / "adapters" / host
    plugins = Path(restored.__file__).parents[2] / "plugins"
    if packaged.is_dir():
        import restored_client

        return packaged, Path(next(iter(restored_client.__path__)))
    if (plugins / host).is_dir():
        return plugins / host, plugins / "restored_client"
    raise PluginError(f"This installation of restored came without the {host} plug-in. Install it again.")
