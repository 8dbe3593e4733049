"""The network as functions of plain weights: an IPT-V2-style transformer (arXiv 2404.00633). Features are (N, h, w, C).

Nothing here knows of tasks: weights arrive compiled. So the same functions run one job, a training step, and under
`torch.func.vmap` many small networks at once (the papers' experiments).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import GRID, InstructIPTConfig
from .weights import Stages, Sublayer, stages

Weights = Mapping[str, tuple[Tensor, Tensor | None]]
"""Name -> (weight, bias), as `layout` names them, with per sublayer `_norm`, `_dw` and for FCSA `_temperature`."""

Adapt = Callable[[str, Tensor], Tensor]
"""Is shown the features after a stage ("encoder0", "middle", "decoder1", ...) and returns what goes on."""


@dataclass(frozen=True, slots=True)
class Net:
    """The graph of one configuration. fused: attention by torch's fused kernel (what cannot be mapped over many networks)."""

    config: InstructIPTConfig
    parts: Stages
    fused: bool = True

    @classmethod
    def of(cls, config: InstructIPTConfig, *, fused: bool = True) -> "Net":
        return cls(config, stages(config), fused)

    def correction(self, weights: Weights, image: Tensor, *, adapt: Adapt | None = None) -> Tensor:
        """What to add to a tile. image: (N, 3, h, w), its sides multiples of the stride. Returns the same shape."""
        skips, deepest = self.encode(weights, image, adapt=adapt)
        return self.decode(weights, skips, deepest, adapt=adapt)

    def encode(self, weights: Weights, image: Tensor, *, adapt: Adapt | None = None) -> tuple[list[Tensor], Tensor]:
        """The features that are kept for the decoder, from the finest, and the deepest ones."""
        stem = self.config.stem
        x = conv((F.pixel_unshuffle(image, stem) if stem > 1 else image).permute(0, 2, 3, 1), weights["embed"])
        skips = []
        for level, parts in enumerate(self.parts.encoder):
            x = self._run(weights, parts, x)
            x = adapt(f"encoder{level}", x) if adapt else x
            skips.append(x)
            down = weights[f"down{level}"]
            x = conv(x, down, stride=2) if self.config.light else unshuffle(conv(x, down))
        x = self._run(weights, self.parts.middle, x)
        return skips, adapt("middle", x) if adapt else x

    def decode(self, weights: Weights, skips: list[Tensor], deepest: Tensor, *, adapt: Adapt | None = None) -> Tensor:
        """(N, 3, h, w) from what `encode` gave."""
        x = deepest
        for level in reversed(range(len(self.parts.decoder))):
            x = shuffle(conv(x, weights[f"up{level}"]))
            x = conv(torch.cat([x, skips[level]], dim=-1), weights[f"reduce{level}"])
            x = self._run(weights, self.parts.decoder[level], x)
            x = adapt(f"decoder{level}", x) if adapt else x
        x = conv(self._run(weights, self.parts.refinement, x), weights["output"]).permute(0, 3, 1, 2)
        return F.pixel_shuffle(x, self.config.stem) if self.config.stem > 1 else x

    def _run(self, weights: Weights, parts: tuple[Sublayer, ...], x: Tensor) -> Tensor:
        for part in parts:
            scale, shift = weights[f"{part.name}_norm"]
            inner = F.layer_norm(x, (part.width,), scale, shift, EPS)
            x = x + (self._feed_forward(weights, part, inner) if part.kind == "ffn" else self._attend(weights, part, inner))
        return x

    def _feed_forward(self, weights: Weights, part: Sublayer, x: Tensor) -> Tensor:
        """LeFFN (Uformer, section 3.2): a depthwise conv between the two maps."""
        x = depthwise(conv(x, weights[f"{part.name}_in"]), weights[f"{part.name}_dw"])
        return conv(F.gelu(x), weights[f"{part.name}_out"])

    def _attend(self, weights: Weights, part: Sublayer, x: Tensor) -> Tensor:
        qkv = depthwise(conv(x, weights[f"{part.name}_qkv"]), weights[f"{part.name}_dw"])
        heads = part.width // self.config.head_width
        if part.kind == "fcsa":
            x = channel_attention(qkv, weights[f"{part.name}_temperature"][0], heads, shifted=part.shifted, fused=self.fused)
        else:
            x = grid_attention(qkv, heads, self.config.dilation(part.level), fused=self.fused)
        return conv(x, weights[f"{part.name}_proj"])


