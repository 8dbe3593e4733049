"""Files restored by this process instead of by the daemon, with the same answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from restored.files import Done, FileOrder, OnProgress
from restored.service import LocalService
from restored.service.arrays import array_of, pixels_of
from restored_client.wire.order import Answer, Order
from restored_client.wire.pixels import Pixels


class Here:
    """Understands and restores; its model is opened by the first picture and kept."""

    def __init__(self) -> None:
        self._service = LocalService()

    def explain(self, text: str) -> dict[str, Any]:
        return dict(self._service.explain(text, None))

    def restore(
        self, pixels: NDArray, wish: FileOrder, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done:
        def hear(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
            progress(fraction, words)

        return as_done(self._service.restore(order_of(wish, pixels, mask), hear, cancelled))


def order_of(wish: FileOrder, pixels: NDArray, mask: NDArray | None) -> Order:
    """What a wish asks of one picture, (H, W, C), inside a mask, (H, W)."""
    return Order.of(wish, pixels_of(pixels), None if mask is None else pixels_of(mask[..., np.newaxis]))


def as_done(answer: Answer) -> Done:
    """An answer with its pixels as an array."""
    pixels = None if answer.pixels is None else array_of(answer.pixels)
    return Done(pixels, **answer.facts())
