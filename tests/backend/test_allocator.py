"""Keeping the pages of freed memory, in a process of its own: the setting is the whole process's."""

import subprocess
import sys
import textwrap

import pytest

from restored import allocator

FAULTS = """
    import resource, sys, threading
    import numpy as np
    from restored.allocator import keep_pages

    if sys.argv[1] == "keep":
        print(keep_pages())

    def work():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(10):
            np.ones(100 * 2**20, np.uint8)
        faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

    faults = []
    for _ in range(2):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    print(faults[1])
"""


def faults(mode: str) -> int:
    """Pages that a second thread fetched for ten arrays of 100 MiB after a first one had done the same."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(FAULTS), mode], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


@pytest.mark.slow
@pytest.mark.skipif(allocator._glibc("mallopt") is None, reason="only glibc can be told")
def test_what_one_thread_kept_serves_the_next() -> None:
    assert faults("keep") * 5 < faults("leave")


def test_pages_can_be_given_back_at_any_time() -> None:
    allocator.give_back_pages()
