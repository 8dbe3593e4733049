"""From the button to the result, one Target at a time: capture it, have it restored behind, show how far that is, finish."""

import time
from dataclasses import replace

from gi.repository import Gimp

from restored_client.desk import remarks
from restored_client.desk.history import LastWish
from restored_client.desk.state import JOB
from restored_client.desk.timeleft import TimeLeft, in_words
from restored_client.wire.errors import Cancelled, RestoredError

from . import finish, sending
from .capture import taking
from .pieces import in_pieces
from .trace import note
from .words import CATALOGUE, Refusal, _, unexpected


class Restoring:
    """One restoration of a window.

    busy(on) is told when one begins or ends; say(show) has `show()` put something into the status line until something else is
    done; finished(given, wish, picture) is told when there is a result, with a thumbnail of it.
    """

    def __init__(self, desk, conversation, status, busy, say, finished):
        self._desk, self._conversation, self._status = desk, conversation, status
        self._busy, self._say, self._finished = busy, say, finished
        self._left, self._unwanted, self._picture, self._began = TimeLeft(), False, None, 0.0

    def begin(self, meant, wish):
        """Restore this Target."""
        self._busy(True)
        self._status.progress(None, _("Reading the layer…"))
        self._unwanted, self._began = False, time.monotonic()
        in_pieces(taking(meant, wish), lambda source, error: self._taken(source, error, wish))

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
        answer, self._picture = sending.restore_and_show(*wanted)
        return answer

    def cancel(self):
        """It is not wanted any more."""
        self._unwanted = True
        self._conversation.cancel()
        self._status.progress(None, _("Cancelling…"))

    def refuse(self, problem):
        """Say what kept something from being done."""
        if isinstance(problem, Cancelled):
            self._say(lambda: self._status.quiet(_("Cancelled. Nothing was changed.")))
            return
        known = isinstance(problem, (Refusal, RestoredError))
        self._trouble(CATALOGUE.sentence(str(problem)) if known else unexpected(problem))

    def _trouble(self, sentence):
        self._say(lambda: self._status.trouble(sentence, retry=False))

    def _on_progress(self, progress):
        self._left.took(progress.fraction)
        left = in_words(self._left.seconds(), CATALOGUE)
        words = CATALOGUE.sentence(progress.words)
        self._status.progress(progress.fraction, f"{words} · {left}" if left else words)
        if progress.fraction:
            note("progress", fraction=progress.fraction)

    def _on_done(self, source, wish, outcome, error):
        note("done", error=None if error is None else str(error))
        if error is None and outcome.changed:
            self._status.progress(1.0, _("Writing the layer…"))
            parts = finish.giving_back(source, wish, outcome, lambda: self._unwanted)
            in_pieces(parts, lambda given, error: self._given(source, wish, outcome, given, error))
            return
        self._busy(False)
        if isinstance(error, Cancelled):
            self.refuse(error)
        elif error is not None:
            self._desk.failed(error, JOB)
        else:
            said = remarks.why_nothing(outcome.plan, outcome.message, CATALOGUE)
            self._say(lambda: self._status.quiet(said, said))  # nothing is wrong
        source.forget()

    def _given(self, source, wish, outcome, given, error):
        source.forget()
        if error is not None:
            self._busy(False)
            self.refuse(error)
            return
        if given.image is not None:
            Gimp.Display.new(given.image)
        note("given")
        done = replace(wish, plan=wish.plan or outcome.plan)
        self._desk.took(done, source.region.width * source.region.height, time.monotonic() - self._began)
        LastWish().keep(done)
        self._finished(given, wish, self._picture)
