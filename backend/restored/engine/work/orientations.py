"""Quality "best": every window is also restored mirrored, upside down and turned by a half, and what comes back is averaged.

A network is not symmetric, and what it gets wrong in one orientation it gets wrong otherwise in another (geometric
self-ensemble: Timofte et al. 2016, "Seven ways"; Lim et al. 2017, section 3.4). Turns by a quarter are left out: a window that is
not square would need a graph of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from restored.engine.machine.runtimes import Kernel, Runtime, Setup, Windows
from restored.engine.picture.pixels import Box, Floats
from restored.models.base import Window


@dataclass(frozen=True, slots=True)
class Orientation:
    """How a picture is held: mirrored left to right (across), upside down (down), or both."""

    across: bool = False
    down: bool = False

    def planes(self, values: Floats) -> Floats:
        """(..., h, w) so held, contiguous; twice gives back what was there."""
        rows, columns = slice(None, None, -1 if self.down else 1), slice(None, None, -1 if self.across else 1)
        return np.ascontiguousarray(values[..., rows, columns])

    def window(self, window: Window) -> Window:
        """Where a window of the picture lies in the picture so held."""
        left, right = (1 - window.right, 1 - window.left) if self.across else (window.left, window.right)
        top, bottom = (1 - window.bottom, 1 - window.top) if self.down else (window.top, window.bottom)
        return Window(left, top, right, bottom)


AS_IT_IS: Final = Orientation()
MIRRORED: Final = Orientation(across=True)
ALL: Final = (AS_IT_IS, MIRRORED, Orientation(down=True), Orientation(across=True, down=True))


def prepare(runtime: Runtime, setup: Setup, orientations: Sequence[Orientation]) -> Kernel:
    """A kernel that averages what the model gives in these orientations; in one alone it is the runtime's own."""
    if list(orientations) == [AS_IT_IS]:
        return runtime.prepare(setup)
    kernels = [(held, runtime.prepare(_held(setup, held))) for held in orientations]

    def kernel(tile: Floats, window: Window, guess: Floats | None = None) -> Floats:
        total = np.zeros_like(tile)
        for held, restore in kernels:
            first = None if guess is None else held.planes(guess)
            total += held.planes(restore(held.planes(tile), held.window(window), first))
        total /= len(kernels)
        return total

    return kernel


@dataclass(frozen=True, slots=True)
class _HeldSource:
    """A source of windows, held in an orientation."""

    source: Windows
    held: Orientation

    @property
    def height(self) -> int:
        return self.source.height

    @property
    def width(self) -> int:
        return self.source.width

    def read(self, box: Box) -> Floats:
        left, right = (self.width - box.right, self.width - box.left) if self.held.across else (box.left, box.right)
        top, bottom = (self.height - box.bottom, self.height - box.top) if self.held.down else (box.top, box.bottom)
        return self.held.planes(self.source.read(Box(top, left, bottom, right)))


def _held(setup: Setup, held: Orientation) -> Setup:
    if held == AS_IT_IS:
        return setup
    context = held.planes(np.asarray(setup.request.context))
    return replace(setup, request=replace(setup.request, context=context), source=_HeldSource(setup.source, held))
