"""The `restored-train` command."""

import json
import logging
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from .papers.cli import papers

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, measure and export restoration models.",
)
analyse = typer.Typer(no_args_is_help=True, help="Pictures of what a model learned.")
app.add_typer(analyse, name="analyse")
app.add_typer(papers, name="papers")

console = Console(stderr=True)

Store = Literal["full", "half", "packed"]

Device = Annotated[str, typer.Option(help="cpu, cuda or mps.")]
Photographs = Annotated[Path | None, typer.Option(help="Folder or pack of photographs; default: ../shared/data/train/free.")]
Bench = Annotated[Path | None, typer.Option(help="The bench folder; default: ../shared/data/bench.")]


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="The run's YAML file.")],
    folder: Annotated[Path | None, typer.Option(help="The run folder; default: runs/NAME.")] = None,
    device: Device = "cpu",
    fresh: Annotated[bool, typer.Option(help="Forget an earlier run of this name instead of continuing it.")] = False,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Be done by then: the rate falls with the clock.")] = None,
) -> None:
    """Train a run, or continue it where its checkpoint stopped. Under torchrun every process joins in."""
    from .runs.config import load_config
    from .training import start as runs
    from .training.distributed import Workers

    settings = load_config(config)
    place = folder or runs.run_folder(settings)
    if fresh:
        runs.fresh(place)
    workers = Workers.join()
    try:
        trainer = runs.open_trainer(settings, place, device=device, workers=workers)
        trainer.budget = None if minutes is None else 60 * minutes
        _train(trainer, place)
    finally:
        workers.leave()


@app.command()
def resume(
    folder: Annotated[Path, typer.Argument(help="A run folder.")],
    device: Device = "cpu",
) -> None:
    """Continue a run from its folder, with the exact config it was started with."""
    from .runs.checkpoint import CheckpointError
    from .runs.config import load_config
    from .training import start as runs
    from .training.distributed import Workers

    if not (folder / runs.CHECKPOINT).exists():
        raise CheckpointError(f"{folder} has no checkpoint to continue from.")
    settings = load_config(folder / "config.yaml")
    workers = Workers.join()
    try:
        _train(runs.open_trainer(settings, folder, device=device, workers=workers), folder)
    finally:
        workers.leave()


def _train(trainer: Any, folder: Path) -> None:
    from .training import start as runs

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

        step = runs.train(trainer, folder, on_step=show)
    ended = "done" if step >= trainer.config.steps else "stopped; “restored-train resume” continues it"
    console.print(f"{folder}: step {step} of {trainer.config.steps}, {ended}.")


@app.command()
def evaluate(
    subjects: Annotated[list[str], typer.Argument(help="Bundles (folder or name) or checkpoints (.pt).")],
    bench: Bench = None,
    photographs: Photographs = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write everything measured to this file.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only sets whose title contains this; may be repeated.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Pictures per set, for a quick look.")] = None,
    instructions: Annotated[bool, typer.Option(help="Also the tables of wrong instructions and wordings.")] = True,
    device: Device = "cpu",
    bf16: Annotated[bool, typer.Option(help="Run the network in bfloat16.")] = False,
    engine: Annotated[bool, typer.Option(help="Run bundles through restored.engine, as a photographer's job is.")] = False,
    processes: Annotated[int, typer.Option(min=1, help="Measure so many sets at once, with one thread each.")] = 1,
    real: Annotated[
        Path | None, typer.Option(help="Also pictures with real damage (shared/data/real), beside what is free.")
    ] = None,
    only_real: Annotated[bool, typer.Option("--only-real", help="Nothing but those.")] = False,
) -> None:
    """Measure models on every set of the bench and on the synthetic sets; the conventions are printed with the figures."""
    from .data.places import bench_folder, photograph_folder
    from .evaluation.metrics import CONVENTIONS
    from .evaluation.parallel import Opening, evaluate_parallel
    from .evaluation.real import as_dicts, evaluate_real
    from .evaluation.run import Scope, write_results
    from .evaluation.run import evaluate as measure
    from .evaluation.subjects import load_subject

    scope = Scope(bench_folder(bench), photograph_folder(photographs), tuple(only or ()), limit, instructions)
    console.print(CONVENTIONS)
    results: list[Any] = []

    def keep(latest: Any) -> None:
        if json_out is not None:
            every = [*results, latest]
            write_results({"subjects": every} if len(subjects) > 1 else latest, json_out)

    for name in subjects:
        console.rule(name)
        if only_real:
            latest = {"subject": name, "conventions": CONVENTIONS, "limit": limit, "sets": []}
        elif processes > 1:
            opening = Opening(Path(name), device, bf16, engine, wordings=instructions)
            latest = evaluate_parallel(opening, scope, processes, tell=print, keep=keep)
        else:
            subject = load_subject(Path(name), device=device, bf16=bf16, engine=engine)
            latest = measure(subject, scope, explain=_explain() if instructions else None, tell=print, keep=keep)
        if real is not None:
            subject = load_subject(Path(name), device=device, bf16=bf16, engine=engine)
            latest = {**latest, "real": as_dicts(evaluate_real(subject, real, scope.bench, tell=print, limit=limit))}
        keep(latest)
        results.append(latest)
        _print_goals(latest)


