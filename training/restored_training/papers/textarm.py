"""InstructIR as a function of plain tensors (named as in its state dict), so that many small ones train side by side."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from restored.models.instruct_ipt.graph import conv, depthwise, shuffle
from restored.models.instructir import InstructIR
from restored.models.instructir.blocks import NORM_EPS

WIDTH = 384
"""Length of a sentence's vector, where no other is said."""


@dataclass(frozen=True, slots=True)
class TextArm:
    """InstructIR (Conde et al. 2024) with a text head that learns along. classes: tasks that the head tells apart;
    words: numbers in a sentence's vector."""

    classes: int
    width: int = 16
    encoder: tuple[int, ...] = (1, 1, 1, 2)
    middle: int = 1
    decoder: tuple[int, ...] = (1, 1, 1, 1)
    text_dim: int = 64
    words: int = WIDTH

    def init(self, seed: int) -> dict[str, Tensor]:
        torch.manual_seed(seed)
        model = InstructIR(
            width=self.width, encoder=self.encoder, middle=self.middle, decoder=self.decoder, text_dim=self.text_dim
        )
        member = {name: value.detach().clone() for name, value in model.named_parameters()}
        member["ending.weight"].zero_()
        member["head.one.matrix"] = torch.randn(self.text_dim, self.words) * self.words**-0.5
        member["head.two.matrix"] = torch.randn(self.classes, self.text_dim) * 0.1
        return member

    def loss(
        self, member: Mapping[str, Tensor], before: Tensor, after: Tensor, words: Tensor, task: Tensor, told: Tensor
    ) -> Tensor:
        """L1 + 0.1 cross entropy of the intent (InstructIR, section 4.1). before, after: (B, 3, h, w) uint8; words: (B, width);
        task: (B,) int64; told: a scalar, 0 for a member without text: it always gets the same vector."""
        embedding, logits = self.read(member, words, told)
        error = (self.restore(member, before.float() / 255, embedding) - after.float() / 255).abs().mean()
        return error + 0.1 * told * F.cross_entropy(logits, task)

    def read(self, member: Mapping[str, Tensor], words: Tensor, told: Tensor) -> tuple[Tensor, Tensor]:
        """The embedding, L2-normalised, and the intent's logits."""
        mute = torch.full_like(words, self.words**-0.5)
        embedding = F.normalize(F.linear(torch.where(told > 0, words, mute), member["head.one.matrix"]), dim=-1)
        return embedding, F.linear(embedding, member["head.two.matrix"])

    def restore(self, member: Mapping[str, Tensor], image: Tensor, embedding: Tensor) -> Tensor:
        """image: (B, 3, h, w), sides multiples of 16; embedding: (B, text_dim). Returns (B, 3, h, w), not clamped."""

        def layer(name: str) -> tuple[Tensor, Tensor | None]:
            return member[f"{name}.weight"], member.get(f"{name}.bias")

        def blocks(name: str, x: Tensor, count: int) -> Tensor:
            for index in range(count):
                x = naf_block(member, f"{name}.{index}", x)
            return x

        x = conv(image.permute(0, 2, 3, 1), layer("intro"))
        skips = []
        for level, number in enumerate(self.encoder):
            x = told_block(member, f"enc_cond.{level}", blocks(f"encoders.{level}", x, number), embedding)
            skips.append(x)
            x = conv(x, layer(f"downs.{level}"), stride=2)
        x = blocks("middle_blks", x, self.middle)
        for level, number in enumerate(self.decoder):
            x = shuffle(conv(x, layer(f"ups.{level}.0"))) + skips.pop()
            x = told_block(member, f"dec_cond.{level}", blocks(f"decoders.{level}", x, number), embedding)
        return image + conv(x, layer("ending")).permute(0, 3, 1, 2)

    def matrices(self, member: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
        found = {}
        for name, value in member.items():
            if value.ndim == 4 and value.shape[1] > 1 and min(value.shape[:2]) > 1:
                found[name] = (value.shape[0], value[0].numel())
            elif name.endswith(".matrix"):
                found[name] = (value.shape[0], value.shape[1])
        return found


def told_block(member: Mapping[str, Tensor], name: str, x: Tensor, embedding: Tensor) -> Tensor:
    """The instruction condition block (section 3.3, eq. 1). x: (B, h, w, C)."""
    gate = torch.sigmoid(F.linear(embedding, member[f"{name}.fc.weight"], member[f"{name}.fc.bias"]))[:, None, None]
    scale, shift = (member[f"{name}.{part}"].flatten() for part in ("gamma", "beta"))
    return naf_block(member, f"{name}.block", (x * scale + shift) * gate) + x


def naf_block(member: Mapping[str, Tensor], name: str, x: Tensor) -> Tensor:
    """NAFNet's block, (B, h, w, C), as `restored.models.instructir.blocks.NAFBlock`."""

    def layer(part: str) -> tuple[Tensor, Tensor | None]:
        return member[f"{name}.{part}.weight"], member[f"{name}.{part}.bias"]

    def norm(part: str, value: Tensor) -> Tensor:
        return F.layer_norm(value, value.shape[-1:], *layer(part), eps=NORM_EPS)

    inner = _gate(depthwise(conv(norm("norm1", x), layer("conv1")), layer("conv2")))
    inner = inner * conv(inner.mean((1, 2), keepdim=True), layer("sca.1"))
    x = x + conv(inner, layer("conv3")) * member[f"{name}.beta"].flatten()
    inner = _gate(conv(norm("norm2", x), layer("conv4")))
    return x + conv(inner, layer("conv5")) * member[f"{name}.gamma"].flatten()


def _gate(x: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return first * second
