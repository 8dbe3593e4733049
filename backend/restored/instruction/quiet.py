"""Runs the small text networks on one thread of their own.

One sentence is too little work for several threads, and on a busy machine their barriers cost a hundred times the work
(measured: 1.1 s with two threads beside three busy processes, 0.03 s with one). The number of threads is a property of the
calling thread in torch's OpenMP build, so a thread set to one leaves the engine's own threads as they are.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_LOCK = threading.Lock()
_POOL: ThreadPoolExecutor | None = None


def run(work: Callable[[], T]) -> T:
    """Call `work` on the one quiet thread and wait for its result (or its exception)."""
    global _POOL
    with _LOCK:
        if _POOL is None:
            _POOL = _start()
    return _POOL.submit(work).result()


def _start() -> ThreadPoolExecutor:
    import torch

    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(1, thread_name_prefix="instruction")
    pool.submit(torch.set_num_threads, 1).result()
    # the call above also set the number that threads started later would begin with: put that back from this thread
    torch.set_num_threads(threads)
    return pool