def _print_goals(results: Any) -> None:
    from .report.tables import COLUMNS, goals

    found = goals(results)
    if not found:
        return
    print("Figures to reach:")
    for goal in found:
        wanted = "  ".join(
            f"{name}: {goal.shown(value)}{' ✓' if goal.met(i) else ''}"
            for i, (name, value) in enumerate(zip(COLUMNS, goal.wanted, strict=True))
        )
        print(f"  {goal.title} ({goal.figure}): {goal.shown(goal.reached)}   [{wanted}]")


def _explain() -> Any:
    from restored.instruction import explain

    return explain


@app.command()
def report(
    results: Annotated[list[Path], typer.Argument(help="JSON files written by “evaluate --json”.")],
    out: Annotated[Path, typer.Option(help="The HTML page.")] = Path("report.html"),
    subjects: Annotated[list[str] | None, typer.Option("--subject", help="Bundle or checkpoint for before/after sheets.")] = None,
    bench: Bench = None,
    photographs: Photographs = None,
    run: Annotated[Path | None, typer.Option(help="A run folder whose training curve to show.")] = None,
    readme: Annotated[Path | None, typer.Option(help="Also write the results table between this README's markers.")] = None,
    pictures: Annotated[int, typer.Option(min=1, help="Pictures per sheet.")] = 2,
    notes: Annotated[str, typer.Option(help="A paragraph for the page.")] = "",
) -> None:
    """Tables, goals, before/after sheets and the training curve as one HTML page; the README's results table.

    The bench's pictures may not be shipped: keep the page to yourself.
    """
    from .data.places import bench_folder, photograph_folder
    from .evaluation.run import Scope, all_sets, read_results
    from .evaluation.subjects import load_subject
    from .report import readme_table, replace_table, write_page
    from .report.curves import training_curve
    from .report.sheets import sheets

    read: list[Any] = []
    for path in results:
        content = read_results(path)
        read += content.get("subjects", [content])
    shown: Any = ()
    if subjects:
        place = bench_folder(bench)
        loaded = [load_subject(Path(name)) for name in subjects]
        shown = sheets(loaded, all_sets(Scope(place, photograph_folder(photographs))), place, count=pictures)
    write_page(out, read, shown, curve=training_curve(run / "logs") if run else None, notes=notes)
    console.print(f"Wrote {out}.")
    if readme is not None:
        readme.write_text(replace_table(readme.read_text(encoding="utf-8"), readme_table(read)), encoding="utf-8")
        console.print(f"Wrote the results table in {readme}.")


