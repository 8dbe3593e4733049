"""Carries tiles through a kernel: as many at a time as cores are free, with progress, cancellation and the caller's thread
left to the caller."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, TypeVar

from restored.engine.machine.load import LoadMeter
from restored.engine.work.tiles import Tile
from restored.ground.errors import Cancelled

LOOK: Final = 0.1
"""Seconds between two looks at `cancel` while tiles are being computed."""

Cancel = Callable[[], bool]
_Result = TypeVar("_Result")


def never() -> bool:
    """The Cancel of a job that nobody may stop."""
    return False


def conduct(
    tiling: Iterable[Tile],
    work: Callable[[Tile], _Result],
    done: Callable[[_Result], None],
    *,
    streams: int,
    cancel: Cancel,
    load: LoadMeter | None = None,
) -> None:
    """Call `work` on every tile in threads, and `done` with each result in the calling thread, in the order they finish.

    At most `streams` tiles are in flight, and fewer when `load` says that other programs use the cores. Raises Cancelled
    once `cancel()` is True; the first exception of a tile is raised after the tiles in flight have ended.
    """
    stop = threading.Event()

    def guarded(tile: Tile) -> _Result:
        if stop.is_set():
            raise Cancelled
        return work(tile)

    tiles = iter(tiling)
    running: set[Future[_Result]] = set()
    with ThreadPoolExecutor(streams, thread_name_prefix="restored-tile") as pool:
        try:
            while True:
                if cancel():
                    raise Cancelled
                for tile in _next(tiles, _room(streams, load) - len(running)):
                    running.add(pool.submit(guarded, tile))
                if not running:
                    return
                ready, running = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
                for future in ready:
                    done(future.result())
        finally:
            stop.set()


def _room(streams: int, load: LoadMeter | None) -> int:
    return streams if load is None else min(streams, load.free_cores())


def _next(tiles: Iterator[Tile], count: int) -> Iterator[Tile]:
    for _ in range(count):
        tile = next(tiles, None)
        if tile is None:
            return
        yield tile
