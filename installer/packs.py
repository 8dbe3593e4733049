"""The GPU pack in the frozen program, by a small one in torch's place: from files, damaged, not to be loaded, half there."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from typing import Final

from bare import HOME, USER, Bare
from judging import Checks

LIST: Final = f"{HOME}/.local/opt/restored/_internal/restored/standalone/gpu.json"
DATA: Final = f"{HOME}/.local/share/restored"
ID: Final = "torch-0.0-cu0"
TORCH: Final = b"raise ImportError('libcudart.so.0: cannot open shared object file: No such file or directory')\n"
"""What a driver that is too old, or none, makes of a pack."""


def packs(check: Checks, bare: Bare, program: str) -> None:
    """Whatever becomes of the pack, the processor computes, and what is wrong is said in a sentence."""
    listed, had = bare.root / LIST.lstrip("/"), (bare.root / DATA.lstrip("/")).exists()
    built = listed.read_bytes() if listed.exists() else None
    parts = _make(bare)
    listed.parent.mkdir(exist_ok=True)
    os.chown(listed.parent, USER, USER)
    listed.write_text(json.dumps({"id": ID, "size": 1000, "parts": parts}))

    good = bare.root / "downloads/pack" / str(parts[1]["name"])
    content = good.read_bytes()
    good.write_bytes(content[:-1] + b"?")
    done = bare.run(program, "gpu", "install", "/downloads/pack", check=False)
    check(
        "a damaged GPU pack is refused",
        done.returncode == 1 and "download it again" in _words(done.stderr),
        done.stderr.strip()[-200:],
    )
    good.write_bytes(content)
    said = _words(bare.run(program, "gpu", "install", "/downloads/pack").stdout)
    check("a GPU pack that does not load is told of", f"{ID} is installed. It cannot be loaded, so the processor" in said, said)
    _restores(check, bare, program, "with it the processor computes")
    (bare.root / f"{DATA}/gpu/{ID}/complete".lstrip("/")).unlink()
    said = _words(bare.run(program, "gpu", "status").stdout)
    check("half a GPU pack is none", "is not installed: 2 files" in said, said)
    _restores(check, bare, program, "with half of one the processor computes")
    bare.run(program, "gpu", "remove")
    check("a GPU pack is removed", not (bare.root / f"{DATA}/gpu".lstrip("/")).exists())

    listed.unlink() if built is None else listed.write_bytes(built)
    shutil.rmtree(bare.root / "downloads/pack")
    if not had:
        shutil.rmtree(bare.root / DATA.lstrip("/"), ignore_errors=True)


def _restores(check: Checks, bare: Bare, program: str, what: str) -> None:
    bare.run(program, "daemon", "stop", check=False)  # the next one begins with what is there now
    photo, target = "/downloads/lake-damaged.jpg", f"{HOME}/pictures/pack.png"
    done = bare.run(program, "run", photo, "remove the noise", "-o", target, "--overwrite", "--json", check=False)
    device = json.loads(done.stdout)["device"] if done.returncode == 0 else done.stderr[-300:]
    check(what, done.returncode == 0 and "cores" in device, device)


def _make(bare: Bare) -> list[dict[str, object]]:
    """A pack in two files in /downloads/pack; returns what the list says of them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as archive:
        entry = tarfile.TarInfo("torch/__init__.py")
        entry.size = len(TORCH)
        archive.addfile(entry, io.BytesIO(TORCH))
    data, parts = packed.getvalue(), []
    folder = bare.root / "downloads/pack"
    folder.mkdir()
    os.chown(folder, USER, USER)
    for number, piece in enumerate((data[:90], data[90:])):
        name = f"{ID}.part{number + 1}"
        (folder / name).write_bytes(piece)
        parts.append({"name": name, "size": len(piece), "sha256": hashlib.sha256(piece).hexdigest()})
    return parts


def _words(text: str) -> str:
    return " ".join(text.split())
