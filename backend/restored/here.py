"""The daemon's own engine without the daemon, in this process, so that both ways give the same answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from restored.daemon.restoring import Restoring
from restored.daemon.work import Done as Finished
from restored.daemon.work import Order
from restored.engine import DEPTHS
from restored.files import Done, OnProgress, Wish
from restored_client.session import Outcome
from restored_client.wire.pixels import Pixels


class Here:
    """Understands and restores; its model is opened by the first picture and kept."""

    def __init__(self) -> None:
        self._work = Restoring()

    def explain(self, text: str) -> dict[str, Any]:
        return dict(self._work.explain(text, None))

    def restore(
        self, pixels: NDArray, wish: Wish, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done:
        def hear(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
            progress(fraction, words)

        order = Order(to_wire(pixels), mask=mask_to_wire(mask), **wish.asked())
        return as_done(self._work.restore(order, hear, cancelled))


def as_done(result: Outcome | Finished) -> Done:
    return Done(
        pixels=None if result.pixels is None else from_wire(result.pixels),
        plan=dict(result.plan),
        message=result.message,
        device=result.device,
        model=result.model,
        seconds=result.seconds,
        recipe=dict(result.recipe),
    )


def mask_to_wire(mask: NDArray | None) -> Pixels | None:
    return None if mask is None else to_wire(mask[..., np.newaxis])


def to_wire(pixels: NDArray) -> Pixels:
    """(H, W, C) pixels as a client sends them, without a copy where the array lies in order."""
    height, width, channels = pixels.shape
    depth = next(name for name, dtype in DEPTHS.items() if dtype == pixels.dtype)
    return Pixels(width, height, channels, depth, np.ascontiguousarray(pixels).reshape(-1).view(np.uint8).data)


def from_wire(pixels: Pixels) -> NDArray:
    """The inverse of `to_wire`."""
    flat = np.frombuffer(pixels.data, DEPTHS[pixels.depth])
    return flat.reshape(pixels.height, pixels.width, pixels.channels)
