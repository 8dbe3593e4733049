"""The training loop: groups in, EMA weights out; resumable to the step, interruptible at any time."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from restored.models.restorer import Restorer

from ..data.sampling import Group, Sampler
from ..runs import checkpoint, networks
from ..runs.config import RunConfig
from .carry import weights_of
from .conditioning import Conditioner
from .distill import Teacher
from .distributed import WorkerGroup
from .experts import freeze_shared
from .first_weights import adopted, require_family, start_from
from .hazy import HazyLayers, clearing_loss
from .learning_rate import learning_rate
from .losses import KindBalance, restoration_loss
from .optimizer import Optimizers
from .pretraining import Pretraining
from .threads import FreeThreads
from .wording import TextBank


@dataclass
class StepProgress:
    """What a step tells whoever watches: `losses` per kind of damage, `rate` in patches per second."""

    step: int
    steps: int
    loss: float
    lr: float
    gradient: float
    rate: float
    skipped: int
    threads: int
    losses: list[tuple[str, float]] = field(default_factory=list)


class Trainer:
    """Trains one run. `run` may be called again after it stopped; `save` and `load` carry everything that matters."""

    def __init__(
        self,
        config: RunConfig,
        sampler: Sampler,
        *,
        bank: TextBank | None = None,
        teacher: Teacher | None = None,
        hazy: HazyLayers | None = None,
        workers: WorkerGroup | None = None,
        device: str = "cpu",
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.sampler, self.device = config, sampler, torch.device(device)
        self.workers = workers or WorkerGroup.alone()
        model = networks.build(config.model)
        if config.mix.named and (alone := model.alone(config.mix.named)):
            # an expert is trained alone, so an optimiser need not look which of the other tasks have a gradient
            config = config.model_copy(update={"model": config.model.model_copy(update={"hyperparameters": alone})})
            self.config, model = config, networks.build(config.model)
        self.model = model.to(self.device)
        self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        networks.check_patches(self.model, config)
        self.text = Conditioner(config, bank).to(self.device) if networks.reads_text(config.model) else None
        if config.model.start_from is not None:
            begun = weights_of(config.model.start_from)
            start_from(self.model, {"model": adopted(self.model, begun)})
            if self.text and begun.get("text"):
                start_from(self.text, {"model": begun["text"]})
        if config.mix.named:
            freeze_shared(self.model)
        self.teacher, self.hazy = teacher, hazy
        self.pretraining = Pretraining(config.pretrain, self.model).to(self.device) if config.pretrain else None
        learned = nn.ModuleDict({"model": self.model})
        if self.text:
            learned["text"] = self.text
        if self.pretraining:
            learned["pretraining"] = self.pretraining.classifier
        self.learned = learned
        self.ema = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.optimizer = Optimizers(learned, config.optim)
        self.balance = KindBalance()
        self.step = 0
        self.skipped = 0
        self.budget: float | None = None
        """Seconds that the run may take in all, when it is time that is rented: the rate then falls with the clock."""
        self._spent = 0.0

    # -- running

    def run(
        self,
        *,
        until: int | None = None,
        on_step: Callable[[StepProgress], None] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> int:
        """Train up to step `until` (default: the configured steps). Returns the step reached; less when `stop` said so."""
        last = min(until or self.config.steps, self.config.steps)
        threads = FreeThreads() if self.config.threads == "auto" and self.device.type == "cpu" else None
        if isinstance(self.config.threads, int):
            torch.set_num_threads(self.config.threads)
        self.model.train()
        while self.step < last and not (stop and stop()) and not (self.budget and self._spent >= self.budget):
            began = time.perf_counter()
            progress = self._one_step()
            self._spent += time.perf_counter() - began
            used = threads.follow() if threads else torch.get_num_threads()
            if on_step:
                patches = self.config.groups * self.config.group_size * self.workers.count
                progress.rate, progress.threads = patches / (time.perf_counter() - began), used
                on_step(progress)
        return self.step

    @property
    def share(self) -> float:
        """How much of the run is done, 0..1: by steps, or by the clock where that runs out first."""
        clock = self._spent / self.budget if self.budget else 0.0
        return max(self.step / self.config.steps, clock)

    def _one_step(self) -> StepProgress:
        config = self.config
        lr = learning_rate(config, self.step, self.share)
        self.optimizer.set_lr(lr)
        self.optimizer.zero_grad()
        losses: list[tuple[str, float]] = []
        total = config.groups * self.workers.count
        for index in range(config.groups):
            number = self.step * total + self.workers.rank * config.groups + index
            group = self.sampler.draw(number, config.patch_at(self.share), self.device)
            loss, extra = self._losses(group, number)
            value = float(loss.detach())
            if math.isfinite(value):
                ((loss * self.balance.weight(group.kind, value) + extra) / total).backward()
            losses.append((group.kind, value))
        losses = self.workers.gather(losses)
        self.workers.sum_gradients(self.learned.parameters())
        gradient = float(torch.nn.utils.clip_grad_norm_(self.learned.parameters(), config.optim.clip))
        finite = math.isfinite(gradient) and all(math.isfinite(value) for _, value in losses)
        if finite:
            self.optimizer.step()
            self.balance.update(losses)
            self._average()
        else:
            # one bad sample must not end a night's run, nor may it touch the weights
            self.skipped += 1
        self.step += 1
        mean = sum(value for _, value in losses) / len(losses)
        return StepProgress(self.step, config.steps, mean, lr, gradient, 0.0, self.skipped, 0, losses)

    def _losses(self, group: Group, number: int) -> tuple[Tensor, Tensor]:
        """The restoration loss, and what is added to it (intent, classification), for one group."""
        config = self.config
        extra = torch.zeros((), device=self.device)
        target = group.target
        if self.teacher:
            target = self.teacher.target(group)
        seen = group
        if self.pretraining and self.pretraining.active(self.step, config.steps):
            seen = self.pretraining.masked(group, number)
        with self._autocast():
            embedding = None
            if self.text:
                embedding, intent = self.text(seen, number)
                extra = extra + config.loss.intent * intent
            if config.mix.layers:
                views = self.model.views_of_layers(seen, target)
                if self.hazy:
                    layers = self.hazy.draw(number, config.group_size // 2 or 1, self.device)
                    lifted = self.model.views_of_layers(layers, layers.target)[0].result
                    extra = extra + config.loss.clearing * clearing_loss(lifted, layers.damaged, config.loss.cleared)
            else:
                views = self.model.views(seen, target, embedding)
        if self.pretraining and self.pretraining.active(self.step, config.steps):
            extra = extra + self.pretraining.loss(group)
        losses = [restoration_loss(view.result, view.target, config.loss, view.damaged) for view in views]
        return torch.stack(losses).mean(), extra

    def _autocast(self) -> AbstractContextManager[Any]:
        if self.config.precision == "bf16":
            return torch.autocast(self.device.type, torch.bfloat16)
        return nullcontext()

    @torch.no_grad()
    def _average(self) -> None:
        # a young average would remember the first weights for long: follow faster at the start
        decay = min(self.config.optim.ema, (1 + self.step) / (10 + self.step))
        own = self.model.state_dict()
        real = [name for name, value in own.items() if value.is_floating_point()]
        torch._foreach_lerp_([self.ema[name] for name in real], [own[name] for name in real], 1 - decay)
        for name in own.keys() - set(real):
            self.ema[name].copy_(own[name])

    # -- state

    def state(self) -> dict[str, Any]:
        """Everything a checkpoint holds: tensors and plain values only."""
        return {
            "model": self.model.state_dict(),
            "ema": self.ema,
            "optimizer": self.optimizer.state_dict(),
            "balance": self.balance.state,
            "step": self.step,
            "skipped": self.skipped,
            "family": self.config.model.family,
            "hyperparameters": self.model.architecture(),
            "text": self.text.state_dict() if self.text else {},
            "pretraining": self.pretraining.classifier.state_dict() if self.pretraining else {},
        }

    def save(self, path: Path) -> None:
        """Write a checkpoint atomically; only the first worker does."""
        if self.workers.rank == 0:
            checkpoint.save(path, self.state())

    def load(self, path: Path) -> None:
        """Continue from a checkpoint of the same architecture. Raises CheckpointError."""
        state = checkpoint.load(path)
        require_family(state, self.config.model.family)
        try:
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            if self.text:
                self.text.load_state_dict(state["text"])
            if self.pretraining:
                self.pretraining.classifier.load_state_dict(state["pretraining"])
            self.ema = {name: value.to(self.device) for name, value in state["ema"].items()}
        except (RuntimeError, ValueError, KeyError) as error:
            raise checkpoint.CheckpointError(f"{path} is of another architecture than this run: {error}") from error
        self.balance = KindBalance(state["balance"])
        self.step, self.skipped = state["step"], state["skipped"]

    @contextmanager
    def averaged(self) -> Iterator[Restorer]:
        """The model with its EMA weights, for validation; training weights come back afterwards."""
        own = {name: value.detach().clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.ema)
        self.model.eval()
        try:
            yield self.model
        finally:
            self.model.load_state_dict(own)
            self.model.train()


class StopOnSignal:
    """True once SIGTERM or SIGINT arrived: the loop ends after its step, and the caller writes a checkpoint."""

    def __init__(self) -> None:
        self.stopped = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopped = True

    def __call__(self) -> bool:
        return self.stopped


__all__ = ["Group", "StepProgress", "StopOnSignal", "Trainer", "learning_rate"]
