"""The window: say what is wrong, see what was understood and what it does, and have it done."""

import os
from dataclasses import replace
from typing import Any

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gimp, GLib, Gtk

from restored_client.desk.commandline import command_line
from restored_client.desk.conversation import Conversation
from restored_client.desk.desk import Desk
from restored_client.desk.report import report
from restored_client.desk.wish import NEW_LAYER, fraction

from . import clipboard, layers, placing, recipes, target, theme, tools
from .chips import ChipRow
from .filling import Filling
from .guicalls import in_gtk
from .lastvalues import option, remember
from .looking import LookingBar
from .oncanvas import OnCanvas
from .opening import is_low
from .options import Options
from .pieces import in_pieces
from .places import RegionUse
from .question import Question
from .recall import RecallButton
from .remark import Remark
from .restoring import Restoring
from .saying import Saying
from .settings import SettingsButton
from .several import Several
from .shell import Shell
from .status import StatusLine
from .telling import Telling
from .trace import note, tracing
from .watching import Watching
from .words import CATALOGUE, _

NOTICE = 1000
"""Milliseconds between two looks at whether the image was changed meanwhile."""


class RestoreWindow:
    """One run of the dialog for one layer, for what is visible, or for several of them (`others` come after the first)."""

    def __init__(self, fresh, origin, config, others=()):
        self._fresh, self._config = fresh, config
        self._adjusting = None if origin is None else target.Target(fresh.image, origin.source, fresh.layer, origin.region)
        self._origin: Any = origin
        self._given: Any = None
        self._busy = False
        self._several: Any = None
        self._loop = GLib.MainLoop()
        self._conversation = Conversation(f"gimp {Gimp.version()}", in_gtk)
        self._watching = Watching(self._adjusting or self._fresh, self._conversation)
        self._desk = self._watching.desk = Desk(self._watching.line, CATALOGUE, self._show, self._begin_with)
        self._telling = Telling(self._desk)
        self._conversation.serve(self._desk)
        self._desk.strength = fraction(config.get_property("strength"), 1.0)
        self._desk.set_scale(option(config, "scale", 1))
        self._desk.outputs = layers.OUTPUTS
        self._desk.set_output(option(config, "output", NEW_LAYER))
        self._desk.set_quality(option(config, "quality", ""))
        if others:
            first = fresh.look() if fresh.visible else fresh
            queue = [first, *others], self._conversation
            self._several = Several(*queue, self._desk, config, self._several_changed, self._several_over)
        self._build()

    def run(self):
        self._dialog.connect("map-event", self._on_shown)
        self._dialog.show_all()
        self._options.show_state()
        self._field.view.grab_focus()
        self._conversation.open()
        noticing = GLib.timeout_add(NOTICE, self._notice)
        self._loop.run()
        GLib.source_remove(noticing)
        self._conversation.close()
        self._canvas.leave()
        self._watching.forget()
        if self._several is not None:
            self._several.jobs.forget()
        self._dialog.destroy()
        return self._given

    def _on_shown(self, *_args):
        """The window is on the screen: now comes what takes long, behind the first drawing."""
        note("shown", pid=os.getpid(), unnamed=theme.unnamed(self._dialog) if tracing() else [])
        if self._watching.context is None:
            GLib.idle_add(self._look_at_layer, priority=GLib.PRIORITY_LOW)

    def _look_at_layer(self):
        self._watching.begin()
        if self._origin is not None:
            in_pieces(recipes.painted_on(self._fresh.layer, self._origin), self._tell_painted)
        return GLib.SOURCE_REMOVE

    def _tell_painted(self, painted, error):
        self._options.painted = error is None and painted
        self._options.show_state()

    def _notice(self, thoroughly=False):
        """Follow the image: another selection or other pixels are shown by themselves."""
        shown_there = self._canvas.is_there and self._fresh.visible  # what is visible is our own preview, too
        if not self._busy and not shown_there and self._watching.notice(thoroughly):
            self._options.show_state()
        return GLib.SOURCE_CONTINUE

    # --- building ---

    def _build(self):
        theme.install()
        self._filling = Filling(self._desk)
        self._settings = SettingsButton(self._filling.all_settings, self._filling.take)
        keys = {
            Gdk.KEY_F7: self._watching.view.turn,
            Gdk.KEY_F8: lambda: self._looking.canvas.set_active(not self._looking.canvas.get_active()),
        }
        self._shell = Shell(self._restore, self._leave, self._settings, keys)
        self._dialog, self._ok = self._shell.dialog, self._shell.ok
        self._dialog.connect("focus-in-event", lambda *_args: self._notice(thoroughly=True) and False)
        self._dialog.connect("notify::is-active", lambda *_args: self._canvas.draw())
        self._dialog.connect("set-focus", lambda _dialog, widget: self._telling.focus(widget))
        self._telling.answer(self._dialog)

        self._canvas = OnCanvas(self._watching, lambda: not self._busy and self._dialog.is_active())
        self._chips = ChipRow(self._desk, lambda *wanted: self._regions.use(*wanted))
        self._remark = Remark(self._desk, lambda *wanted: self._regions.use(*wanted))
        self._options = Options(self._desk, self._watching)
        self._looking = LookingBar(self._desk, self._watching, self._canvas.want)
        self._status = StatusLine(self._link_again, self._copy_report)
        self._saying = Saying(self._desk, self._status, self._show)
        self._regions = RegionUse(self._watching, self._conversation, self._status, self._set_busy, self._region_used)
        self._restoring = Restoring(
            self._desk, self._conversation, self._status, self._set_busy, self._saying.say, self._finished
        )
        side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin_end=6)
        side.pack_start(self._options, False, False, 0)
        side.pack_start(self._watching.navigator, False, False, 0)
        picture = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        picture.pack_start(self._watching.view, True, True, 0)
        picture.pack_start(self._looking, False, False, 0)
        self._recall = RecallButton(self._filling.choose, self._desk.settings, self._command, self._saying.plainly)
        recipe = None if self._origin is None else self._origin.recipe
        self._question = Question(self._on_text, self._shell.press, self._recall, recipe, self._on_origin)
        self._field = self._filling.field = self._question.field
        self._ask()
        self._editing = (self._question, self._chips, self._options)
        self._shell.fill(
            top=(*self._editing[:2], self._remark),
            picture=picture,
            side=side,
            bottom=(self._status,) if self._several is None else (self._several.list, self._status),
            crowded=is_low() or self._several is not None,
        )
        self._begin_with_words()

    def _ask(self):
        """The question above the field names the layer that is worked on, and the button what is done with it."""
        count = len(self._several.jobs.jobs) if self._several is not None else 1
        self._question.ask(self._watching.target, count)
        self._ok.set_label(_("_Restore") if self._watching.target.result is None else _("_Adjust"))

    def _begin_with_words(self):
        """With the recipe of a result that is to be adjusted, else with what was asked for last."""
        if self._watching.target.result is None:
            self._filling.put_last(self._config)
        else:
            self._stand(True)
            self._filling.put(self._origin.recipe)

    def _on_origin(self, adjust):
        self._stand(adjust)
        self._watching.turn(self._adjusting if adjust else self._fresh)
        self._options.show_state()
        self._ask()

    def _command(self):
        """What the window would do now, as a command line."""
        return command_line(self._desk.wish(), self._desk.plan.edited, self._fresh.file() or "photo.jpg")

    def _stand(self, adjust):
        """What is typed may be said of the plan that the result was made by."""
        self._desk.stand_on(self._origin.recipe.get("plan") if adjust else None)

    def _on_text(self):
        text = self._field.text
        note("text", text=text)
        self._saying.forget()
        self._desk.type(text)

    # --- showing ---

    def _show(self):
        """Show the desk's state. Called after every change of it."""
        desk = self._desk
        if not hasattr(self, "_question"):
            return
        self._telling.tell()
        self._chips.refresh()
        self._remark.show_state()
        self._options.show_state()
        self._looking.show_state()
        self._watching.show()
        self._canvas.draw()
        self._ok.set_sensitive(desk.can_restore)
        self._telling.shows()
        if self._busy:
            return
        self._saying.show()

    def _region_used(self, said, error):
        """A selection or a mask was made of a region, or something kept it from it."""
        if error is not None:
            self._restoring.refuse(error)
            return
        self._notice()
        self._saying.plainly(said, False)

    def _link_again(self):
        self._desk.forgive()
        self._desk.waiting_for("Looking for the restoration engine…")
        self._conversation.open()

    def _copy_report(self):
        clipboard.copy(report(tools.host(), self._desk))
        self._desk.forgive()
        self._saying.plainly(_("The report is in the clipboard."), False)

    # --- doing it ---

    def _restore(self):
        if self._several is None and self._remark.mark():
            return
        wish = self._desk.restore()
        if wish is not None:
            self._begin_with(wish)

    def _leave(self):
        """Cancel what is being done; when nothing is, close."""
        if self._several is not None and self._several.jobs.running:
            self._several.jobs.cancel_all()
        elif self._regions.running:
            self._regions.cancel()
        elif self._busy:
            self._restoring.cancel()
        else:
            self._loop.quit()

    def _begin_with(self, wish):
        self._canvas.leave()
        self._saying.forget()
        if self._several is not None:
            self._set_busy(True)
            self._several.begin(wish)
            return
        meant = self._watching.target
        if meant.result is not None and self._desk.once_more:
            meant = self._fresh
        self._restoring.begin(meant, wish if meant.result is None else replace(wish, output=NEW_LAYER, scale=1))

    def _set_busy(self, busy):
        self._busy = busy
        for widget in self._editing:
            widget.set_sensitive(not busy)
        self._desk.set_busy(busy)
        if not busy:
            self._field.view.grab_focus()  # what cannot be used loses the keyboard; the next key would press *Restore*

    def _finished(self, given, wish, picture):
        if not wish.of_a_result:
            self._recall.history.add(wish.instruction, picture)
        if self._watching.target.result is None:
            remember(self._config, wish, self._desk)
        self._given = given
        self._loop.quit()

    def _several_changed(self, words):
        self._status.progress(None, words)
        self._telling.shows()

    def _several_over(self, done, said):
        self._set_busy(False)
        if done:
            self._recall.history.add(self._several.wish.instruction, self._several.jobs.picture)
            self._given = placing.Given(None)
        if not said:
            self._loop.quit()
            return
        self._saying.say(lambda: self._status.quiet(said))
