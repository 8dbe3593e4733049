"""The preview on Krita's own canvas: a widget above it that follows its zoom, scrolling, rotation and mirroring.

Nothing of the document is touched: no layer, no step in the history, nothing to tidy up. Painting goes on below it. It shows the
restored layer as if it lay above all others.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, NamedTuple, Optional

from . import painting, places
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .restored_client.desk.previewstate import Box, PreviewState
from .words import tr

FOLLOW_MS = 40
"""How often it is looked how the canvas shows the picture: Krita announces neither zoom nor rotation."""

SETTLE_MS = 250
"""Without a movement of the canvas until what is in sight now is restored."""

MOST_PIXELS = 1 << 20
"""That are restored for a preview at once."""

BEYOND = 0.08
"""Part of what is in sight by which more is restored at each side, for small movements."""


class Camera(NamedTuple):
    """How a canvas shows its picture: `zoom` in pixels of the widget for one of the picture, degrees, whether mirrored, the
    values of the scroll bars, and the widget's size."""

    zoom: float
    rotation: float
    mirrored: bool
    x: int
    y: int
    width: int
    height: int

    def transform(self, width: int, height: int) -> Any:
        """From pixels of a `width` x `height` picture to the widget's: the corner of its bounds lies where Krita scrolled to."""
        turned = QtGui.QTransform()
        turned.rotate(self.rotation)
        if self.mirrored:
            turned.scale(-1, 1)
        turned.scale(self.zoom, self.zoom)
        corner = turned.mapRect(QtCore.QRectF(0, 0, width, height)).topLeft()
        return turned * QtGui.QTransform.fromTranslate(-corner.x() - self.x, -corner.y() - self.y)

    def sight(self, width: int, height: int) -> Any:
        """The part of the picture in sight, a QRectF in its pixels, with some beyond; empty when none is."""
        seen = QtCore.QRectF(0, 0, self.width, self.height)
        seen.adjust(-BEYOND * self.width, -BEYOND * self.height, BEYOND * self.width, BEYOND * self.height)
        back, _ = self.transform(width, height).inverted()
        return back.mapRect(seen).intersected(QtCore.QRectF(0, 0, width, height))


class Sight(PreviewState):
    """The part of a layer that is in sight on the canvas; all of it where that is little work."""

    def __init__(self, width: int, height: int, box: Box, zoom: float) -> None:
        """box: in pixels of the layer. zoom: pixels of the screen for one of the layer."""
        small = min(1.0, zoom)
        whole = width * height * small * small <= MOST_PIXELS
        self._seen = (0, 0, width, height) if whole else box
        self._small = min(small, (MOST_PIXELS / max(1, self._seen[2] * self._seen[3])) ** 0.5)
        super().__init__(width, height)

    @property
    def factor(self) -> float:
        return self._small

    @property
    def box(self) -> Box:
        return self._seen

    def padded(self) -> Box:
        """With a margin where pixels travel as they are; made smaller, the edge beyond the sight is margin enough."""
        if self._small < 1.0:
            return self._seen
        x, y, w, h = self._seen
        left, top = max(0, x - self.margin), max(0, y - self.margin)
        return left, top, min(self.width, x + w + self.margin) - left, min(self.height, y + h + self.margin) - top

    def covers(self, other: Sight) -> bool:
        """Whether what the other would show is on show already."""
        x, y, w, h = self._seen
        ox, oy, ow, oh = other._seen
        grown = 0.5 * BEYOND * max(ow, oh)
        inside = x <= ox + grown and y <= oy + grown and x + w >= ox + ow - grown and y + h >= oy + oh - grown
        return inside and abs(self._small / other._small - 1) < 0.02


class _Overlay(QtWidgets.QWidget):
    """Lies above a canvas, and dies with it. Mouse and keyboard go to the canvas."""

    def __init__(self, canvas: Any, paint: Callable[[Any], None]) -> None:
        super().__init__(canvas)
        self._paint = paint
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Preview on the canvas"))

    def paintEvent(self, event: Any) -> None:
        self._paint(self)


