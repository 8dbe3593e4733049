"""A root with the C library, zlib and a shell only, in which the real downloads are tried as an ordinary user.

with Bare(folder) as bare:
    bare.run("/downloads/restored-0.1.0/install.sh")
"""

import os
import platform
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

TOOLS: Final = (
    "sh", "env", "ls", "cat", "cp", "mv", "rm", "ln", "mkdir", "rmdir", "mktemp", "sed", "sort", "head", "dirname", "readlink",
    "find", "tar", "xz", "printf", "id", "true", "touch", "chmod", "test", "sleep",
)  # fmt: skip
"""What every Linux has, and install.sh may use; python3 is not among them."""

USER: Final = 1000
HOME: Final = "/home/ann"


class Bare:
    """The root, made from this system's own files. Nothing of it outlives the folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __enter__(self) -> Self:
        libraries: set[str] = set()
        for name in TOOLS:
            found = shutil.which(name)
            if found is None:
                continue
            target = self.root / "usr/bin" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(os.path.realpath(found), target)
            said = subprocess.run(["ldd", found], capture_output=True, text=True, check=False).stdout
            libraries.update(re.findall(r"(/\S+)", said))
        # the rest of the C library, and zlib for PyInstaller's loader: all that a frozen program takes from its system
        folder = Path(f"/lib/{platform.machine()}-linux-gnu")
        names = (
            "libc.so.6",
            "libm.so.6",
            "libdl.so.2",
            "libpthread.so.0",
            "librt.so.1",
            "libutil.so.1",
            "libnss_files.so.2",
            "libz.so.1",
        )
        libraries.update(str(folder / name) for name in names if (folder / name).exists())
        for library in libraries:
            target = self.root / library.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(os.path.realpath(library), target)
        (self.root / "bin").symlink_to("usr/bin")
        for name in ("proc", "dev", "sys", "tmp", f"run/user/{USER}", HOME.lstrip("/"), "etc", "downloads"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "etc/passwd").write_text(f"root:x:0:0::/root:/bin/sh\nann:x:{USER}:{USER}:Ann:{HOME}:/bin/sh\n")
        (self.root / "tmp").chmod(0o1777)
        for name in (HOME.lstrip("/"), f"run/user/{USER}"):
            os.chown(self.root / name, USER, USER)
        (self.root / f"run/user/{USER}").chmod(0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def run(self, *command: str, check: bool = True, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as Ann, with no network and nothing of this environment."""
        outside = self._entered(command, environment)
        done = subprocess.run(outside, capture_output=True, text=True, input=text, check=False)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def killed(self, seconds: float, *command: str) -> None:
        """Run a command inside, and kill it and what it started after so long, if it has not ended by then."""
        with subprocess.Popen(
            self._entered(command, {}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        ) as running:
            try:
                running.wait(seconds)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)

    def _entered(self, command: Sequence[str], environment: dict[str, str]) -> list[str]:
        mounts = 'ip link set lo up 2>/dev/null; mount --rbind /dev "$0/dev"; '
        mounts += 'mount -t proc none "$0/proc"; mount -t sysfs none "$0/sys" 2>/dev/null || true'
        values = {"HOME": HOME, "USER": "ann", "PATH": "/usr/bin", "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": f"/run/user/{USER}"}
        values |= {"TERM": "dumb"} | environment
        words = [f"{name}={value}" for name, value in values.items()]
        inside = ["chroot", f"--userspec={USER}:{USER}", str(self.root), "/usr/bin/env", "-i", "-C", HOME, *words, *command]
        script = f'{mounts}; exec "$@"'
        # the daemon that a command leaves behind ends with the namespace only when nothing waits for it: so processes are shared
        return ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", script, str(self.root), *inside]

    def put(self, source: Path, place: str) -> None:
        """Copy a file or folder in."""
        target = self.root / place.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        else:
            shutil.copy2(source, target)

    def tree(self, folders: Sequence[str] = (HOME, f"/run/user/{USER}")) -> dict[str, bytes]:
        """Every path below these folders, and what a file or link holds: to compare before and after."""
        found: dict[str, bytes] = {}
        for folder in folders:
            for path in sorted((self.root / folder.lstrip("/")).rglob("*")):
                name = str(path.relative_to(self.root))
                if path.is_symlink():
                    found[name] = os.fsencode(path.readlink())
                else:
                    found[name] = path.read_bytes() if path.is_file() else b"/"
        return found