@app.command()
def preview(
    out: Annotated[Path, typer.Argument(help="The sheet, .png or .jpg.")] = Path("preview.png"),
    photographs: Photographs = None,
    seed: int = 0,
    size: Annotated[int, typer.Option(min=32, max=512, help="Side of a patch in pixels.")] = 160,
    columns: Annotated[int, typer.Option(min=1, max=12)] = 4,
    limit: Annotated[int, typer.Option(min=1, help="Photographs to draw from.")] = 40,
) -> None:
    """Draw a sheet of training samples: sentence, input and target for every task and case. Look at it."""
    from .data.photographs import PhotoSet
    from .data.places import photograph_folder
    from .report.preview import preview as draw
    from .report.preview import save_preview

    photos = PhotoSet(photograph_folder(photographs), "train", limit=limit)
    save_preview(draw(photos.images, size=size, columns=columns, seed=seed), out)
    console.print(f"Wrote {out}.")


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint, or the run folder that holds it.")],
    to: Annotated[Path, typer.Option(help="The bundle's folder; its name is the model's name.")],
    results: Annotated[Path | None, typer.Option(help="JSON of “evaluate” for the manifest.")] = None,
    licence: Annotated[str, typer.Option(help="The weights' licence.")] = "MIT",
    version: str = "1",
    store: Annotated[Store, typer.Option(help="How the weights lie on disk: float32, float16, or int8 with scales.")] = "half",
) -> None:
    """Turn a checkpoint into a bundle: weights, hyperparameters, data manifest, licence, metrics, hashes."""
    from .evaluation.run import read_results
    from .export.export import export as write

    figures = read_results(results) if results else None
    bundle = write(checkpoint, to, results=figures, licence=licence, version=version, store=store)
    size = sum(path.stat().st_size for path in to.rglob("*") if path.is_file())
    console.print(f"Wrote the bundle “{bundle.name}” ({size / 1e6:.1f} MB) to {to}.")


@app.command()
def join(
    experts: Annotated[list[Path], typer.Argument(help="Run folders of experts (“mix: named” in their run files).")],
    to: Annotated[Path, typer.Option(help="The run folder that the joined checkpoint goes to.")],
    base: Annotated[Path | None, typer.Option(help="What the experts began from; default: what their run files say.")] = None,
) -> None:
    """Join experts that were begun from the same model into one checkpoint; tasks without an expert stay as they were."""
    from .training.experts import join_folders

    tasks = join_folders(experts, to, base)
    console.print(f"Wrote {to / 'checkpoint.pt'} with the experts for {', '.join(tasks)}.")


@app.command("add-task")
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
    from .data.places import photograph_folder
    from .papers.adding import add_task

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


@app.command()
def pack(
    out: Annotated[Path, typer.Argument(help="Folder for the pieces.")],
    photographs: Photographs = None,
    piece_mb: Annotated[int, typer.Option(min=1, help="Largest piece in megabytes.")] = 40,
    longest: Annotated[int | None, typer.Option(min=64, help="Reduce pictures to this many pixels on the long side.")] = None,
    quality: Annotated[int, typer.Option(min=60, max=100, help="JPEG quality of those that are reduced.")] = 92,
    part: Annotated[str, typer.Option(help="Which of how many archives, such as 1/2.")] = "1/1",
    only_train: Annotated[bool, typer.Option("--only-train", help="Leave out the photographs that are kept for tests.")] = False,
) -> None:
    """Pack photographs and their manifest into one archive in pieces, for a rented machine (`data.photographs`: its index)."""
    from .data.photographs import pack as write
    from .data.places import photograph_folder
    from .runs.config import DataConfig

    number, _, of = part.partition("/")
    folders = [photographs] if photographs else DataConfig().photographs
    index = write(
        [photograph_folder(folder) for folder in folders],
        out,
        piece_bytes=piece_mb * 1_000_000,
        longest=longest,
        quality=quality,
        split="train" if only_train else "all",
        part=(int(number) - 1, int(of or 1)),
    )
    pieces = json.loads(index.read_text(encoding="utf-8"))["pieces"]
    console.print(f"Wrote {len(pieces)} pieces, {sum(p['bytes'] for p in pieces) / 1e6:.1f} MB, and {index}.")


