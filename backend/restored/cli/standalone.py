"""What only the standalone program has: `restored update`, `restored gpu`, and for its script `restored places`, `exchange`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from restored.standalone import StandaloneError, frozen
from restored_client.session.launch import own_environment

from . import console, daemon

gpu = typer.Typer(help="The GPU pack of the standalone program: compute on an NVIDIA GPU.", no_args_is_help=True)


def update(
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="The newer version, downloaded with its .minisig.")
    ] = None,
    downgrade: Annotated[bool, typer.Option("--downgrade", help="Also when it is an older version.")] = False,
    back: Annotated[bool, typer.Option("--back", help="The version before this one again.")] = False,
) -> None:
    """Put a newer download in place of this version, after checking who made it. Nothing is fetched from anywhere."""
    from restored.standalone import update as updating

    if (file is None) != back:
        raise typer.BadParameter("Give the download with --from FILE, or --back (not both).", param_hint="--from")
    console.out.print(_sentence(lambda: updating.update(file, downgrade=downgrade) if file else updating.back()))


@gpu.command()
def install(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The pack's files, or the folder that has them.")],
) -> None:
    """Check the downloaded pack and put it in."""
    from restored.standalone import gpu as packs

    pack = _sentence(packs.Pack.known)
    _sentence(lambda: packs.install(files, pack, packs.home()))
    console.out.print(f"The GPU pack {pack.id} is installed. {_seen()}")
    _begin_anew()


@gpu.command()
def remove() -> None:
    """Take the pack away again; the program computes on the processor then."""
    from restored.standalone import gpu as packs

    _begin_anew()  # it holds the pack's files
    console.out.print("The GPU pack is gone." if _sentence(lambda: packs.remove(packs.home())) else "There is no GPU pack.")


@gpu.command()
def status() -> None:
    """Whether a pack is there, and what it finds."""
    from restored.standalone import gpu as packs

    pack = _sentence(packs.Pack.known)
    if packs.installed(pack, packs.home()):
        console.out.print(f"The GPU pack {pack.id} is installed. {_seen()}")
    else:
        size = sum(part.size for part in pack.parts) / 1e9
        files = "one file" if len(pack.parts) == 1 else f"{len(pack.parts)} files"
        console.out.print(f"The GPU pack is not installed: {files}, {size:.1f} GB.")
        console.out.print("When you have downloaded them: restored gpu install FILE...")


def places() -> None:
    """Print the folders in this home that are restored's, for the uninstaller."""
    from restored.standalone import folders

    for kind, found in (("cache", folders.caches()), ("yours", folders.yours())):
        for folder in found:
            typer.echo(f"{kind}: {folder}")


def exchange(one: Path, other: Path) -> None:
    """Let two folders take each other's place at once, for install.sh."""
    from restored.standalone.swapping import exchange as exchanged

    _sentence(lambda: exchanged(one, other))


def _begin_anew() -> None:
    """The background process chose what it computes with when it started."""
    if not daemon.begin_anew():
        console.out.print(
            "The background process is at work and goes on as it was. The next one, after “restored daemon stop”, knows."
        )


def _seen() -> str:
    """What torch says in a process of its own: one that fails to load takes nothing down with it."""
    if not frozen():
        return ""
    done = subprocess.run(
        [sys.executable, "gpu-check"], capture_output=True, text=True, env=own_environment(os.environ), check=False
    )
    if done.returncode == 0:
        return done.stdout.strip()
    return f"It cannot be loaded, so the processor computes: {_last(done.stdout + done.stderr)}"


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("[PYI-")]
    return lines[-1][:200] if lines else "no reason was given."


def _sentence(act):  # type: ignore[no-untyped-def]
    try:
        return act()
    except StandaloneError as error:
        raise console.Failure(str(error)) from error
