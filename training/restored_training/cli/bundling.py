"""What becomes of training: bundles, weights that travel, a task more, the head that reads instructions."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from .options import Device, Photographs, console

Storage = Literal["full", "half", "packed"]


def export(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint, or the run folder that holds it.")],
    to: Annotated[Path, typer.Option(help="The bundle's folder; its name is the model's name.")],
    results: Annotated[Path | None, typer.Option(help="JSON of “evaluate” for the manifest.")] = None,
    licence: Annotated[str, typer.Option(help="The weights' licence.")] = "MIT",
    version: str = "1",
    store: Annotated[Storage, typer.Option(help="How the weights lie on disk: float32, float16, or int8 with scales.")] = "half",
) -> None:
    """Turn a checkpoint into a bundle: weights, hyperparameters, data manifest, licence, metrics, hashes."""
    from ..evaluation.run import read_results
    from ..export.to_bundle import export as write

    figures = read_results(results) if results else None
    bundle = write(checkpoint, to, results=figures, licence=licence, version=version, store=store)
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    console.print(f"Wrote the bundle “{bundle.name}” ({size / 1e6:.1f} MB) to {to}.")


def carry(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint, or the run folder that holds it.")],
    out: Annotated[Path, typer.Argument(help="Folder for the pieces.")],
    piece_mb: Annotated[int, typer.Option(min=1, help="Largest piece in MiB.")] = 15,
) -> None:
    """Write EMA weights in half precision in small pieces, to go on from on another machine (`model.start_from`: the index)."""
    from ..training.carry import carry as write

    index = write(checkpoint, out, piece_bytes=piece_mb * 2**20)
    console.print(f"Wrote {len(json.loads(index.read_text(encoding='utf-8'))['pieces'])} pieces and {index}.")


def add_a_task(
    bundle: Annotated[str, typer.Argument(help="The bundle to add to: its folder or name.")],
    task: Annotated[str, typer.Argument(help="The task to add.")],
    to: Annotated[Path, typer.Option(help="The larger bundle's folder; its name is the model's name.")],
    photographs: Photographs = None,
    steps: Annotated[int, typer.Option(min=1)] = 200,
    seed: int = 0,
    device: Device = "cpu",
) -> None:
    """Teach a bundle one task more by training that task's biases alone; what it could do stays as it was, to the byte."""
    from ..data.paths import photograph_folder
    from ..papers.adding import add_task

    with Progress(
        TextColumn("step {task.completed:.0f}/{task.total:.0f}"), BarColumn(), TimeElapsedColumn(), console=console
    ) as bar:
        line = bar.add_task("", total=steps)
        done = add_task(
            bundle, task, to, photograph_folder(photographs), steps=steps, seed=seed, device=device,
            tell=lambda step, loss: bar.update(line, completed=step),
        )  # fmt: skip
    grown = done.bytes_after - done.bytes_before
    print(f"“{done.bundle.name}” can treat {done.task} now: {done.parameters:,} parameters, {grown:,} bytes more "
          f"({grown / done.bytes_before:.1%}).")  # fmt: skip
    print(f"On kept-out photographs: damaged {done.input:.2f} dB, general weights {done.before:.2f} dB, now {done.after:.2f} dB.")
    print(f"Results of the older tasks that are the same to the byte: {', '.join(done.unchanged)}.")


def head(
    train_first: Annotated[bool, typer.Option("--train/--check-only", help="Train the text head, or only measure it.")] = True,
    labelled: Annotated[
        Path | None, typer.Option(help="Labelled sentences to measure on; default: the corpus's test side.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Also draw the confusion matrix here.")] = None,
    seed: int = 1,
) -> None:
    """Train all that reads instructions, in one go: the English head on the corpus, what is added to the encoder's last layers,
    the layers for other languages, for the direction of a tone and for reactions to a result (their files go into
    restored.instruction); then print the head's test table."""
    from ..instructions import adapt, languages, train_reactions, train_tones
    from ..instructions.evaluate import evaluate_head
    from ..instructions.train import TrainConfig, train_head

    if train_first:
        train_head(TrainConfig(seed=seed))
        console.print(f"the encoder's last layers: {adapt.train()}")
        console.print(f"other languages: {languages.train()}")
        console.print(f"directions of tone: {train_tones.train()}")
        console.print(f"reactions to a result: {train_reactions.train()}")
    evaluate_head(labelled, picture, Console())


def regions(
    train_first: Annotated[bool, typer.Option("--train/--check-only", help="Train what finds sky, or only measure.")] = True,
    masks: Annotated[Path, typer.Option(help="Folder of masks drawn by hand.")] = Path("tests/backend/regions/masks"),
) -> None:
    """Train what finds sky in pictures (its file goes into restored.regions); then print how well sky, skin and text agree with
    masks drawn by hand on photographs that nothing was trained on."""
    from ..data.paths import shared
    from ..regions.masks import measure, read
    from ..regions.train import train

    if train_first:
        print(f"right on {train():.1%} of the training pixels")
    for place in ("sky", "skin", "text"):
        found = measure(place, read(masks / f"{place}.json"), shared() / "data" / "train")
        print(
            f"{place}: intersection over union {found.mean:.2f} (median {found.median:.2f}) on {len(found.overlap)} photographs; "
            f"{found.lost:.1%} of {len(found.strayed)} photographs without it"
        )


def words(
    lists: Annotated[Path, typer.Option(help="Folder of the held-out lists.")] = Path("tests/backend/instruction"),
    misses: Annotated[bool, typer.Option(help="Also print what was understood otherwise than meant.")] = False,
) -> None:
    """How the words are understood: directions, amounts, places, what is said of a result, and sixteen languages, on sentences
    that were written before any of them was tried."""
    from ..instructions.measure import measure, print_misses, read, table
    from ..instructions.measure_following import print_following

    shown = Console(width=110)
    for path in (
        sorted(lists.glob("held_out_directions*.txt"))
        + sorted(lists.glob("held_out_languages*.txt"))
        + sorted(lists.glob("held_out_persons*.txt"))
    ):
        results = measure(read(path))
        shown.print(table(results, path.name))
        if misses:
            print_misses(results, shown)
    for path in sorted(lists.glob("held_out_following*.txt")):
        print_following(path, shown, misses)


def diagnosis(
    each: Annotated[int, typer.Option(help="Pictures made of every photograph, per number of damages.")] = 2,
    train_first: Annotated[
        bool, typer.Option("--train/--check-only", help="Train what looks at a picture, or only measure it.")
    ] = False,
) -> None:
    """How well a look at a picture names what is wrong with it ("fix it"), on photographs kept out of training, with none to
    three kinds of damage; and how often it says something of an undamaged one."""
    from ..instructions.diagnosis import diagnose, per_task, table
    from ..instructions.train_estimator import train

    if train_first:
        train()
    found = diagnose(each=each)
    shown = Console(width=110)
    shown.print(table(found))
    shown.print(per_task(found))
