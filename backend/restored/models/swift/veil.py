"""The veil that hangs in a picture: how much of each place's light comes through, read from the whole layer's context frame.

Haze is I = J t + A (1 - t) (Koschmieder), with t smooth but for the outlines of what stands before the distance. So t is read
once per job as a coarse grid over place and brightness (a bilateral grid: Chen et al. 2007; learned, Gharbi et al. 2017,
section 3), and every pixel looks its own up: outlines follow the picture, tiles agree by construction, and nothing finer than
the grid and the picture itself can be painted.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..unet import SLOPE
from .shape import BEYOND, BINS, CONTEXT_SIZE, LEAST, LUMA, QUANTILES, ranks


@dataclass(frozen=True, slots=True)
class Veil:
    """What a context says of its haze, for N layers.

    logits: (N, BINS, rows, columns) over the layer, of the transmission at each place and brightness; air: (N, 3) in [0, 1].
    """

    logits: Tensor
    air: Tensor

    def field(self, windows: Tensor, height: int, width: int) -> Tensor:
        """The logits over tiles of `height` x `width` pixels at windows (N, 4): (N, BINS, height, width)."""
        rows, columns = self.logits.shape[-2:]
        down = interpolation(windows[:, 1], windows[:, 3], height, rows)
        across = interpolation(windows[:, 0], windows[:, 2], width, columns)
        with torch.autocast(windows.device.type, enabled=False):  # in bfloat16 smooth skies would show bands
            return torch.einsum("nhi,nkij,nwj->nkhw", down, self.logits.float(), across)

    def transmission(self, image: Tensor, windows: Tensor) -> Tensor:
        """image: (N, 3, h, w) in [0, 1], tiles of the layers at windows (N, 4). Returns (N, 1, h, w) in [LEAST, 1]."""
        field = self.field(windows, *image.shape[-2:])
        guide = sum(weight * image[:, i : i + 1] for i, weight in enumerate(LUMA))
        assert isinstance(guide, Tensor)
        bins = torch.arange(BINS, device=image.device, dtype=image.dtype)[None, :, None, None]
        near = (1 - (guide.clamp(0, 1) * (BINS - 1) - bins).abs()).clamp_min(0)
        return LEAST + (1 - LEAST) * torch.sigmoid((field * near).sum(1, keepdim=True))

    def lifted(self, image: Tensor, windows: Tensor) -> Tensor:
        """The picture without the veil, (N, 3, h, w): J = A + (I - A) / t."""
        air = self.air.float()[:, :, None, None]
        return (air + (image - air) / self.transmission(image, windows)).clamp(-BEYOND, 1 + BEYOND)


def interpolation(start: Tensor, end: Tensor, samples: int, cells: int) -> Tensor:
    """Linear interpolation as a matrix: from `cells` cell centres over 0..1 to the centres of `samples` pixels between start and
    end, both (N,); beyond the outer centres the outer values. Returns (N, samples, cells)."""
    steps = (torch.arange(samples, device=start.device, dtype=torch.float32) + 0.5) / samples
    where = (start[:, None] + (end - start)[:, None] * steps) * cells - 0.5
    where = where.clamp(0, cells - 1)[:, :, None]
    return (1 - (where - torch.arange(cells, device=start.device, dtype=torch.float32)).abs()).clamp_min(0)


class VeilReader(nn.Module):
    """A small U-Net on the context frame. At the start it sees no veil anywhere."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.enter = _pair(4, width, 2)
        self.down = _pair(width, 2 * width, 2)
        self.deep = _pair(2 * width, 3 * width, 2)
        self.whole = nn.Linear(3 * width + 3 * (len(QUANTILES) + 1), 3 * width)
        self.up = _conv(5 * width, 2 * width)
        self.out = _conv(3 * width, width)
        self.logits = nn.Conv2d(width, BINS, 1)
        self.air = nn.Linear(3 * width, 3)
        with torch.no_grad():
            for layer, start in ((self.logits, 5.0), (self.air, 1.5)):
                layer.weight.zero_()
                layer.get_parameter("bias").fill_(start)

    def forward(self, context: Tensor, strength: Tensor) -> Veil:
        """context: (N, 3, h, w) in [0, 1]; strength: (), how much of the veil to lift, 1 for all."""
        frame = F.adaptive_avg_pool2d(context, CONTEXT_SIZE)
        near = self.enter(torch.cat([frame, frame.amin(1, keepdim=True)], 1) - 0.5)
        middle = self.down(near)
        deep = self.deep(middle)
        flat = F.avg_pool2d(frame, 2).flatten(2)
        ordered = flat.sort(dim=2).values
        index = ranks(ordered.shape[2])
        statistics = torch.cat([ordered[:, :, index].flatten(1), flat.amin(1).mean(1, keepdim=True).expand(-1, 3)], dim=1)
        whole = F.leaky_relu(self.whole(torch.cat([deep.mean((2, 3)), statistics], dim=1)), SLOPE)
        deep = deep + whole[:, :, None, None]
        middle = self.up(torch.cat([F.interpolate(deep, scale_factor=2, mode="bilinear"), middle], 1))
        near = self.out(torch.cat([F.interpolate(middle, scale_factor=2, mode="bilinear"), near], 1))
        logits = self.logits(near).float()
        # sigmoid(b) = 1 - (1 - sigmoid(a)) p has this logit: less strength is a thinner veil
        hidden = torch.sigmoid(-logits) * strength
        return Veil(torch.logit((1 - hidden).clamp(1e-4, 1 - 1e-4)), torch.sigmoid(self.air(whole).float()))


def _conv(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 3, stride=stride, padding=1), nn.LeakyReLU(SLOPE))


def _pair(channels_in: int, channels_out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_conv(channels_in, channels_out, stride), _conv(channels_out, channels_out))
