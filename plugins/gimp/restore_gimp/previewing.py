"""Keeps the preview true to the layer, the plan and the strength: reads crops, asks for them restored, shows what comes."""

from restored_client.desk.previewstate import PreviewState

from . import pixels, raster
from .link import DRAG_PAUSE
from .navigator import Navigator
from .preview import PreviewView
from .trace import note
from .words import _

VIEW = (460, 384)
"""Size of the preview at first: what the network restores in about half a second, and what fits a small laptop's screen."""

MARGIN = 26
"""Pixels around the preview's crop that are restored with it: together at most 512."""


class Previewing:
    """`view` and `navigator` are the widgets; both are empty until `look_at_layer`.

    plan: the PlanEdit that is shown. strength(): the overall strength. allowed(): False while nothing may be asked.
    """

    def __init__(self, image, layer, link, plan, strength, allowed):
        self._image, self._layer, self._link, self._plan = image, layer, link, plan
        self._strength, self._allowed = strength, allowed
        self._form = None
        self._state = PreviewState(layer.get_width(), layer.get_height(), VIEW, MARGIN)
        self.view = PreviewView(self._state, VIEW, self._moved)
        self.navigator = Navigator(self._state, layer, self._moved)
        self.context = None
        """The thumbnail of the whole layer; None until `look_at_layer`."""

    def look_at_layer(self):
        """Read what needs the whole layer: takes up to a second for a large one, so the window is shown before."""
        if self._lost():
            return
        layer = self._layer
        self._form = pixels.form_of(layer)
        bounds = pixels.selected_bounds(self._image, layer)
        if bounds is not None:
            x, y, w, h = bounds
            self._state.centre(x + w / 2, y + h / 2)
        self._show_before()
        self.navigator.look()
        self.context = pixels.context(layer.get_buffer(), layer.get_width(), layer.get_height(), self._form)

    def update(self, pause=DRAG_PAUSE):
        """Ask for what is to be shown when nothing else was asked for `pause` seconds, if it is not shown already."""
        if not self._allowed() or self.context is None or self._lost():
            return
        if not self._plan.actionable:
            self._link.forget_preview()
            self._state.expired()
            self.view.show_after(None)
            self.view.say(_("Nothing to do"))
            return
        want = self._state.want(self._plan.to_dict(), self._plan.key(), self._strength())
        if want is None:
            self._link.forget_preview()
        elif want.job is not None:
            self._link.preview(want, None, None, None, 0.0)
        else:
            region = self._region(want.padded)
            self.view.say(_("Working…"))
            content = pixels.read(self._layer.get_buffer(), region, self._form)
            self._link.preview(want, content, region.mask, self.context, pause)

    def forget(self):
        """Nothing that was asked or kept counts any more."""
        self._state.expired()

    def pause(self):
        """What was on its way was dropped; the picture stays."""
        self.view.say(_("After") if self.view.has_after else "")

    def show(self, want, outcome):
        """An answer came; another crop or plan may be wanted by now."""
        if self._lost() or want.box != self._state.box or want.key != self._plan.key():
            return
        self._state.rendered(want, outcome.job)
        x, y, w, h = want.box
        if outcome.changed:
            left, top = x - want.padded[0], y - want.padded[1]
            self.view.show_after(raster.of_pixels(outcome.pixels, self._form, left, top, w, h))
        else:
            self.view.show_after(self._crop())
        self.view.say(_("After"))
        note("preview", box=list(want.box), strength=want.strength, adjusted=want.job is not None)

    def _lost(self):
        """Whether the layer has gone, as images can be closed at any time; then the picture says so."""
        gone = not self._layer.is_valid()
        if gone:
            note("lost")
            self.view.show_after(None)
            self.view.say(_("The layer is gone"))
        return gone

    def _moved(self):
        if self._lost():
            return
        self.navigator.draw()
        self._show_before()
        self.update()

    def _show_before(self):
        self.view.show_before(self._crop())
        self.view.say("")

    def _crop(self):
        x, y, w, h = self._state.box
        return raster.rgb(self._layer.get_buffer(), x, y, w, h, self._layer.has_alpha())

    def _region(self, box):
        region = pixels.Region(*box)
        if not pixels.has_selection(self._image):
            return region
        return region._replace(mask=pixels.selection_in(self._image, self._layer, region))
