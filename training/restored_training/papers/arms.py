"""The arms of Tables 1, 3, 9 and 10: one backbone, and eight ways of telling it the task. Each is a function of plain tensors.

A member (one seed) is a dict of tensors; what differs between the two tasks has a leading dimension of 2. Many members run at
once under `torch.func.vmap`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.func import vmap

from restored.models.instruct_ipt import Dense, InstructIPT, InstructIPTConfig, Net, Weights, denses, folded, stages
from restored.models.modulation import low_rank, new_factors, rank_of

from .blocks import gated_block, new_gated_block, new_prompt, prompted
from .toy_pairs import KINDS

Member = dict[str, Tensor]
TASKS: Final = len(KINDS)


@dataclass(frozen=True)
class Arm:
    """One way. `extra` makes the tensors that it has beside the backbone's; `own` says which tensors there are one per task
    (their names begin with "own."); `predict` restores (2, B, 3, h, w), a row per task."""

    name: str
    words: str
    config: InstructIPTConfig
    net: Net = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "net", Net.of(self.config, fused=False))

    def init(self, seed: int) -> Member:
        """A member's tensors. The backbone's are the same for every arm of a seed (and configuration)."""
        torch.manual_seed(seed)
        backbone = InstructIPT(self.config)
        member = {name: value.detach().clone() for name, value in backbone.named_parameters()}
        return {**member, **self.extra(member)}

    def extra(self, backbone: Member) -> Member:
        return {}

    def predict(self, member: Mapping[str, Tensor], image: Tensor) -> Tensor:
        """image: (2, B, 3, h, w) in [0, 1]. Returns the same shape, not clamped."""
        own = self.per_task(member)
        common = {name: value for name, value in member.items() if not name.startswith("own.")}

        def one(mine: Mapping[str, Tensor], x: Tensor) -> Tensor:
            return x + self.correction({**common, **mine}, x)

        if not own:
            return one({}, image.flatten(0, 1)).view_as(image)
        return vmap(one)(own, image)

    def predict_one(self, member: Mapping[str, Tensor], image: Tensor, row: int) -> Tensor:
        """The result for the task of one row alone: (B, 3, h, w)."""
        own = {name: value[row] for name, value in self.per_task(member).items()}
        common = {name: value for name, value in member.items() if not name.startswith("own.")}
        return image + self.correction({**common, **own}, image)

    def per_task(self, member: Mapping[str, Tensor]) -> Member:
        """Tensors (2, ...) that stand in for a member's for one task."""
        return {name: value for name, value in member.items() if name.startswith("own.")}

    def correction(self, member: Mapping[str, Tensor], x: Tensor) -> Tensor:
        return self.net.correction(plain_weights(self.config, member), x)

    def loss(self, member: Mapping[str, Tensor], before: Tensor, after: Tensor) -> Tensor:
        """Mean absolute error of a batch, (2, B, 3, h, w) uint8 each."""
        return (self.predict(member, before.float() / 255) - after.float() / 255).abs().mean()

    def matrices(self, member: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
        """Which tensors Muon trains, and the rows and columns of the matrices in them."""
        found = {}
        for dense in denses(self.config):
            for prefix in ("layers", "side"):
                if f"{prefix}.{dense.name}.weight" in member:
                    found[f"{prefix}.{dense.name}.weight"] = (dense.channels_out, dense.fan_in)
        return {
            **found,
            **small_matrices(member),
        }


class PlainArm(Arm):
    """Plain mixed training: nobody is told anything."""


class ReplacementArm(Arm):
    """Table 9: the output layer's weight is each task's own."""

    def extra(self, backbone: Member) -> Member:
        return {"own.output": torch.stack([backbone["layers.output.weight"]] * TASKS)}

    def per_task(self, member: Mapping[str, Tensor]) -> Member:
        return {"layers.output.weight": member["own.output"]}

    def matrices(self, member: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
        shape = member["own.output"].shape
        return {**super().matrices(member), "own.output": (shape[-4], shape[-3] * shape[-2] * shape[-1])}


@dataclass(frozen=True)
class LowRankArm(Arm):
    """The paper's way: W' = W + up down per task, on the weights that it modulates; constant or proportional rank."""

    rank: int = 4
    proportion: float | None = None

    def modulated(self) -> list[tuple[Dense, int]]:
        found = [dense for dense in denses(self.config) if dense.modulated]
        return [(d, rank_of(d.channels_out, d.fan_in, rank=self.rank, proportion=self.proportion)) for d in found]

    def extra(self, backbone: Member) -> Member:
        member: Member = {}
        for dense, rank in self.modulated():
            factors = [new_factors(dense.channels_out, dense.fan_in, rank) for _ in range(TASKS)]
            member[f"own.{dense.name}.up"], member[f"own.{dense.name}.down"] = map(torch.stack, zip(*factors, strict=True))
        return member

    def per_task(self, member: Mapping[str, Tensor]) -> Member:
        out: Member = {}
        one = torch.ones(1, device=next(iter(member.values())).device)
        for dense, _ in self.modulated():
            general = member[f"layers.{dense.name}.weight"]
            # one task at a time: (2, 1 active task, out, r)
            change = low_rank(member[f"own.{dense.name}.up"][:, None], member[f"own.{dense.name}.down"][:, None], one)
            out[f"layers.{dense.name}.weight"] = general + change.view(TASKS, *general.shape)
        return out


class GateArm(Arm):
    """InstructIR's way (section 3.3, eq. 1): after each level, the task's gates on the channels, then a NAF block, added."""

    def extra(self, backbone: Member) -> Member:
        member: Member = {}
        for stage, width in self.places():
            member |= new_gated_block(stage, width, TASKS)
        return member

    def places(self) -> list[tuple[str, int]]:
        levels = range(len(self.config.encoder))
        return [(f"{side}{level}", self.config.widths[level]) for side in ("encoder", "decoder") for level in levels]

    def correction(self, member: Mapping[str, Tensor], x: Tensor) -> Tensor:
        gated = dict(self.places())

        def adapt(stage: str, features: Tensor) -> Tensor:
            return features + gated_block(member, stage, features) if stage in gated else features

        return self.net.correction(plain_weights(self.config, member), x, adapt=adapt)


class PromptArm(Arm):
    """PromptIR's way: at each transition of the decoder, learned prompts, weighted by the features and the task, are joined."""

    def extra(self, backbone: Member) -> Member:
        member: Member = {}
        for stage, width in self.places():
            member |= new_prompt(stage, width, TASKS)
        return member

    def places(self) -> list[tuple[str, int]]:
        deepest = [("middle", self.config.widths[-1])]
        return deepest + [(f"decoder{level}", self.config.widths[level]) for level in range(1, len(self.config.decoder))]

    def correction(self, member: Mapping[str, Tensor], x: Tensor) -> Tensor:
        places = dict(self.places())

        def adapt(stage: str, features: Tensor) -> Tensor:
            return features + prompted(member, stage, features) if stage in places else features

        return self.net.correction(plain_weights(self.config, member), x, adapt=adapt)


class SideArm(Arm):
    """External-Control, after ControlNet: a second encoder that knows the task, whose features are added through zero convs."""

    def extra(self, backbone: Member) -> Member:
        other = InstructIPT(self.config)
        names = ("encoder", "down", "middle", "embed")
        kept = {name: value.detach().clone() for name, value in other.named_parameters() if name.split(".")[1].startswith(names)}
        member = {f"side.{name.removeprefix('layers.')}": value for name, value in kept.items()}
        for stage, width in self.places():
            member[f"side.{stage}.zero.matrix"] = torch.zeros(width, width)
        return {**member, "own.hint": 0.02 * torch.randn(TASKS, self.config.widths[0])}

    def places(self) -> list[tuple[str, int]]:
        levels = [(f"encoder{level}", self.config.widths[level]) for level in range(len(self.config.encoder))]
        return [*levels, ("middle", self.config.widths[-1])]

    def correction(self, member: Mapping[str, Tensor], x: Tensor) -> Tensor:
        side = {name.removeprefix("side."): value for name, value in member.items() if name.startswith("side.")}
        beside = plain_weights(self.config, {_placed(name): value for name, value in side.items()}, partial=True)
        weight, bias = beside["embed"]
        assert bias is not None
        skips, deepest = self.net.encode({**beside, "embed": (weight, bias + member["own.hint"])}, x)
        added = {f"encoder{level}": value for level, value in enumerate(skips)} | {"middle": deepest}

        def adapt(stage: str, features: Tensor) -> Tensor:
            return features + F.linear(added[stage], side[f"{stage}.zero.matrix"]) if stage in added else features

        return self.net.correction(plain_weights(self.config, member), x, adapt=adapt)


def _placed(name: str) -> str:
    """A side encoder's tensor under the name that the backbone's has."""
    return name if name.startswith(("inner.", "norms.", "temperatures.")) else f"layers.{name}"


def plain_weights(config: InstructIPTConfig, member: Mapping[str, Tensor], *, partial: bool = False) -> Weights:
    """The weights that the graph reads, from tensors named as in `InstructIPT`'s state dict; partial: without those missing."""
    out: dict[str, tuple[Tensor, Tensor | None]] = {}
    for dense in denses(config):
        name = f"layers.{dense.name}"
        if not partial or f"{name}.weight" in member:
            out[dense.name] = (member[f"{name}.weight"], member.get(f"{name}.bias"))
    for part in stages(config):
        name = part.name
        if partial and f"norms.{name}.weight" not in member:
            continue
        point = member.get(f"inner.{name}.point")
        out[f"{name}_dw"] = (folded(member[f"inner.{name}.weight"], point), member.get(f"inner.{name}.bias"))
        out[f"{name}_norm"] = (member[f"norms.{name}.weight"], member[f"norms.{name}.bias"])
        if part.kind == "fcsa":
            out[f"{name}_temperature"] = (member[f"temperatures.{name}"], None)
    return out


def small_matrices(member: Mapping[str, Tensor]) -> dict[str, tuple[int, int]]:
    """Factors of biases and plain maps: rows and columns are the last two dimensions."""
    names = [name for name in member if name.endswith((".up", ".down", ".matrix"))]
    return {name: (member[name].shape[-2], member[name].shape[-1]) for name in names}


def count(member: Mapping[str, Tensor]) -> int:
    """Parameters of one member."""
    return sum(value.numel() for value in member.values())
