"""Trains the members (seeds) of an arm side by side: on a GPU as one captured graph per arm, and many arms on streams."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final, Protocol

import torch
from torch import Tensor
from torch.func import vmap

from .kept import SAVE_EVERY, Kept
from .optimizer import StackedOptimizer

Stacked = dict[str, Tensor]
"""Name -> (members, ...)."""

WARMUP: Final = 20
"""Steps of linear warm-up, before the cosine to zero."""
_TRIAL_STEPS: Final = 3
_LOOK: Final = 10
"""Rounds between two looks at the clock."""


class Learner(Protocol):
    """What can be trained: an arm, or anything else with a loss for one member."""

    @property
    def loss(self) -> Callable[..., Tensor]:
        """(member, *batch) -> a scalar."""
        ...

    def matrices(self, member: Any) -> dict[str, tuple[int, int]]:
        """Which tensors Muon trains, with the rows and columns of their matrices."""
        ...


def stack(members: Sequence[Mapping[str, Tensor]], device: torch.device | str) -> Stacked:
    """Members of one arm side by side."""
    return {name: torch.stack([member[name] for member in members]).to(device) for name in members[0]}


class TrainingArm:
    """One arm in training: `step` as often as `steps` says. frozen: which tensors are left alone.

    batch: step -> tensors with a leading dimension of members; memory: what it hands from step to step beside, where it does.
    """

    def __init__(
        self,
        name: str,
        learner: Learner,
        start: Mapping[str, Tensor],
        batch: Callable[[int], tuple[Tensor, ...]],
        steps: int,
        *,
        trained: Callable[[str], bool] = lambda name: True,
        rate: float = 1.0,
        memory: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.name, self.learner, self.steps, self.rate = name, learner, steps, rate
        self._start = {key: value.detach() for key, value in start.items()}
        self.tensors = {key: value.clone() for key, value in self._start.items()}
        self._batch = batch
        self._learned = {key: value.requires_grad_() for key, value in self.tensors.items() if trained(key)}
        first = {key: value[0] for key, value in self.tensors.items()}
        self.optimizer = StackedOptimizer(
            {key: value.detach() for key, value in self._learned.items()}, self.learner.matrices(first)
        )
        self.done = 0
        self.spent = 0.0
        self._memory = {
            **{f"tensors.{key}": value for key, value in self._learned.items()},
            **{f"optimizer.{key}": value for key, value in self.optimizer.memory().items()},
            **{f"batch.{key}": value for key, value in (memory or {}).items()},
        }
        self.loss: Tensor | None = None
        self._graph: Any = None
        self._inputs: tuple[Tensor, ...] = ()
        self.stream: Any = None

    def step(self) -> None:
        """One step, on this job's stream where it has one; does not wait for it."""
        batch = self._batch(self.done)
        if self.stream is not None:
            self.stream.wait_stream(torch.cuda.current_stream())
        with self._on_stream():
            self.optimizer.rate.fill_(self.rate * schedule(self.done, self.steps))
            if self._graph is None:
                self.loss = self._update(*batch)
            else:
                for place, value in zip(self._inputs, batch, strict=True):
                    place.copy_(value)
                    # else the batch's memory could be used anew before this stream has read it
                    value.record_stream(torch.cuda.current_stream())
                self._graph.replay()
        self.done += 1

    @property
    def finished(self) -> bool:
        return self.done >= self.steps

    def capture(self) -> None:
        """Record one step as a CUDA graph, on a stream of its own; a few trial steps come first and are undone."""
        self.stream = torch.cuda.Stream()
        self._inputs = tuple(value.clone() for value in self._batch(0))
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            for _ in range(_TRIAL_STEPS):
                self._update(*self._inputs)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self.stream):
            self.loss = self._update(*self._inputs)
        torch.cuda.synchronize()
        self._graph = graph
        self.restart(self.steps)

    def try_to_capture(self, tell: Callable[[str], None]) -> None:
        """`capture` where the tensors are on a GPU; where it fails, steps are launched one by one, and that is told."""
        if self.optimizer.rate.device.type != "cuda":
            return
        try:
            self.capture()
        except RuntimeError as error:
            tell(f"{self.name}: no graph ({error}); steps are launched one by one")
            torch.cuda.synchronize()
            self._graph, self.stream = None, None
            self.restart(self.steps)

    @torch.no_grad()
    def restart(self, steps: int) -> None:
        """Back to the start, for a run of this length."""
        for key, value in self.tensors.items():
            value.copy_(self._start[key])
        self.optimizer.reset()
        self.steps, self.done = steps, 0

    def state(self) -> dict[str, Any]:
        """All that `resume` needs to go on as if nothing had been between."""
        return {"done": self.done, "spent": self.spent, "memory": {key: value.detach() for key, value in self._memory.items()}}

    @torch.no_grad()
    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state` of an arm of the same start and length."""
        self.done, self.spent = state["done"], state["spent"]
        for key, value in state["memory"].items():
            self._memory[key].copy_(value)

    def release(self) -> None:
        """Give the graph's memory back; the trained tensors stay."""
        self._graph, self._inputs, self._learned, self._memory = None, (), {}, {}
        self.tensors = {key: value.detach() for key, value in self.tensors.items()}

    def _update(self, *batch: Tensor) -> Tensor:
        losses = vmap(self.learner.loss, randomness="different")(self.tensors, *batch)
        gradients = torch.autograd.grad(losses.sum(), list(self._learned.values()), allow_unused=True)
        named = dict(zip(self._learned, gradients, strict=True))
        silent = {key: value if value is not None else torch.zeros_like(self.tensors[key]) for key, value in named.items()}
        self.optimizer.step(silent)
        return losses.detach()

    @contextmanager
    def _on_stream(self) -> Iterator[None]:
        with torch.cuda.stream(self.stream) if self.stream is not None else nullcontext():
            yield


def schedule(step: int, steps: int) -> float:
    """Warm-up, then a cosine to zero at the last step."""
    warmup = min(WARMUP, max(1, steps // 10))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def run_all(
    jobs: Sequence[TrainingArm],
    *,
    until: float | None = None,
    kept: Kept | None = None,
    tell: Callable[[str], None] = print,
) -> bool:
    """Train all jobs, side by side on a GPU, one after the other on a CPU. until: a time of `time.monotonic` to stop at.
    kept: where jobs on a CPU wait for a run that goes on (on a GPU they take a minute).

    Returns whether all of them got to their end.
    """
    if not jobs or jobs[0].optimizer.rate.device.type != "cuda":
        return all(_run_one(job, until, kept, tell) for job in jobs)
    left = list(jobs)
    rounds = 0
    while left:
        for job in left:
            job.step()
        rounds += 1
        if rounds % _LOOK == 0:
            torch.cuda.synchronize()
            if until is not None and time.monotonic() > until:
                return False
        left = [job for job in left if not job.finished]
    torch.cuda.synchronize()
    tell(f"{len(jobs)} arms trained; losses {', '.join(f'{job.name} {_shown(job)}' for job in jobs)}")
    return True


def _run_one(job: TrainingArm, until: float | None, kept: Kept | None, tell: Callable[[str], None]) -> bool:
    """On a CPU, to its end or until a time; whether it got to its end."""
    if kept is not None and kept.take(job) and not job.finished:
        tell(f"{job.name}: goes on from step {job.done} of {job.steps}")
    looked = time.monotonic()
    saved = job.spent
    while not job.finished and (until is None or looked <= until):
        job.step()
        job.spent += time.monotonic() - looked
        looked = time.monotonic()
        if kept is not None and job.spent - saved > SAVE_EVERY and not job.finished:
            kept.put(job)
            saved = job.spent
            tell(f"{job.name}: step {job.done} of {job.steps}")
    if kept is not None:
        kept.put(job)
    if job.finished:
        tell(f"{job.name}: {job.steps} steps in {job.spent:.0f} s, loss {_shown(job)}")
    return job.finished


def seconds_per_round(jobs: Sequence[TrainingArm], rounds: int = 10) -> float:
    """What one step of every job takes together on a GPU; the steps are not counted, but they are trained."""
    for job in jobs:
        job.step()
    torch.cuda.synchronize()
    began = time.monotonic()
    for _ in range(rounds):
        for job in jobs:
            job.step()
    torch.cuda.synchronize()
    return (time.monotonic() - began) / rounds


def _shown(job: TrainingArm) -> str:
    return "-" if job.loss is None else f"{float(job.loss.mean()):.4f}"
