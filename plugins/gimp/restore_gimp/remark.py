"""The line under the plan, and beside it the way on where it speaks of marks that nobody has looked at yet."""

from gi.repository import Gtk

from restored_client.desk.overlay import is_shaped
from restored_client.desk.planedit import identity

from . import theme
from .places import SELECTION
from .words import _


class Remark(Gtk.Box):
    """What the desk remarks. use(step, kind): a step's region is to be made a selection.

    Scratches are filled where something is selected. Who asks for them and has selected nothing sees at once, over the preview,
    which are found, and selects them by the button, or by *Restore*, which does nothing to the picture before.
    """

    def __init__(self, desk, use):
        super().__init__(spacing=10)
        self._desk, self._use, self._seen = desk, use, None
        self._label = theme.quiet(width=90)
        self._label.set_yalign(0)
        # room for what is mostly said, so that nothing below moves when it is
        self._label.set_size_request(-1, self._label.create_pango_layout("X").get_pixel_size()[1])
        self._button = Gtk.Button(label=_("Select what I find"), valign=Gtk.Align.CENTER, no_show_all=True)
        self._button.set_tooltip_text(_("Nothing is changed yet: look at it, and take out of the selection what should stay."))
        self._button.connect("clicked", lambda _button: self.mark())
        theme.classed(self._button, "restore-small")
        self.pack_start(self._label, True, True, 0)
        self.pack_start(self._button, False, False, 0)

    def show_state(self):
        if self._label.get_text() != self._desk.remark:
            self._label.set_text(self._desk.remark)
        step = self._unseen()
        self._button.set_visible(step is not None)
        self._button.set_sensitive(not self._desk.busy)
        # what was understood itself, and not its id: that of a plan that has gone may be a new one's
        wish = None if step is None else self._desk.plan.understood
        if wish is not self._seen:
            self._seen = wish
            self._desk.show_region("" if step is None else identity(step))

    def mark(self):
        """Select the marks that nobody has looked at, if the wish is about nothing else; whether that is so."""
        step = self._unseen()
        if step is not None:
            self._use(step, SELECTION)
        return step is not None

    def _unseen(self):
        """The step that fills marks, when it is all that is wished, and nothing is selected."""
        desk = self._desk
        steps = [] if desk.pending or desk.selected or desk.preview is None else desk.plan.steps()
        steps = [step for step in steps if step["strength"] > 0]
        region = steps[0].get("region") if len(steps) == 1 else None
        return steps[0] if region and steps[0]["task"] == "inpaint" and not is_shaped(region) else None
