"""A runtime carries out a model's tiles on one device; the engine does not care which."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Protocol

from restored.engine.picture.pixels import Box, Floats
from restored.engine.work.tiles import Tiling
from restored.models.base import Model, Request, Window


class Kernel(Protocol):
    """What a runtime made ready. May be called from several threads."""

    def __call__(self, tile: Floats, window: Window, guess: Floats | None = None) -> Floats:
        """tile: (1, 3, h, w) float32 in [0, 1]; window: its place; guess: the same shape, exactly where `Setup.guided` said so.
        Returns the restored tile, the same shape."""
        ...


class Windows(Protocol):
    """A picture that is read in windows, as `LayerSource` is."""

    @property
    def height(self) -> int: ...

    @property
    def width(self) -> int: ...

    def read(self, box: Box) -> Floats:
        """(1, 3, h, w) float32 in [0, 1] for any box."""
        ...


@dataclass(frozen=True, slots=True)
class Setup:
    """What a runtime must know to get ready for one pass over one picture.

    identity: the bundle's fingerprint, so that what was compiled for it can be found again.
    streams: tiles that will be in flight at a time, at most; threads: what all of them together may use of a CPU.
    guided: whether a guess from the reduced picture comes with every tile.
    """

    model: Model
    identity: str
    request: Request
    source: Windows
    tiling: Tiling
    streams: int
    threads: int
    guided: bool = False


class Runtime(ABC):
    """One way to compute on one device."""

    name: str
    device: str
    """"cpu", "cuda" or "mps"."""
    precision: str
    """"float32" or "bfloat16", for the device line."""

    @abstractmethod
    def largest_side(self, model: Model) -> int:
        """Window side above which a tile gains no more speed."""

    @abstractmethod
    def prepare(self, work: Setup) -> Kernel:
        """Condition the model and get ready for tiles of `work.tiling.shape`."""

    def bytes_per_pixel(self, model: Model) -> int:
        """Working memory per tile pixel and stream, with what the tile itself takes."""
        return model.working_bytes + 60

    def unload(self) -> None:  # noqa: B027 - most have nothing to forget
        """Forget everything compiled or held on the device."""
