"""Train runs: one, several in turns, or several at once on a rented machine; and join what they became."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .options import Device, console

if TYPE_CHECKING:
    from ..runs.folder import RunFolder
    from ..training.trainer import Trainer


def train(
    config: Annotated[Path, typer.Argument(help="The run's YAML file.")],
    folder: Annotated[Path | None, typer.Option(help="The run folder; default: runs/NAME.")] = None,
    device: Device = "cpu",
    fresh: Annotated[bool, typer.Option(help="Forget an earlier run of this name instead of continuing it.")] = False,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Be done by then: the rate falls with the clock.")] = None,
) -> None:
    """Train a run, or continue it where its checkpoint stopped. Under torchrun every process joins in."""
    from ..runs.config import load_config
    from ..runs.folder import RunFolder
    from ..training.distributed import WorkerGroup
    from ..training.start import open_trainer

    settings = load_config(config)
    place = RunFolder(folder) if folder else RunFolder.of(settings)
    if fresh:
        place.remove()
    workers = WorkerGroup.join()
    try:
        trainer = open_trainer(settings, place, device=device, workers=workers)
        trainer.budget = None if minutes is None else 60 * minutes
        _train(trainer, place)
    finally:
        workers.leave()


def filling(
    config: Annotated[Path, typer.Argument(help="The run's YAML file, such as training/runs/filling.yaml.")],
    folder: Annotated[Path | None, typer.Option(help="The run folder; default: runs/NAME.")] = None,
    to: Annotated[Path | None, typer.Option(help="Also write the network as this bundle.")] = None,
) -> None:
    """Train what goes on top of the smooth filling of scratches, or continue where its checkpoint stopped."""
    from ..data.paths import repository
    from ..filling.exporting import export
    from ..filling.training import load_run
    from ..filling.training import train as learn

    run = load_run(config)
    place = folder or Path("runs") / run.name
    learn(run, place, repository(), console.print)
    if to is not None:
        console.print(f"written: {export(place, to).folder}")


def search(
    out: Annotated[Path, typer.Argument(help="Folder for the weights and the curve.")],
    photographs: Annotated[list[Path], typer.Option(help="Packs or folders; those that are missing are left out.")],
    seconds: Annotated[float, typer.Option(min=5, help="Be done after so long, reading the photographs included.")] = 450,
    device: Device = "cuda",
    batch: Annotated[int, typer.Option(min=1, help="Pieces of a step.")] = 48,
    side: Annotated[int, typer.Option(min=64, help="Pixels of a piece's side, a multiple of 32.")] = 256,
    drawers: Annotated[int, typer.Option(min=0, help="Processes that draw marks.")] = 4,
    start: Annotated[Path | None, typer.Option(help="Weights (search.safetensors) to go on from.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Photographs at most, for a rehearsal.")] = None,
    to: Annotated[Path | None, typer.Option(help="Also put the weights into this bundle (that fills what is found).")] = None,
) -> None:
    """Train the network that searches for scratches, dust and folds, by the clock (beside others on a rented machine, too)."""
    from ..filling.searching import SearchRun, learn

    learn(
        SearchRun(tuple(photographs), out, seconds, device, batch, side, drawers, start, limit),
        lambda line: print(line, flush=True),
    )
    if to is not None:
        from ..filling.exporting import add_search

        console.print(f"written: {add_search(out, to).folder}")


def resume(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    device: Device = "cpu",
) -> None:
    """Continue a run from its folder, with the exact config it was started with."""
    from ..runs.checkpoint import CheckpointError
    from ..runs.folder import RunFolder
    from ..training.distributed import WorkerGroup
    from ..training.start import open_trainer

    place = RunFolder(folder)
    if not place.checkpoint.exists():
        raise CheckpointError(f"{folder} has no checkpoint to continue from.")
    settings = place.load_config()
    workers = WorkerGroup.join()
    try:
        _train(open_trainer(settings, place, device=device, workers=workers), place)
    finally:
        workers.leave()


def _train(trainer: "Trainer", folder: "RunFolder") -> None:
    from ..training.start import train as work

    columns = (
        TextColumn("step {task.completed:.0f}/{task.total:.0f}"),
        BarColumn(),
        TextColumn("{task.fields[facts]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=trainer.workers.rank != 0) as bar:
        line = bar.add_task("", total=trainer.config.steps, completed=trainer.step, facts="")

        def show(progress: Any) -> None:
            skipped = f", {progress.skipped} skipped" if progress.skipped else ""
            facts = f"loss {progress.loss:.4f}, {progress.rate:.0f} images/s, {progress.threads} threads{skipped}"
            bar.update(line, completed=progress.step, facts=facts)

        step = work(trainer, folder, on_step=show)
    ended = "done" if step >= trainer.config.steps else "stopped; “restored-train resume” continues it"
    console.print(f"{folder}: step {step} of {trainer.config.steps}, {ended}.")


def queue(
    file: Annotated[Path, typer.Argument(help="The queue's YAML file.")] = Path("training/queue.yaml"),
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Stop after so long; default: until all runs are done.")] = None,
    device: Device = "cpu",
) -> None:
    """Train several runs in turns, for as long as the machine is left alone; goes on where it was stopped."""
    from ..machines.queue import load_queue, work
    from ..training.trainer import StopOnSignal

    stop = StopOnSignal()
    work(load_queue(file), seconds=None if minutes is None else 60 * minutes, device=device, tell=console.print, stopped=stop)


def rented(
    out: Annotated[Path, typer.Argument(help="Folder for what comes back.")],
    deadline: Annotated[float, typer.Option(help="When to be done, in seconds since the epoch.")],
    photographs: Annotated[list[Path], typer.Option(help="Packs or folders; those that are missing are left out.")],
    run: Annotated[list[Path] | None, typer.Option(help="Run files; default: all of training/runs/rented.")] = None,
    device: Device = "cuda",
    limit: Annotated[int | None, typer.Option(min=1, help="Photographs at most, for a rehearsal.")] = None,
    profile: Annotated[str | None, typer.Option(help="The run whose kernels are recorded for ten steps.")] = "rented-denoise",
    beside: Annotated[str | None, typer.Option(help="Another command that runs meanwhile.")] = None,
) -> None:
    """Train several runs at once on a machine that is gone afterwards (`training/rented.sh`)."""
    from ..machines.rented import Lease, rent, summary

    runs = tuple(run or sorted(Path("training/runs/rented").glob("*.yaml")))
    curves = rent(Lease(runs, tuple(photographs), out, deadline, device, profile, limit), beside)
    print(summary(curves))


def unpack(
    archive: Annotated[Path, typer.Argument(help="The experts.pt that a rented machine sent back.")],
    to: Annotated[Path, typer.Argument(help="Where the run folders go.")] = Path("runs"),
) -> None:
    """Make run folders, for `join`, of what a rented machine sent back."""
    from ..machines.rented import unpack as write

    folders = write(archive, to)
    console.print("Wrote " + ", ".join(map(str, folders)) + ".")


def join(
    experts: Annotated[list[Path], typer.Argument(help="Run folders of experts (“mix: named” in their run files).")],
    to: Annotated[Path, typer.Option(help="The run folder that the joined checkpoint goes to.")],
    base: Annotated[Path | None, typer.Option(help="What the experts began from; default: what their run files say.")] = None,
    blend: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TASK=SHARE[:MODEL]", help="Take so much of this task's expert, the rest from MODEL or what it began from."
        ),
    ] = None,
) -> None:
    """Join experts that were begun from the same model into one checkpoint; tasks without an expert stay as they were."""
    from ..export.join import Blend, join_folders
    from ..runs.folder import RunFolder

    place = RunFolder(to)
    blends = dict(Blend.read(text) for text in blend or ())
    tasks = join_folders([RunFolder(folder) for folder in experts], place, base, blends)
    console.print(f"Wrote {place.checkpoint} with the experts for {', '.join(tasks)}.")
