"""Several layers or images restored by one window: begun together, shown in a list, and summed up at the end."""

from dataclasses import replace
from typing import Any

from restored_client.desk import queue
from restored_client.desk.history import LastWish

from .joblist import JobList
from .jobs import Jobs
from .lastvalues import remember
from .trace import note
from .words import _


class Several:
    """`list` is the widget. changed(words) hears how far it is; over(done, said): so many were restored, and what is to be said
    where those are not all."""

    def __init__(self, targets, conversation, desk, config, changed, over):
        self._desk, self._config, self._changed, self._over = desk, config, changed, over
        self.wish: Any = None
        self._edited = False
        self.list = JobList()
        self.jobs: Any = None
        self.jobs = Jobs(targets, conversation, self._show, self._ended)
        self.list.show_jobs(self.jobs)

    def begin(self, wish):
        self.wish, self._edited = wish, self._desk.plan.edited
        # what was edited by hand is done to all; else each picture is understood by itself
        self.jobs.begin(lambda _job: wish if self._edited else replace(wish, plan=None))

    def _show(self, _job):
        if self.jobs is not None:
            self.list.show_jobs(self.jobs)
            if self.jobs.running:
                self._changed(self.jobs.words())

    def _ended(self, jobs):
        note("queue over", states=[job.state for job in jobs])
        done, said = sum(job.state == queue.DONE for job in jobs), ""
        if done:
            LastWish().keep(self.wish)
            remember(self._config, self.wish, self._desk)
        if done < len(jobs):
            words = _("{done} of {count} pictures were restored. The list says what became of the others.")
            said = words.format(done=done, count=len(jobs))
            self.jobs.again()
        self._over(done, said)
