"""The .deb where it belongs: in Debian, by its own dpkg, for an ordinary user; and everything gone after a purge."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import build
from judging import Checks

TREE: Final = Path.home() / ".cache/restored-hosts/trixie"
"""A Debian 13 with GIMP 3, as `tests/hosts/setup` makes it."""

USER: Final = 1000
HOME: Final = "/home/ann"
ELSEWHERE: Final = ("/var/lib/dpkg", "/var/log", "/var/cache", "/tmp", "/root", "/proc", "/dev", "/sys")
"""What dpkg, debconf and others keep of their own, and what is not of the tree."""

KEPT: Final = re.compile(r"(/opt|/usr/share/(applications/mimeinfo\.cache|icons/hicolor/icon-theme\.cache))$")
"""What Debian's own triggers make anew whenever any package comes or goes, and a folder that dpkg removes when it is empty."""


class Debian:
    """The tree, with what is changed in it kept apart and forgotten."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, user: bool = False, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root who is Ann's (sudo), or as Ann."""
        whose = ["setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups"] if user else []
        variables = {"HOME": HOME if user else "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
        variables |= {"SUDO_USER": "ann", "DEBIAN_FRONTEND": "noninteractive", "XDG_RUNTIME_DIR": f"/run/user/{USER}"}
        if not user:
            del variables["XDG_RUNTIME_DIR"]
        entered = [
            "unshare",
            "--net",
            "chroot",
            str(self.root),
            "env",
            "-i",
            *(f"{name}={value}" for name, value in variables.items()),
        ]
        return subprocess.run([*entered, *whose, *command], capture_output=True, text=True, check=check, cwd="/")

    def tree(self) -> set[str]:
        """Every path of it that is not somebody else's business."""
        leave = [word for place in ELSEWHERE for word in ("-path", place, "-prune", "-o")]
        found = self.run("find", "/", "-xdev", *leave, "-print").stdout.splitlines()
        return {path for path in found if not KEPT.search(path)}


@contextmanager
def debian() -> Iterator[Debian]:
    """Lay an empty layer over the tree. Raises OSError, CalledProcessError where this system lays none."""
    with tempfile.TemporaryDirectory(prefix="restored-debian-") as name:
        layer, root = Path(name) / "layer", Path(name) / "root"
        layer.mkdir()
        root.mkdir()
        mounted: list[Path] = []

        def mount(where: Path, *options: str) -> None:
            subprocess.run(["mount", *options, str(where)], check=True, capture_output=True)
            mounted.append(where)

        try:
            mount(layer, "-t", "tmpfs", "none")  # an overlay's upper layer cannot lie on every disk
            (layer / "up").mkdir()
            (layer / "work").mkdir()
            mount(root, "-t", "overlay", "overlay", "-o", f"lowerdir={TREE},upperdir={layer}/up,workdir={layer}/work")
            mount(root / "proc", "-t", "proc", "proc")
            mount(root / "dev", "--bind", "/dev")
            yield Debian(root)
        finally:
            for where in reversed(mounted):
                subprocess.run(["umount", "-l", str(where)], check=False, capture_output=True)


def in_debian(check: Checks, package: Path) -> None:
    """Install, use, install again over the running daemon, remove, purge without an answer, purge with one."""
    try:
        with debian() as system:
            _life(check, system, package)
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode("utf-8", "replace") if isinstance(error.stderr, bytes) else error.stderr or ""
        check(f".deb in Debian 13: {' '.join(map(str, error.cmd))[-80:]}", False, words.strip()[-300:])


def _life(check: Checks, system: Debian, package: Path) -> None:
    shutil.copy2(package, system.root / "root/restored.deb")
    shutil.copy2(build.ROOT / "examples/lake-damaged.jpg", system.root / "tmp/photo.jpg")
    passwd = (system.root / "etc/passwd").read_text()
    if "\nann:" not in passwd:
        (system.root / "etc/passwd").write_text(f"{passwd}ann:x:{USER}:{USER}::{HOME}:/bin/sh\n")
        groups = (system.root / "etc/group").read_text()
        (system.root / "etc/group").write_text(f"{groups}ann:x:{USER}:\n")
    for place in (HOME, f"/run/user/{USER}"):
        system.run("install", "-d", "-o", str(USER), "-g", str(USER), "-m", "700", place)
    for place in (".config/GIMP/3.0", ".local/share/krita", ".config/restored"):
        system.run("mkdir", "-p", f"{HOME}/{place}", user=True)
    system.run("rmdir", f"{HOME}/.config/restored", user=True)
    before = system.tree()

    system.run("dpkg", "-i", "/root/restored.deb")
    check(".deb in Debian 13: installed", "install ok installed" in system.run("dpkg", "-s", "restored").stdout)
    plugins = (".config/GIMP/3.0/plug-ins/restore-with-instruction", ".local/share/krita/pykrita/restore_with_instruction")
    there = [system.run("test", "-d", f"{HOME}/{place}", check=False).returncode == 0 for place in plugins]
    check(".deb in Debian 13: the plug-ins are put in", all(there))
    done = system.run("restored", "run", "/tmp/photo.jpg", "remove the noise", "-o", f"{HOME}/a.png", user=True, check=False)
    check(".deb in Debian 13: it restores", done.returncode == 0, done.stderr.strip()[-200:])
    again = system.run("dpkg", "-i", "/root/restored.deb", check=False)
    check(".deb in Debian 13: upgraded while the daemon runs", again.returncode == 0, again.stderr.strip()[-200:])
    system.run("mkdir", "-p", f"{HOME}/.config/restored", user=True)
    system.run("touch", f"{HOME}/.config/restored/presets.json", user=True)
    system.run("restored", "daemon", "start", user=True)
    said = system.run("dpkg", "-r", "restored").stdout
    check(".deb in Debian 13: removed, and what stays is named", f"{HOME}/.config/restored" in said)
    system.run("dpkg", "-P", "restored")
    check(".deb in Debian 13: purged without an answer, settings stay", (system.root / f"{HOME}/.config/restored"[1:]).exists())
    system.run("dpkg", "-i", "/root/restored.deb")
    system.run("dpkg", "-r", "restored")
    system.run("sh", "-c", "echo restored restored/remove-yours boolean true | debconf-set-selections")
    system.run("dpkg", "-P", "restored")
    system.run("rm", f"{HOME}/a.png")
    left = sorted(before ^ system.tree())
    check(".deb in Debian 13: purged with a yes, nothing left, nothing else changed", not left, ", ".join(left[:9]))
    daemons = system.run("sh", "-c", "ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c ' /opt/restored' || true").stdout.strip()
    check(".deb in Debian 13: no daemon is left", daemons == "0", daemons)
