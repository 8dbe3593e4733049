"""The list of everything in the frozen program with its sha256: what an update, a check and a support answer can rely on."""

import hashlib
import json
from pathlib import Path
from typing import Any, Final

NAME: Final = "manifest.json"


def describe(folder: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """facts (version, system, ...) and every file of the folder: path -> [size, sha256], or the target of a link."""
    files: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name == NAME:
            continue
        if path.is_symlink():
            files[name] = {"link": path.readlink().as_posix()}
        elif path.is_file():
            files[name] = {"size": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    return {**facts, "files": files}


def write(folder: Path, facts: dict[str, Any]) -> None:
    """Write manifest.json into the folder."""
    (folder / NAME).write_text(json.dumps(describe(folder, facts), indent=1) + "\n", encoding="utf-8")


def differences(folder: Path) -> list[str]:
    """What is missing, changed or not listed; empty when all is as it was built."""
    known = json.loads((folder / NAME).read_text(encoding="utf-8"))["files"]
    now = describe(folder, {})["files"]
    return sorted(name for name in known.keys() | now.keys() if known.get(name) != now.get(name))


def dangling(folder: Path) -> list[str]:
    """Links that lead nowhere, or out of the folder."""
    inside = folder.resolve()
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() and not (path.exists() and path.resolve().is_relative_to(inside))
    )
