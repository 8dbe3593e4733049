"""The threads that work: one for pictures, one for short questions, so that a plan need not wait for another's picture."""

import threading
from collections.abc import Callable
from typing import Any

from .jobs import FairQueue, QueuedJob


class Lane:
    """One thread that does the jobs of one fair queue.

    do: carries out a job and returns its answer, or raises. done: hears (job, answer, error) in this lane's thread.
    """

    def __init__(
        self, name: str, do: Callable[[QueuedJob], Any], done: Callable[[QueuedJob, Any, BaseException | None], None]
    ) -> None:
        self.queue = FairQueue()
        self.current: QueuedJob | None = None
        self._do = do
        self._done = done
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the current job."""
        self.queue.close()
        if self.current is not None:
            self.current.cancelled.set()

    def join(self, seconds: float) -> bool:
        """Wait for the thread; False when it is still at work."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self.queue.take()) is not None:
            self.current = job
            job.stage = "running"
            try:
                answer, error = self._do(job), None
            except BaseException as raised:  # whatever it was, the daemon and the other jobs go on
                answer, error = None, raised
            self.current = None
            self._done(job, answer, error)
            del job, answer, error  # pictures must not live on while the lane waits
