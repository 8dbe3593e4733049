"""Runs the small text networks one at a time, on one thread each.

One sentence is too little work for several threads, and on a busy machine their barriers cost many times the work (measured with
numpy's OpenBLAS: 340 ms with two threads, 8 ms with one). The limit is lifted again after every sentence: in a user's own
program the number of threads is the user's.
"""

import threading
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

T = TypeVar("T")
_LOCK = threading.Lock()


def run(work: Callable[[], T]) -> T:
    """Call `work` with numpy's linear algebra on this thread alone; its result, or its exception."""
    with _LOCK, _blas().limit(limits=1):
        return work()


@cache
def _blas() -> "ThreadpoolController":
    import numpy  # noqa: F401 - the library to be limited must be loaded first
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(internal_api="openblas")
