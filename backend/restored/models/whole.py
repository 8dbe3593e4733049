"""A whole picture through a model in one tile: what evaluation, distillation and validation measure, and tiles must equal."""

from collections.abc import Sequence
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from .base import WHOLE, Model, Request, Window
from .coarse import refined, unit, usable

MARGIN: Final = 32
"""Pixels of reflected surroundings; enough of any halo: what lies further beyond an edge is not seen in 8 bits."""


def restore_whole(model: Model, image: Tensor, request: Request, window: Window = WHOLE) -> Tensor:
    """One pass of a model over a picture that is not cut, coarse to fine where the model works so.

    image: (1, 3, H, W) float32 in [0, 1], any H and W; window: its place in the layer that `request.context` shows.
    Returns (1, 3, H, W) float32, not clamped.
    """
    height, width = image.shape[-2:]
    reductions = usable(model.reductions(request.plan), height, width)
    tile, margin = framed(image, model, reductions)
    # the tile reaches beyond the picture by its padding, and its window says so
    across, down = (window.right - window.left) / width, (window.bottom - window.top) / height
    left, top = window.left - margin * across, window.top - margin * down
    place = Window(left, top, left + tile.shape[-1] * across, top + tile.shape[-2] * down)
    conditioned = model.condition(request)
    out = refined(tile, reductions, lambda small, guess: conditioned.forward(small, place, guess).float())
    return out[..., margin : margin + height, margin : margin + width]


def framed(image: Tensor, model: Model, reductions: Sequence[int] = ()) -> tuple[Tensor, int]:
    """A picture (1, 3, H, W) as the engine shows it to a model: reflected around, or with zeros to the right and below; sides
    multiples of the stride, also when reduced.

    Returns the tile and how far the picture lies from its left and top.
    """
    height, width = image.shape[-2:]
    cell = unit(model.stride, reductions)
    margin = 0 if model.edge == "zero" else -(-min(model.halo, MARGIN) // cell) * cell
    bottom, right = margin + -height % cell, margin + -width % cell
    if model.edge == "zero":
        return F.pad(image, (0, right, 0, bottom)), 0
    rows, columns = (_reflected(side, margin, more, image.device) for side, more in ((height, bottom), (width, right)))
    return image[..., rows, :][..., columns], margin


def _reflected(side: int, before: int, after: int, device: torch.device) -> Tensor:
    """Indices -before .. side + after - 1, folded into the picture without repeating its edge, as often as needed."""
    period = max(1, 2 * (side - 1))
    index = torch.arange(-before, side + after, device=device) % period
    return torch.where(index < side, index, period - index)
