"""The plan as chips: one per step, in order. Click for its weight, drag or Alt+arrows to move it, Delete to remove it."""

from gi.repository import Gdk, Gtk

from restored_client.desk.deeds import deed, unsure
from restored_client.desk.overlay import can_be_shown
from restored_client.desk.planedit import identity

from .places import PlaceControls
from .popping import fitted
from .theme import classed, cross, named
from .words import _

WEIGHT_STEP = 0.1
GAP = 6
ROOM = 540
"""Pixels for a row of chips before the window has a size."""

TARGET = [Gtk.TargetEntry.new("RESTORE_CHIP", Gtk.TargetFlags.SAME_APP, 0)]


class ChipRow(Gtk.Box):
    """Shows the plan on a desk and edits it."""

    def __init__(self, desk, use_region):
        """use_region(step, kind): a step's region is to be made a places.SELECTION or a places.MASK."""
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=GAP)
        self._desk, self._use_region = desk, use_region
        self._tasks = []
        self._shown = None
        self._still = False
        self._chips = []
        named(self, _("What will be done, in this order"))
        self._add = Gtk.MenuButton(label=_("_Add…"), use_underline=True, relief=Gtk.ReliefStyle.NONE)
        self._add.set_tooltip_text(_("Add something that the text does not name"))
        self._lay_out([self._add])

    def refresh(self, focus=None):
        """Show the plan as it is now; the chip of task `focus` gets the keyboard."""
        steps = self._desk.plan.steps()
        if self._still:
            self._shown = steps
        if self._shown == steps and self._tasks == self._desk.tasks and focus is None:
            return
        self._shown, self._tasks = steps, self._desk.tasks
        if focus is None:
            focus = next((chip.task for chip in self._chips if chip.has_keyboard()), None)
        self._chips = [Chip(self, step, index, len(steps)) for index, step in enumerate(steps)]
        self._fill_add_menu({identity(step) for step in steps})
        self._lay_out([*self._chips, self._add])
        for chip in self._chips:
            if chip.task == focus:
                chip.take_keyboard()

    def _lay_out(self, widgets):
        """Put the widgets into as many rows as they need. (A FlowBox would align them in columns.)"""
        row = self._add.get_parent()
        if isinstance(row, Gtk.Container):
            row.remove(self._add)
        for row in self.get_children():
            row.destroy()
        room = self.get_allocated_width() if self.get_allocated_width() > 1 else ROOM
        row, used = None, 0
        for widget in widgets:
            widget.show_all()
            width = widget.get_preferred_width()[1] + GAP
            if row is None or used + width > room:
                row, used = Gtk.Box(spacing=GAP), 0
                self.pack_start(row, False, False, 0)
            row.pack_start(widget, False, False, 0)
            used += width
        self.show_all()

    def _fill_add_menu(self, present):
        menu = Gtk.Menu()
        for task in self._tasks:
            if task["id"] not in present:
                item = Gtk.MenuItem(label=deed(task, _))
                item.connect("activate", lambda _item, task=task: self.edit("add", task["id"], str(task.get("label", ""))))
                menu.append(item)
        menu.show_all()
        self._add.set_popup(menu)
        self._add.set_sensitive(bool(menu.get_children()))

    def edit(self, verb, task, *values):
        """Change the plan: remove, add, weigh or move one task."""
        self._desk.edit(verb, task, *values)
        self.refresh(focus=task if verb != "remove" else None)

    def keep_still(self, verb, task, value):
        """While a chip's popover edits it: the chips stay, or the popover would go with its chip."""
        self._still = True
        try:
            self._desk.edit(verb, task, value)
        finally:
            self._still = False

    def show_region(self, task):
        """Show over the preview where this step applies; an empty one shows none."""
        self._desk.show_region(task)

    def shows_region(self, task):
        return self._desk.overlay.step == task

    def use_region(self, task, kind):
        for step in self._desk.plan.steps():
            if identity(step) == task:
                self._use_region(step, kind)

    def drop(self, dragged, onto):
        """`dragged` was dropped on the chip of `onto`: it takes that place."""
        order = [identity(step) for step in self._desk.plan.steps()]
        if dragged in order and onto in order and dragged != onto:
            self.edit("move", dragged, order.index(onto) - order.index(dragged))


