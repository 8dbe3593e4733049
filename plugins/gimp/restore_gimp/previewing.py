"""Keeps the preview true to the layer, the plan and the strength: reads crops, asks for them restored, shows what comes."""

from restored_client.previewstate import PreviewState

from . import pixels, raster
from .navigator import Navigator
from .preview import PreviewView
from .trace import note
from .words import _

VIEW = (460, 384)
"""Size of the preview: what the network restores in about half a second, and what fits a small laptop's screen."""

MARGIN = 26
"""Pixels around the preview's crop that are restored with it: together at most 512."""


class Previewing:
    """`view` and, after `look_at_layer`, `navigator` are the widgets.

    plan: the PlanEdit that is shown. strength(): the overall strength. allowed(): False while nothing may be asked.
    """

    def __init__(self, image, layer, link, plan, strength, allowed):
        self._image, self._layer, self._link, self._plan = image, layer, link, plan
        self._strength, self._allowed = strength, allowed
        self._form = pixels.form_of(layer)
        self._selected = pixels.has_selection(image)
        self._state = PreviewState(layer.get_width(), layer.get_height(), VIEW, MARGIN)
        self.view = PreviewView(self._state, VIEW, self._moved)
        self.navigator = None
        self.context = None
        """The thumbnail of the whole layer; None until `look_at_layer`."""

    def look_at_layer(self):
        """Read what needs the whole layer: takes up to a second for a large one, so the window is shown before."""
        layer = self._layer
        if self._selected:
            _found, x, y, w, h = layer.mask_intersect()
            self._state.centre(x + w / 2, y + h / 2)
        self._show_before()
        self.navigator = Navigator(self._state, layer, self._moved)
        self.context = pixels.context(layer.get_buffer(), layer.get_width(), layer.get_height(), self._form)

    def update(self):
        """Ask for what is to be shown now, if it is not shown already."""
        if not self._allowed() or self.context is None:
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
            self._link.preview(want, None, None, None)
        else:
            region = self._region(want.padded)
            self.view.say(_("Working…"))
            self._link.preview(want, pixels.read(self._layer.get_buffer(), region, self._form), region.mask, self.context)

    def forget(self):
        """Nothing that was asked or kept counts any more."""
        self._state.expired()

    def pause(self):
        """What was on its way was dropped; the picture stays."""
        self.view.say(_("After") if self.view.has_after else "")

    def show(self, want, outcome):
        """An answer came; another crop or plan may be wanted by now."""
        if want.box != self._state.box or want.key != self._plan.key():
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

    def _moved(self):
        self.navigator.draw()
        self._show_before()
        self.update()

    def _show_before(self):
        self.view.show_before(self._crop())

    def _crop(self):
        x, y, w, h = self._state.box
        return raster.rgb(self._layer.get_buffer(), x, y, w, h, self._layer.has_alpha())

    def _region(self, box):
        region = pixels.Region(*box)
        return region._replace(mask=pixels.selection_in(self._image, self._layer, region)) if self._selected else region
