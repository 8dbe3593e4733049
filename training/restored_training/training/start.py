"""A run from its configuration: opened or continued, trained with logs, validation and checkpoints into its folder."""

import time
from typing import Any

import torch

from restored.allocator import keep_pages

from ..data.pairs import PairedSampler, PairSource
from ..data.photographs import DataError, PhotoSet
from ..data.resident import Prepared, ResidentSource
from ..data.sampling import GroupSampler, PatchSource, Sampler
from ..data.screen import read_screen
from ..runs import networks
from ..runs.config import RunConfig
from ..runs.folder import RunFolder
from .distill import Teacher
from .distributed import WorkerGroup
from .hazy import HazyLayers
from .trainer import StepProgress, StopOnSignal, Trainer
from .validation import Validation, record
from .wording import TextBank


def open_trainer(config: RunConfig, folder: RunFolder, *, device: str = "cpu", workers: WorkerGroup | None = None) -> Trainer:
    """The run's trainer, continued from the folder's checkpoint when there is one."""
    folder.make()
    screen, named = config.data.screen, config.mix.named
    unfit = read_screen(screen, named) if screen and named else frozenset()
    photographs = PhotoSet(config.data.photographs, split="train", limit=config.data.limit, unfit=unfit)
    # a GPU would wait for patches cut one by one in Python: there they are gathered on the device
    if torch.device(device).type == "cpu":
        keep_pages()
        source = PatchSource(photographs.images, config.data.scales)
    else:
        source = ResidentSource(Prepared.of(photographs.images, config.data.scales), device)
    sampler: Sampler = GroupSampler(source, config.mix, config.group_size, config.seed)
    pairs = [PairSource.open(pair, limit=config.data.limit) for pair in config.data.pairs]
    if pairs:
        sampler = PairedSampler(sampler, pairs, config.group_size, config.seed)
    teacher = Teacher(config.distill, device) if config.distill else None
    hazy = HazyLayers.open(config.data.hazy, config.data.photographs, config.seed) if config.data.hazy else None
    trainer = Trainer(config, sampler, bank=_bank(config, folder), teacher=teacher, hazy=hazy, workers=workers, device=device)
    if trainer.workers.rank == 0:
        manifest = [*photographs.manifest, *(row for pair in pairs for row in pair.manifest), *(hazy.manifest if hazy else ())]
        folder.save_config(config)
        folder.save_photographs(manifest)
    if folder.checkpoint.exists():
        trainer.load(folder.checkpoint)
    return trainer


def _bank(config: RunConfig, folder: RunFolder) -> TextBank | None:
    """The sentences a text-reading family hears, encoded once per run folder."""
    if not networks.reads_text(config.model) or config.text.source == "none":
        return None
    from ..instructions.corpus import build

    examples = () if folder.sentences.exists() else build(config.seed)
    return TextBank.build(examples, sentences=config.text.sentences, seed=config.seed, cache=folder.sentences)


def train(trainer: Trainer, folder: RunFolder, *, on_step: Any = None) -> int:
    """Run to the end, or until SIGTERM; checkpoints on the way, logs to TensorBoard. Returns the step reached."""
    from torch.utils.tensorboard import SummaryWriter

    stop = StopOnSignal()
    writer = SummaryWriter(str(folder.logs)) if trainer.workers.rank == 0 else None
    saved = time.monotonic()
    validation = _validation(trainer) if writer else None

    def watch(progress: StepProgress) -> None:
        nonlocal saved
        if writer:
            for kind, loss in progress.losses:
                writer.add_scalar(f"loss/{kind}", loss, progress.step)
            if progress.step % 20 == 0:
                writer.add_scalar("run/lr", progress.lr, progress.step)
                writer.add_scalar("run/gradient", progress.gradient, progress.step)
                writer.add_scalar("run/patches_per_second", progress.rate, progress.step)
                writer.add_scalar("run/threads", progress.threads, progress.step)
        if validation and (progress.step % trainer.config.validate_every == 0 or progress.step == trainer.config.steps):
            record(*validation.run(trainer), folder, progress.step, writer)
        if time.monotonic() - saved > 60 * trainer.config.checkpoint_minutes:
            trainer.save(folder.checkpoint)
            saved = time.monotonic()
        if on_step:
            on_step(progress)

    try:
        return trainer.run(on_step=watch, stop=stop)
    finally:
        trainer.save(folder.checkpoint)
        if writer:
            writer.close()


def _validation(trainer: Trainer) -> Validation | None:
    """Validation on the kept-out photographs of the run's folder; None when it has none."""
    data = trainer.config.data
    try:
        photographs = PhotoSet(data.photographs, split="heldout", limit=data.limit, longest=1600)
    except DataError:
        return None
    return Validation(trainer.config, photographs.images)
