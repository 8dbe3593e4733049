"""Builds the standalone program and this system's packages: `make installer`.

wheel -> an environment with it and what it needs, pinned -> PyInstaller, one folder, always from nothing -> the kept list ->
manifest with sha256 -> packages in dist/installer. Works below build/installer only.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Final

import artwork
import elf
import manifest
import manual
import packages
import packing
from judging import children

ROOT: Final = Path(__file__).resolve().parents[1]
HERE: Final = ROOT / "installer"
WORK: Final = ROOT / "build" / "installer"
OUT: Final = ROOT / "dist" / "installer"
PROGRAM: Final = WORK / "dist" / "restored"


def run(*command: str | Path, **environment: str) -> None:
    """Run a step; its output is the user's to see, and then how long it took."""
    print("+", *command, flush=True)
    began, spent = time.monotonic(), children()
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env={**os.environ, **environment})
    print(f"  {time.monotonic() - began:.0f} s, of the processor {children() - spent:.0f} s", flush=True)


def wheel() -> Path:
    """The wheel of this source tree, fresh; made in the environment that runs this (`make venv`)."""
    target = WORK / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target)
    (found,) = target.glob("*.whl")
    return found


def needs_torch() -> bool:
    """Whether it is PyTorch that computes on this machine: there is no OpenVINO that the package would ask for."""
    return platform.machine() not in ("x86_64", "AMD64")


def environment(found: Path, torch: bool) -> Path:
    """An environment with the wheel, what it needs and PyInstaller, of the versions in requirements.lock; returns its Python."""
    place = WORK / ("env-torch" if torch else "env")
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    fresh = not python.exists()
    if fresh:
        venv.create(place, with_pip=True)
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "requirements.lock")
    whole = f"restore-with-instruction[formats,remote,batch] @ {found.as_uri()}"
    run(*install, "-r", HERE / "requirements.txt", whole, *(["torch"] if torch else []))
    if not fresh:
        run(*install, "--force-reinstall", "--no-deps", found)  # the same version, another content
    return python


def freeze(python: Path, torch: bool, *extra: Path) -> None:
    """PyInstaller's one folder in PROGRAM, with the manifest inside."""
    icon = artwork.icon(WORK) if sys.platform == "win32" else None
    # --clean: files of a wheel carry a fixed date, so the cache would keep old code
    run(
        python, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN",
        "--distpath", WORK / "dist", "--workpath", WORK / "pyinstaller", HERE / "restored.spec",
        RESTORED_EXTRA_DATA=os.pathsep.join(str(path.resolve()) for path in extra), RESTORED_ICON=str(icon or ""),
        RESTORED_TORCH="1" if torch else "",
    )  # fmt: skip


def named(file: Path, name: str) -> Path:
    """A copy of a file under the name by which the program looks for it, whatever its owner calls it."""
    copy = WORK / "extra" / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file, copy)
    return copy


def version_of(found: Path) -> str:
    """The version in a wheel's name."""
    return found.name.split("-")[1]


def main() -> None:
    """Build everything that this system can."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--key", type=Path, help="the public key (minisign) that updates must be signed with; goes into the program"
    )
    parser.add_argument("--gpu", type=Path, help="the list of the GPU pack (gpu_pack.py); goes into the program")
    parser.add_argument(
        "--torch",
        action="store_true",
        help="with PyTorch inside, as pip finds it: for the large models (elsewhere than on x86 always)",
    )
    parser.add_argument("--no-packages", action="store_true", help="only the folder")
    parser.add_argument("--fast", action="store_true", help="pack quickly, for a trial: the files are a twelfth larger")
    chosen = parser.parse_args()
    start = time.monotonic()
    WORK.mkdir(parents=True, exist_ok=True)
    extra = [named(file, name) for file, name in ((chosen.key, "update.pub"), (chosen.gpu, "gpu.json")) if file is not None]
    found = wheel()
    torch = chosen.torch or needs_torch()
    freeze(environment(found, torch), torch, *extra)

    facts = {
        "version": version_of(found),
        "system": sys.platform,
        "machine": platform.machine(),
        "libc": packages.LIBC,
    }
    if sys.platform == "linux":
        print(f"libraries are smaller by {elf.shrink(PROGRAM) / 1e6:.0f} MB")
    if sys.platform == "linux":
        share = PROGRAM / "share"
        share.mkdir()
        for name in ("restored.desktop", "restored.svg", "install.sh"):
            shutil.copy2(HERE / "linux" / name, share)
        for name in ("restored.bash", "restored.fish"):
            shutil.copy2(HERE / "linux" / "completion" / name, share)
        (share / "restored.1").write_text(manual.page(version_of(found)), encoding="utf-8")
        (share / "restored.metainfo.xml").write_text(packages.metainfo(version_of(found)), encoding="utf-8")
    shutil.copy2(ROOT / "LICENSE", PROGRAM)
    manifest.write(PROGRAM, facts)
    broken = manifest.dangling(PROGRAM)
    if broken:
        sys.exit(f"links that lead nowhere: {', '.join(broken)}")
    if not chosen.no_packages:
        OUT.mkdir(parents=True, exist_ok=True)
        for made in packages.make(PROGRAM, OUT, version_of(found), 1 if chosen.fast else packing.BEST):
            print(f"{made.stat().st_size / 1e6:8.1f} MB  {made.relative_to(ROOT)}")
    print(f"done in {time.monotonic() - start:.0f} s, of the processor {time.process_time() + children():.0f} s")


if __name__ == "__main__":
    main()