class OnCanvas(QtCore.QObject):
    """Shown above the canvas in front; takes the place of the docker's preview."""

    moved = Signal()  # the canvas stands where it is to be, and shows another part

    def __init__(self, docker: Any) -> None:
        super().__init__(docker)
        self._docker = docker
        self._overlay: Any = None
        self._view: Any = None
        self._area: Any = None
        self._resolution = 72.0
        self._after: Any = None
        self._meant: Any = None
        self._place = QtCore.QRectF()
        self._words, self._busy, self._held, self._opacity = "", False, False, 1.0
        self._camera: Optional[Camera] = None
        self._size = QtCore.QSize()
        self._following = QtCore.QTimer(self)
        self._following.setInterval(FOLLOW_MS)
        self._following.timeout.connect(self._follow)
        self._settling = QtCore.QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self.moved)

    def begin(self, view: Any, document: Any) -> bool:
        """Stand above the canvas of a view; False when there is none."""
        self.end()
        area = _canvas_area(self._docker.parent())
        if view is None or area is None:
            return False
        self._view, self._size = view, QtCore.QSize(document.width(), document.height())
        self._resolution = document.resolution()
        self._area, self._overlay = area, _Overlay(area.viewport(), self._paint)
        self._follow()
        self._overlay.show()
        self._overlay.raise_()
        self._following.start()
        return True

    def end(self) -> None:
        """Leave the canvas as it is."""
        self._following.stop()
        self._settling.stop()
        self._after, self._meant, self._camera = None, None, None
        overlay, self._overlay, self._view, self._area = self._overlay, None, None, None
        if overlay is not None:
            with contextlib.suppress(RuntimeError):  # the canvas was closed, and took it along
                overlay.hide()
                overlay.deleteLater()

    @property
    def shown(self) -> bool:
        """Whether it stands above a canvas."""
        return self._overlay is not None

    def sight(self, bounds: Any) -> Optional[Sight]:
        """What of a layer, whose bounds in the picture are given, is in sight; None when nothing is."""
        if self._camera is None:
            return None
        seen = self._camera.sight(self._size.width(), self._size.height()).toAlignedRect().intersected(bounds)
        if seen.isEmpty():
            return None
        box = seen.translated(-bounds.topLeft()).getRect()
        return Sight(bounds.width(), bounds.height(), box, self._camera.zoom * self._area.devicePixelRatioF())

    def show_after(self, image: Any, place: Any, opacity: float = 1.0) -> None:
        """An image instead of a part of the picture, a QRectF in its pixels."""
        self._after, self._place, self._opacity = image, place, opacity
        self.update()

    def drop_after(self) -> None:
        self._after = None
        self.update()

    def show_place(self, image: Any, place: Any = None) -> None:
        """What of a part of the picture is meant, laid over it; None takes it away."""
        self._meant = None if image is None else (image, place)
        self.update()

    def say_after(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.update()

    def set_busy(self, busy: bool) -> None:
        """What is said of it is enough: "Updating…"."""

    def hold_before(self, held: bool) -> None:
        """Show the canvas as it is, to look to and fro."""
        self._held = held
        self.update()

    @property
    def held(self) -> bool:
        return self._held

    def update(self) -> None:
        """Draw it anew."""
        if self._overlay is not None:
            with contextlib.suppress(RuntimeError):  # the canvas was closed a moment ago
                self._overlay.update()

    def _follow(self) -> None:
        camera = self._look()
        if camera is None:
            self.end()
        elif camera != self._camera:
            known, self._camera = self._camera, camera
            self._overlay.setGeometry(0, 0, camera.width, camera.height)
            self.update()
            if known is not None:
                self._settling.start()

    def _look(self) -> Optional[Camera]:
        try:
            canvas, size = self._view.canvas(), self._area.viewport().size()
            zoom = canvas.zoomLevel() * 72.0 / self._resolution  # Krita counts from the points of a printer
            across, down = self._area.horizontalScrollBar().value(), self._area.verticalScrollBar().value()
            return Camera(zoom, canvas.rotation(), canvas.mirror(), across, down, size.width(), size.height())
        except RuntimeError:  # the view was closed
            return None

    def _paint(self, overlay: Any) -> None:
        camera = self._camera
        if camera is None:
            return
        painter = QtGui.QPainter(overlay)
        frame = QtCore.QRectF(overlay.rect())
        if self._after is not None and not self._held:
            painter.save()
            painter.setTransform(camera.transform(self._size.width(), self._size.height()), True)
            smooth = camera.zoom * self._place.width() / max(1, self._after.width()) < 2.0
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.setOpacity(self._opacity)
            painter.drawImage(self._place, self._after)
            painter.restore()
        if self._meant is not None:
            painter.save()
            painter.setTransform(camera.transform(self._size.width(), self._size.height()), True)
            places.paint(painter, self._meant[1], self._meant[0])
            painter.restore()
        words = tr("Before") if self._held else self._words
        if words:
            painting.word(painter, overlay.font(), words, frame, Qt.AlignmentFlag.AlignRight)


def _canvas_area(main: Any) -> Any:
    """The scrolled area with the canvas in front, or None."""
    areas = main.findChildren(QtWidgets.QAbstractScrollArea)
    found = [each for each in areas if each.metaObject().className() == "KisCanvasController" and each.isVisible()]
    windows = main.findChild(QtWidgets.QMdiArea)
    front = windows.currentSubWindow() if windows is not None else None
    mine = [each for each in found if front is not None and front.isAncestorOf(each)]
    return (mine or found or [None])[0]
