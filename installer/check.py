"""Proves the packages in dist/installer: `make installer-check`. As an ordinary user, in a root without Python or libraries.

Prints a table of sizes and times; ends with 1 when something is not as promised. Needs Linux and root (for chroot), no network.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import build
import kept
import manifest
import wine
from bare import HOME, USER, Bare
from debian import TREE, in_debian
from judging import Checks, children
from small_files import tiff_bits, write_tiff16
from updating import updates
from uses import processor_time, started, uses

PROGRAM: Final = f"{HOME}/.local/bin/restored"
SHARE: Final = f"{HOME}/.local/opt/restored/share/install.sh"
INSTALLED: Final = 280e6
DOWNLOAD: Final = 110e6
PHOTO: Final = "/downloads/lake-damaged.jpg"


def contents(check: Checks) -> None:
    """The folder by itself."""
    size = sum(path.lstat().st_size for path in build.PROGRAM.rglob("*") if path.is_file() and not path.is_symlink())
    torch = with_torch()
    check(
        "installed size at most 280 MB", torch or size <= INSTALLED, f"{size / 1e6:.1f} MB{', PyTorch inside' if torch else ''}"
    )
    check("every file as listed", manifest.differences(build.PROGRAM) == [])
    check("no link leads nowhere", manifest.dangling(build.PROGRAM) == [])
    inside = kept.forbidden(modules(build.PROGRAM / "restored"), torch)
    folders = [
        name for name in kept.without(kept.FORBIDDEN, torch) if (build.PROGRAM / "_internal" / name.replace(".", "/")).exists()
    ]
    check("nothing inside that must not be", not inside and not folders, ", ".join([*inside, *folders]))


def with_torch() -> bool:
    """Whether the program was built with PyTorch inside."""
    return (build.PROGRAM / "_internal/torch").is_dir()


def modules(program: Path) -> list[str]:
    """The names of the Python modules inside a frozen program; read with the PyInstaller that made it."""
    code = (
        "import sys; from PyInstaller.archive.readers import CArchiveReader as R; a = R(sys.argv[1]);"
        "print(*a.open_embedded_archive('PYZ.pyz').toc, sep='\\n')"
    )
    python = build.WORK / ("env-torch" if with_torch() else "env") / "bin/python"
    return subprocess.run([python, "-c", code, program], capture_output=True, text=True, check=True).stdout.split()


def installed(check: Checks, download: Path, bare: Bare) -> dict[str, bytes]:
    """Unpack, install, restore for the first time: as Ann, and in so many seconds. Returns her home as it was before."""
    for folder in (".config/GIMP/3.0", ".local/share/krita"):  # both hosts were started once
        bare.run("mkdir", "-p", f"{HOME}/{folder}")
    bare.put(build.ROOT / "examples/lake-damaged.jpg", PHOTO)
    bare.put(download, "/downloads/restored.tar.xz")
    bare.run("mkdir", "-p", f"{HOME}/pictures")
    before = bare.tree()

    script = f"{unpacked(bare)}/install.sh"
    check.in_time("installed", 5, lambda: check("install.sh", "is installed" in bare.run("sh", script).stdout))
    bare.run("rm", "-rf", "/tmp/d")

    version = bare.run(PROGRAM, "--version").stdout
    check("it says its version", version.startswith("restored "), version.strip())
    for plugin in (".config/GIMP/3.0/plug-ins/restore-with-instruction", ".local/share/krita/pykrita/restore_with_instruction"):
        record = bare.root / HOME.lstrip("/") / plugin / "restored_client/installed.json"
        there = record.is_file() and json.loads(record.read_text())["executable"] == f"{HOME}/.local/opt/restored/restored"
        check(f"plug-in in {plugin.split('/')[-1]}", there)

    started(check, bare, PROGRAM)
    check.in_time(
        "first restoration, the daemon started,",
        3,
        lambda: bare.run(PROGRAM, "run", PHOTO, "remove the noise", "-o", f"{HOME}/pictures/a.png"),
        lambda: processor_time(status(bare)["pid"]),
    )
    peak = memory(status(bare)["pid"])
    check("peak memory at most 450 MB", peak <= 450e6, f"{peak / 1e6:.0f} MB")
    check.in_time(
        "next restoration", 2, lambda: bare.run(PROGRAM, "run", PHOTO, "make it brighter", "-o", f"{HOME}/pictures/b.png")
    )
    return before


def unpacked(bare: Bare) -> str:
    """The folder out of the download, below /tmp/d."""
    bare.run("mkdir", "/tmp/d")
    bare.run("tar", "-C", "/tmp/d", "-xf", "/downloads/restored.tar.xz")
    return f"/tmp/d/{bare.run('ls', '/tmp/d').stdout.strip()}"


def life(check: Checks, download: Path, bare: Bare, before: dict[str, bytes]) -> None:
    """Use, upgrade, remove; before: what is to be as it was."""
    version = bare.run(PROGRAM, "--version").stdout
    uses(check, bare, PROGRAM)

    write_tiff16(bare.root / HOME.lstrip("/") / "pictures/deep.tif")
    bare.run(PROGRAM, "run", f"{HOME}/pictures/deep.tif", "remove the noise", "-o", f"{HOME}/pictures/deep-out.tif")
    check("a 16-bit TIFF stays one", tiff_bits(bare.root / HOME.lstrip("/") / "pictures/deep-out.tif") == 16)
    bare.run(PROGRAM, "batch", f"{HOME}/pictures", "remove the noise", "-o", f"{HOME}/results")
    bare.run(PROGRAM, "archive", "plan", f"{HOME}/pictures", "remove the noise", "--to", f"{HOME}/results/archive")
    bare.run(PROGRAM, "archive", "run", f"{HOME}/results/archive", "--workers", "1")
    worked = json.loads(bare.run(PROGRAM, "archive", "status", f"{HOME}/results/archive", "--json").stdout)
    check("an archive", worked["done"] == worked["pictures"] >= 4, f"{worked['done']} pictures")
    results = bare.run("ls", f"{HOME}/results").stdout.split()
    check("a batch", len([result for result in results if result.endswith((".png", ".tif"))]) >= 4, f"{len(results)} files")
    doctor = bare.run(PROGRAM, "doctor", "--json", check=False)
    bad = [found["sentence"] for found in json.loads(doctor.stdout)["findings"] if found["state"] == "bad"]
    check("the doctor finds nothing wrong", doctor.returncode == 0 and not bad, "; ".join(bad))

    sandbox(check, bare)
    bare.run(PROGRAM, "daemon", "start")

    folder = unpacked(bare)
    said = bare.run("sh", f"{folder}/install.sh").stdout
    check("an upgrade while the daemon runs", "is installed; it was" in said)
    listed = bare.root / folder.lstrip("/") / "restored/manifest.json"
    listed.write_text(listed.read_text().replace('"version": "', '"version": "0.0.', 1))
    older = bare.run("sh", f"{folder}/install.sh", check=False)
    check("an older version is refused", older.returncode == 1 and "Nothing was changed" in older.stderr)
    bare.run("rm", "-rf", "/tmp/d")
    bare.run("sh", SHARE, "--back")
    check("one step back", bare.run(PROGRAM, "--version").stdout == version)

    updates(check, bare, PROGRAM, download)

    bare.run("rm", "-rf", f"{HOME}/pictures", f"{HOME}/results")
    bare.run("mkdir", f"{HOME}/pictures")
    gone = bare.run("sh", SHARE, "--uninstall", "--all").stdout
    check("uninstalled", "restored is gone" in gone)
    after = bare.tree()
    left = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    check("nothing is left, nothing else was changed", not left, ", ".join(left[:9]))


def sandbox(check: Checks, bare: Bare) -> None:
    """A flatpak's sandbox as its own tool makes it: another runtime folder, other process numbers, the same home."""
    bare.run("mkdir", "-p", f"{HOME}/.var/app/org.gimp.GIMP")
    own, cache = f"/run/user/{USER}", f"{HOME}/.var/app/org.gimp.GIMP/cache"
    variables = {"HOME": HOME, "PATH": "/usr/bin", "XDG_RUNTIME_DIR": own, "XDG_CACHE_HOME": cache}
    inside = [
        *("setpriv", "--reuid", str(USER), "--regid", str(USER), "--clear-groups", "bwrap", "--bind", str(bare.root), "/"),
        *("--dev", "/dev", "--proc", "/proc", "--tmpfs", "/run", "--dir", own, "--ro-bind", "/dev/null", "/.flatpak-info"),
        *("--unshare-pid", "--unshare-ipc", "--chdir", HOME, "--clearenv"),
        *(word for name, value in variables.items() for word in ("--setenv", name, value)),
    ]
    (bare.root / ".flatpak-info").touch()  # bwrap needs something to lay its own over; outside it is taken away again
    try:
        works = subprocess.run([*inside, "/usr/bin/true"], capture_output=True, text=True, check=False)
        if works.returncode:
            print(f"--  a sandbox: not tried, this system makes none ({works.stderr.strip()})")
            return
        (bare.root / ".flatpak-info").unlink()
        bare.run(PROGRAM, "daemon", "start")
        (bare.root / ".flatpak-info").touch()
        said = subprocess.run([*inside, PROGRAM, "daemon", "status", "--json"], capture_output=True, text=True, check=False)
        check("inside a sandbox: the daemon outside answers", '"pid"' in said.stdout, said.stderr.strip()[-200:])
        subprocess.run([*inside, PROGRAM, "daemon", "stop"], capture_output=True, check=False)
        command = [PROGRAM, "run", PHOTO, "remove the noise", "-o", f"{HOME}/pictures/inside.png"]
        done = subprocess.run([*inside, *command], capture_output=True, text=True, check=False)
        check("inside a sandbox: a daemon of its own restores", done.returncode == 0, done.stderr.strip()[-200:])
    finally:
        (bare.root / ".flatpak-info").unlink(missing_ok=True)
        bare.run("rm", "-rf", f"{HOME}/.var", f"{HOME}/.cache/restored")


