"""Measure models, and look at what they were taught."""

from pathlib import Path
from typing import Annotated, Any

import typer

from .options import Bench, Device, Photographs, console


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
    from ..data.paths import bench_folder, photograph_folder
    from ..evaluation.metrics import CONVENTIONS
    from ..evaluation.parallel import Opening, evaluate_parallel
    from ..evaluation.real import as_dicts, evaluate_real
    from ..evaluation.run import Scope, write_results
    from ..evaluation.run import evaluate as measure
    from ..evaluation.subjects import load_subject

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
    from ..report.tables import COLUMNS, goals

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
    from ..data.paths import bench_folder, photograph_folder
    from ..evaluation.run import Scope, all_sets, read_results
    from ..evaluation.subjects import load_subject
    from ..report import readme_table, replace_table, write_page
    from ..report.curves import training_curve
    from ..report.sheets import sheets
    from ..runs.folder import RunFolder

    read: list[Any] = []
    for path in results:
        content = read_results(path)
        read += content.get("subjects", [content])
    shown: Any = ()
    if subjects:
        place = bench_folder(bench)
        loaded = [load_subject(Path(name)) for name in subjects]
        shown = sheets(loaded, all_sets(Scope(place, photograph_folder(photographs))), place, count=pictures)
    write_page(out, read, shown, curve=training_curve(RunFolder(run).logs) if run else None, notes=notes)
    console.print(f"Wrote {out}.")
    if readme is not None:
        readme.write_text(replace_table(readme.read_text(encoding="utf-8"), readme_table(read)), encoding="utf-8")
        console.print(f"Wrote the results table in {readme}. The papers' page shows some of it: “restored-train papers report”.")


def preview(
    out: Annotated[Path, typer.Argument(help="The sheet, .png or .jpg.")] = Path("preview.png"),
    photographs: Photographs = None,
    seed: int = 0,
    size: Annotated[int, typer.Option(min=32, max=512, help="Side of a patch in pixels.")] = 160,
    columns: Annotated[int, typer.Option(min=1, max=12)] = 4,
    limit: Annotated[int, typer.Option(min=1, help="Photographs to draw from.")] = 40,
) -> None:
    """Draw a sheet of training samples: sentence, input and target for every task and case. Look at it."""
    from ..data.paths import photograph_folder
    from ..data.photographs import PhotoSet
    from ..report.sample_sheet import preview as draw
    from ..report.sample_sheet import save_preview

    photos = PhotoSet(photograph_folder(photographs), "train", limit=limit)
    save_preview(draw(photos.images, size=size, columns=columns, seed=seed), out)
    console.print(f"Wrote {out}.")
