"""What is measured: a bundle or a checkpoint, run on whole pictures."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from restored.ground.limits import CONTEXT_SIDE
from restored.instruction.plan import Plan
from restored.instruction.tasks import LABELS
from restored.models.base import Request
from restored.models.restorer import Restorer
from restored.models.whole import restore_whole

from ..runs import checkpoint
from ..runs.config import ModelConfig
from ..runs.folder import RunFolder


class Subject(Protocol):
    """Something that restores a picture: (H, W, 3) uint8 in and out, following a plan (and its text)."""

    name: str

    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray: ...


@dataclass
class NetworkSubject:
    """A network run directly, the whole picture in one tile."""

    name: str
    model: Restorer
    device: torch.device
    bf16: bool = False
    embed: Callable[[str], np.ndarray] | None = None
    """Text to embedding, for families that need one."""

    @torch.inference_mode()
    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray:
        if not plan.actionable:
            return image
        x = torch.from_numpy(image.copy()).to(self.device).permute(2, 0, 1)[None].float() / 255
        steps = plan.in_apply_order().steps
        passes = [plan] if self.model.composite else [replace(plan, steps=(step,)) for step in steps]
        context = context_of(x)
        for one in passes:
            x = self._pass(x, one, context).float().clamp(0, 1)
        return (x[0] * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()

    def _pass(self, x: Tensor, plan: Plan, context: Tensor) -> Tensor:
        """(1, 3, H, W) in [0, 1] -> the same, restored under one plan in one pass."""
        embedding = None
        if self.embed is not None:
            embedding = torch.from_numpy(self.embed(plan.text or wish(plan))).to(self.device)
        casting = torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else nullcontext()
        with casting:
            return restore_whole(self.model, x, Request(plan, embedding, context))


@dataclass
class EngineSubject:
    """A bundle run through `restored.engine`, exactly as a photographer's job is."""

    name: str
    bundle: Any
    device: str = "cpu"

    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray:
        from restored import engine

        if not plan.actionable:
            return image
        return engine.run(image, plan, model=self.bundle, device=self.device).image


@dataclass
class Unchanged:
    """Does nothing: gives the input's own figures."""

    name: str = "input"

    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray:
        return image


def load_subject(path: Path, *, device: str = "cpu", bf16: bool = False, engine: bool = False) -> Subject:
    """A bundle folder (or its name) or a checkpoint file as a Subject.

    Raises restored.models.ModelError or CheckpointError with a sentence.
    """
    embed: Callable[[str], np.ndarray]
    if path.suffix == ".pt":
        model, name, embed = model_of_checkpoint(path), path.parent.name, embedder_of_checkpoint(path)
    else:
        from restored.models.bundle import load_bundle

        bundle = load_bundle(path if path.exists() else str(path))
        if engine:
            return EngineSubject(path.name, bundle, device)
        model, name, embed = bundle.model, path.name, bundle.embed
    model = model.to(torch.device(device)).eval()
    return NetworkSubject(name, model, torch.device(device), bf16, lru_cache(maxsize=256)(embed) if model.reads_text else None)


def model_of_checkpoint(path: Path) -> Restorer:
    """The EMA weights of a training checkpoint in a fresh network of its family."""
    from ..runs import networks

    state = checkpoint.load(path)
    try:
        model = networks.build(ModelConfig(family=state["family"], hyperparameters=state.get("hyperparameters", {})))
        weights = checkpoint.averaged(state)
        model.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in weights.items()})
    except (KeyError, RuntimeError, TypeError) as error:
        raise checkpoint.CheckpointError(f"{path} does not fit the network it names: {error}") from error
    return model


def wish(plan: Plan) -> str:
    """A plain instruction that says what a plan does, for families that read text."""
    return "remove the " + " and the ".join(LABELS[step.task] for step in plan.steps)


def context_of(image: Tensor) -> Tensor:
    """(1, 3, H, W) -> the context frame: at most 256 px wide or high, area-averaged."""
    height, width = image.shape[-2:]
    scale = CONTEXT_SIDE / max(height, width)
    if scale >= 1:
        return image
    return F.interpolate(image, (max(1, round(height * scale)), max(1, round(width * scale))), mode="area")


def embedder_of_checkpoint(path: Path) -> Callable[[str], np.ndarray]:
    """How a checkpoint's network was told what to do (`text` in its run's config): its own head on the frozen encoder's sentence
    vector, that vector itself, or always the same vector."""
    state = checkpoint.load(path)
    head: dict[str, Tensor] = state.get("text") or {}
    text = RunFolder.holding(path).settings().get("text") or {}
    source = text.get("source", "learned")
    dim = int(state.get("hyperparameters", {}).get("text_dim", 256))

    def embed(sentence: str) -> np.ndarray:
        if source == "none":
            return np.full(dim, dim**-0.5, np.float32)
        from restored.instruction.encoder import encode

        pooled = torch.from_numpy(encode([sentence]).pooled)
        if source == "raw" or not head:
            return pooled[0].numpy()
        return F.normalize(F.linear(pooled, head["head.fc1.weight"], head["head.fc1.bias"]), dim=1)[0].numpy()

    return embed
