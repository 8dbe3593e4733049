"""This system's packages from the frozen folder: tar and .deb on Linux, NSIS on Windows, pkg on macOS; and SHA256SUMS."""

import datetime
import gzip
import hashlib
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import artwork
import manual
from packing import BEST, Packing

HERE: Final = Path(__file__).resolve().parent
MACHINES: Final = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
LIBC: Final = platform.libc_ver()[1] or "2.28"
"""The C library of the system that builds, which the packages then need."""

COMPLETION: Final = {
    "restored.bash": "bash-completion/completions/restored",
    "_restored": "zsh/vendor-completions/_restored",
    "restored.fish": "fish/vendor_completions.d/restored.fish",
}
"""What completes the command in which shell, and where Debian's shells look for it."""

README: Final = """restored {version}

To install: open this folder in a terminal and run ./install.sh
Then start GIMP 3 (Filters > Restore with instruction) or Krita (Settings > Dockers > Restore with instruction).
To remove it: ./install.sh --uninstall, here or in the folder share of the installed program.
"""


def make(program: Path, out: Path, version: str, preset: int = BEST) -> list[Path]:
    """Every package that this system can make of the program; the last is SHA256SUMS."""
    if sys.platform == "linux":
        with Packing(program, preset) as packing, ThreadPoolExecutor() as pool:
            made = list(pool.map(lambda maker: maker(packing, out, version), (tar, deb)))
    else:
        made = [{"win32": nsis, "darwin": pkg}[sys.platform](program, out, version)]
    sums = out / "SHA256SUMS"
    sums.write_text("".join(f"{_digest(path)}  {path.name}\n" for path in made))
    return [*made, sums]


def tar(packing: Packing, out: Path, version: str) -> Path:
    """restored-VERSION-linux-MACHINE.tar.xz: the program, install.sh and a page to read."""
    target = out / f"restored-{version}-linux-{platform.machine()}.tar.xz"
    top = f"restored-{version}"
    with tempfile.TemporaryDirectory() as work:
        readme = Path(work) / "README.txt"
        readme.write_text(README.format(version=version), encoding="utf-8")
        parts = {
            f"{top}/install.sh": HERE / "linux" / "install.sh",
            f"{top}/README.txt": readme,
            f"{top}/restored": packing.program,
        }
        target.write_bytes(packing.archive(parts, tarfile.PAX_FORMAT))
    return target


def deb(packing: Packing, out: Path, version: str) -> Path:
    """restored_VERSION_ARCH.deb: into /opt, which a flatpak's sandbox shows its programs and /usr/lib is not."""
    machine = MACHINES[platform.machine()]
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / "root"
        (root / "opt").mkdir(parents=True)
        for path, content in _system_files(version):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/bin/restored").symlink_to("/opt/restored/restored")
        held = (file for folder in (root, packing.program) for file in folder.rglob("*"))
        size = sum(file.stat().st_size for file in held if file.is_file() and not file.is_symlink()) // 1024
        control = Path(work) / "control"
        control.mkdir()
        text = (HERE / "linux/debian/control").read_text(encoding="utf-8")
        text = text.format(version=version, machine=machine, size=size, libc=LIBC)
        (control / "control").write_text(text, encoding="utf-8")
        shutil.copy(HERE / "linux/debian/templates", control)
        for name in ("postinst", "prerm", "postrm"):
            (control / name).write_text(maintainer_script(name), encoding="utf-8")
            (control / name).chmod(0o755)
        members = (
            ("debian-binary", b"2.0\n"),
            # in GNU's format, as dpkg knows no other's headers (those that hold parts of a second, say)
            ("control.tar.xz", packing.archive({".": control}, tarfile.GNU_FORMAT)),
            ("data.tar.xz", packing.archive({".": root, "./opt/restored": packing.program}, tarfile.GNU_FORMAT)),
        )
        target = out / f"restored_{version}_{machine}.deb"
        with target.open("wb") as file:  # as deb(5) says: dpkg-deb packs without the filter for machine code, 2 MB larger
            file.write(b"!<arch>\n")
            for name, content in members:
                file.write(f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode("ascii"))
                file.write(content + b"\n" * (len(content) % 2))
    return target


def nsis(program: Path, out: Path, version: str) -> Path:
    """restored-VERSION-windows-setup.exe, per user, silent with /S."""
    target = out / f"restored-{version}-windows-setup.exe"
    script = HERE / "windows" / "restored.nsi"
    defines = {"VERSION": version, "PAYLOAD": str(program), "OUTPUT": str(target)}
    mark = "/D" if sys.platform == "win32" else "-D"
    with tempfile.TemporaryDirectory() as work:
        defines |= {"ICON": str(artwork.icon(Path(work))), "PANEL": str(artwork.panel(Path(work)))}
        named = (f"{mark}{name}={value}" for name, value in defines.items())
        subprocess.run(["makensis", "-V2", *named, script], check=True, cwd=script.parent)
    return target


def pkg(program: Path, out: Path, version: str) -> Path:
    """restored-VERSION-macos-MACHINE.pkg, into /usr/local; see macos/build.sh."""
    target = out / f"restored-{version}-macos-{platform.machine()}.pkg"
    subprocess.run(["sh", HERE / "macos" / "build.sh", program, target, version], check=True)
    return target


def maintainer_script(name: str, program: str = "/opt/restored/restored") -> str:
    """One of the .deb's scripts, whole: what it shares with the others stands in it."""
    folder = HERE / "linux" / "debian"
    whose = (folder / "whose.sh").read_text(encoding="utf-8")
    return (folder / name).read_text(encoding="utf-8").replace("# @WHOSE@\n", whose).replace("@PROGRAM@", program)


def metainfo(version: str) -> str:
    """The software centre's description, of today."""
    text = (HERE / "linux" / "restored.metainfo.xml").read_text(encoding="utf-8")
    return text.replace("@VERSION@", version).replace("@DATE@", datetime.date.today().isoformat())


def _system_files(version: str) -> Iterator[tuple[str, bytes]]:
    """What the .deb puts into the system's own folders: (path, content)."""
    for path, text in _texts(version):
        yield path, text.encode("utf-8")
    yield "usr/share/man/man1/restored.1.gz", gzip.compress(manual.page(version).encode("utf-8"), mtime=0)


def _texts(version: str) -> Iterator[tuple[str, str]]:
    desktop = (HERE / "linux" / "restored.desktop").read_text(encoding="utf-8").replace("@EXEC@", "/opt/restored/restored")
    yield "usr/share/applications/restore-with-instruction.desktop", desktop
    icon = (HERE / "linux" / "restored.svg").read_text(encoding="utf-8")
    yield "usr/share/icons/hicolor/scalable/apps/restore-with-instruction.svg", icon
    yield "usr/share/metainfo/io.github.restore_with_instruction.metainfo.xml", metainfo(version)
    for name, place in COMPLETION.items():
        yield f"usr/share/{place}", (HERE / "linux" / "completion" / name).read_text(encoding="utf-8")
    yield "usr/share/doc/restored/copyright", (HERE.parent / "LICENSE").read_text(encoding="utf-8")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
