"""What every degradation shares: two views of one picture, seeded parameters, and rendering that can be repeated exactly.

Haze, light and colour depend on the whole picture, so a model sees a *context* thumbnail beside its patch, and both must be
damaged alike. A degradation therefore never damages pixels directly: it first draws parameters, then renders them on a view.
Rendering is a pure function of (view, parameters); the target "only the named damage removed" is the same parameters rendered
again with the named kinds switched off.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Generator, Tensor

from restored.ground.limits import LUMA_601
from restored.instruction.tasks import Task

Params = dict[str, Tensor]
"""What one draw decided. Every tensor has the number of samples as its leading dimension."""


@dataclass(frozen=True, slots=True)
class LayerView:
    """The same place of a layer at some resolution.

    image: (N, 3, H, W) float32 in [0, 1], sRGB-encoded.
    grid: (N, H, W, 2) float32, each pixel centre's (x, y) in layer coordinates, 0..1 from the left / top edge.
    zoom: (N,) float32, layer pixels per view pixel: 1 for a patch, about 2..16 for a context thumbnail.
    """

    image: Tensor
    grid: Tensor
    zoom: Tensor
    thumbnail: bool | None = None
    """Whether zoom is above 1, where that is known beforehand: a look at a GPU's memory makes it wait."""

    @property
    def far(self) -> bool:
        """True where pixels show the mean of many."""
        return bool((self.zoom > 1).any()) if self.thumbnail is None else self.thumbnail

    @classmethod
    def whole(cls, image: Tensor, zoom: float = 1.0) -> "LayerView":
        """The view that shows whole layers: (N, 3, H, W) with an even grid over 0..1."""
        n, _, h, w = image.shape
        box = torch.tensor([0.0, 0.0, 1.0, 1.0], device=image.device).expand(n, 4)
        return cls(image, grid_of(box, h, w), torch.full((n,), zoom, device=image.device))

    def pick(self, rows: Tensor) -> "LayerView":
        """The samples `rows` (indices) only."""
        return LayerView(self.image[rows], self.grid[rows], self.zoom[rows], self.thumbnail)

    def with_image(self, image: Tensor) -> "LayerView":
        return LayerView(image, self.grid, self.zoom, self.thumbnail)


def grid_of(box: Tensor, height: int, width: int) -> Tensor:
    """(N, 4) boxes (left, top, right, bottom) in layer coordinates -> (N, height, width, 2) pixel centres."""
    x = (torch.arange(width, device=box.device) + 0.5) / width
    y = (torch.arange(height, device=box.device) + 0.5) / height
    gx = box[:, 0, None] + x * (box[:, 2] - box[:, 0])[:, None]
    gy = box[:, 1, None] + y * (box[:, 3] - box[:, 1])[:, None]
    n = box.shape[0]
    return torch.stack((gx[:, None, :].expand(n, height, width), gy[:, :, None].expand(n, height, width)), dim=-1)


class Degradation(ABC):
    """One kind of damage, the one that `task` undoes."""

    task: ClassVar[Task]

    @abstractmethod
    def draw(self, n: int, generator: Generator, device: torch.device | str = "cpu", size: tuple[int, int] = (96, 96)) -> Params:
        """Decide everything random for `n` samples whose patch is `size` (H, W) pixels, noise fields included."""

    def scene(self, view: LayerView, params: Params) -> Tensor:
        """The truth that this damage supposes, (N, 3, H, W): the picture itself, unless the damage is one of other scenes than
        those at hand, such as night."""
        return view.image

    @abstractmethod
    def render(self, view: LayerView, params: Params) -> Tensor:
        """The damaged view: (N, 3, H, W) float32 in [0, 1]. On a view with zoom > 1, the averaged effect."""


def uniform(
    generator: Generator, device: torch.device | str, shape: tuple[int, ...] | int, low: float = 0, high: float = 1
) -> Tensor:
    """U(low, high), drawn on the generator's own device so that a seed means the same everywhere it is used."""
    shape = (shape,) if isinstance(shape, int) else shape
    return torch.rand(shape, generator=generator, device=generator.device).to(device).mul_(high - low).add_(low)


def log_uniform(
    generator: Generator, device: torch.device | str, shape: tuple[int, ...] | int, low: float, high: float
) -> Tensor:
    """Values whose logarithm is uniform between log(low) and log(high)."""
    return low * (high / low) ** uniform(generator, device, shape)


def normal(generator: Generator, device: torch.device | str, shape: tuple[int, ...] | int) -> Tensor:
    shape = (shape,) if isinstance(shape, int) else shape
    return torch.randn(shape, generator=generator, device=generator.device).to(device)


def choose(generator: Generator, device: torch.device | str, n: int, weights: tuple[float, ...]) -> Tensor:
    """(n,) int64 indices, drawn with the given weights (any positive scale)."""
    w = torch.tensor(weights, device=generator.device)
    return torch.multinomial(w, n, replacement=True, generator=generator).to(device)


def column(values: Tensor) -> Tensor:
    """(N,) -> (N, 1, 1, 1), to broadcast over pixels."""
    return values.reshape(-1, 1, 1, 1)


def luminance(image: Tensor) -> Tensor:
    """Rec. 601 luma of encoded RGB: (N, 3, H, W) -> (N, 1, H, W)."""
    red, green, blue = LUMA_601
    return red * image[:, :1] + green * image[:, 1:2] + blue * image[:, 2:]


def to_linear(encoded: Tensor) -> Tensor:
    """Display gamma 2.2 undone: close to the sRGB curve, and without its branch, which costs more than it tells apart here."""
    return encoded.clamp_min(0) ** 2.2


def to_encoded(linear: Tensor) -> Tensor:
    return linear.clamp_min(1e-8) ** (1 / 2.2)


def round8(image: Tensor) -> Tensor:
    """Clip to [0, 1] and round to 8 bits, as saving a file does."""
    return (image.clamp(0, 1) * 255).round_().div_(255)


def spread(field: Tensor, height: int, width: int) -> Tensor:
    """A stored random field (N, C, h, w) laid over another view: cut, or repeated when the view is larger."""
    h, w = field.shape[-2:]
    if (h, w) == (height, width):
        return field
    return field.repeat(1, 1, -(-height // h), -(-width // w))[..., :height, :width]
