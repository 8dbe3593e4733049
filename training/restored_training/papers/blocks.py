"""What the feature-modulating arms put between the backbone's stages. Features are (B, h, w, C)."""

from collections.abc import Mapping
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from restored.models.instruct_ipt.graph import EPS, depthwise

PROMPTS: Final = 5
"""Prompt components (PromptIR, section 3.1.1)."""
_SIDE: Final = 8


def new_gated_block(stage: str, width: int, tasks: int) -> dict[str, Tensor]:
    """A NAF block and gates per task; scale and shift are zero, so at the start nothing is added, as in InstructIR."""
    return {
        f"own.{stage}.gate": 0.1 * torch.randn(tasks, width),
        f"{stage}.scale": torch.zeros(width),
        f"{stage}.shift": torch.zeros(width),
        f"{stage}.norm1": torch.stack([torch.ones(width), torch.zeros(width)]),
        f"{stage}.norm2": torch.stack([torch.ones(width), torch.zeros(width)]),
        f"{stage}.one.matrix": torch.randn(2 * width, width) * width**-0.5,
        f"{stage}.dw": torch.randn(2 * width, 1, 3, 3) / 3,
        f"{stage}.pool.matrix": torch.randn(width, width) * 0.1 * width**-0.5,
        f"{stage}.two.matrix": torch.zeros(width, width),
        f"{stage}.three.matrix": torch.randn(2 * width, width) * width**-0.5,
        f"{stage}.four.matrix": torch.zeros(width, width),
    }


def gated_block(member: Mapping[str, Tensor], stage: str, x: Tensor) -> Tensor:
    """What to add: the block of the gated features (InstructIR, eq. 1)."""

    def get(name: str) -> Tensor:
        return member[f"{stage}.{name}"]

    f = (x * get("scale") + get("shift")) * torch.sigmoid(member[f"own.{stage}.gate"])
    inner = depthwise(F.linear(_norm(f, get("norm1")), get("one.matrix")), (get("dw"), None))
    inner = _gate(inner)
    inner = inner * (1 + F.linear(inner.mean((1, 2), keepdim=True), get("pool.matrix")))
    f = f + F.linear(inner, get("two.matrix"))
    normal = _norm(f, get("norm2"))
    return f + F.linear(_gate(F.linear(normal, get("three.matrix"))), get("four.matrix"))


def _norm(x: Tensor, affine: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], affine[0], affine[1], EPS)


def _gate(x: Tensor) -> Tensor:
    first, second = x.chunk(2, dim=-1)
    return first * second


def new_prompt(stage: str, width: int, tasks: int) -> dict[str, Tensor]:
    """Prompt components, what weighs them (features and task), and a zero map that joins them."""
    return {
        f"{stage}.prompts": 0.1 * torch.randn(PROMPTS, width, _SIDE, _SIDE),
        f"{stage}.weigh.matrix": torch.randn(PROMPTS, width) * width**-0.5,
        f"own.{stage}.lean": torch.randn(tasks, PROMPTS),
        f"{stage}.mix.matrix": torch.randn(2 * width, 2 * width) * (2 * width) ** -0.5,
        f"{stage}.join.matrix": torch.zeros(width, 2 * width),
    }


def prompted(member: Mapping[str, Tensor], stage: str, x: Tensor) -> Tensor:
    """What to add: PromptIR's prompt generation and interaction (section 3.1), with two maps in place of a transformer block."""

    def get(name: str) -> Tensor:
        return member[f"{stage}.{name}"]

    weights = (F.linear(x.mean((1, 2)), get("weigh.matrix")) + member[f"own.{stage}.lean"]).softmax(-1)
    prompt = torch.einsum("bp,pchw->bchw", weights, get("prompts"))
    prompt = F.interpolate(prompt, x.shape[1:3], mode="bilinear").permute(0, 2, 3, 1)
    joined = torch.cat([x, prompt], dim=-1)
    return F.linear(F.gelu(F.linear(joined, get("mix.matrix"))), get("join.matrix"))