EPS: Final = 1e-5
LAUNCH: Final = 16_384
"""Windows at most in one call of fused attention: CUDA's grids end at 65,535, heads included (a 2048 px picture has 65,536)."""


def channel_attention(qkv: Tensor, temperature: Tensor, heads: int, *, shifted: bool, fused: bool) -> Tensor:
    """FCSA: inside windows of 8 x 8 cells, channels of a head attend to each other by cosine similarity.

    qkv: (N, h, w, 3C); temperature: (heads,). Shifted windows reach 4 cells beyond the features, over zeros, which count for
    nothing: so no border sees another. Returns (N, h, w, C).
    """
    half = GRID // 2
    if shifted:
        qkv = F.pad(qkv, (0, 0, half, half, half, half))
    n, height, width, channels = qkv.shape
    wide = channels // (3 * heads)
    cut = qkv.reshape(n, height // GRID, GRID, width // GRID, GRID, 3, heads, wide)
    q, k, v = cut.permute(5, 0, 1, 3, 6, 7, 2, 4).flatten(-2).unbind(0)
    q, k = F.normalize(q, dim=-1) * temperature[:, None, None].to(q.dtype), F.normalize(k, dim=-1)
    x = _attention(q, k, v, 1.0, fused)
    x = x.unflatten(-1, (GRID, GRID)).permute(0, 1, 5, 2, 6, 3, 4).reshape(n, height, width, heads * wide)
    return x[:, half:-half, half:-half] if shifted else x


def grid_attention(qkv: Tensor, heads: int, dilation: int, *, fused: bool) -> Tensor:
    """GGSA: the 8 x 8 cells that lie `dilation` apart attend to each other. qkv: (N, h, w, 3C) -> (N, h, w, C)."""
    n, height, width, channels = qkv.shape
    wide, side = channels // (3 * heads), GRID * dilation
    cut = qkv.reshape(n, height // side, GRID, dilation, width // side, GRID, dilation, 3, heads, wide)
    q, k, v = cut.permute(7, 0, 1, 4, 3, 6, 8, 2, 5, 9).flatten(-3, -2).unbind(0)
    x = _attention(q, k, v, wide**-0.5, fused).unflatten(-2, (GRID, GRID))
    return x.permute(0, 1, 6, 3, 2, 7, 4, 5, 8).reshape(n, height, width, heads * wide)


def _attention(q: Tensor, k: Tensor, v: Tensor, scale: float, fused: bool) -> Tensor:
    """(..., tokens, d) each; leading dimensions are independent."""
    if not fused:
        return ((q * scale) @ k.transpose(-1, -2)).softmax(-1) @ v
    shape = q.shape
    # the fused kernels know one batch dimension and heads, and a GPU takes only so many of the first in one launch
    pieces = zip(*(value.reshape(-1, shape[-3], *shape[-2:]).split(LAUNCH) for value in (q, k, v)), strict=True)
    parts = [F.scaled_dot_product_attention(*piece, scale=scale) for piece in pieces]
    return (parts[0] if len(parts) == 1 else torch.cat(parts)).view(shape)


def conv(x: Tensor, layer: tuple[Tensor, Tensor | None], *, stride: int = 1) -> Tensor:
    """A dense convolution of (N, h, w, C); 1x1 as a product of matrices."""
    weight, bias = layer
    if weight.shape[-1] == 1:
        return F.linear(x, weight.flatten(1), bias)
    padding = weight.shape[-1] // 2 if stride == 1 else 0
    return F.conv2d(x.permute(0, 3, 1, 2), weight, bias, stride=stride, padding=padding).permute(0, 2, 3, 1)


def depthwise(x: Tensor, layer: tuple[Tensor, Tensor | None]) -> Tensor:
    weight, bias = layer
    return F.conv2d(x.permute(0, 3, 1, 2), weight, bias, padding=1, groups=weight.shape[0]).permute(0, 2, 3, 1)


def shuffle(x: Tensor) -> Tensor:
    """PixelShuffle(2) of (N, h, w, 4C)."""
    n, height, width, channels = x.shape
    return x.reshape(n, height, width, channels // 4, 2, 2).permute(0, 1, 4, 2, 5, 3).reshape(n, 2 * height, 2 * width, -1)


def unshuffle(x: Tensor) -> Tensor:
    """PixelUnshuffle(2) of (N, 2h, 2w, C)."""
    n, height, width, channels = x.shape
    x = x.reshape(n, height // 2, 2, width // 2, 2, channels).permute(0, 1, 3, 5, 2, 4)
    return x.reshape(n, height // 2, width // 2, 4 * channels)
