"""Work on several layers or images, one after the other: the desk's queue, worked off in the conversation."""

from typing import Any

from gi.repository import Gimp

from restored_client.desk import queue, remarks
from restored_client.desk.timeleft import in_words
from restored_client.wire.errors import Cancelled, RestoredError

from . import finish, sending
from .capture import taking
from .pieces import in_pieces
from .trace import note
from .words import CATALOGUE, Refusal, _, unexpected


class PictureJob(queue.QueuedRestoration):
    """One Target to restore."""

    def __init__(self, target):
        drawable = target.drawable
        super().__init__(_title(target), drawable.get_width() * drawable.get_height())
        self.target, self.source = target, None


class Jobs:
    """The queue of one window. `begin(wish)` works it off in `conversation`; changed(job) is called when a job's state, place or
    progress is another one, `over(jobs)` when all have ended."""

    def __init__(self, targets, conversation, changed, over):
        self._conversation, self._over = conversation, over
        self._wish: Any = None
        self.picture = None
        """The last result, as a thumbnail."""
        self._queue: queue.Queue[PictureJob] = queue.Queue(changed)
        self.jobs = [PictureJob(target) for target in targets]
        for job in self.jobs:
            self._queue.give(job)

    @property
    def running(self):
        """Whether it is being worked off."""
        return self._wish is not None

    def words(self):
        """How many are done, and how long the others will take."""
        done = sum(job.over for job in self.jobs)
        said = _("{done} of {count} pictures").format(done=done, count=len(self.jobs))
        left = in_words(self._queue.seconds(), CATALOGUE)
        return f"{said} · {left}" if left else said

    def begin(self, wish):
        """Restore them all like this. wish(job): the Wish for one of them."""
        self._wish = wish
        self._next()

    def forget(self):
        """The window closes: give back what was copied."""
        for job in self.jobs:
            job.target.forget()

    def again(self):
        """Whatever is not done may be tried once more."""
        for job in self.jobs:
            if job.over and job.state != queue.DONE:
                fresh = PictureJob(job.target)
                fresh.message = job.message
                self.jobs[self.jobs.index(job)] = fresh
                self._queue.give(fresh)

    @property
    def in_order(self):
        """Those that ended or run, then those that wait, as they will be done."""
        waiting = [each for each in self._queue.unfinished if each.state == queue.WAITING]
        return [*(each for each in self.jobs if each.over or each.state == queue.RUNNING), *waiting]

    def to_front(self, job):
        """Have it done next."""
        self._queue.to_front(job)

    def to_back(self, job):
        """Have it done last."""
        self._queue.to_back(job)

    def cancel(self, job):
        """This one is not wanted any more."""
        if not self._queue.cancel(job, _("Cancelled. Nothing was changed.")) and job.state == queue.RUNNING:
            self._conversation.cancel()

    def cancel_all(self):
        for job in self._queue.unfinished:
            self.cancel(job)

    def _next(self):
        job = self._queue.take(wait=False)
        if job is None:
            self._wish = None
            self._over(self.jobs)
            return
        wish = self._wish(job)
        in_pieces(taking(job.target, wish), lambda source, error: self._taken(job, wish, source, error))

    def _taken(self, job, wish, source, error):
        if error is None and job.cancelled():
            source.forget()
            error = Cancelled()
        if error is not None:
            self._ended(job, error)
            return
        job.source = source
        self._conversation.work(
            lambda session, progress, cancelled: self._restore(session, job.source, wish, progress, cancelled),
            lambda outcome, error: self._done(job, wish, outcome, error),
            lambda step: self._queue.progress(job, step.fraction, step.words),
        )

    def _restore(self, *wanted):
        """In the conversation's thread."""
        answer, picture = sending.restore_and_show(*wanted)
        self.picture = picture or self.picture
        return answer

    def _done(self, job, wish, outcome, error):
        if error is None and outcome.changed:
            parts = finish.giving_back(job.source, wish, outcome, job.cancelled)
            in_pieces(parts, lambda given, error: self._given(job, given, error))
            return
        job.source.forget()
        if error is None:
            self._queue.finish(job, queue.NOTHING, remarks.why_nothing(outcome.plan, outcome.message, CATALOGUE))
            self._next()
        else:
            self._ended(job, error)

    def _given(self, job, given, error):
        job.source.forget()
        if error is None:
            job.message = given.message
            if given.image is not None:
                Gimp.Display.new(given.image)
        self._ended(job, error)

    def _ended(self, job, error):
        if error is None:
            self._queue.finish(job, queue.DONE, job.message)
        elif isinstance(error, Cancelled):
            self._queue.finish(job, queue.CANCELLED, _("Cancelled. Nothing was changed."))
        elif isinstance(error, (Refusal, RestoredError)):
            self._queue.finish(job, queue.FAILED, CATALOGUE.sentence(str(error)))
        else:
            self._queue.finish(job, queue.FAILED, unexpected(error))
        note("job", title=job.title, state=job.state, message=job.message)
        self._next()


def _title(target):
    return f"{target.image.get_name()} · {target.layer.get_name()}" if len(Gimp.get_images()) > 1 else target.layer.get_name()
