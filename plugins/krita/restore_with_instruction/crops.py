"""What of a layer is read for a preview: a crop's pixels, what of it may change, and whether somebody painted on it."""

from __future__ import annotations

from typing import Any, Optional

from . import miniature, nodes, recipes, target
from .preview import image_of
from .restored_client.desk.previewstate import PreviewState
from .restored_client.wire.pixels import Pixels


def on_canvas(box: nodes.Rect, bounds: Any) -> nodes.Rect:
    """A rectangle of a layer, whose part on the canvas is `bounds`, in the canvas's pixels."""
    return box[0] + bounds.x(), box[1] + bounds.y(), box[2], box[3]


def pixels(document, node, bounds: Any, state: PreviewState, box: nodes.Rect) -> Pixels:
    """A rectangle of the layer, as it travels for the preview. Raises Refused, ColourError."""
    if box[2:] == (bounds.width(), bounds.height()) and state.reduction < 1.0:
        return miniature.small(node, bounds, *state.small(box))
    crop = target.crop(document, node, on_canvas(box, bounds))
    return crop if state.reduction >= 1.0 else miniature.shrunk(crop, *state.small(box))


def inner(crop: Pixels, padded: nodes.Rect, box: nodes.Rect) -> Any:
    """The crop without its margin, as an image. One that travelled smaller has no margin."""
    image = image_of(crop)
    return image if padded == box else image.copy(box[0] - padded[0], box[1] - padded[1], box[2], box[3])


def mask(document, node, where: nodes.Rect, origin: Optional[recipes.Origin]) -> Optional[Pixels]:
    """What of a rectangle on the canvas may change; None where all of it may. origin: of the result that is adjusted, if any."""
    if origin is not None:
        return origin.mask_in(where)
    selection = nodes.selection_of(document, node)
    return None if selection is None else Pixels(where[2], where[3], 1, "u8", bytes(selection.pixelData(*where)))


def checksum(document, node, bounds: Any, state: PreviewState) -> Any:
    """Something that is another when what is on show of the layer was changed."""
    return target.checksum(document, node, on_canvas(state.padded(), bounds)), nodes.extent_or_none(document, node)