def status(bare: Bare) -> dict[str, Any]:
    """What the running daemon says of itself."""
    return json.loads(bare.run(PROGRAM, "daemon", "status", "--json").stdout)


def memory(pid: int) -> float:
    """Bytes that a process held at most."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("the daemon has ended")


def by_itself(check: Checks, package: Path, root: Path) -> None:
    """The .deb in a root of its own: there completely, gone completely."""
    for name in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"):
        (root / name).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    before = {str(path.relative_to(root)) for path in root.rglob("*")}
    force = ["--force-depends", "--force-script-chrootless", "--force-not-root", f"--root={root}", "--log=/dev/null"]
    subprocess.run(["dpkg", *force, "-i", package], check=True, capture_output=True)
    check(".deb: installed", (root / "opt/restored/restored").exists() and (root / "usr/bin/restored").is_symlink())
    subprocess.run(["dpkg", *force, "-P", "restored"], check=True, capture_output=True)
    left = {str(path.relative_to(root)) for path in root.rglob("*")} - before
    left = {path for path in left if not path.startswith("var/lib/dpkg")}
    check(".deb: purged, nothing left", not left, ", ".join(sorted(left)[:5]))


def others(check: Checks) -> None:
    """What is not tried in that root: the .deb, Windows' installer, and the files that software centres and menus read."""
    if shutil.which("dpkg"):
        (package,) = build.OUT.glob("*.deb")
        with tempfile.TemporaryDirectory() as folder:
            by_itself(check, package, Path(folder))
        if TREE.is_dir():
            in_debian(check, package)
    if wine.possible():
        wine.windows(check)
    if shutil.which("appstreamcli"):
        done = subprocess.run(
            ["appstreamcli", "validate", "--no-net", build.PROGRAM / "share/restored.metainfo.xml"], check=False
        )
        check("metainfo is valid", done.returncode == 0)
    if shutil.which("desktop-file-validate"):
        done = subprocess.run(["desktop-file-validate", build.HERE / "linux/restored.desktop"], check=False)
        check("desktop file is valid", done.returncode == 0)


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="the packages were packed quickly: their size is not judged")
    fast = parser.parse_args().fast
    check = Checks()
    contents(check)
    (download,) = build.OUT.glob("restored-*-linux-*.tar.xz")
    size = download.stat().st_size
    check(
        "download at most 110 MB",
        fast or with_torch() or size <= DOWNLOAD,
        f"{size / 1e6:.1f} MB{', packed quickly' if fast else ''}",
    )
    with tempfile.TemporaryDirectory(prefix="restored-bare-") as folder, Bare(Path(folder) / "root") as bare:
        Path(folder).chmod(0o755)  # the sandbox is made by an ordinary user
        try:
            before = installed(check, download, bare)
            with ThreadPoolExecutor() as pool:  # from here on nothing is judged by its time
                beside = pool.submit(others, check)
                life(check, download, bare, before)
                beside.result()
        finally:
            if (bare.root / PROGRAM.lstrip("/")).is_symlink():
                bare.run(PROGRAM, "daemon", "stop", check=False)
    print(f"done in {time.monotonic() - check.began:.0f} s, of the processor {time.process_time() + children():.0f} s")
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
