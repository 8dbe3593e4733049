"""The window: say what is wrong, see what was understood and what it does, and have it done."""

import json

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import Gdk, Gimp, GimpUi, GLib, Gtk

from restored_client.desk import remarks
from restored_client.desk.commandline import command_line
from restored_client.desk.conversation import Conversation
from restored_client.desk.desk import JOB, Desk
from restored_client.desk.report import report
from restored_client.desk.timeleft import TimeLeft, in_words
from restored_client.desk.wish import NEW_LAYER, fraction, output_of
from restored_client.wire.errors import Cancelled

from . import apply, help, layers, pixels, recipes, refused, theme, tools
from .chips import ChipRow
from .field import RETURN, InstructionField
from .options import Options
from .origin import OriginChoice
from .recall import RecallButton
from .status import StatusLine
from .trace import note, tracing
from .watching import Watching
from .words import CATALOGUE, Refusal, _, unexpected

ROLE = "restore-with-instruction"

ROOM = (780, 700)
"""Size of the window where the screen has room for it."""

OF_SCREEN = 0.94
"""Part of the screen's free height and width that it takes at most."""

NOTICE = 1000
"""Milliseconds between two looks at whether the image was changed meanwhile."""


def run(image, drawables, config):
    """Show the window until something was restored or the user leaves. Returns apply.Given, or None. Raises Refusal."""
    layer = layers.the_layer(drawables)
    origin = recipes.origin(image, layer)
    if origin is None and pixels.selected_bounds(image, layer) is None:
        raise Refusal(_("The selection does not touch this layer. Select another layer, or remove the selection."))
    return _run(apply.Target(image, layer), origin, config)


def run_visible(image, config):
    """The same for what is visible of the image."""
    return _run(apply.visible(image), None, config)


def _run(target, origin, config):
    GimpUi.init(ROLE)
    return Window(target, origin, config).run()


