"""The line at the bottom: how far it is, in words; or what went wrong, and a way to try again."""

from gi.repository import GLib, Gtk, Pango

from .theme import alarming, classed, named
from .words import _

PULSE = 120
"""Milliseconds between two moves of the bar while nobody knows how long it takes: it shows that the window is alive."""


class StatusLine(Gtk.Box):
    """Shows one of: a plain remark, a progress bar with words, trouble; its buttons call `on_retry()` and `on_report()`."""

    def __init__(self, on_retry, on_report):
        super().__init__(orientation=Gtk.Orientation.VERTICAL)
        self._bar = named(Gtk.ProgressBar(show_text=True), _("Progress"))
        self._pulsing = None
        self._label = Gtk.Label(xalign=0, wrap=True, max_width_chars=60, selectable=True, can_focus=False)
        self._retry = Gtk.Button(label=_("_Try again"), use_underline=True, valign=Gtk.Align.CENTER)
        self._retry.connect("clicked", lambda _button: on_retry())
        report = Gtk.Button.new_from_icon_name("edit-copy-symbolic", Gtk.IconSize.BUTTON)
        report.set_valign(Gtk.Align.CENTER)
        report.set_tooltip_text(_("Copy a report of this problem"))
        named(report, _("Copy a report of this problem"))
        report.connect("clicked", lambda _button: on_report())
        self._icon = Gtk.Image.new_from_icon_name("dialog-warning", Gtk.IconSize.LARGE_TOOLBAR)
        self._trouble = alarming(classed(Gtk.Box(spacing=10), "restore-trouble"))
        self._trouble.pack_start(self._icon, False, False, 0)
        self._trouble.pack_start(self._label, True, True, 0)
        self._trouble.pack_start(self._retry, False, False, 0)
        self._trouble.pack_start(report, False, False, 0)
        self._plain = classed(Gtk.Label(xalign=0, ellipsize=Pango.EllipsizeMode.END), "restore-quiet")
        # as high as the bar, so that nothing above moves when work begins
        self._plain.set_size_request(-1, self._bar.get_preferred_height()[1])
        for child in (self._bar, self._trouble, self._plain):
            self.pack_start(child, False, False, 0)
            child.show_all()
            child.set_no_show_all(True)
        self.quiet("")

    def _show_only(self, shown, pulsing=False):
        if pulsing and self._pulsing is None:
            self._pulsing = GLib.timeout_add(PULSE, self._pulse)
        elif not pulsing and self._pulsing is not None:
            GLib.source_remove(self._pulsing)
            self._pulsing = None
        for child in (self._bar, self._trouble, self._plain):
            child.set_visible(child is shown)

    def quiet(self, text, tooltip=""):
        """A plain remark, or nothing."""
        self._plain.set_text(text)
        self._plain.set_tooltip_text(tooltip or None)
        self._show_only(self._plain)

    def progress(self, fraction, words):
        """`fraction` in [0, 1], or None while nobody knows."""
        self._bar.set_text(words)
        if fraction is not None:
            self._bar.set_fraction(min(1.0, max(0.0, fraction)))
        self._show_only(self._bar, pulsing=fraction is None)

    def _pulse(self):
        self._bar.pulse()
        return GLib.SOURCE_CONTINUE

    def trouble(self, sentence, retry):
        """What went wrong, in a sentence that can be copied."""
        self._label.set_text(sentence)
        self._retry.set_visible(retry)
        self._show_only(self._trouble)
