"""How far an archive is, and what went wrong in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from restored.ground.bounded import parse_json

from .archive_order import ArchiveError, ArchiveOrder, read_shard
from .boundaries import entry_fits, state_fits
from .trees import OURS, Lines, Tree


@dataclass(frozen=True, slots=True)
class Status:
    """Counts of pictures, and of shards that nothing is left to do in."""

    pictures: int
    done: int
    errors: int
    shards: int
    complete: int

    @property
    def waiting(self) -> int:
        return self.pictures - self.done - self.errors

    def sentence(self) -> str:
        words = f"{self.done:,} of {self.pictures:,} pictures are done, in {self.complete:,} of {self.shards:,} complete shards"
        return f"{words}; {self.errors:,} failed." if self.errors else f"{words}."


def status(target: str) -> Status:
    """Merged from the shards' states; shards that are being worked, or whose worker was killed, are counted by their records."""
    tree = Tree(target)
    order = ArchiveOrder.read(tree)
    states = _states(tree)
    listed = None if tree.local else tree.names(f"{OURS}/done")
    done = errors = complete = 0
    for shard in range(order.shards):
        state = states.get(shard)
        if state is None:
            done += len({entry["hash"] for entry in _entries(tree, "done", shard, listed)})
            continue
        done += state["done"] + state["earlier"]
        errors += state["errors"]
        complete += state["done"] + state["earlier"] == state["pictures"]
    return Status(order.pictures, done, errors, order.shards, complete)


def pending(target: str, *, retry: bool) -> list[int]:
    """Shards in which something is left to do. retry: also where all that is left has failed before. Raises ArchiveError."""
    tree = Tree(target)
    order = ArchiveOrder.read(tree)
    if len(tree.names(f"{OURS}/shards")) < order.shards:
        raise ArchiveError(f"Of the {order.shards:,} shards in “{target}” some are lost. Make the plan anew with --anew.")
    states = _states(tree)

    def finished(shard: int) -> bool:
        state = states.get(shard)
        if state is None:
            return False
        done = state["done"] + state["earlier"]
        return done == state["pictures"] or (not retry and done + state["errors"] == state["pictures"])

    return [shard for shard in range(order.shards) if not finished(shard)]


def rows(target: str) -> Iterator[dict[str, Any]]:
    """Of every picture that was tried, the last word: `name` with `result`, or with `error`."""
    tree = Tree(target)
    order = ArchiveOrder.read(tree)
    for shard in range(order.shards):
        known = {order.hash_of(row) for row in read_shard(tree, shard)}
        done = {entry["hash"]: entry for entry in _entries(tree, "done", shard, None) if entry["hash"] in known}
        failed = {entry["hash"]: entry for entry in _entries(tree, "errors", shard, None) if entry["hash"] in known}
        yield from done.values()
        yield from (entry for key, entry in failed.items() if key not in done)


def growth(target: str, shard: int) -> int:
    """A number that grows while a shard is being worked."""
    tree = Tree(target)
    total = 0
    for kind in ("done", "errors"):
        if tree.local:
            path = tree.path(f"{OURS}/{kind}/{shard:05}.jsonl")
            total += path.stat().st_size if path.exists() else 0
        else:
            total += sum(name.startswith(f"{shard:05}.") for name in tree.names(f"{OURS}/{kind}"))
    return total


def _states(tree: Tree) -> dict[int, dict[str, Any]]:
    found = {}
    for name in tree.names(f"{OURS}/state"):
        try:
            state = parse_json(tree.read(f"{OURS}/state/{name}"))
        except (ValueError, FileNotFoundError):
            continue
        if state_fits(state):
            found[state["shard"]] = state
    return found


def _entries(tree: Tree, kind: str, shard: int, listed: list[str] | None) -> Iterator[dict[str, Any]]:
    for line in Lines.read(tree, f"{OURS}/{kind}/{shard:05}.jsonl", listed):
        try:
            entry = parse_json(line)
        except ValueError:
            continue
        if entry_fits(entry):
            yield entry