class Window:
    """One run of the dialog for one layer, or for what is visible."""

    def __init__(self, target, origin, config):
        self._fresh, self._config, self._layer = target, config, target.layer
        self._adjusting = None if origin is None else apply.Target(target.image, origin.source, target.layer, origin.region)
        self._origin = origin
        self._busy = self._given = self._noted_plan = None
        self._said = None  # what became of the last press of the button, until something else is done
        self._left = TimeLeft()
        self._loop = GLib.MainLoop()
        self._conversation = Conversation(f"gimp {Gimp.version()}", _in_gtk)
        self._watching = Watching(self._adjusting or self._fresh, self._conversation)
        self._desk = self._watching.desk = Desk(self._watching, CATALOGUE, self._show, self._begin_with)
        self._conversation.serve(self._desk)
        self._desk.strength = fraction(config.get_property("strength"), 1.0)
        self._desk.set_scale(_option(config, "scale", 1))
        self._desk.set_output(output_of(_option(config, "output", NEW_LAYER)))
        self._build()

    def run(self):
        self._dialog.connect("map-event", self._on_shown)
        self._dialog.show_all()
        self._options.set_target(self._watching.target)
        self._field.view.grab_focus()
        self._conversation.open()
        noticing = GLib.timeout_add(NOTICE, self._notice)
        self._loop.run()
        GLib.source_remove(noticing)
        self._conversation.close()
        self._dialog.destroy()
        return self._given

    def _on_shown(self, *_args):
        """The window is on the screen: now comes what takes long, behind the first drawing."""
        note("shown", unnamed=theme.unnamed(self._dialog) if tracing() else [])
        if self._watching.context is None:
            GLib.idle_add(self._look_at_layer, priority=GLib.PRIORITY_LOW)

    def _look_at_layer(self):
        self._watching.begin()
        return GLib.SOURCE_REMOVE

    def _notice(self):
        """Follow the image: another selection or other pixels are shown by themselves."""
        if self._busy is None and self._watching.notice():
            self._options.show_state()
        return GLib.SOURCE_CONTINUE

    # --- building ---

    def _build(self):
        theme.install()
        self._dialog = GimpUi.Dialog(use_header_bar=False, title=_("Restore with instruction"), role=ROLE)
        self._dialog.add_button(_("_Help"), Gtk.ResponseType.HELP)
        self._dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        self._ok = self._dialog.add_button(_("_Restore"), Gtk.ResponseType.OK)
        self._ok.set_tooltip_text(_("Return in the instruction, or Ctrl+Return"))
        self._ok.get_style_context().add_class("suggested-action")
        self._dialog.set_default_response(Gtk.ResponseType.OK)
        self._dialog.set_resizable(True)
        self._dialog.set_default_size(*_room())
        self._dialog.connect("response", self._on_response)
        self._dialog.connect("delete-event", lambda *_args: True)
        self._dialog.connect("key-press-event", self._on_key)
        self._dialog.connect("focus-in-event", lambda *_args: self._notice() and False)
        GimpUi.window_set_transient(self._dialog)

        self._chips = ChipRow(self._desk)
        self._remark = theme.quiet(width=90)
        self._remark.set_yalign(0)
        # room for what is mostly said, so that nothing below moves when it is
        self._remark.set_size_request(-1, self._remark.create_pango_layout("X").get_pixel_size()[1])
        self._options = Options(self._desk, self._watching.zoom)
        self._status = StatusLine(self._link_again, self._copy_report)
        side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, margin_end=6)
        side.pack_start(self._options, False, False, 0)
        side.pack_start(self._watching.navigator, False, False, 6)
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER)
        scrolled.set_size_request(238, -1)
        scrolled.add(side)

        middle = Gtk.Box(spacing=10)
        middle.pack_start(self._watching.view, True, True, 0)
        middle.pack_start(scrolled, False, False, 0)
        content = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=10)
        self._editing = (self._make_top(), self._chips, self._options)
        for child, expand in (
            (self._editing[0], False),
            (self._chips, False),
            (self._remark, False),
            (middle, True),
            (self._status, False),
        ):
            content.pack_start(child, expand, expand, 0)
        self._dialog.get_content_area().pack_start(content, True, True, 0)
        self._begin_with_words()

    def _make_top(self):
        self._field = InstructionField(self._on_text, self._on_return)
        self._question = Gtk.Label(use_underline=True, xalign=0)
        self._question.set_mnemonic_widget(self._field.view)
        self._recall = RecallButton(self._on_choose, self._desk.settings, self._command)
        top = Gtk.Box(spacing=6)
        top.pack_start(self._question, True, True, 0)
        top.pack_start(self._recall, False, False, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        if self._origin is not None:
            box.pack_start(OriginChoice(self._origin.recipe.get("instruction") or "", self._on_origin), False, False, 0)
        box.pack_start(top, False, False, 0)
        box.pack_start(self._field, False, False, 0)
        self._ask()
        return box

    def _ask(self):
        """The question above the field names the layer that is worked on."""
        name = _("what is visible") if self._fresh.visible else self._layer.get_name()
        name = name if len(name) <= 32 else name[:31] + "…"
        adjusting = self._watching.target.result is not None
        question = _("_What should “{layer}” be instead?") if adjusting else _("_What should be restored in “{layer}”?")
        self._question.set_label(question.format(layer=name.replace("_", "__")))
        self._ok.set_label(_("_Adjust") if adjusting else _("_Restore"))

    def _begin_with_words(self):
        """With the recipe of a result that is to be adjusted, else with what was asked for last."""
        if self._watching.target.result is not None:
            recipe = self._origin.recipe
            self._stand(True)
            self._put(recipe)
            return
        plan = recipes.stored_plan(self._config)
        settings = {"instruction": self._config.get_property("instruction"), "strength": self._desk.strength}
        self._put({**settings, "plan": plan} if plan else settings)

    def _put(self, settings):
        """Show settings, of a preset or a recipe, and have their text understood."""
        self._field.put(str(settings.get("instruction") or ""))
        self._desk.use({name: value for name, value in settings.items() if name not in ("output", "scale")})

    def _on_origin(self, adjust):
        self._stand(adjust)
        self._watching.turn(self._adjusting if adjust else self._fresh)
        self._options.set_target(self._watching.target)
        self._ask()

    def _command(self):
        """What the window would do now, as a command line."""
        return command_line(self._desk.wish(), self._desk.plan.edited, self._fresh.image.get_name() or "photo.jpg")

    def _stand(self, adjust):
        """What is typed may be said of the plan that the result was made by."""
        self._desk.stand_on(self._origin.recipe.get("plan") if adjust else None)

    def _on_choose(self, settings):
        self._put(settings)
        self._field.view.grab_focus()

    def _on_text(self):
        text = self._field.text
        note("text", text=text)
        self._said = None
        self._desk.type(text)

    # --- showing ---

    def _show(self):
        """Show the desk's state. Called after every change of it."""
        desk = self._desk
        if not hasattr(self, "_question"):
            return
        self._tell()
        self._chips.refresh()
        if self._remark.get_text() != desk.remark:
            self._remark.set_text(desk.remark)
        self._options.show_state()
        self._watching.show()
        self._ok.set_sensitive(desk.can_restore)
        if self._busy is not None:
            return
        if desk.trouble is not None:
            self._status.trouble(desk.trouble.sentence, desk.trouble.retry)
        elif self._said is not None:
            self._said()
        elif desk.waiting:
            self._status.progress(None, desk.waiting)
        else:
            self._status.quiet(_("Computes on {device}").format(device=desk.device_short) if desk.device else "", desk.device)

    def _tell(self):
        """Tell tests what was understood."""
        desk = self._desk
        facts = (desk.greeted_once, desk.waiting, desk.trouble, id(desk.plan.understood), self._noted_steps())
        former, self._noted_plan = self._noted_plan, facts
        if former is None or facts == former:
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
        if facts[3] != former[3]:
            note("plan", text=desk.plan.understood.get("text"), steps=self._noted_steps())
        elif facts[4] != former[4]:
            note("edit", steps=self._noted_steps())

    def _noted_steps(self):
        return [[step["task"], step["strength"]] for step in self._desk.plan.steps()]

    def _link_again(self):
        self._desk.forgive()
        self._desk.waiting_for("Looking for the restoration engine…")
        self._conversation.open()

    def _copy_report(self):
        refused.copy(report(tools.host(), self._desk))
        self._said = lambda: self._status.quiet(_("The report is in the clipboard."))
        self._desk.forgive()

    # --- doing it ---

    def _on_key(self, _dialog, event):
        if event.keyval in RETURN and event.state & Gdk.ModifierType.CONTROL_MASK:
            self._on_return()
            return True
        if event.keyval == Gdk.KEY_F1:
            self._dialog.response(Gtk.ResponseType.HELP)
            return True
        return False

    def _on_return(self):
        if self._ok.get_sensitive():
            self._dialog.response(Gtk.ResponseType.OK)

    def _on_response(self, _dialog, response):
        if response == Gtk.ResponseType.OK:
            wish = self._desk.restore()
            if wish is not None:
                self._begin_with(wish)
        elif response == Gtk.ResponseType.HELP:
            help.open_manual(self._dialog)
        elif self._busy is not None:
            self._conversation.cancel()
            self._status.progress(None, _("Cancelling…"))
        else:
            self._loop.quit()

    def _begin_with(self, wish):
        target, self._said = self._fresh if self._desk.once_more else self._watching.target, None
        if target.result is not None:
            wish = wish._replace(output=NEW_LAYER, scale=1)
        try:
            source = apply.take_target(target, wish.output, wish.scale)
        except Exception as problem:
            self._refuse(problem)
            return
        note("taken")
        self._left = TimeLeft()
        self._set_busy((source, wish))
        self._status.progress(0.0, _("Sending the layer…"))
        self._conversation.work(
            lambda session, progress, cancelled: apply.restore(session, source, wish, progress, cancelled),
            self._on_done,
            self._on_progress,
        )

    def _refuse(self, problem):
        self._say_trouble(str(problem) if isinstance(problem, Refusal) else unexpected(problem))

    def _say_trouble(self, sentence):
        self._said = lambda: self._status.trouble(sentence, retry=False)
        self._show()

    def _on_progress(self, progress):
        self._left.took(progress.fraction)
        left = in_words(self._left.seconds(), CATALOGUE)
        words = _(progress.words)
        self._status.progress(progress.fraction, f"{words} · {left}" if left else words)
        if progress.fraction:
            note("progress", fraction=progress.fraction)

    def _set_busy(self, job):
        self._busy = job
        for widget in self._editing:
            widget.set_sensitive(job is None)
        self._desk.set_busy(job is not None)

    def _on_done(self, outcome, error):
        source, wish = self._busy
        note("done", error=None if error is None else str(error))
        self._set_busy(None)
        if isinstance(error, Cancelled):
            self._said = lambda: self._status.quiet(_("Cancelled. Nothing was changed."))
            self._show()
        elif error is not None:
            self._desk.failed(error, JOB)
        elif not outcome.changed:
            self._say_trouble(remarks.why_nothing(outcome.plan, outcome.message, CATALOGUE))
        else:
            self._finish(source, wish, outcome)

    def _finish(self, source, wish, outcome):
        try:
            given = apply.give_back(source, wish, outcome)
        except Exception as problem:
            self._refuse(problem)
            return
        if given.image is not None:
            Gimp.Display.new(given.image)
        note("given")
        self._recall.history.add(wish.instruction)
        recipes.LastWish().keep(wish._replace(plan=wish.plan or outcome.plan))
        if self._watching.target.result is None:
            self._remember(wish)
        self._given = given
        self._loop.quit()

    def _remember(self, wish):
        edited = self._desk.plan.edited and wish.plan is not None
        plan = json.dumps({**wish.plan, "text": wish.instruction}) if edited else ""
        values = {
            "instruction": wish.instruction,
            "strength": wish.strength,
            "output": wish.output,
            "scale": wish.scale,
            "plan": plan,
        }
        for name, value in values.items():
            if _option(self._config, name) is not None:
                self._config.set_property(name, value)


def _option(config, name, default=None):
    """An argument of the procedure, or the default when it has none of this name."""
    return config.get_property(name) if config.find_property(name) is not None else default


def _in_gtk(call):
    """Run `call()` in GTK's thread, before what GTK still has to draw: the answer changes it."""

    def once():
        call()
        return GLib.SOURCE_REMOVE

    GLib.idle_add(once, priority=GLib.PRIORITY_DEFAULT)


def _room():
    """The window's size: what is good, or what the screen has."""
    display = Gdk.Display.get_default()
    monitor = display.get_primary_monitor() or display.get_monitor(0)
    area = monitor.get_workarea()
    letters = max(1.0, Gdk.Screen.get_default().get_resolution() / 96)
    width, height = round(ROOM[0] * letters), round(ROOM[1] * letters)
    return min(width, int(area.width * OF_SCREEN)), min(height, int(area.height * OF_SCREEN) - 30)
