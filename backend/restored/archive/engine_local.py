"""Workers on this machine, by the standard library."""

import multiprocessing
import os
import signal
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import Any

import psutil

from .shard_workers import Lost, Place
from .work import ShardReport
from .worker import cards, go_with_parent, take_share, work_here


class Local:
    """A pool of processes; when one is killed all of its shards come back as lost, and the next find a new pool."""

    def __init__(self, target: str, place: Place) -> None:
        self._target, self._engine, self._source = target, place.worker_engine, place.source
        self.room = place.workers or default_workers()
        self._pool: ProcessPoolExecutor | None = None
        self._futures: dict[Future[ShardReport], int] = {}

    def submit(self, shard: int) -> None:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            counter = context.Value("i", 0)
            self._pool = ProcessPoolExecutor(
                self.room,
                mp_context=context,
                initializer=_begin,
                initargs=(counter, self.room, os.getpid()),
                max_tasks_per_child=None,
            )
        try:
            self._futures[self._pool.submit(work_here, self._target, shard, self._engine, self._source)] = shard
        except BrokenProcessPool:
            broken: Future[ShardReport] = Future()
            broken.set_exception(BrokenProcessPool())
            self._futures[broken] = shard

    def finished(self, timeout: float) -> list[tuple[int, ShardReport | BaseException]]:
        done, _ = wait(self._futures, timeout, FIRST_COMPLETED)
        back: list[tuple[int, ShardReport | BaseException]] = []
        for future in done:
            shard = self._futures.pop(future)
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                back.append((shard, Lost()))
                self._drop()
            else:
                back.append((shard, error or future.result()))
        return back

    def close(self, *, kill: bool) -> None:
        if kill:
            self._drop()
        elif self._pool is not None:
            self._pool.shutdown(wait=True)

    def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for pid in list(getattr(pool, "_processes", None) or {}):
            with suppress(psutil.NoSuchProcess):
                worker = psutil.Process(pid)
                for process in [*worker.children(recursive=True), worker]:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


def default_workers() -> int:
    """One for each graphics card, else one for each group of four cores: an engine makes good use of that many."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cards() or max(1, cores // 4)


def _begin(counter: Any, count: int, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the process that started this one
    go_with_parent(parent)
    with counter.get_lock():
        index, counter.value = counter.value, counter.value + 1
    take_share(index, count)
