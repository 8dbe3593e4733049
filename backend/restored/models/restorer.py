"""Networks in torch: a model that can also be trained."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from restored.ground.tasks import Task
from restored.instruction.plan import Plan

from .base import Model, ModelError


class Batch(Protocol):
    """Pictures under one plan, as training has them.

    damaged: (N, 3, h, w) float32 in [0, 1]; context: (N, 3, ch, cw), the picture each was cut from; windows: (N, 4), its place
    in there (left, top, right, bottom, as fractions).
    """

    @property
    def damaged(self) -> Tensor: ...
    @property
    def context(self) -> Tensor: ...
    @property
    def windows(self) -> Tensor: ...
    @property
    def plan(self) -> Plan: ...


@dataclass(frozen=True, slots=True)
class View:
    """What a model made of a batch at one scale, with what it was shown and what it should have made: (N, 3, h, w) each."""

    result: Tensor
    target: Tensor
    damaged: Tensor


class Restorer(Model, torch.nn.Module):
    """A network of a family. Subclasses are plain `nn.Module`s, so training and export see ordinary state dicts.

    Beside what the engine needs (see `Model`), all that training asks of a family is here; what has a body is right for most.
    """

    def as_network(self) -> "Restorer":
        return self

    @abstractmethod
    def architecture(self) -> dict[str, Any]:
        """The hyperparameters that make the same network again, as they stand in a bundle."""

    @abstractmethod
    def train_on(self, batch: Batch, embedding: Tensor | None = None) -> Tensor:
        """The result for whole patches, with gradients: (N, 3, h, w), not clamped. embedding: (N, text_dim) where the family
        reads text."""

    def watch_deepest(self, keep: Callable[[Tensor], None]) -> int:
        """Have `keep` shown the deepest features (N, C, h, w) of every forward pass; returns C. Pretraining needs it."""
        raise ModelError(f"Networks of the family “{self.family}” show nobody their deepest features: they cannot be pretrained.")

    def views(self, batch: Batch, target: Tensor, embedding: Tensor | None = None) -> list[View]:
        """The results at every scale at which the network works, each with its own target: what a training step learns from.
        target: (N, 3, h, w)."""
        return [View(self.train_on(batch, embedding), target, batch.damaged)]

    def views_of_layers(self, batch: Batch, target: Tensor) -> list[View]:
        """What alone the reading of the context makes of whole layers, reduced to the context's size; for runs that train nothing
        else. Raises ModelError where a family reads nothing that could be seen so."""
        raise ModelError(
            f"Networks of the family “{self.family}” cannot learn from whole layers: leave “layers” out of the run's mix."
        )

    def patch_unit(self, tasks: "set[Task]") -> int:
        """What the sides of training patches must be multiples of, for a run with these tasks."""
        return 1

    def is_of_tasks(self, name: str) -> bool:
        """Whether a parameter belongs to single tasks: its leading dimension is then the task, in the order of `tasks`. The
        others are shared, and keep still while an expert for one task is trained."""
        return False

    def serves(self, name: str) -> Task | None:
        """The only task that a whole parameter serves, where there is one: it then learns along with that task's expert."""
        return None

    def alone(self, task: Task) -> dict[str, Any] | None:
        """The architecture of the same network for one task alone, as an expert is trained; None where that cannot be."""
        return None

    def adopt(self, weights: Mapping[str, Tensor], architecture: Mapping[str, Any]) -> dict[str, Tensor]:
        """The weights of another network of this family as this network's: the same function. Raises ModelError when that cannot
        be. weights: a state dict; architecture: the other network's."""
        return dict(weights)
