"""`restored batch`: a folder of photographs, one sentence for all."""

import os
from pathlib import Path
from typing import Annotated, Any, Final, cast

import typer

from restored.files import FileOrder
from restored.files.conflicts import Already, Policy, Taken, place
from restored.files.ledger import Ledger, LedgerError
from restored.files.page import Page
from restored.files.walk import Names, Walked

from . import console
from .batchrun import BatchRun
from .options import Device, Format, Json, Model, NoDaemon, Quality, Recipe, Scale, Strength, ending_of, qualities
from .replaceable import check_page, check_report
from .wishes import make_wish

_POLICIES: Final = ("ask", "skip", "rename", "overwrite")


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with the photographs.")],
    instruction: Annotated[str | None, typer.Argument(metavar="INSTRUCTION", help="What to do with each of them.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Required: the folder for the results, made when missing."),
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Folders inside too; the results keep the tree.")] = False,
    format: Format = None,
    quality: Quality = None,
    suffix: Annotated[str, typer.Option(metavar="TEXT", help="What is put behind each name, such as -restored.")] = "",
    on_conflict: Annotated[
        str,
        typer.Option(metavar="|".join(_POLICIES), help="When a file of another origin is where a result goes."),
    ] = "ask",
    watch: Annotated[bool, typer.Option("--watch", help="Then wait for more pictures, until Ctrl+C.")] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write a line of JSON about each picture into this file.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a page to look at: before and after, plans, errors.")
    ] = None,
    find: Annotated[
        bool, typer.Option("--find", help="Fill what seems to be scratched or dusty, without anybody having looked.")
    ] = False,
    strength: Strength = None,
    scale: Scale = None,
    model: Model = None,
    device: Device = None,
    recipe: Recipe = None,
    again: Annotated[bool, typer.Option("--again", help="Also redo the pictures that are done already.")] = False,
    no_daemon: NoDaemon = False,
    json: Json = False,
) -> None:
    """Restore every photograph of a folder. Interrupted, it goes on where it stopped; a bad file does not stop the rest."""
    if output is None:
        raise typer.BadParameter("Say where the results go, such as: -o restored", param_hint="--output")
    ending = ending_of(format)
    if on_conflict not in _POLICIES:
        raise typer.BadParameter(f"It is one of: {', '.join(_POLICIES)}.", param_hint="--on-conflict")
    if "/" in suffix or "\\" in suffix or "\0" in suffix:
        raise typer.BadParameter("A suffix is a part of a name, without slashes.", param_hint="--suffix")
    work, written = qualities(quality)
    wish = make_wish(
        instruction, recipe, strength=strength, scale=scale, model=model, device=device, quality=work, find=find or None
    )
    _check(folder, output, watch=watch)
    if page is not None:
        check_page(page)
    if report is not None:
        check_report(report, "file")
    try:
        ledger = Ledger(output, wish, again=again)
    except LedgerError as error:
        raise console.Failure(str(error)) from error
    with ledger, _opened(report) as lines:
        run = BatchRun(
            folder, output, wish, ledger, Names(folder, output, ending=ending, suffix=suffix), lines, recursive=recursive
        )
        run.policy = _asked(run, on_conflict, again, json)  # pyright: ignore[reportAttributeAccessIssue]
        run.keep, run.again = json, again
        run.page = Page(f"{folder.name} → {output.name}", _words(wish)) if page else None
        try:
            run.restore(quality=written, forced=ending is not None, watch=watch, no_daemon=no_daemon)
        finally:
            if run.page is not None and page is not None:
                run.page.write(page, run.walked.sentences())
    try:
        run.finish(json=json)
    finally:
        if page is not None and not json:
            console.out.print(f"The page is in {page.absolute()}", soft_wrap=True)


def _asked(run: BatchRun, policy: str, again: bool, json: bool) -> Policy:
    """What to do about files of another origin: one question for all of them, where there is somebody to ask. Counts the
    pictures on the way."""
    walked, run.walked = run.walked, Walked()
    if policy == "ask" and not json and console.asks():
        taken = 0
        names = Names(run.folder, run.output, ending=run.names.ending, suffix=run.names.suffix)
        for source in run.sources():
            target = names.target(source)
            if os.path.exists(target):
                try:
                    if run.ledger.has(source.relative_to(run.folder).as_posix(), source, target):
                        continue
                    place(target, source, run.wish, "skip", again=again, made=run.ledger.made(target))
                except Taken:
                    taken += 1
                except (Already, OSError):
                    pass
        if taken:
            policy = console.chosen(
                f"{taken} results would take the place of files of another origin.", ("skip", "rename", "overwrite")
            )
    run.total = sum(1 for _ in run.sources())
    run.walked = walked
    return cast(Policy, "skip" if policy == "ask" else policy)


def _check(folder: Path, output: Path, *, watch: bool) -> None:
    if not os.path.isdir(folder):
        raise console.Failure(f"“{folder}” is not a folder. For one picture there is `restored run`.")
    if os.path.exists(output) and (not os.path.isdir(output) or output.samefile(folder)):
        raise console.Failure("The results need a folder of their own: the originals stay as they are.")
    if not watch and not any(folder.iterdir()):
        raise console.Failure(f"There are no pictures in “{folder}”: it is empty.")


def _opened(report: Path | None) -> Any:
    from contextlib import nullcontext

    if report is None:
        return nullcontext()
    try:
        return open(report, "a", encoding="ascii")
    except OSError as error:
        raise console.Failure(f"The report “{report}” cannot be written: {error.strerror}.") from error


def _words(wish: FileOrder) -> str:
    return f"“{wish.instruction}”" if wish.instruction else "By a recipe"
