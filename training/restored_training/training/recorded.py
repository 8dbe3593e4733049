"""A training step recorded once as CUDA graphs and replayed: a small network's three thousand launches become two.

On a GPU that several runs share, the processor's launches are what each of them waits for (an H100 and nine runs: 130 ms a
step, of which the kernels take 15). What differs from step to step lies in tensors that keep their place; the learning rate and
the loss that is usual for the damage are such tensors too.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from ..data.sampling import Group

_WARM_UP: int = 3
"""Steps before a recording, in which libraries choose their kernels and optimisers make their state."""

Gradients = Callable[[Group, Tensor], tuple[Tensor, Tensor]]
"""Forward and backward of one group, and the loss that is usual for its kind, (): gives the loss and the gradient's length,
both ()."""


class Kernels(Protocol):
    """What was recorded."""

    def replay(self) -> None:
        """Do it again, on what now lies in the tensors that it read."""
        ...


@dataclass(slots=True)
class _Recording:
    """One kind of step: where its input lies, what is replayed, where the loss and the gradient's length then are."""

    group: Group
    forward: Kernels
    update: Kernels
    results: tuple[Tensor, Tensor]


@dataclass(slots=True)
class RecordedSteps:
    """Steps of one trainer, recorded per shape of the group and plan.

    gradients: leaves the gradients in the parameters; update: one step of the optimisers; forget: drops all gradients. None may
    copy from main memory or wait for the device. usual: (), on the device. On a processor nothing is recorded, only repeated.
    """

    gradients: Gradients
    update: Callable[[], None]
    forget: Callable[[], None]
    usual: Tensor
    _recordings: dict[Any, _Recording] = field(default_factory=dict)

    def step(self, group: Group, usual: float) -> tuple[float, float, Callable[[], None]]:
        """The loss and the gradient's length of one group, and what then updates the weights. Records when it must."""
        self.usual.fill_(usual)
        key = (*(tuple(value.shape) for value in _tensors(group)), group.plan)
        if key not in self._recordings:
            self._recordings = {key: self._record(group)}  # an earlier stage's memory is free again
        recording = self._recordings[key]
        for place, value in zip(_tensors(recording.group), _tensors(group), strict=True):
            place.copy_(value)
        recording.forward.replay()
        loss, gradient = recording.results
        return float(loss), float(gradient), recording.update.replay

    def _record(self, group: Group) -> _Recording:
        damaged, target, context, windows = (value.clone() for value in _tensors(group))
        held = replace(group, damaged=damaged, target=target, context=context, windows=windows)
        return self._on_gpu(held) if damaged.is_cuda else self._repeated(held)

    def _on_gpu(self, held: Group) -> _Recording:
        self._recordings.clear()
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(_WARM_UP):
                self.forget()
                self.gradients(held, self.usual)
                self.update()
        torch.cuda.current_stream().wait_stream(beside)
        self.forget()
        forward, update = torch.cuda.CUDAGraph(), torch.cuda.CUDAGraph()
        with torch.cuda.graph(forward):
            results = self.gradients(held, self.usual)
        with torch.cuda.graph(update, pool=forward.pool()):
            self.update()
        return _Recording(held, forward, update, results)

    def _repeated(self, held: Group) -> _Recording:
        results = (torch.zeros(()), torch.zeros(()))

        def again() -> None:
            self.forget()
            for place, value in zip(results, self.gradients(held, self.usual), strict=True):
                place.copy_(value)

        return _Recording(held, _Repeated(again), _Repeated(self.update), results)


@dataclass(frozen=True, slots=True)
class _Repeated:
    replay: Callable[[], None]


def _tensors(group: Group) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return group.damaged, group.target, group.context, group.windows
