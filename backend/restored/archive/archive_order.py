"""What an archive is to become: written once by `plan`, read by everything else."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, NamedTuple

from restored.files import FileOrder
from restored.ground.bounded import parse_json
from restored.ground.errors import RestoredError

from .boundaries import order_fits, row_fits
from .trees import OURS, Tree

FORMAT: Final = 1
NAME: Final = f"{OURS}/order.json"


class ArchiveError(RestoredError, RuntimeError):
    """Something about an archive that the user can mend."""


class ArchiveRow(NamedTuple):
    """One picture: its path in the source, its size, a mark that changes with it, and the path of its result."""

    name: str
    size: int
    mark: str
    result: str


def check_links(tree: Tree) -> None:
    """Raises ArchiveError where the archive's own books would be written, or swept, somewhere else, or are another user's."""
    if tree.planted():
        raise ArchiveError(f"“{OURS}” in “{tree.url}”, where everybody may write, is another user's. Use a folder of your own.")
    for name in tree.links():
        raise ArchiveError(f"“{name}” in “{tree.url}” is a link to another place, which an archive's books never are.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOrder:
    """The wish, what it is for, and what it was made with."""

    source: str
    wish: FileOrder
    model: str
    fingerprint: str
    version: str
    shards: int
    pictures: int
    quality: int | None = None
    forced: bool = False
    """Whether the results' format was asked for."""
    on_conflict: str = "skip"
    left_alone: tuple[str, ...] = field(default=())
    """Sentences about what is no picture."""

    @property
    def key(self) -> str:
        """Changes whenever the results would."""
        text = f"{self.wish.digest()}\0{self.fingerprint}\0{self.quality}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def hash_of(self, row: ArchiveRow) -> str:
        """What a record of `done` must say for this picture to be left out."""
        text = f"{self.key}\0{row.name}\0{row.size}\0{row.mark}\0{row.result}"
        return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()

    def write(self, tree: Tree) -> None:
        said = {**asdict(self), "format": FORMAT, "key": self.key}
        tree.write(NAME, json.dumps(said, indent=1, ensure_ascii=True).encode())

    @classmethod
    def read(cls, tree: Tree) -> "ArchiveOrder":
        """Raises ArchiveError."""
        check_links(tree)
        try:
            said: Any = parse_json(tree.read(NAME))
        except FileNotFoundError:
            raise ArchiveError(f"There is no plan in “{tree.url}”. Make one with `restored archive plan`.") from None
        except ValueError as error:
            raise ArchiveError(
                f"The plan in “{tree.url}” is damaged. Make it anew with `restored archive plan --anew`."
            ) from error
        if not isinstance(said, dict) or said.pop("format", None) != FORMAT:
            raise ArchiveError(f"The plan in “{tree.url}” was made by another version of restored.")
        said.pop("key", None)
        if not order_fits(said, {each.name for each in fields(cls)}):
            raise ArchiveError(f"The plan in “{tree.url}” is damaged. Make it anew with `restored archive plan --anew`.")
        return cls(**{**said, "wish": FileOrder(**said["wish"]), "left_alone": tuple(said["left_alone"])})


def shard_name(number: int) -> str:
    return f"{OURS}/shards/{number:05}.jsonl"


def read_shard(tree: Tree, number: int) -> list[ArchiveRow]:
    """Raises ArchiveError."""
    try:
        rows = [parse_json(line) for line in tree.read(shard_name(number)).splitlines() if line]
    except FileNotFoundError:
        raise ArchiveError(f"There is no shard {number} in “{tree.url}”.") from None
    except ValueError as error:
        raise ArchiveError(f"Shard {number} of “{tree.url}” is damaged.") from error
    if not all(row_fits(row) for row in rows):
        raise ArchiveError(f"Shard {number} of “{tree.url}” is damaged, or names places outside of its folder.")
    return [ArchiveRow(*row) for row in rows]
