"""What a worker process keeps from shard to shard, and the part of the machine that is its own."""

import os
import threading
import time

import psutil

from .work import ShardReport, Workbench

_turn = threading.Lock()
_bench: dict[str, Workbench] = {}


def work_here(target: str, shard: int, engine: str, source: str | None = None) -> ShardReport:
    """One shard in this process, whose engine is opened by the first and kept. Threads wait for each other. source: see
    `Workbench.work`."""
    with _turn:
        if engine not in _bench:
            _bench[engine] = Workbench(engine)
        return _bench[engine].work(target, shard, source=source)


def take_share(index: int, count: int) -> None:
    """Make a group of cores, or one graphics card, this process's own: engines that share all of it slow each other down."""
    found = cards()
    if found > 1:
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", str(index % found))
    process = psutil.Process()
    if not hasattr(process, "cpu_affinity") or count < 2:
        return
    cores = process.cpu_affinity() or []
    mine = cores[index % count :: count]
    if mine:
        process.cpu_affinity(mine)


def go_with_parent(parent: int) -> None:
    """End this process soon after `parent`, which started it, however that one ended, and be it before this call."""

    def watch() -> None:
        while os.getppid() == parent and psutil.pid_exists(parent):
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="restored parent watch", daemon=True).start()


def cards() -> int:
    """NVIDIA's cards by their device files: asking torch would take seconds and memory in each worker."""
    try:
        return sum(name.removeprefix("nvidia").isdigit() for name in os.listdir("/dev"))
    except OSError:
        return 0
