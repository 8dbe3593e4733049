"""The C library's allocator, told to keep the pages of freed activations instead of fetching zeroed ones for every layer.

Above 256 x 256 that was most of InstructIR's time (measured). Light: no part of the program is too early to import it.
"""

import ctypes
import sys
from functools import cache
from typing import Any, Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
KEEP: Final = 2**31 - 1


@cache
def keep_pages() -> bool:
    """Keep freed pages, in one heap for all threads. True when the C library (glibc) agreed; elsewhere nothing happens.

    Call it before threads are started: each would else get a heap of its own, whose blocks end at 64 MiB, and beyond that every
    activation is fetched from the system and given back again whatever the thresholds say; and what one thread had kept would
    be lost to the others. `give_back_pages` undoes the keeping, once.
    """
    mallopt = _glibc("mallopt")
    settings = ((M_MMAP_THRESHOLD, KEEP), (M_TRIM_THRESHOLD, KEEP), (M_ARENA_MAX, 1))
    agreed = [mallopt is not None and mallopt(option, value) == 1 for option, value in settings]
    return all(agreed)


def give_back_pages() -> None:
    """Give freed pages back to the system now."""
    trim = _glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _glibc(name: str) -> Any:
    """A function of this process's C library, or None where there is none of this name."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
