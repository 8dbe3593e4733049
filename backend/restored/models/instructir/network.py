"""InstructIR's image network."""

from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

import torch
from torch import Tensor, nn

from ..base import ModelError, Request
from ..restorer import Batch, Restorer
from .blocks import InstructionBlock, NAFBlock, pad_to
from .compiled import CompiledInstructIR


class InstructIR(Restorer):
    """A NAFNet whose levels are gated by the instruction (Conde et al., ECCV 2024, section 3). Without arguments: the paper's
    configuration, 15,843,363 parameters.

    width: channels at full resolution; encoder, middle, decoder: NAFBlocks per level, encoder from fine to coarse and decoder
    from coarse to fine; text_dim: length of the embedding.
    """

    PAPER: Final = {"width": 32, "encoder": [2, 2, 4, 8], "middle": 4, "decoder": [2, 2, 2, 2], "text_dim": 256}
    """The paper's configuration, as it stands in a bundle."""

    family: ClassVar[str] = "instructir"
    halo = 240
    """With the pools' statistics fixed one pixel reaches 225 px (measured)."""
    reads_text: ClassVar[bool] = True
    edge: ClassVar[Literal["mirror", "zero"]] = "zero"
    survey: ClassVar[int] = 2_097_152
    """As many pixels as a whole 1920 x 1080 picture decide the shared statistics of a larger one."""
    working_bytes: ClassVar[int] = 1700
    composite = False

    def __init__(
        self,
        *,
        width: int = 32,
        encoder: tuple[int, ...] = (2, 2, 4, 8),
        middle: int = 4,
        decoder: tuple[int, ...] = (2, 2, 2, 2),
        text_dim: int = 256,
    ) -> None:
        super().__init__()
        if len(encoder) != len(decoder):
            raise ModelError("An InstructIR network has as many decoder levels as encoder levels.")
        levels = [width * 2**level for level in range(len(encoder))]
        deepest = width * 2 ** len(encoder)
        upward = levels[::-1]
        self.intro = nn.Conv2d(3, width, 3, padding=1)
        self.ending = nn.Conv2d(width, 3, 3, padding=1)
        self.encoders = nn.ModuleList(_blocks(channels, count) for channels, count in zip(levels, encoder, strict=True))
        self.decoders = nn.ModuleList(_blocks(channels, count) for channels, count in zip(upward, decoder, strict=True))
        self.middle_blks = _blocks(deepest, middle)
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(2 * channels, 4 * channels, 1, bias=False), nn.PixelShuffle(2)) for channels in upward
        )
        self.downs = nn.ModuleList(nn.Conv2d(channels, 2 * channels, 2, stride=2) for channels in levels)
        self.enc_cond = nn.ModuleList(InstructionBlock(channels, text_dim) for channels in levels)
        self.dec_cond = nn.ModuleList(InstructionBlock(channels, text_dim) for channels in upward)
        self.stride = 2 ** len(encoder)
        levels_of = {"encoder": list(encoder), "middle": middle, "decoder": list(decoder)}
        self._architecture: dict[str, Any] = {"width": width, **levels_of, "text_dim": text_dim}

    def forward(self, image: Tensor, embedding: Tensor) -> Tensor:
        """Restore whole pictures, as the paper's network does.

        image: (N, 3, H, W) in [0, 1], any H and W; embedding: (N, text_dim), L2-normalised. Returns (N, 3, H, W), not clamped.
        """
        height, width = image.shape[2:]
        padded = pad_to(image, self.stride)
        x = self.intro(padded)
        skips = []
        for blocks, condition, down in zip(self.encoders, self.enc_cond, self.downs, strict=True):
            x = condition(blocks(x), embedding)
            skips.append(x)
            x = down(x)
        x = self.middle_blks(x)
        for blocks, condition, up in zip(self.decoders, self.dec_cond, self.ups, strict=True):
            x = condition(blocks(up(x) + skips.pop()), embedding)
        return (padded + self.ending(x))[:, :, :height, :width]

    @torch.no_grad()
    def condition(self, request: Request) -> CompiledInstructIR:
        """Compile the instruction into the weights. Raises ModelError without an embedding."""
        if request.embedding is None:
            raise ModelError("This model needs an instruction in words.")
        return CompiledInstructIR(self, torch.as_tensor(request.embedding))

    # -- training

    def architecture(self) -> dict[str, Any]:
        return dict(self._architecture)

    def train_on(self, batch: Batch, embedding: Tensor | None = None) -> Tensor:
        if embedding is None:
            raise ModelError("This family is conditioned by an instruction's embedding.")
        return self(batch.damaged, embedding)

    def watch_deepest(self, keep: Callable[[Tensor], None]) -> int:
        def show(_layer: nn.Module, _inputs: Any, output: Any) -> None:
            keep(output)

        self.middle_blks.register_forward_hook(show)
        return self.middle_blks.get_submodule("0.norm1").get_parameter("weight").numel()


def _blocks(channels: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(NAFBlock(channels) for _ in range(count)))
