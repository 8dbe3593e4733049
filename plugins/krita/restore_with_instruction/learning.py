"""What is kept of restorations: the words, a small picture of what they made, how long it took, what is repeated."""

from __future__ import annotations

import contextlib

from .jobs import DONE, KritaJob
from .layerjob import LayerJob
from .restored_client.desk.desk import Desk
from .restored_client.desk.history import History, LastWish
from .restored_client.desk.wish import Wish


class Learning:
    def __init__(self, desk: Desk, history: History, last: LastWish) -> None:
        self._desk, self._history, self._last = desk, history, last

    def given(self, wish: Wish) -> None:
        """A job begins."""
        self._last.keep(wish)
        if wish.of_a_result:
            return
        with contextlib.suppress(OSError):  # a full disk or a read-only home must not keep anyone from restoring
            self._history.add(wish.instruction)

    def over(self, job: KritaJob) -> None:
        """A job ended."""
        self._keep_picture(job)
        self._desk.computed_on(job.device)
        if isinstance(job, LayerJob) and job.inferred and job.state == DONE:
            job.inferred = False  # learnt once, however many windows there are
            self._desk.took(job.carried_out, job.size // job.wish.scale**2, job.seconds)

    def _keep_picture(self, job: KritaJob) -> None:
        """Beside the words in the history; a script's are not there."""
        if job.picture is not None and job.instruction.strip() in self._history.list():
            self._history.add(job.instruction, job.picture)
        job.picture = None
