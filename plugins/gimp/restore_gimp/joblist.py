"""The queue as the user sees it: a line for each job with its progress, its place and a cross."""

from gi.repository import Gtk, Pango

from restored_client.desk import queue

from .theme import cross, named
from .words import CATALOGUE, _

HEIGHT = 132
"""Of the list, at most: four lines; more scroll."""


class JobList(Gtk.ScrolledWindow):
    """Shows `jobs`, a jobs.Jobs, each in the line that its picture had at first."""

    def __init__(self):
        super().__init__(
            can_focus=False, hscrollbar_policy=Gtk.PolicyType.NEVER, propagate_natural_height=True, max_content_height=HEIGHT
        )
        self._list = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=2)
        named(self._list, _("Pictures to restore"))
        self.add(self._list)
        self._lines = []

    def show_jobs(self, jobs):
        """Lines for the jobs, which are there from the beginning; one that is tried again is another job in the same line."""
        if not self._lines:
            self._lines = [_Line(job, jobs) for job in jobs.jobs]
            for line in self._lines:
                self._list.add(line)
            self._list.show_all()
        for line, job in zip(self._lines, jobs.jobs):
            line.follow(job)
        line_of = dict(zip(jobs.jobs, self._lines))
        for place, each in enumerate(jobs.in_order):
            self._list.reorder_child(line_of[each], place)


class _Line(Gtk.Box):
    def __init__(self, job, jobs):
        super().__init__(spacing=6)
        self._job = job
        name = Gtk.Label(label=job.title, xalign=0, ellipsize=Pango.EllipsizeMode.MIDDLE, width_chars=24, max_width_chars=24)
        self._bar = named(Gtk.ProgressBar(show_text=True, valign=Gtk.Align.CENTER, ellipsize=Pango.EllipsizeMode.END), job.title)
        self._first = _arrow("go-top-symbolic", _("Do “{title}” next").format(title=job.title), lambda: jobs.to_front(self._job))
        self._last = _arrow("go-bottom-symbolic", _("Do “{title}” last").format(title=job.title), lambda: jobs.to_back(self._job))
        self._cross = cross(_("Leave “{title}” out").format(title=job.title))
        self._cross.set_tooltip_text(_("Leave “{title}” out").format(title=job.title))
        self._cross.connect("clicked", lambda _button: jobs.cancel(self._job))
        self.pack_start(name, False, False, 0)
        self.pack_start(self._bar, True, True, 0)
        for button in (self._first, self._last, self._cross):
            self.pack_start(button, False, False, 0)
        self.refresh()

    def follow(self, job):
        """Show this job as it is now."""
        self._job = job
        self.refresh()

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
