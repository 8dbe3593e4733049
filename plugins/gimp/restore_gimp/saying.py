"""What the window's last line says: what became of the last press, what is wrong or waited for, else how long it will take."""

from .words import _


class Saying:
    """`show()` puts what is to be said now into the StatusLine; changed() is called when that is something else."""

    def __init__(self, desk, status, changed):
        self._desk, self._status, self._changed = desk, status, changed
        self._said = None  # what became of the last press of a button

    def say(self, show):
        """Have `show()` put something into the line until something else is done."""
        self._said = show
        self._changed()

    def plainly(self, sentence, bad):
        """Have a sentence stand there, as trouble or not."""
        self.say(lambda: self._status.trouble(sentence, retry=False) if bad else self._status.quiet(sentence))

    def forget(self):
        """Something else is done now."""
        self._said = None

    def show(self):
        desk = self._desk
        if desk.no_picture:
            self._status.trouble(desk.no_picture, retry=False)
        elif desk.trouble is not None:
            self._status.trouble(desk.trouble.sentence, desk.trouble.retry)
        elif self._said is not None:
            self._said()
        elif desk.waiting:
            self._status.progress(None, desk.waiting)
        else:
            machine = _("Computes on {device}").format(device=desk.device_short) if desk.device else ""
            self._status.quiet(desk.estimate or machine, desk.device)
