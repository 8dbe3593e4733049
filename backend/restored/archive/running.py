"""All shards of an archive, by an engine: some at a time, each again when its worker was lost, and an end when nothing moves."""

import time
from collections.abc import Callable
from typing import Final

from restored.ground.versions import how_to_get

from .archive_order import ArchiveError
from .report import Status, growth, pending, status
from .shard_workers import Lost, Place, Workers
from .trees import Tree, sweep
from .work import checked

PATIENCE: Final = 300.0
"""Seconds without a finished picture after which one gives up."""
TRIES: Final = 4
_LOOK: Final = 1.0
ENGINES: Final = ("local", "dask", "ray")


def run(
    target: str,
    place: Place,
    *,
    retry: bool = True,
    patience: float = PATIENCE,
    tell: Callable[[Status], None] = lambda status: None,
) -> Status:
    """Work all shards in which something is left to do. tell: hears how far it is, now and then. Raises ArchiveError."""
    checked(Tree(target), place.source)
    waiting = pending(target, retry=retry)[::-1]
    if not waiting:
        return status(target)
    workers = _workers(target, place)
    tries: dict[int, int] = {}
    hand: dict[int, int] = {}
    moved = time.monotonic()
    done = False
    try:
        while waiting or hand:
            while waiting and len(hand) < workers.room:
                shard = waiting.pop()
                tries[shard] = tries.get(shard, 0) + 1
                hand[shard] = growth(target, shard)
                workers.submit(shard)
            back = workers.finished(_LOOK)
            for shard, result in back:
                del hand[shard]
                if isinstance(result, Lost):
                    tries[shard] -= not result.counts
                    if tries[shard] >= TRIES:
                        raise ArchiveError(
                            f"Shard {shard} lost its worker {TRIES} times: one of its pictures takes too much memory, or the "
                            "workers are being killed. `restored archive work` on it alone shows more."
                        )
                    waiting.append(shard)
                elif isinstance(result, BaseException):
                    raise result
            grown = {shard: growth(target, shard) for shard in hand}
            if back or grown != hand:
                moved, hand = time.monotonic(), grown
                if back:
                    tell(status(target))
            elif time.monotonic() - moved > patience:
                raise ArchiveError(
                    f"No picture was finished for {patience / 60:.0f} minutes, so this was given up. What is done stays done: "
                    "the same command goes on from here."
                )
        done = True
    finally:
        workers.close(kill=not done)
        sweep(Tree(target))  # a killed node leaves what it had in hand
    return status(target)


def _workers(target: str, place: Place) -> Workers:
    try:
        if place.engine == "local":
            from .engine_local import Local

            return Local(target, place)
        if place.engine == "dask":
            from .engine_dask import Dask

            return Dask(target, place)
        from .engine_ray import Ray

        return Ray(target, place)
    except ImportError as error:
        extra = {"dask": "archive", "ray": "archive-ray"}.get(place.engine)
        words = how_to_get(extra) if extra else str(error)
        raise ArchiveError(f"The engine “{place.engine}” is not installed: {words}.") from error
