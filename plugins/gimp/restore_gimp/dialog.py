"""The window: say what is wrong, see what was understood and what it does, and have it done."""

import json

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("GimpUi", "3.0")
from gi.repository import Gdk, Gimp, GimpUi, GLib, Gtk, Pango

from restored_client.desk.device import in_short
from restored_client.desk.planedit import PlanEdit
from restored_client.wire.errors import Cancelled

from . import apply, layers, look, pixels, recipes, remarks
from .chips import ChipRow
from .controls import Controls
from .library import LibraryButton
from .link import DRAG_PAUSE, GONE, PLAN_PAUSE, Link
from .previewing import Previewing
from .statusline import StatusLine
from .trace import note
from .words import Refusal, _, unexpected

PATIENCE = 700
"""Milliseconds without a plan after which the window says what it waits for."""

ROLE = "restore-with-instruction"


def run(image, drawables, config):
    """Show the window until something was restored or the user leaves. Returns apply.Given, or None. Raises Refusal."""
    layer = layers.the_layer(drawables)
    if pixels.selected_bounds(image, layer) is None:
        raise Refusal(_("The selection does not touch this layer. Select another layer, or remove the selection."))
    GimpUi.init(ROLE)
    return Window(image, layer, config).run()


class Window:
    """One run of the dialog for one layer."""

    def __init__(self, image, layer, config):
        self._image, self._layer, self._config = image, layer, config
        self._plan = PlanEdit()
        self._kept_plan = recipes.stored_plan(config)
        self._busy = None
        self._eager = False
        self._hourglass = None
        self._given = None
        self._loop = GLib.MainLoop()
        self._link = Link(
            f"gimp {Gimp.version()}",
            on_ready=self._on_ready,
            on_waiting=self._on_waiting,
            on_trouble=self._on_trouble,
            on_plan=self._on_plan,
            on_preview=self._on_preview,
        )
        self._build()

    def run(self):
        self._dialog.connect("map-event", self._on_shown)
        self._dialog.show_all()
        self._text.grab_focus()
        self._link.open()
        self._loop.run()
        self._stop_waiting()
        self._link.close()
        self._dialog.destroy()
        return self._given

    def _on_shown(self, *_args):
        """The window is on the screen: now comes what takes long, behind the first drawing."""
        note("shown")
        if self._previewing.context is None:
            GLib.idle_add(self._look_at_layer, priority=GLib.PRIORITY_LOW)

    # --- building ---

    def _build(self):
        look.install()
        self._dialog = GimpUi.Dialog(use_header_bar=False, title=_("Restore with instruction"), role=ROLE)
        self._dialog.add_button(_("_Cancel"), Gtk.ResponseType.CANCEL)
        self._ok = self._dialog.add_button(_("_Restore"), Gtk.ResponseType.OK)
        self._ok.set_sensitive(False)
        self._ok.set_tooltip_text(_("Ctrl+Return"))
        self._ok.get_style_context().add_class("suggested-action")
        self._dialog.set_default_response(Gtk.ResponseType.OK)
        self._dialog.set_resizable(True)
        self._dialog.connect("response", self._on_response)
        self._dialog.connect("delete-event", lambda *_args: True)
        self._dialog.connect("key-press-event", self._on_key)
        GimpUi.window_set_transient(self._dialog)

        self._chips = ChipRow(self._plan, self._on_edit)
        self._remark = look.quiet()
        self._remark.set_max_width_chars(80)
        self._controls = Controls(self._layer, pixels.has_selection(self._image), self._config, self._update_preview)
        self._previewing = Previewing(
            self._image,
            self._layer,
            self._link,
            self._plan,
            strength=lambda: self._controls.strength,
            allowed=lambda: self._link.ready and self._busy is None,
        )
        self._status = StatusLine(self._link_again)
        self._device = look.classed(Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.END), "restore-quiet")
        side = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        side.set_size_request(232, -1)
        side.pack_start(self._previewing.navigator, False, False, 0)
        side.pack_end(self._controls, True, True, 0)

        middle = Gtk.Box(spacing=12)
        middle.pack_start(self._previewing.view, True, True, 0)
        middle.pack_start(side, False, False, 0)
        content = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=8, border_width=12)
        self._editing = (self._make_text(), self._chips, self._controls)
        for child, expand in (
            (self._editing[0], False),
            (self._chips, False),
            (self._remark, False),
            (middle, True),
            (self._device, False),
            (self._status, False),
        ):
            content.pack_start(child, expand, expand, 0)
        self._dialog.get_content_area().pack_start(content, True, True, 0)

    def _make_text(self):
        self._text = look.classed(Gtk.TextView(wrap_mode=Gtk.WrapMode.WORD_CHAR, accepts_tab=False), "restore-text")
        for side in ("left", "right", "top", "bottom"):
            getattr(self._text, f"set_{side}_margin")(6)
        look.named(self._text, _("Instruction"), _("What is wrong with the picture, in English"))
        self._set_text(self._config.get_property("instruction"))
        self._text.get_buffer().connect("changed", lambda _buffer: self._on_text())
        scrolled = Gtk.ScrolledWindow(hscrollbar_policy=Gtk.PolicyType.NEVER, shadow_type=Gtk.ShadowType.IN)
        scrolled.set_size_request(-1, 58)
        scrolled.add(self._text)
        label = Gtk.Label(label=_("_What should be restored?"), use_underline=True, xalign=0)
        label.set_mnemonic_widget(self._text)
        self._library = LibraryButton(self._on_choose, self._settings)
        top = Gtk.Box(spacing=6)
        top.pack_start(label, True, True, 0)
        top.pack_start(self._library, False, False, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        box.pack_start(top, False, False, 0)
        box.pack_start(scrolled, False, False, 0)
        return box

    def _look_at_layer(self):
        """Read what the window shows of the layer, and what tells the engine about the whole of it."""
        self._previewing.look_at_layer()
        if self._previewing.context is not None:
            self._ask_plan()
        return GLib.SOURCE_REMOVE

    # --- text and plan ---

    def _instruction(self):
        buffer = self._text.get_buffer()
        return buffer.get_text(buffer.get_start_iter(), buffer.get_end_iter(), False)

    def _set_text(self, text):
        buffer = self._text.get_buffer()
        buffer.set_text(text)
        buffer.select_range(buffer.get_start_iter(), buffer.get_end_iter())

    def _settings(self):
        """What a preset keeps: the text, the strength, and the plan when it was edited."""
        settings = {"instruction": self._instruction().strip(), "strength": self._controls.strength}
        return {**settings, "plan": self._plan.to_dict()} if self._plan.edited else settings

    def _on_choose(self, settings):
        self._plan.forget()
        self._kept_plan = settings["plan"] if isinstance(settings.get("plan"), dict) else None
        if isinstance(settings.get("strength"), (int, float)):
            self._controls.strength = settings["strength"]
        self._set_text(str(settings.get("instruction", "")))
        self._text.grab_focus()

    def _on_text(self):
        note("text", text=self._instruction())
        self._refresh_button()
        self._ask_plan()

    def _ask_plan(self):
        if self._previewing.context is None or not self._link.ready:
            return
        self._link.explain(self._instruction(), self._previewing.context)
        if self._hourglass is None:
            self._hourglass = GLib.timeout_add(PATIENCE, self._say_loading)

    def _say_loading(self):
        """The first plan takes long when the daemon was only just started."""
        if self._busy is None and self._hourglass is not None:
            self._status.progress(None, _("The restoration engine is getting ready…"))
        return self._hourglass is not None

    def _stop_waiting(self):
        if self._hourglass is not None:
            GLib.source_remove(self._hourglass)
            self._hourglass = None

    def _on_plan(self, plan):
        if self._hourglass is not None:
            self._stop_waiting()
            self._status.quiet("")
        self._plan.take(plan)
        if self._kept_plan is not None and self._plan_is_for(str(self._kept_plan.get("text", ""))):
            self._plan.follow(self._kept_plan)
            self._kept_plan = None
        self._chips.refresh()
        self._after_plan(PLAN_PAUSE)
        note("plan", text=plan.get("text"), steps=self._noted_steps())
        if self._eager:
            self._eager = False
            self._begin()

    def _noted_steps(self):
        return [[step["task"], step["strength"]] for step in self._plan.steps()]

    def _on_edit(self):
        note("edit", steps=self._noted_steps())
        self._after_plan()

    def _after_plan(self, pause=DRAG_PAUSE):
        self._remark.set_text(remarks.on(self._plan, self._link.tasks))
        self._update_preview(pause)

    def _plan_is_for(self, text):
        return str(self._plan.understood.get("text", "")).strip() == text.strip()

    def _refresh_button(self):
        text = self._instruction()
        wanted = self._plan.actionable if self._plan_is_for(text) or self._plan.edited else bool(text.strip())
        self._ok.set_sensitive(self._link.ready and self._busy is None and wanted and self._controls.strength > 0)

    # --- preview ---

    def _update_preview(self, pause=DRAG_PAUSE):
        self._refresh_button()
        self._previewing.update(pause)

    def _on_preview(self, want, outcome, error):
        if error is None:
            self._previewing.show(want, outcome)
            if outcome.device:
                self._show_device(outcome.device)
        elif error.code == "expired":
            self._previewing.forget()
            self._update_preview()
        else:
            self._on_trouble(error)

    # --- the daemon ---

    def _on_waiting(self, words):
        note("waiting", words=words)
        self._status.progress(None, _(words))

    def _on_ready(self, hello):
        note("ready")
        self._status.quiet("")
        self._show_device(str(hello.get("device", "")))
        self._chips.set_tasks(self._link.tasks)
        self._refresh_button()
        self._ask_plan()

    def _show_device(self, text):
        self._device.set_text(_("Computes on {device}").format(device=in_short(text)) if text else "")
        self._device.set_tooltip_text(text)

    def _on_trouble(self, error):
        self._eager = False
        self._stop_waiting()
        note("trouble", code=error.code, sentence=error.sentence, detail=error.detail)
        if self._busy is None:
            self._remark.set_text("")
            self._previewing.view.say(_("No preview"))
            self._status.trouble(_(error.sentence), retry=error.code in GONE)
            self._refresh_button()

    def _link_again(self):
        self._status.progress(None, _("Looking for the restoration engine…"))
        self._previewing.forget()
        self._link.open()

    # --- doing it ---

    def _on_key(self, _dialog, event):
        if event.keyval in (Gdk.KEY_Return, Gdk.KEY_KP_Enter) and event.state & Gdk.ModifierType.CONTROL_MASK:
            if self._ok.get_sensitive():
                self._dialog.response(Gtk.ResponseType.OK)
            return True
        return False

    def _on_response(self, _dialog, response):
        if response == Gtk.ResponseType.OK:
            self._begin()
        elif self._busy is not None:
            self._link.cancel()
            self._status.progress(None, _("Cancelling…"))
        else:
            self._loop.quit()

    def _wish(self):
        text = self._instruction()
        plan = self._plan.to_dict() if self._plan_is_for(text) else None
        controls = self._controls
        return apply.Wish(text, plan, controls.strength, controls.output, controls.scale)

    def _begin(self):
        if self._plan.edited and not self._plan_is_for(self._instruction()):
            # edits are kept while the text goes on changing: what they are edits of is on its way
            self._eager = True
            return
        if not self._ok.get_sensitive():
            return
        wish = self._wish()
        try:
            source = apply.take(self._image, [self._layer], wish.output, wish.scale)
        except Exception as problem:
            self._status.trouble(str(problem) if isinstance(problem, Refusal) else unexpected(problem), retry=False)
            return
        note("taken")
        self._set_busy((source, wish))
        self._status.progress(0.0, _("Sending the layer…"))
        self._link.restore(
            lambda session, progress, cancelled: apply.restore(session, source, wish, progress, cancelled),
            self._on_done,
            self._on_progress,
        )

    def _on_progress(self, progress):
        self._status.progress(progress.fraction, _(progress.words))
        if progress.fraction:
            note("progress", fraction=progress.fraction)

    def _set_busy(self, job):
        self._busy = job
        for widget in self._editing:
            widget.set_sensitive(job is None)
        # a preview that was on its way was dropped
        self._previewing.pause()
        self._update_preview()

    def _on_done(self, outcome, error):
        source, wish = self._busy
        note("done", error=None if error is None else str(error))
        self._set_busy(None)
        if isinstance(error, Cancelled):
            self._status.quiet(_("Cancelled. Nothing was changed."))
        elif error is not None:
            self._on_trouble(error)
        elif not outcome.changed:
            self._status.trouble(remarks.why(outcome), retry=False)
        else:
            self._finish(source, wish, outcome)

    def _finish(self, source, wish, outcome):
        try:
            given = apply.give_back(source, wish, outcome)
        except Exception as problem:
            self._status.trouble(str(problem) if isinstance(problem, Refusal) else unexpected(problem), retry=False)
            return
        if given.image is not None:
            Gimp.Display.new(given.image)
        note("given")
        self._remember(wish)
        self._given = given
        self._loop.quit()

    def _remember(self, wish):
        self._library.history.add(wish.instruction)
        edited = self._plan.edited and wish.plan is not None
        plan = json.dumps({**wish.plan, "text": wish.instruction}) if edited else ""
        values = {
            "instruction": wish.instruction,
            "strength": wish.strength,
            "output": wish.output,
            "scale": wish.scale,
            "plan": plan,
        }
        for name, value in values.items():
            self._config.set_property(name, value)
