"""`restored batch`: a folder of photographs, one sentence for all."""

import json as jsonlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer
from rich.text import Text

from restored.files import FileOrder, OnProgress
from restored.files.conflicts import Already, Policy, Taken, place
from restored.files.ledger import Ledger, LedgerError
from restored.files.many import FileJob, FileOutcome, restore_many
from restored.files.page import Page
from restored.files.walk import Names, Walked, pictures
from restored.files.watch import arriving

from . import console
from .options import Device, Json, Model, NoDaemon, Quality, Recipe, Scale, Strength, qualities
from .single import make_wish
from .workers import worker

HOPELESS: Final = ("not_installed", "start_failed", "protocol", "unsafe", "model", "bad_plan", "engine_missing")
"""Errors that the next picture would meet as well."""

ENDINGS: Final = {"png": ".png", "tiff": ".tif", "tif": ".tif", "jpeg": ".jpg", "jpg": ".jpg", "webp": ".webp"}
_POLICIES: Final = ("ask", "skip", "rename", "overwrite")
_LISTED: Final = 20
"""Sentences about single files that are said on the terminal; --report and --page have them all."""


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder with the photographs.")],
    instruction: Annotated[str | None, typer.Argument(metavar="INSTRUCTION", help="What to do with each of them.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Required: the folder for the results, made when missing."),
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Folders inside too; the results keep the tree.")] = False,
    format: Annotated[
        str | None, typer.Option("--format", metavar="png|tiff|jpeg|webp", help="The results' format; usually the original's.")
    ] = None,
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
    if format is not None and format.lower() not in ENDINGS:
        raise typer.BadParameter("The format is one of: png, tiff, jpeg, webp.", param_hint="--format")
    if on_conflict not in _POLICIES:
        raise typer.BadParameter(f"It is one of: {', '.join(_POLICIES)}.", param_hint="--on-conflict")
    if "/" in suffix or "\\" in suffix or "\0" in suffix:
        raise typer.BadParameter("A suffix is a part of a name, without slashes.", param_hint="--suffix")
    work, written = qualities(quality)
    wish = make_wish(instruction, recipe, strength, scale, model, device, work)
    wish = replace(wish, find=find or wish.find)
    _check(folder, output)
    ending = ENDINGS[format.lower()] if format else None
    try:
        ledger = Ledger(output, wish, again=again)
    except LedgerError as error:
        raise console.Failure(str(error)) from error
    with ledger, _opened(report) as lines:
        run = _Run(folder, output, wish, ledger, Names(folder, output, ending=ending, suffix=suffix), lines, recursive=recursive)
        run.policy = _asked(run, on_conflict, again, json)  # pyright: ignore[reportAttributeAccessIssue]
        run.keep, run.again = json, again
        run.page = Page(f"{folder.name} → {output.name}", _words(wish)) if page else None
        try:
            run.restore(quality=written, forced=ending is not None, watch=watch, no_daemon=no_daemon)
        finally:
            if run.page is not None and page is not None:
                run.page.write(page, run.walked.sentences())
    run.finish(json=json)


@dataclass(slots=True)
class _Run:
    """One batch: which pictures wait, and what is known of those that are done."""

    folder: Path
    output: Path
    wish: FileOrder
    ledger: Ledger
    names: Names
    lines: TextIO | None
    recursive: bool
    policy: Policy = "skip"
    again: bool = False
    page: Page | None = None
    walked: Walked = field(default_factory=Walked)
    keep: bool = False
    """Whether all results are wanted at the end, and not only what went wrong."""
    results: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    earlier: int = 0
    stopped: bool = False
    total: int = 0

    def sources(self) -> Iterator[Path]:
        yield from pictures(self.folder, self.walked, recursive=self.recursive, leave_out=self.output)

    def jobs(self, sources: Iterator[Path]) -> Iterator[FileJob]:
        """Those that are to be done. Called from one thread at a time."""
        for source in sources:
            self.seen += 1
            name = source.relative_to(self.folder).as_posix()
            target = self.names.target(source)
            if not self.again and self.ledger.has(name, source, target):
                self.earlier += 1
                continue
            try:
                made = self.ledger.made(target)
                yield FileJob(source, place(target, source, self.wish, self.policy, again=self.again, made=made), name)
            except Already:
                self.ledger.add(name, source, target)
                self.earlier += 1
            except Taken as taken:
                self.note({"file": name, "skipped": str(taken)})
            except OSError as error:
                self.note({"file": name, "error": f"“{source.name}” cannot be read: {error.strerror}."})

    def restore(self, *, quality: int | None, forced: bool, watch: bool, no_daemon: bool) -> None:
        jobs = self.jobs(self.sources())
        first = next(jobs, None)
        if first is None and not watch:
            if not self.seen:
                raise console.Failure(f"There are no pictures in “{self.folder}”. {' '.join(self.walked.sentences())}".strip())
            return
        try:
            with (
                console.progress("Starting") as show,
                worker(no_daemon, lambda words: show(None, words)) as who,
                console.interruptible() as stop,
            ):
                waiting = _before(first, jobs) if first is not None else jobs
                if watch:
                    waiting = self._watched(waiting, stop)
                options: dict[str, Any] = {"explain": console.explain_exception, "hopeless": _hopeless, "quality": quality}
                restore_many(
                    waiting,
                    self.wish,
                    who.restore,
                    self.tell,
                    staging=self.ledger.parts,
                    forced=forced,
                    show=self.page is not None,
                    progress=self._progress(show),
                    cancelled=stop,
                    **options,
                )
        except BaseException as error:
            if not console.is_interrupt(error):
                raise
            self.stopped = not watch

    def _watched(self, waiting: Iterator[FileJob], stop: Callable[[], bool]) -> Iterator[FileJob]:
        yield from waiting
        arrivals = arriving(self.folder, recursive=self.recursive, leave_out=self.output, stopped=stop, ready=self._ready)
        yield from self.jobs(arrivals)

    def _ready(self) -> None:
        console.err.print(Text(f"Waiting for pictures in {self.folder}. Ctrl+C ends this.", style="dim"))

    def _progress(self, show: OnProgress) -> OnProgress:
        def part(fraction: float | None, words: str) -> None:
            done = len(self.results)
            of = f" of {self.total}" if self.total else ""
            show(
                (done + (fraction or 0.0)) / self.total if self.total else None,
                f"{min(done + 1, self.total or done + 1)}{of}: {words}",
            )

        return part

    def tell(self, outcome: FileOutcome) -> None:
        if outcome.report is None:
            self.note(
                {"file": outcome.job.name, "error": outcome.error or "", **({"code": outcome.code} if outcome.code else {})}
            )
            return
        self.ledger.add(outcome.job.name, outcome.job.source, outcome.job.target, changed=outcome.report.done.changed)
        result = outcome.job.target.relative_to(self.output).as_posix()
        self.note({"file": outcome.job.name, "result": result, **outcome.report.to_dict()}, outcome)

    def note(self, row: dict[str, Any], outcome: FileOutcome | None = None) -> None:
        kind = next((kind for kind in ("error", "skipped") if kind in row), "changed" if row.get("changed") else "same")
        self.counts[kind] += 1
        if self.keep or (kind in ("error", "skipped") and self.counts[kind] <= _LISTED):
            self.results.append(row)
        if self.lines is not None:
            self.lines.write(jsonlib.dumps(row, ensure_ascii=True) + "\n")
            self.lines.flush()
        if self.page is not None:
            self.page.add(row, outcome.pair if outcome else None)

    def finish(self, *, json: bool) -> None:
        counts = self.counts
        self.results.sort(key=lambda row: row["file"])  # several are on their way at once
        if json:
            numbers = {"done": counts["changed"] + counts["same"], "skipped": self.earlier + counts["skipped"]}
            left = {"left_alone": dict(self.walked.unread), "notes_of_macos": self.walked.notes_of_macos}
            console.print_json({**numbers, "failed": counts["error"], "stopped": self.stopped, **left, "results": self.results})
        else:
            self._say()
        if self.stopped:
            console.fail("Stopped. The same command goes on from here.")
            raise typer.Exit(console.INTERRUPTED)
        if counts["error"]:
            raise typer.Exit(1)

    def _say(self) -> None:
        counts = self.counts
        words = [f"{counts['changed']} restored"]
        words += [f"{counts['same']} with nothing to do"] if counts["same"] else []
        words += [f"{self.earlier} done earlier"] if self.earlier else []
        words += [f"{counts['skipped']} left as they were"] if counts["skipped"] else []
        words += [f"{counts['error']} failed"] if counts["error"] else []
        console.out.print(Text.assemble((", ".join(words), "bold"), f" in {self.output}"))
        for sentence in self.walked.sentences():
            console.warn(sentence)
        for row in self.results:
            if "skipped" in row:
                console.warn(row["skipped"])
            elif "error" in row:
                console.fail(f"{row['file']}: {row['error']}")
        more = max(0, counts["skipped"] - _LISTED) + max(0, counts["error"] - _LISTED)
        if more:
            console.warn(f"{more} more such lines: --report FILE.jsonl writes them all.")


def _asked(run: _Run, policy: str, again: bool, json: bool) -> str:
    """What to do about files of another origin: one question for all of them, where there is somebody to ask. Counts the
    pictures on the way."""
    walked, run.walked = run.walked, Walked()
    if policy == "ask" and not json and console.asks():
        taken = 0
        names = Names(run.folder, run.output, ending=run.names.ending, suffix=run.names.suffix)
        for source in run.sources():
            target = names.target(source)
            if os.path.exists(target) and not run.ledger.has(source.relative_to(run.folder).as_posix(), source, target):
                try:
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
    return "skip" if policy == "ask" else policy


def _check(folder: Path, output: Path) -> None:
    if not os.path.isdir(folder):
        raise console.Failure(f"“{folder}” is not a folder. For one picture there is `restored run`.")
    if os.path.exists(output) and (not os.path.isdir(output) or output.samefile(folder)):
        raise console.Failure("The results need a folder of their own: the originals stay as they are.")
    if not any(folder.iterdir()):
        raise console.Failure(f"There are no pictures in “{folder}”: it is empty.")


def _opened(report: Path | None) -> Any:
    from contextlib import nullcontext

    if report is None:
        return nullcontext()
    try:
        return open(report, "a", encoding="ascii")
    except OSError as error:
        raise console.Failure(f"The report “{report}” cannot be written: {error.strerror}.") from error


def _before(first: FileJob, rest: Iterator[FileJob]) -> Iterator[FileJob]:
    yield first
    yield from rest


def _hopeless(error: BaseException) -> bool:
    return console.is_interrupt(error) or getattr(error, "code", "") in HOPELESS


def _words(wish: FileOrder) -> str:
    return f"“{wish.instruction}”" if wish.instruction else "By a recipe"
