"""Walk a source once and write down what is to be done, in shards."""

import json
from pathlib import Path
from typing import Final

from restored.files import FileOrder
from restored.files.walk import Names, Walked

from .archive_order import NAME, ArchiveError, ArchiveOrder, ArchiveRow, check_links, shard_name
from .boundaries import is_model
from .trees import OURS, Tree

SHARD: Final = 512
"""Pictures in a shard: a minute or so of work, and the most that is done anew after a kill."""


def plan(
    source: str,
    target: str,
    wish: FileOrder,
    *,
    model: str,
    fingerprint: str,
    version: str,
    ending: str | None = None,
    suffix: str = "",
    quality: int | None = None,
    on_conflict: str = "skip",
    shard: int = SHARD,
    anew: bool = False,
) -> ArchiveOrder:
    """Write shards and order under `target`/.restored-archive. Memory does not grow with the number of pictures.

    fingerprint: of the model's bundle; all results are made by it. anew: replace a plan that is there; what is done stays known.
    Raises ArchiveError.
    """
    if not is_model(wish.model):
        raise ArchiveError("An archive is restored by an installed model: name it (`restored models list`), not its folder.")
    here, there = Tree(source), Tree(target)
    if here.local and not Path(here.at("")).is_dir():
        raise ArchiveError(f"“{source}” is not a folder.")
    if here.at("") == there.at("") and here.local == there.local:
        raise ArchiveError("The results need a folder of their own: the originals stay as they are.")
    check_links(there)
    if there.exists(NAME) and not anew:
        raise ArchiveError(
            f"“{target}” has a plan already: `restored archive run` goes on with it. "
            "With --anew the source is walked again; results of the same wish are not made twice."
        )
    for part in ("shards", "state"):
        there.remove(f"{OURS}/{part}")
    walked, names = Walked(), Names(Path(), Path(), ending=ending, suffix=suffix)
    rows: list[ArchiveRow] = []
    shards = pictures = 0
    try:
        for name, size, mark in here.walk(walked, leave_out=there):
            rows.append(ArchiveRow(name, size, mark, names.target(Path(name)).as_posix()))
            pictures += 1
            if len(rows) == shard:
                _write(there, shards, rows)
                rows, shards = [], shards + 1
    except FileNotFoundError as error:
        raise ArchiveError(f"There is no folder “{source}”.") from error
    if rows:
        _write(there, shards, rows)
        shards += 1
    if not pictures:
        raise ArchiveError(f"There are no pictures in “{source}”. {' '.join(walked.sentences())}".strip())
    order = ArchiveOrder(
        source=str(Path(source).absolute()) if here.local else source,
        wish=wish,
        model=model,
        fingerprint=fingerprint,
        version=version,
        shards=shards,
        pictures=pictures,
        quality=quality,
        forced=ending is not None,
        on_conflict=on_conflict,
        left_alone=tuple(walked.sentences()),
    )
    order.write(there)
    return order


def _write(tree: Tree, number: int, rows: list[ArchiveRow]) -> None:
    tree.write(shard_name(number), b"".join(json.dumps(list(row), ensure_ascii=True).encode() + b"\n" for row in rows))
