"""Carrying out what the window asks for, one Target at a time: take, restore behind, show how far it is, give back."""

from gi.repository import Gimp

from restored_client.desk import remarks
from restored_client.desk.history import LastWish
from restored_client.desk.state import JOB
from restored_client.desk.timeleft import TimeLeft, in_words
from restored_client.wire.errors import Cancelled, RestoredError

from . import apply
from .opening import in_pieces
from .target import taking
from .trace import note
from .words import CATALOGUE, Refusal, _, unexpected


class Doing:
    """One restoration of a window.

    busy(on) is told when one begins or ends; say(show) has `show()` put something into the status line until something else is
    done; finished(given, wish, picture) is told when there is a result, with a thumbnail of it.
    """

    def __init__(self, desk, conversation, status, busy, say, finished):
        self._desk, self._conversation, self._status = desk, conversation, status
        self._busy, self._say, self._finished = busy, say, finished
        self._left, self._unwanted, self._picture = TimeLeft(), False, None

    def begin(self, meant, wish):
        """Restore this Target."""
        self._busy(True)
        self._status.progress(None, _("Reading the layer…"))
        self._unwanted = False
        in_pieces(taking(meant, wish.output, wish.scale), lambda source, error: self._taken(source, error, wish))

    def _taken(self, source, error, wish):
        if error is not None or self._unwanted:
            if source is not None:
                source.forget()
            self._busy(False)
            self.refuse(error or Cancelled())
            return
        note("taken")
        self._left = TimeLeft()
        self._status.progress(0.0, _("Sending the layer…"))
        self._conversation.work(
            lambda session, progress, cancelled: self._restore(session, source, wish, progress, cancelled),
            lambda outcome, error: self._on_done(source, wish, outcome, error),
            self._on_progress,
        )

    def _restore(self, *wanted):
        """In the conversation's thread."""
        answer, self._picture = apply.restore_and_show(*wanted)
        return answer

    def cancel(self):
        """It is not wanted any more."""
        self._unwanted = True
        self._conversation.cancel()
        self._status.progress(None, _("Cancelling…"))

    def refuse(self, problem):
        """Say what kept something from being done."""
        known = isinstance(problem, (Refusal, RestoredError))
        self._trouble(_(str(problem)) if known else unexpected(problem))

    def _trouble(self, sentence):
        self._say(lambda: self._status.trouble(sentence, retry=False))

    def _on_progress(self, progress):
        self._left.took(progress.fraction)
        left = in_words(self._left.seconds(), CATALOGUE)
        words = _(progress.words)
        self._status.progress(progress.fraction, f"{words} · {left}" if left else words)
        if progress.fraction:
            note("progress", fraction=progress.fraction)

    def _on_done(self, source, wish, outcome, error):
        note("done", error=None if error is None else str(error))
        self._busy(False)
        if isinstance(error, Cancelled):
            self._say(lambda: self._status.quiet(_("Cancelled. Nothing was changed.")))
        elif error is not None:
            self._desk.failed(error, JOB)
        elif not outcome.changed:
            self._trouble(remarks.why_nothing(outcome.plan, outcome.message, CATALOGUE))
        else:
            self._give_back(source, wish, outcome)
        source.forget()

    def _give_back(self, source, wish, outcome):
        try:
            given = apply.give_back(source, wish, outcome)
        except Exception as problem:
            self.refuse(problem)
            return
        if given.image is not None:
            Gimp.Display.new(given.image)
        note("given")
        LastWish().keep(wish._replace(plan=wish.plan or outcome.plan))
        self._finished(given, wish, self._picture)
