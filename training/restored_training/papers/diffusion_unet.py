"""A small diffusion U-Net as functions of plain tensors, whose convolutions and attention carry the same low-rank task biases."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from restored.models.instruct_ipt.graph import conv
from restored.models.modulation import low_rank, new_factors, rank_of

from .arms import small_matrices

Layer = tuple[Tensor, Tensor | None]


@dataclass(frozen=True, slots=True)
class UNet:
    """Velocity of a flow (Lipman et al. 2023) from noise to a 64 x 64 picture, given what is known of it.

    widths: channels at 64, 32 and 16 px; inputs: noisy picture (3), known picture with holes of zero (3), mask (1).
    """

    widths: tuple[int, ...] = (48, 96, 144)
    time: int = 96
    inputs: int = 7

    def convs(self) -> Iterator[tuple[str, int, int, int]]:
        """Name, channels in, channels out, kernel of every convolution; the first one carries no biases."""
        widths, last = self.widths, len(self.widths) - 1
        yield "embed", self.inputs, widths[0], 3
        for level, width in enumerate(widths):
            yield from self._res(f"down{level}", width, width)
            if level < last:
                yield f"reduce{level}", width, widths[level + 1], 2
        yield from self._attention("attention", widths[-1])
        yield from self._res("middle", widths[-1], widths[-1])
        for level in reversed(range(last)):
            yield f"enlarge{level}", widths[level + 1], 4 * widths[level], 1
            yield from self._res(f"up{level}", 2 * widths[level], widths[level])
        yield "output", widths[0], 3, 3

    def _res(self, name: str, wide: int, width: int) -> Iterator[tuple[str, int, int, int]]:
        yield f"{name}_one", wide, width, 3
        yield f"{name}_two", width, width, 3
        if wide != width:
            yield f"{name}_skip", wide, width, 1

    def _attention(self, name: str, width: int) -> Iterator[tuple[str, int, int, int]]:
        yield f"{name}_qkv", width, 3 * width, 1
        yield f"{name}_proj", width, width, 1

    def init(self, seed: int) -> dict[str, Tensor]:
        torch.manual_seed(seed)
        out: dict[str, Tensor] = {}
        for name, wide, width, kernel in self.convs():
            ends = name == "output" or name.endswith(("_two", "_proj"))
            weight = torch.randn(width, wide, kernel, kernel) * (0.0 if ends else (wide * kernel**2) ** -0.5)
            out[f"{name}.weight"], out[f"{name}.bias"] = weight, torch.zeros(width)
            if name.endswith("_one"):
                out[f"{name}.time.matrix"] = torch.randn(2 * width, self.time) * 0.1 * self.time**-0.5
        out["clock.matrix"] = torch.randn(self.time, self.time) * self.time**-0.5
        return out

    def factors(self, seed: int, rank: int, tasks: int) -> dict[str, Tensor]:
        """Biases of zero for every convolution but the first, (tasks, ...)."""
        torch.manual_seed(seed)
        out: dict[str, Tensor] = {}
        for name, wide, width, kernel in self.convs():
            if name == "embed":
                continue
            fan_in = wide * kernel**2
            own = [new_factors(width, fan_in, rank_of(width, fan_in, rank=rank)) for _ in range(tasks)]
            out[f"own.{name}.up"], out[f"own.{name}.down"] = map(torch.stack, zip(*own, strict=True))
        return out

    def per_task(self, member: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The weights for each task, (tasks, out, in, k, k); empty for members without biases."""
        out: dict[str, Tensor] = {}
        for key, up in member.items():
            if key.startswith("own.") and key.endswith(".up"):
                name = key.removeprefix("own.").removesuffix(".up")
                one = torch.ones(1, device=up.device)
                change = low_rank(up[:, None], member[f"own.{name}.down"][:, None], one)
                out[f"{name}.weight"] = member[f"{name}.weight"] + change.view(-1, *member[f"{name}.weight"].shape)
        return out

    def velocity(self, member: Mapping[str, Tensor], noisy: Tensor, known: Tensor, mask: Tensor, t: Tensor) -> Tensor:
        """noisy, known: (B, 3, h, w) in [-1, 1]; mask: (B, 1, h, w), 1 where unknown; t: (B,) in [0, 1], 0 is noise."""
        x, _ = self.run(member, noisy, known, mask, t)
        return x

    def run(self, member: Mapping[str, Tensor], noisy: Tensor, known: Tensor, mask: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """The velocity and the deepest features (B, C)."""
        clock = F.silu(F.linear(_waves(t, self.time), member["clock.matrix"]))
        x = conv(torch.cat([noisy, known, mask], 1).permute(0, 2, 3, 1), _layer(member, "embed"))
        skips = []
        for level in range(len(self.widths)):
            x = self._block(member, f"down{level}", x, clock)
            if level < len(self.widths) - 1:
                skips.append(x)
                x = conv(x, _layer(member, f"reduce{level}"), stride=2)
        x = self._block(member, "middle", self._attend(member, "attention", x), clock)
        deepest = x.mean((1, 2))
        for level in reversed(range(len(skips))):
            x = _enlarged(conv(x, _layer(member, f"enlarge{level}")))
            x = self._block(member, f"up{level}", torch.cat([x, skips[level]], -1), clock)
        return conv(F.silu(_norm(x)), _layer(member, "output")).permute(0, 3, 1, 2), deepest

    def _block(self, member: Mapping[str, Tensor], name: str, x: Tensor, clock: Tensor) -> Tensor:
        scale, shift = F.linear(clock, member[f"{name}_one.time.matrix"])[:, None, None].chunk(2, dim=-1)
        inner = conv(F.silu(_norm(x)), _layer(member, f"{name}_one"))
        inner = conv(F.silu(_norm(inner) * (1 + scale) + shift), _layer(member, f"{name}_two"))
        return inner + (conv(x, _layer(member, f"{name}_skip")) if f"{name}_skip.weight" in member else x)

    def _attend(self, member: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
        _, height, width, channels = x.shape
        q, k, v = conv(_norm(x), _layer(member, f"{name}_qkv")).flatten(1, 2).chunk(3, dim=-1)
        mixed = (q @ k.transpose(1, 2) * channels**-0.5).softmax(-1) @ v
        return x + conv(mixed.unflatten(1, (height, width)), _layer(member, f"{name}_proj"))

    def matrices(self, member: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
        found = {f"{name}.weight": (width, wide * kernel**2) for name, wide, width, kernel in self.convs()}
        return {**found, **small_matrices(member)}


def _layer(member: Mapping[str, Tensor], name: str) -> Layer:
    return member[f"{name}.weight"], member[f"{name}.bias"]


def _norm(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:])


def _waves(t: Tensor, width: int) -> Tensor:
    """(B,) -> (B, width) sines and cosines."""
    steps = torch.exp(torch.arange(width // 2, device=t.device) * (-math.log(1000.0) / (width // 2)))
    angle = 1000 * t[:, None] * steps
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def _enlarged(x: Tensor) -> Tensor:
    n, height, width, channels = x.shape
    x = x.reshape(n, height, width, channels // 4, 2, 2).permute(0, 1, 4, 2, 5, 3)
    return x.reshape(n, 2 * height, 2 * width, channels // 4)
