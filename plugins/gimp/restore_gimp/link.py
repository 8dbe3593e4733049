"""The window's line to the daemon: questions go out from worker threads, answers come back as calls in GTK's thread.

Two sessions, because calls on one wait for each other: words (plans, while one types) and pictures (previews, the result).
"""

import threading

from gi.repository import GLib

from restored_client.desk.latest import Latest
from restored_client.session import Session
from restored_client.wire.errors import Cancelled, ClientError

TYPING_PAUSE = 0.05
"""Seconds without a key before the text is understood: shorter than between two keys, as understanding takes a moment, too."""

DRAG_PAUSE = 0.1
"""Seconds without a change before the preview is inferred again."""

PLAN_PAUSE = 0.04
"""The same after a new plan: its text was quiet already."""

GONE = ("daemon_died", "unreachable", "timeout", "not_installed", "start_failed")


class Link:
    """All `on_…` are called in GTK's thread; none after `close`."""

    def __init__(self, client, *, on_ready, on_waiting, on_trouble, on_plan, on_preview):
        self._client = client
        self._on_ready, self._on_waiting, self._on_trouble = on_ready, on_waiting, on_trouble
        self._on_plan, self._on_preview = on_plan, on_preview
        self._words = self._pictures = None
        self._closed = False
        self._plans = Latest(self._explain, self._plan_came, TYPING_PAUSE, "plans")
        self._previews = Latest(self._preview, self._preview_came, DRAG_PAUSE, "previews")
        self._stop = threading.Event()
        self._working = None

    def open(self):
        """Find or start the daemon, without waiting for it: `on_ready(hello)` or `on_trouble(error)` follows."""
        threading.Thread(target=self._open, name="open", daemon=True).start()

    def _open(self):
        former = self._words, self._pictures
        try:
            self._words = Session.open(client=self._client, on_status=lambda words: self._post(self._on_waiting, words))
            self._pictures = Session.open(client=self._client)
            _leave(former)
        except ClientError as error:
            self._post(self._on_trouble, error)
        except Exception as error:
            self._post(self._on_trouble, ClientError("engine_failed", detail=repr(error)))
        else:
            self._post(self._on_ready, self._words.hello)

    @property
    def ready(self):
        return self._pictures is not None

    @property
    def tasks(self):
        """What the engine can do: [{"id", "label"}]."""
        return self._words.hello.get("tasks", []) if self.ready else []

    def explain(self, text, context):
        """Have the text understood after a short pause: `on_plan(plan)` follows."""
        if self.ready:
            self._plans.ask((text, context))

    def preview(self, want, content, mask, context, pause):
        """Have a crop restored after a pause, or another strength applied: `on_preview(want, outcome, error)` follows."""
        if self.ready and self._working is None:
            self._previews.ask((want, content, mask, context), pause)

    def forget_preview(self):
        self._previews.drop()

    def restore(self, work, on_done, on_progress):
        """Run `work(session, on_progress, cancelled)` in a thread: `on_done(outcome, error)` follows, also when cancelled."""
        self._previews.drop()
        self._stop.clear()
        self._working = threading.Thread(target=self._restore, args=(work, on_done, on_progress), name="restore", daemon=True)
        self._working.start()

    def cancel(self):
        self._stop.set()

    def close(self):
        """Leave; the daemon drops what it was doing for this window."""
        self._closed = True
        self._stop.set()
        for worker in (self._plans, self._previews):
            worker.close(0.3)
        _leave((self._words, self._pictures))

    def _explain(self, asked, _superseded):
        return self._words.explain(*asked)

    def _plan_came(self, _asked, plan, error):
        if error is None:
            self._post(self._on_plan, plan)
        else:
            self._post(self._on_trouble, _as_client_error(error))

    def _preview(self, asked, superseded):
        want, content, mask, context = asked
        if want.job is not None:
            return self._pictures.adjust(want.job, strength=want.strength)
        return self._pictures.restore(
            content, plan=want.plan, strength=want.strength, mask=mask, context=context, keep=True, cancelled=superseded
        )

    def _preview_came(self, asked, outcome, error):
        if not isinstance(error, Cancelled):
            self._post(self._on_preview, asked[0], outcome, None if error is None else _as_client_error(error))

    def _restore(self, work, on_done, on_progress):
        outcome, problem = None, None
        try:
            outcome = work(self._pictures, lambda progress: self._post(on_progress, progress), self._stop.is_set)
        except Exception as error:
            problem = error if isinstance(error, Cancelled) else _as_client_error(error)
        self._working = None
        self._post(on_done, outcome, problem)

    def _post(self, call, *values):
        def deliver():
            if not self._closed:
                call(*values)
            return GLib.SOURCE_REMOVE

        # before what GTK still has to draw: the answer changes it
        GLib.idle_add(deliver, priority=GLib.PRIORITY_DEFAULT)


def _leave(sessions):
    """Close sessions without waiting: one that is busy lets go when its call ends, or the process ends and the daemon notices."""
    for session in sessions:
        if session is not None:
            threading.Thread(target=session.close, daemon=True).start()


def _as_client_error(error):
    return error if isinstance(error, ClientError) else ClientError("engine_failed", detail=repr(error))
