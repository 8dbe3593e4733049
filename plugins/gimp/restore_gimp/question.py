"""The top of the window: the question, which names what is worked on, the field for the answer, and what was said before."""

from gi.repository import Gtk

from .field import InstructionField
from .origin import OriginChoice
from .words import _

LONGEST = 32
"""Letters of a layer's name in the question."""


class Question(Gtk.Box):
    """`recall` is the RecallButton. origin: the recipe of a result that may be adjusted, with on_origin(adjust), or None.

    `field` is the InstructionField, which calls on_text() and on_return().
    """

    def __init__(self, on_text, on_return, recall, origin, on_origin):
        super().__init__(orientation=Gtk.Orientation.VERTICAL, spacing=4)
        self.field = InstructionField(on_text, on_return)
        self._question = Gtk.Label(use_underline=True, xalign=0, wrap=True)
        self._question.set_mnemonic_widget(self.field.view)
        line = Gtk.Box(spacing=6)
        line.pack_start(self._question, True, True, 0)
        line.pack_start(recall, False, False, 0)
        if origin is not None:
            self.pack_start(OriginChoice(origin.get("instruction") or "", on_origin), False, False, 0)
        self.pack_start(line, False, False, 0)
        self.pack_start(self.field, False, False, 0)

    def ask(self, target, count):
        """Ask what is to be done with this Target, shown for `count` pictures."""
        name = _("what is visible") if target.visible else (target.result or target.layer).get_name()
        name = name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
        question = _("_What should be restored in “{layer}”?")
        if count > 1:
            question = _("_What should be restored in {count} pictures, of which “{layer}” is shown?")
        elif target.result is not None:
            question = _("_What should “{layer}” be instead?")
        self._question.set_label(question.format(layer=name.replace("_", "__"), count=count))
