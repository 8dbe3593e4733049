"""`restored batch`: a folder of photographs, one sentence for all."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from restored.files import OnProgress, Wish, restore_file
from restored.io import SUFFIXES

from . import say
from .ledger import Ledger
from .options import Device, Json, Model, NoDaemon, Recipe, Scale, Strength
from .single import make_wish
from .workers import Worker, worker

_HOPELESS: Final = ("not_installed", "start_failed", "protocol", "unsafe", "model", "bad_plan", "engine_missing")
"""Errors that the next picture would meet as well."""


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with the photographs.")],
    instruction: Annotated[str | None, typer.Argument(metavar="INSTRUCTION", help="What to do with each of them.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Required: the folder for the results, made when missing."),
    ] = None,
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
    wish = make_wish(instruction, recipe, strength, scale, model, device)
    sources = _pictures(folder, output)
    ledger = Ledger(output, wish, again=again)
    waiting = [source for source in sources if not ledger.has(source)]
    skipped = len(sources) - len(waiting)
    results: list[dict[str, Any]] = []
    stopped = False
    try:
        if waiting:
            _all(waiting, output, wish, ledger, results, no_daemon=no_daemon)
    except BaseException as error:
        if not say.is_interrupt(error):
            raise
        stopped = True
    failed = [result for result in results if "error" in result]
    if json:
        counts = {"done": len(results) - len(failed), "skipped": skipped, "failed": len(failed)}
        say.print_json({**counts, "stopped": stopped, "results": results})
    else:
        _tell(results, skipped, output)
    if stopped:
        say.fail("Stopped. The same command goes on from here.")
        raise typer.Exit(say.INTERRUPTED)
    if failed:
        raise typer.Exit(1)


def _all(
    waiting: list[Path], output: Path, wish: Wish, ledger: Ledger, results: list[dict[str, Any]], *, no_daemon: bool
) -> None:
    """Restore what waits, one after the other; `results` grows as they finish."""
    with say.progress("Starting") as show, worker(no_daemon, lambda words: show(None, words)) as who:
        for number, source in enumerate(waiting):

            def part(fraction: float | None, words: str, number: int = number, name: str = source.name) -> None:
                show((number + (fraction or 0.0)) / len(waiting), f"{number + 1} of {len(waiting)}: {name}")

            results.append(_one(source, output / source.name, wish, who, part))
            if "error" not in results[-1]:
                ledger.add(source)


def _pictures(folder: Path, output: Path) -> list[Path]:
    if not folder.is_dir():
        raise say.Failure(f"“{folder}” is not a folder. For one picture there is `restored run`.")
    if output.exists() and (not output.is_dir() or output.samefile(folder)):
        raise say.Failure("The results need a folder of their own: the originals stay as they are.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise say.Failure(f"There are no pictures (PNG, TIFF, JPEG, WebP) in “{folder}”.")
    return found


def _one(source: Path, target: Path, wish: Wish, who: Worker, progress: OnProgress) -> dict[str, Any]:
    try:
        report = restore_file(source, target, wish, who.restore, progress=progress)
    except Exception as error:
        if say.is_interrupt(error) or getattr(error, "code", "") in _HOPELESS:
            raise
        return {"file": source.name, "error": say.explain_exception(error)}
    return {"file": source.name, **report.to_dict()}


def _tell(results: list[dict[str, Any]], skipped: int, output: Path) -> None:
    failed = [result for result in results if "error" in result]
    same = sum("error" not in result and not result["changed"] for result in results)
    words = [f"{len(results) - len(failed) - same} restored"]
    words += [f"{same} with nothing to do"] if same else []
    words += [f"{skipped} done earlier"] if skipped else []
    words += [f"{len(failed)} failed"] if failed else []
    say.out.print(Text.assemble((", ".join(words), "bold"), f" in {output}"))
    for result in failed:
        say.fail(f"{result['file']}: {result['error']}")
