"""Keeps the preview at the layer: reads crops of it, has the desk ask for them restored, and shows what the desk says.

The image may be worked on while the window is open: `notice` sees another selection and other pixels.
"""

import zlib
from typing import Any

from restored_client.desk import state as states
from restored_client.desk.conversation import Look, RegionLook
from restored_client.desk.desk import Desk
from restored_client.desk.masks import shrunk
from restored_client.desk.previewstate import SPLIT, PreviewState

from . import layers, miniature, pixels, showing
from .asking import Asking
from .crops import VIEW, OnShow
from .navigator import Navigator
from .pieces import OneAtATime
from .preview import PreviewView
from .trace import note, tracing
from .words import _

MARGIN = 26
"""Pixels around the preview's crop that are restored with it: together at most 512."""


MISSED = _("The selection does not touch this layer. Select another layer, or remove the selection.")


class Watching:
    """`line` is what the desk asks; `view` and `navigator` are the widgets, empty until `begin`. `target` is a Target, and
    another one when GIMP shows something else."""

    desk: Desk  # the window's, which needs this first

    def __init__(self, target, conversation):
        self.line = Asking(conversation, self)
        self._drawn = self._covered = None
        self._seen = self._below = self._whole = None
        self._reading = OneAtATime()
        self.view = PreviewView(VIEW, self._moved)
        self.navigator = Navigator(self._moved)
        self._set(target, 1.0, SPLIT)

    def _set(self, target, zoom=None, compare=None):
        """Another target, seen as large as before and in the same way, unless said."""
        self._reading.drop()
        self.target = target
        self._form: Any = None
        self.context = None
        drawable = target.drawable
        factor = self.view.get_scale_factor()
        room = self.view.room()
        view = room[0] * factor, room[1] * factor
        self._size = drawable.get_width(), drawable.get_height()
        self._state = PreviewState(*self._size, view, MARGIN, self.desk.zoom if zoom is None else zoom)
        self._state.set_compare(self.desk.compare if compare is None else compare)
        self._on_show = OnShow(target, self._state)
        self.view.show_state(self._state)
        self.navigator.set_layer(self._state)

    def turn(self, target):
        """Look at another layer from now on."""
        former = self.target
        self._set(target)
        former.forget()
        self.begin()

    def forget(self):
        """The window closes: give back what was copied to be looked at."""
        self.target.forget()

    def begin(self):
        """Read what needs the whole layer: takes up to a second for a large one, so the window is shown before."""
        if self._lost():
            return
        if self.target.changed():
            self._look_anew()
            if self._sized() != self._size:
                self._set(self.target)
        self._form = pixels.form_of(self.target.drawable)
        bounds = self.target.bounds()
        if bounds is not None:
            x, y, w, h = bounds
            self._state.centre(x + w / 2, y + h / 2)
        self._look_again()
        self._read_whole(self._begun)

    def _begun(self, context):
        self._look_if_fitted()
        self._take_whole(context)
        self._tell_desk()
        self.desk.ask_again()

    def _look_anew(self):
        """Take the pixels as GIMP shows them now."""
        former, self.target = self.target, self.target.look()
        self._on_show = OnShow(self.target, self._state)
        former.forget()
        self._below = None if self.target.seen is None else self._on_show.glimpse(self.target.layer)

    def _sized(self):
        return self.target.drawable.get_width(), self.target.drawable.get_height()

    def _read_whole(self, then):
        """Read the whole layer small, in pieces: it takes up to a second for a large one. `then(context)` follows."""

        def read(context):
            if not self._lost():
                then(context)

        def failed(error):
            if not self._lost():
                raise error

        self._reading.begin(self._whole_parts(), read, failed)

    def _whole_parts(self):
        context = yield from miniature.context_parts(self.target.drawable.get_buffer(), *self._sized(), self._form)
        yield from self._on_show.reading(self._form)
        return context

    def _take_whole(self, context):
        self.context, self._whole = context, zlib.crc32(context.view)
        self.navigator.fill(
            showing.of_pixels(context, pixels.eight_bit(self._form), 0, 0, context.width, context.height), context
        )

    def _tell_desk(self):
        """The layer can be looked at, unless nothing of it is selected."""
        missed = self.target.bounds() is None
        self.desk.look_at(None if missed else self._state, MISSED if missed else "")

    def zoom(self, zoom):
        """Show the preview larger or smaller."""
        if self._lost() or self._form is None:
            return
        self.desk.zoom = zoom
        if self._state.set_zoom(zoom):
            self._moved()

    def compare(self, compare):
        """Show before and after in another way."""
        self.desk.compare = compare
        if self._lost() or self._form is None:
            return
        if self._state.set_compare(compare):
            self._moved()
        else:
            self.view.refit()

    def notice(self, thoroughly=False):
        """Whether the selection or the pixels on show are others than before; then they are shown anew. Looks at what is on show;
        thoroughly, as when the person comes back from GIMP, at all of the layer."""
        if self.context is None or self._reading.is_on or self._lost():
            return False
        if self.desk.no_picture == layers.GONE:  # it is back, by an undo
            self.begin()
            return True
        if self.target.changed() or (self.target.seen is not None and self._on_show.glimpse(self.target.layer) != self._below):
            self._look_anew()
        if self._sized() != self._size:
            self._set(self.target)
            self.begin()
            return True
        if self._on_show.checksums() != self._seen:
            self._form = pixels.form_of(self.target.drawable)
            self._look_again()
            self._read_whole(self._repaint)
            return True
        if thoroughly:
            self._read_whole(lambda context: zlib.crc32(context.view) != self._whole and self._repaint(context))
        return False

    def _repaint(self, context):
        """The layer, or what is selected of it, is another one now."""
        note("repainted")
        self._look_if_fitted()
        missed = self.desk.preview is None
        self._take_whole(context)
        if missed or self.target.bounds() is None:
            self._tell_desk()
        self.desk.repainted()

    # --- what the desk asks for (asking.py) ---

    def crop_for(self, want):
        """The crop that a preview is wanted of, read now; None when it cannot be: it is asked for again when it can."""
        if self._lost() or not self._on_show.is_read():
            return None
        region = pixels.Region(*want.padded)
        buffer, mask = self.target.drawable.get_buffer(), self.target.mask_in(region)
        if want.reduction == 1.0:
            crop = pixels.read(buffer, region, self._form)
        else:
            crop = self._on_show.fitted
            mask = None if mask is None else shrunk(mask, crop.width, crop.height)
        return Look(want, crop, mask, self.context)

    def region_for(self, want):
        """The pixels that a place is wanted in, read now; None when the layer has gone."""
        if self._lost():
            return None
        x, y = want.box[:2]
        size, buffer = self._state.small(want.box), self.target.drawable.get_buffer()
        return RegionLook(want, miniature.read_at(buffer, x, y, *size, want.reduction, self._form), self.context)

    # --- showing ---

    def show(self):
        """Draw what the desk has to show."""
        desk = self.desk
        if desk.preview is None:
            self.view.show_after(None)
            self.view.say(_("The layer is gone") if desk.no_picture == layers.GONE else desk.no_picture)
            return
        shown = None if desk.stale else desk.shown
        if shown is not self._drawn:
            self._drawn = shown
            note("after", shown=None if shown is None else shown.plan.get("text"))
            self._show_after(desk, shown)
        tags = {
            states.FRESH: _("After"),
            states.UPDATING: _("Updating…"),
            states.NOTHING: _("Nothing to do"),
            states.FAILED: _("No preview"),
        }
        phase = states.UPDATING if self._reading.is_on and desk.phase == states.FRESH else desk.phase
        self.view.say("" if desk.busy and phase != states.FRESH else tags.get(phase, ""))
        if desk.overlay.mask is not self._covered:
            self._covered = desk.overlay.mask
            self.view.cover(self._covered)
            note("region", step=desk.overlay.step, shown=self._covered is not None)

    def fresh_crop(self):
        """What is on show when that is what *Restore* would give, as far as its size tells; else None."""
        desk = self.desk
        right = desk.phase == states.FRESH and desk.after is not None and desk.shown is not None
        return desk.shown if right and not self._lost() else None

    def for_canvas(self, want):
        """How the pixels of what is on show travel, its box, the pixels, and their margin at the left and the top."""
        return self._form, want.box, self.desk.after, (want.box[0] - want.padded[0], want.box[1] - want.padded[1])

    def _show_after(self, desk, want):
        if want is None or self._lost():
            self.view.show_after(None)
            return
        before = self._on_show.crop(self._form)
        self.view.show_after(before if desk.after is None else self._on_show.restored(want, desk.after, self._form))
        seen = zlib.crc32(before) if tracing() else 0
        note("preview", box=list(want.box), strength=want.strength, adjusted=want.job is not None, before=seen)

    def _lost(self):
        """Whether the layer has gone, as images can be closed at any time; then the picture says so."""
        gone = not self.target.is_there()
        if gone and self.desk is not None and self.desk.no_picture != layers.GONE:
            note("lost")
            self.view.show_after(None)
            self.desk.look_at(None, layers.GONE)
        return gone

    def _moved(self):
        if self._lost() or self._form is None:
            return
        self.navigator.redraw()
        if not self._on_show.is_read():
            self._read_whole(lambda _context: self._moved())
            return
        self._look_again()
        self.desk.moved()

    def _look_if_fitted(self):
        """All of the layer is on show, and has just been read."""
        if self._state.reduction != 1.0:
            self._look_again()

    def _look_again(self):
        if not self._on_show.is_read():
            return  # it is on its way
        self.view.show_before(self._on_show.crop(self._form))
        self._drawn = self._covered = None
        self._seen = self._on_show.checksums()
        bounds = self.target.bounds()
        self.desk.area = None if bounds is None else bounds[2] * bounds[3]
        self.desk.selected = self.target.selected()
        self._below = None if self.target.seen is None else self._on_show.glimpse(self.target.layer)
