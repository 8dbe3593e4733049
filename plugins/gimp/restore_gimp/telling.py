"""What a window shows, told to whoever reads the trace: what was understood, what can be pressed, what stands where."""

import signal
import time

from gi.repository import GLib, Gtk

from . import theme
from .trace import note, tracing

BEAT, LONG = 20, 0.03
"""Milliseconds between two looks at the clocks; seconds without one that are noted."""

LAST = GLib.PRIORITY_LOW + 100
"""After all that the window has to do, its work in pieces included."""


class Telling:
    """Notes what changes on a desk, and on SIGUSR1, as soon as nothing is left to do, what the dialog has on show."""

    def __init__(self, desk):
        self._desk, self._former, self._understood = desk, None, None
        self._looked = None
        if tracing():
            GLib.timeout_add(BEAT, self._beat)

    def answer(self, dialog):
        """From now on whoever asks by SIGUSR1 is told: what was typed and clicked before is done by then, and drawn."""
        if tracing():
            GLib.unix_signal_add(LAST, signal.SIGUSR1, self._asked, dialog)

    def _asked(self, dialog):
        # the next frame draws whatever has changed; after it comes what that led to
        dialog.add_tick_callback(lambda *_args: GLib.idle_add(self._rest, dialog, priority=LAST) and GLib.SOURCE_REMOVE)
        return GLib.SOURCE_CONTINUE

    def _rest(self, dialog):
        dialog.get_display().sync()  # the screen has it, too
        holder = Gtk.grab_get_current()
        holds = "" if holder is None else type(holder).__name__
        note("rest", found=theme.controls(dialog), holds=holds, phase=self._desk.phase)
        return GLib.SOURCE_REMOVE

    def _beat(self):
        """Note when this thread did not come to look for long: it could not draw or hear keys meanwhile, as it computed itself
        (`worked`) or waited, for GIMP or for the processor (with it: `stood`)."""
        former, self._looked = self._looked, (time.monotonic(), time.thread_time())
        if former is not None:
            stood, worked = (now - then for now, then in zip(self._looked, former))
            if stood - BEAT / 1000 > LONG:
                note("busy", stood=round(stood - BEAT / 1000, 3), worked=round(worked, 3))
        return GLib.SOURCE_CONTINUE

    def tell(self):
        """Note what is another one than when this was called last."""
        desk = self._desk
        facts = (desk.greeted_once, desk.waiting, desk.trouble, self._steps())
        another = desk.plan.understood is not self._understood  # not by its id: that of a plan that has gone may be a new one's
        former, self._former, self._understood = self._former, facts, desk.plan.understood
        if former is None or (facts == former and not another):
            return
        if facts[0] and not former[0]:
            note("ready")
        if facts[1] and facts[1] != former[1]:
            note("waiting", words=desk.waiting)
        if facts[2] != former[2]:
            if desk.trouble is None:
                note("ready")
            else:
                note("trouble", code=desk.trouble.code, sentence=desk.trouble.sentence, detail=desk.trouble.detail)
        if another:
            note("plan", text=desk.plan.understood.get("text"), steps=self._steps())
        elif facts[3] != former[3]:
            note("edit", steps=self._steps())

    @staticmethod
    def focus(widget):
        """Note what has the keyboard now, by what a screen reader says of it."""
        if widget is not None and widget.get_accessible() is not None:
            note("focus", name=widget.get_accessible().get_name() or "")

    def shows(self):
        """Note what the window has to say."""
        note("shows", can_restore=self._desk.can_restore, trouble=self._desk.no_picture, device=self._desk.device)

    def _steps(self):
        return [[step["task"], step["strength"]] for step in self._desk.plan.steps()]
