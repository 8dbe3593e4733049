"""Several layers or images, one after the other: a line for each with its progress, its place in the queue and a cross."""

from typing import Any

from gi.repository import Gimp, Gtk, Pango

from restored_client.desk import queue, remarks
from restored_client.desk.timeleft import in_words
from restored_client.wire.errors import Cancelled, RestoredError

from . import apply
from .pieces import in_pieces
from .target import taking
from .theme import cross, named
from .trace import note
from .words import CATALOGUE, Refusal, _, unexpected

HEIGHT = 132
"""Of the list, at most: four lines; more scroll."""


class PictureJob(queue.QueuedRestoration):
    """One Target to restore."""

    def __init__(self, target):
        drawable = target.drawable
        super().__init__(_title(target), drawable.get_width() * drawable.get_height())
        self.target, self.source = target, None


class Several(Gtk.ScrolledWindow):
    """The queue of one window. `begin(wish)` works it off in `conversation`; `over(jobs)` is called when all have ended."""

    def __init__(self, targets, conversation, changed, over):
        super().__init__(
            can_focus=False, hscrollbar_policy=Gtk.PolicyType.NEVER, propagate_natural_height=True, max_content_height=HEIGHT
        )
        self._conversation, self._changed, self._over = conversation, changed, over
        self._wish: Any = None
        self.picture = None
        """The last result, as a thumbnail."""
        self._queue: queue.Queue[PictureJob] = queue.Queue(self._show)
        self._list = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        named(self._list, _("Pictures to restore"))
        self.add(self._list)
        self._lines = {}
        self.jobs = [PictureJob(target) for target in targets]
        for job in self.jobs:
            self._lines[job.number] = line = _Line(job, self._queue, self.cancel)
            self._list.add(line)
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
                self._replace(job, fresh)

    def _replace(self, former, fresh):
        self.jobs[self.jobs.index(former)] = fresh
        line = self._lines.pop(former.number)
        self._lines[fresh.number] = line
        line.follow(fresh)
        self._queue.give(fresh)

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
        answer, picture = apply.restore_and_show(*wanted)
        self.picture = picture or self.picture
        return answer

    def _done(self, job, wish, outcome, error):
        if error is None and outcome.changed:
            parts = apply.giving_back(job.source, wish, outcome, job.cancelled)
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

    def _show(self, job):
        line = self._lines.get(job.number)
        if line is not None:
            line.refresh()
        waiting = [each for each in self._queue.unfinished if each.state == queue.WAITING]
        ended = [each for each in self.jobs if each.over or each.state == queue.RUNNING]
        for place, each in enumerate([*ended, *waiting]):
            self._list.reorder_child(self._lines[each.number], place)
        self._changed()


class _Line(Gtk.Box):
    def __init__(self, job, jobs, on_cancel):
        super().__init__(spacing=6)
        self._job = job
        name = Gtk.Label(label=job.title, xalign=0, ellipsize=Pango.EllipsizeMode.MIDDLE, width_chars=24, max_width_chars=24)
        self._bar = named(Gtk.ProgressBar(show_text=True, valign=Gtk.Align.CENTER, ellipsize=Pango.EllipsizeMode.END), job.title)
        self._first = _arrow("go-top-symbolic", _("Do “{title}” next").format(title=job.title), lambda: jobs.to_front(self._job))
        self._last = _arrow("go-bottom-symbolic", _("Do “{title}” last").format(title=job.title), lambda: jobs.to_back(self._job))
        self._cross = cross(_("Leave “{title}” out").format(title=job.title))
        self._cross.set_tooltip_text(_("Leave “{title}” out").format(title=job.title))
        self._cross.connect("clicked", lambda _button: on_cancel(self._job))
        self.pack_start(name, False, False, 0)
        self.pack_start(self._bar, True, True, 0)
        for button in (self._first, self._last, self._cross):
            self.pack_start(button, False, False, 0)
        self.refresh()

    def follow(self, job):
        """Show another job from now on."""
        self._job = job

    def refresh(self):
        job = self._job
        waits = job.state == queue.WAITING and not job.cancelled()
        words = {
            queue.WAITING: job.message or _("Waiting for its turn"),
            queue.DONE: job.message or _("Done"),
            queue.RUNNING: CATALOGUE.sentence(job.words),
        }
        self._bar.set_text(_("Cancelling…") if job.cancelled() and not job.over else words.get(job.state, job.message))
        self._bar.set_tooltip_text(job.message or None)
        self._bar.set_fraction(1.0 if job.state == queue.DONE else job.fraction or 0.0)
        self._first.set_sensitive(waits)
        self._last.set_sensitive(waits)
        self._cross.set_sensitive(not job.over and not job.cancelled())


def _arrow(icon, words, act):
    button = Gtk.Button.new_from_icon_name(icon, Gtk.IconSize.MENU)
    button.set_relief(Gtk.ReliefStyle.NONE)
    button.set_valign(Gtk.Align.CENTER)
    button.set_tooltip_text(words)
    button.connect("clicked", lambda _button: act())
    return named(button, words)


def _title(target):
    return f"{target.image.get_name()} · {target.layer.get_name()}" if len(Gimp.get_images()) > 1 else target.layer.get_name()
