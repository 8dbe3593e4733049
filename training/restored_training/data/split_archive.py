"""One archive in pieces with an index, for machines that take little in and out at a time."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class SplitArchiveError(ValueError):
    """Pieces that are missing or damaged; the message is a sentence that names the piece."""


def write_pieces(data: memoryview | bytes, folder: Path, stem: str, *, largest: int, facts: Mapping[str, Any]) -> Path:
    """Cut `data` into `STEM.000`, `STEM.001`, ... of at most `largest` bytes and write `STEM.json` (the pieces with their sha256,
    and `facts`), last of all. Returns the index's path."""
    folder.mkdir(parents=True, exist_ok=True)
    view, pieces = memoryview(data), []
    for number, start in enumerate(range(0, len(view), largest)):
        piece = view[start : start + largest]
        name = f"{stem}.{number:03d}"
        (folder / name).write_bytes(piece)
        pieces.append({"file": name, "bytes": len(piece), "sha256": hashlib.sha256(piece).hexdigest()})
    index = folder / f"{stem}.json"
    index.write_text(json.dumps({"pieces": pieces, **facts}, indent=1), encoding="utf-8")
    return index


def read_facts(index: Path) -> dict[str, Any]:
    """What an index says. Raises SplitArchiveError when it is not one."""
    try:
        facts = json.loads(index.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SplitArchiveError(f"{index} cannot be read: {error}.") from error
    if not isinstance(facts, dict) or "pieces" not in facts:
        raise SplitArchiveError(f"{index} is not the index of an archive in pieces.")
    return facts


def read_pieces(index: Path) -> bytes:
    """The whole archive, every piece checked. Raises SplitArchiveError."""
    parts = []
    for piece in read_facts(index)["pieces"]:
        path = index.parent / Path(piece["file"]).name
        if not path.exists():
            raise SplitArchiveError(f"{index} lacks its piece {piece['file']}.")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != piece["sha256"]:
            raise SplitArchiveError(f"The piece {path} is damaged: its sha256 is not the one in {index.name}. Copy it again.")
        parts.append(content)
    return b"".join(parts)