@app.command()
def screen(
    to: Annotated[Path, typer.Argument(help="The table to write.")] = Path("training/data/screen.tsv"),
    photographs: Annotated[list[Path] | None, typer.Option(help="Folders; default: those of the shared data.")] = None,
) -> None:
    """Judge which photographs are clean enough to be a target, for each task; runs leave out the others (`data: screen`)."""
    from collections import Counter

    from .data.screen import screen as judge
    from .runs.config import DataConfig

    judged = judge(photographs or DataConfig().photographs, to)
    unfit = Counter(task for measures in judged.values() for task in measures.unfit_for)
    told = ", ".join(f"{count} for {task}" for task, count in unfit.most_common())
    console.print(f"Judged {len(judged)} photographs: unfit are {told or 'none'}. Wrote {to}.")


@app.command()
def queue(
    file: Annotated[Path, typer.Argument(help="The queue's YAML file.")] = Path("training/queue.yaml"),
    minutes: Annotated[float | None, typer.Option(min=0.01, help="Stop after so long; default: until all runs are done.")] = None,
    device: Device = "cpu",
) -> None:
    """Train several runs in turns, for as long as the machine is left alone; goes on where it was stopped."""
    from .machines.queue import load_queue, work
    from .training.trainer import StopOnSignal

    stop = StopOnSignal()
    work(load_queue(file), seconds=None if minutes is None else 60 * minutes, device=device, tell=console.print, stopped=stop)


@app.command()
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
    from .machines.rented import Lease, rent, summary

    runs = tuple(run or sorted(Path("training/runs/rented").glob("*.yaml")))
    curves = rent(Lease(runs, tuple(photographs), out, deadline, device, profile, limit), beside)
    print(summary(curves))


@app.command()
def unpack(
    archive: Annotated[Path, typer.Argument(help="The experts.pt that a rented machine sent back.")],
    to: Annotated[Path, typer.Argument(help="Where the run folders go.")] = Path("runs"),
) -> None:
    """Make run folders, for `join`, of what a rented machine sent back."""
    from .machines.rented import unpack as write

    folders = write(archive, to)
    console.print("Wrote " + ", ".join(map(str, folders)) + ".")


@app.command()
def carry(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint, or the run folder that holds it.")],
    out: Annotated[Path, typer.Argument(help="Folder for the pieces.")],
    piece_mb: Annotated[int, typer.Option(min=1, help="Largest piece in MiB.")] = 15,
) -> None:
    """Write EMA weights in half precision in small pieces, to go on from on another machine (`model.start_from`: the index)."""
    from .training.carry import carry as write

    index = write(checkpoint, out, piece_bytes=piece_mb * 2**20)
    console.print(f"Wrote {len(json.loads(index.read_text(encoding='utf-8'))['pieces'])} pieces and {index}.")


@app.command()
def head(
    train_first: Annotated[bool, typer.Option("--train/--check-only", help="Train the text head, or only measure it.")] = True,
    labelled: Annotated[
        Path | None, typer.Option(help="Labelled sentences to measure on; default: the corpus's test side.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Also draw the confusion matrix here.")] = None,
    seed: int = 1,
) -> None:
    """Train all that reads instructions, in one go: the English head on the corpus and the layer for other languages (their
    files go into restored.instruction); then print the head's test table."""
    from .instructions.evaluate import evaluate_head
    from .instructions.languages import train
    from .instructions.train import TrainConfig, train_head

    if train_first:
        train_head(TrainConfig(seed=seed))
        console.print(f"other languages: {train()}")
    evaluate_head(labelled, picture, Console())


@analyse.command("rank")
def analyse_rank(
    subject: Annotated[str, typer.Argument(help="A bundle or checkpoint; without --finetuned, of a network with task biases.")],
    task: Annotated[str, typer.Option(help="Whose biases to look at.")] = "denoise",
    finetuned: Annotated[Path | None, typer.Option(help="A checkpoint of the same network: analyse the change instead.")] = None,
    out: Path = Path("rank.png"),
) -> None:
    """Rank energy of a task's biases (or of the change to a finetuned network), constant against proportional rank."""
    from .analyses.inputs import network_of, network_with_biases
    from .analyses.rank import finetuning_deltas, plot_rank, task_deltas
    from .data.places import known_task
    from .evaluation.subjects import model_of_checkpoint

    if finetuned is not None:
        deltas = finetuning_deltas(network_of(subject).state_dict(), model_of_checkpoint(finetuned).state_dict())
        plot_rank(deltas, "change by finetuning").save(out)
    else:
        model = network_with_biases(subject)
        plot_rank(task_deltas(model, known_task(task)), f"biases of {task}").save(out)
    console.print(f"Wrote {out}.")