class Chip(Gtk.Box):
    """One step: its label and weight, and a cross."""

    def __init__(self, row, step, index, count):
        super().__init__(orientation=Gtk.Orientation.HORIZONTAL)
        self._row, self.task, self._weight = row, identity(step), step["strength"]
        self._step = step
        self._label = deed(step, _)
        self._place = {"index": index + 1, "count": count}
        classed(self, "restore-chip")
        if unsure(step):
            classed(self, "unsure")
        self._button = Gtk.Button()
        self._button.set_tooltip_text(self._hint(step))
        self._button.connect("clicked", lambda _button: self._open())
        self._button.connect("key-press-event", self._on_key)
        self._show_weight()
        remove = classed(cross(_("Leave “{title}” out").format(title=self._label)), "close")
        remove.set_can_focus(False)
        remove.set_tooltip_text(_("Remove this step (Delete)"))
        remove.connect("clicked", lambda _button: row.edit("remove", self.task))
        self.pack_start(self._button, False, False, 0)
        self.pack_start(remove, False, False, 0)
        self._make_draggable()

    def has_keyboard(self):
        return self._button.is_focus()

    def take_keyboard(self):
        self._button.grab_focus()

    def _show_weight(self):
        percent = round(self._weight * 100)
        self._button.set_label(self._label if percent == 100 else f"{self._label}  {percent} %")
        style = self.get_style_context()
        (style.add_class if percent == 0 else style.remove_class)("weak")
        named(
            self._button,
            _("{label}, {percent} percent, step {index} of {count}").format(label=self._label, percent=percent, **self._place),
            _("Return opens its weight, Delete removes it, Alt and the arrow keys move it, plus and minus change its weight."),
        )

    def _hint(self, step):
        lines = []
        if step.get("words"):
            lines.append(_("Understood from “{words}”.").format(words=step["words"]))
        if unsure(step):
            lines.append(_("I am not sure that this was meant."))
        lines.append(_("Click to set how much; drag to change the order."))
        return "\n".join(lines)

    def _make_draggable(self):
        self._button.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, TARGET, Gdk.DragAction.MOVE)
        self._button.connect("drag-begin", self._on_drag)
        self._button.connect("drag-data-get", lambda _w, _c, data, _i, _t: data.set(data.get_target(), 8, self.task.encode()))
        self.drag_dest_set(Gtk.DestDefaults.ALL, TARGET, Gdk.DragAction.MOVE)
        self.connect(
            "drag-data-received", lambda _w, _c, _x, _y, data, _i, _t: self._row.drop(data.get_data().decode(), self.task)
        )

    def _on_drag(self, _button, context):
        """What hangs at the pointer is the chip's words, not the sheet of paper that GTK would show."""
        label = classed(Gtk.Label(label=self._button.get_label()), "restore-dragged")
        label.show()
        Gtk.drag_set_icon_widget(context, label, -8, -8)

    def _on_key(self, _button, event):
        key, alt = event.keyval, event.state & Gdk.ModifierType.MOD1_MASK
        if key in (Gdk.KEY_Delete, Gdk.KEY_BackSpace, Gdk.KEY_KP_Delete):
            self._row.edit("remove", self.task)
        elif alt and key in (Gdk.KEY_Left, Gdk.KEY_Right):
            self._row.edit("move", self.task, -1 if key == Gdk.KEY_Left else 1)
        elif key in (Gdk.KEY_plus, Gdk.KEY_KP_Add, Gdk.KEY_equal):
            self._row.edit("weigh", self.task, self._weight + WEIGHT_STEP)
        elif key in (Gdk.KEY_minus, Gdk.KEY_KP_Subtract):
            self._row.edit("weigh", self.task, self._weight - WEIGHT_STEP)
        else:
            return False
        return True

    def _open(self):
        """The popover with the step's weight, which the preview follows, and its place."""
        label = self._label
        popover = Gtk.Popover(relative_to=self._button, position=Gtk.PositionType.BOTTOM)
        scale = Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 100, 5)
        scale.set_value(self._weight * 100)
        scale.set_size_request(220, -1)
        scale.set_value_pos(Gtk.PositionType.RIGHT)
        scale.connect("format-value", lambda _scale, value: f"{value:.0f} %")
        scale.connect("value-changed", lambda _scale: self._weighed(scale.get_value() / 100))
        named(scale, _("How much of {label}").format(label=label))
        buttons = Gtk.Box(spacing=4, homogeneous=True)
        for text, verb, places in ((_("_Earlier"), "move", -1), (_("_Later"), "move", 1), (_("Re_move"), "remove", None)):
            button = Gtk.Button(label=text, use_underline=True)
            button.connect("clicked", self._finish, popover, verb, places)
            buttons.pack_start(button, True, True, 0)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6, border_width=10)
        box.add(Gtk.Label(label=_("How much of “{label}”").format(label=label), xalign=0))
        box.add(scale)
        if can_be_shown(self._step):
            box.add(self._places(popover))
        box.add(buttons)
        content = fitted(box, self._button)
        popover.add(content)
        # its words have another length now
        popover.connect("closed", lambda _popover: self._row.refresh(focus=self.task))
        content.show_all()
        popover.popup()
        scale.grab_focus()

    def _places(self, popover):
        row, task = self._row, self.task
        if not row.shows_region(task):
            row.show_region(task)  # whoever looks at a step's place wants to see it

        def use(kind):
            popover.popdown()
            row.use_region(task, kind)

        return PlaceControls(
            self._step,
            True,
            lambda changes: row.keep_still("reshape", task, changes),
            lambda on: row.show_region(task if on else ""),
            use,
        )

    def _finish(self, _button, popover, verb, places):
        popover.popdown()
        self._row.edit(verb, self.task, *([] if places is None else [places]))

    def _weighed(self, weight):
        self._weight = weight
        self._show_weight()
        self._row.keep_still("weigh", self.task, weight)
