"""One run of `restored batch`: which pictures wait, what becomes of each, and what is said at the end."""

import json as jsonlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

import typer
from rich.text import Text

from restored.files import FileOrder, OnProgress
from restored.files.conflicts import Already, Policy, Taken, place
from restored.files.ledger import Ledger
from restored.files.makingway import file_mark, place_mark
from restored.files.many import FileJob, FileOutcome, restore_many
from restored.files.page import Page
from restored.files.walk import Names, Walked, pictures
from restored.files.watch import arriving

from . import console
from .workers import worker

HOPELESS: Final = ("not_installed", "start_failed", "protocol", "unsafe", "model", "bad_plan", "engine_missing")
"""Errors that the next picture would meet as well."""

_LISTED: Final = 20
"""Sentences about single files that are said on the terminal; --report and --page have them all."""


@dataclass(slots=True)
class BatchRun:
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
    failed: set[str] = field(default_factory=set)
    """What could not be done so far."""
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
            try:
                mark, there = file_mark(source), place_mark(target)
                if not self.again and self.ledger.has(name, source, target):
                    self.earlier += 1
                    continue
                where = self._place(name, source, mark, target)
            except Taken as taken:
                self.note({"file": name, "skipped": str(taken)})
            except OSError as error:
                self.note({"file": name, "error": f"“{source.name}” cannot be read: {error.strerror}."})
            else:
                if where is not None:
                    yield FileJob(source, where, name, there if where == target else None)

    def _place(self, name: str, source: Path, mark: tuple[int, int], target: Path) -> Path | None:
        """Where the result goes; None where it is already, made by another run. Raises Taken and OSError."""
        try:
            return place(target, source, self.wish, self.policy, again=self.again, made=self.ledger.made(target))
        except Already:
            with suppress(OSError):  # gone again
                self.ledger.add(name, mark, target, file_mark(target))
            self.earlier += 1
            return None

    def restore(self, *, quality: int | None, forced: bool, watch: bool, no_daemon: bool) -> None:
        jobs = self.jobs(self.sources())
        first = None if watch else next(jobs, None)
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
                waiting = _before(first, jobs) if first is not None else self.jobs(self._arriving(stop))
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
        except BaseException as error:  # Ctrl+C has many shapes on its way through threads and clients
            if not console.is_interrupt(error):
                raise
            self.stopped = not watch

    def _arriving(self, stop: Callable[[], bool]) -> Iterator[Path]:
        """What is there, and then what comes: a hot folder."""
        return arriving(
            self.folder,
            recursive=self.recursive,
            leave_out=self.output,
            stopped=stop,
            first=self.sources(),
            ready=self._ready,
        )

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
        job, changed = outcome.job, outcome.report.done.changed
        self.ledger.add(job.name, outcome.mark, job.target, outcome.made, changed=changed)
        result = outcome.job.target.relative_to(self.output).as_posix()
        self.note({"file": outcome.job.name, "result": result, **outcome.report.to_dict()}, outcome)

    def note(self, row: dict[str, Any], outcome: FileOutcome | None = None) -> None:
        kind = next((kind for kind in ("error", "skipped") if kind in row), "changed" if row.get("changed") else "same")
        if row["file"] in self.failed and kind != "skipped":  # in a hot folder: half a picture, and then the whole of it
            self.failed.remove(row["file"])
            self.counts["error"] -= 1
            self.results = [each for each in self.results if each["file"] != row["file"]]
            if self.page is not None:
                self.page.take_back(row["file"])
        if kind == "error":
            self.failed.add(row["file"])
        self.counts[kind] += 1
        if self.keep or (kind in ("error", "skipped") and self.counts[kind] <= _LISTED):
            self.results.append(row)
        if self.lines is not None:
            try:
                self.lines.write(jsonlib.dumps(row, ensure_ascii=True) + "\n")
                self.lines.flush()
            except OSError as error:
                lines, self.lines = self.lines, None
                with suppress(OSError):  # what it holds back would fail again
                    lines.close()
                why = error.strerror or error
                raise console.Failure(
                    f"The report cannot be written ({why}). What was done is done; the same command goes on."
                ) from error
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
                console.fail(f"{row['file']}: {row['error']}".removeprefix(": "))  # of no single file
        more = max(0, counts["skipped"] - _LISTED) + max(0, counts["error"] - _LISTED)
        if more:
            console.warn(f"{more} more such lines: --report FILE.jsonl writes them all.")


def _before(first: FileJob, rest: Iterator[FileJob]) -> Iterator[FileJob]:
    yield first
    yield from rest


def _hopeless(error: BaseException) -> bool:
    return console.is_interrupt(error) or getattr(error, "code", "") in HOPELESS