@analyse.command("layers")
def analyse_layers(
    subject: Annotated[str, typer.Argument(help="A bundle or checkpoint; without --finetuned, of a network with task biases.")],
    finetuned: Annotated[Path | None, typer.Option(help="A checkpoint of the same network: compare with it instead.")] = None,
    out: Path = Path("layers.png"),
) -> None:
    """Layer sensitivity: how far each task moves each layer's weights (cosine similarity to the general weights), and how
    large each task's biases are beside the general weights and those weights' jitter."""
    from .analyses.inputs import network_of, network_with_biases
    from .analyses.layers import bias_sizes, jitter, layer_change, plot_layers, task_change
    from .evaluation.subjects import model_of_checkpoint
    from .runs import checkpoint

    if finetuned is not None:
        change = layer_change(network_of(subject).state_dict(), model_of_checkpoint(finetuned).state_dict())
        plot_layers({name: {"finetuned": value} for name, value in change.items()}, "cosine similarity").save(out)
        console.print(f"Wrote {out}.")
        return
    model = network_with_biases(subject)
    plot_layers(task_change(model), "cosine similarity to the general weight").save(out)
    print("biases / general weights: " + ", ".join(f"{task} {size:.3f}" for task, size in bias_sizes(model).items()))
    if subject.endswith(".pt"):
        print(f"general weights' distance from their running average: {jitter(checkpoint.load(Path(subject))):.3f}")
    console.print(f"Wrote {out}.")


@analyse.command("effect")
def analyse_effect(
    subject: Annotated[str, typer.Argument(help="A bundle or checkpoint whose network has biases per task.")],
    photographs: Photographs = None,
    count: Annotated[int, typer.Option(min=1, help="Patches per task, of kept-out photographs.")] = 24,
    out: Path = Path("effect.png"),
) -> None:
    """What each layer's task bias is worth: PSNR lost when that one layer keeps its general weight."""
    from .analyses.inputs import network_with_biases
    from .analyses.layers import effects, plot_layers
    from .data.photographs import PhotoSet
    from .data.places import photograph_folder

    model = network_with_biases(subject)
    photos = PhotoSet(photograph_folder(photographs), "heldout", longest=1024)
    plot_layers(effects(model, photos.images, count), "dB lost without the layer's own bias").save(out)
    console.print(f"Wrote {out}.")


@analyse.command("instructions")
def analyse_instructions(
    out: Path = Path("instructions.png"),
    count: Annotated[int, typer.Option(min=5, help="Sentences per task.")] = 60,
    seed: int = 0,
) -> None:
    """t-SNE of instructions: the frozen encoder's raw embedding against the trained projection."""
    from .analyses.embeddings import embedding_picture
    from .analyses.inputs import sample_sentences, text_spaces

    image, purity = embedding_picture(sample_sentences(count, seed), text_spaces(), seed=seed)
    image.save(out)
    console.print(", ".join(f"{name}: {share:.1%}" for name, share in purity.items()) + f". Wrote {out}.")


def main() -> None:
    """Entry point: known errors end as one sentence."""
    from restored.instruction.plan import PlanError
    from restored.models.base import ModelError

    from .data.photographs import DataError
    from .runs.checkpoint import CheckpointError
    from .runs.config import ConfigError

    logging.getLogger("tensorboard").setLevel(logging.ERROR)
    try:
        app()
    except (ConfigError, DataError, CheckpointError, ModelError, PlanError) as error:
        console.print(f"[red]{error}[/red]", highlight=False, soft_wrap=True)
        raise SystemExit(2) from None
    except OSError as error:
        console.print(f"[red]{error.strerror or error}: {error.filename or ''}[/red]", highlight=False, soft_wrap=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
