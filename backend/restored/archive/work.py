"""One shard: whatever process, thread or machine it runs in, and however often it is begun."""

import json
import multiprocessing
import shlex
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from restored.files import FileOrder, Loaded, Report, Restore, load
from restored.files.conflicts import Already, Policy, Taken, place
from restored.files.isolated import Reader
from restored.files.makingway import place_mark
from restored.files.many import FileJob, FileOutcome, restore_many
from restored.files.orders import never
from restored.ground.bounded import parse_json
from restored.ground.errors import RestoredError

from .archive_order import ArchiveError, ArchiveOrder, ArchiveRow, read_shard
from .boundaries import entry_fits, is_elsewhere, leads_out, may_read
from .trees import OURS, Lines, Tree, workplace

ENGINE: Final = "restored.here:Here"
"""What restores: a class without arguments that has `restore`."""


@dataclass(frozen=True, slots=True)
class ShardReport:
    """What one run of a shard did. earlier: were done already. seconds: by the clock."""

    shard: int
    pictures: int
    done: int
    earlier: int
    errors: int
    seconds: float

    @property
    def complete(self) -> bool:
        return self.done + self.earlier == self.pictures


class Workbench:
    """What a process keeps between shards: the engine with its opened model, and the readers. One shard at a time."""

    def __init__(self, engine: str = ENGINE) -> None:
        module, _, name = engine.partition(":")
        self._engine = getattr(import_module(module), name)()
        self._readers: list[Any] = []

    @property
    def restore(self) -> Restore:
        return self._engine.restore

    @contextmanager
    def reader(self) -> Iterator[Any]:
        reader = self._readers.pop() if self._readers else _reader()
        try:
            yield reader
        finally:
            self._readers.append(reader)

    def work(self, target: str, shard: int, *, source: str | None = None, cancelled: Callable[[], bool] = never) -> ShardReport:
        """Do what is not done of a shard. source: where the user says the pictures are, for a plan that has them read from
        another place than this machine or the results'. Raises ArchiveError, and what every picture of it would meet."""
        return work_shard(Tree(target), shard, self, source=source, cancelled=cancelled)

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        self._readers = []


def work_shard(
    tree: Tree, shard: int, bench: Workbench, *, source: str | None = None, cancelled: Callable[[], bool] = never
) -> ShardReport:
    """As `Workbench.work`. A picture is left out only when a record of `done` has its hash: the same picture, wish and model."""
    start = time.monotonic()
    order = checked(tree, source)
    if not is_elsewhere(order.source) and not Path(order.source).is_dir():  # else every picture of it would be an error
        raise ArchiveError(
            f"The pictures of this plan are in “{order.source}”, a folder that this machine does not see. Connect it under this "
            "very name; or, if it has moved, plan once more from where it is: restored archive plan SRC --to DST --anew"
        )
    rows = read_shard(tree, shard)
    known = _done(tree, shard)
    waiting = [row for row in rows if order.hash_of(row) not in known]
    report = ShardReport(shard, len(rows), 0, len(rows) - len(waiting), 0, 0.0)
    if waiting:
        with workplace(tree, f"{shard:05}") as folder, ExitStack() as stack:
            run = _Run(tree, order, shard, folder, bench, stack)
            run.all(waiting, cancelled)
            report = replace(report, done=run.done, errors=run.errors)
    report = replace(report, seconds=round(time.monotonic() - start, 3))
    if not cancelled():
        tree.write(f"{OURS}/state/{shard:05}.json", json.dumps(asdict(report)).encode())
    return report


def checked(tree: Tree, source: str | None) -> ArchiveOrder:
    """The order in a folder, when it reads pictures from where it may (see `may_read`). Raises ArchiveError."""
    order = ArchiveOrder.read(tree)
    if not may_read(order.source, tree.url, source):
        raise ArchiveError(
            f"The plan in “{tree.url}” has its pictures read from “{order.source}”, and a plan can be anybody's. "
            f"If that is where they are, say so: --from {shlex.quote(order.source)}"
        )
    return order


class _Run:
    """One run of one shard."""

    def __init__(self, tree: Tree, order: ArchiveOrder, shard: int, folder: Path, bench: Workbench, stack: ExitStack) -> None:
        self._tree, self._order, self._folder, self._bench, self._stack = tree, order, folder, bench, stack
        self._source = Tree(order.source)
        self._finished = Lines(tree, f"{OURS}/done/{shard:05}.jsonl")
        self._failed = Lines(tree, f"{OURS}/errors/{shard:05}.jsonl")
        self._lock = threading.Lock()
        self._rows: dict[str, ArchiveRow] = {}
        self._copies: dict[str, Path] = {}
        self.done = self.errors = 0

    def all(self, rows: list[ArchiveRow], cancelled: Callable[[], bool]) -> None:
        order = self._order
        try:
            restore_many(
                self._jobs(rows),
                order.wish,
                self._checked,
                self._tell,
                explain=explain,
                hopeless=lambda error: isinstance(error, ArchiveError) or getattr(error, "code", "") in HOPELESS,
                quality=order.quality,
                staging=self._folder,
                forced=order.forced,
                reader=self._reader,
                after=self._after,
                cancelled=cancelled,
            )
        finally:
            self._finished.close()
            self._failed.close()

    def _reader(self) -> "_Fetching":
        return _Fetching(self._stack.enter_context(self._bench.reader()), self._source, self._folder, self._copies)

    def _jobs(self, rows: list[ArchiveRow]) -> Iterator[FileJob]:
        for row in rows:
            try:
                yield self._job(row)
            except Already:
                self._record(row, row.result, None)
            except Taken as taken:
                self._fail(row, str(taken), "taken")
            except OSError as error:
                self._fail(row, f"“{row.name}” cannot be read: {error.strerror or error}.", "unreadable")

    def _job(self, row: ArchiveRow) -> FileJob:
        """Where the picture is read from and its result is written on this machine."""
        self._rows[row.name] = row
        source = Path(row.name) if not self._source.local else self._source.path(row.name)
        policy: Policy = self._order.on_conflict  # pyright: ignore[reportAssignmentType]
        if self._tree.local:
            if leads_out(self._tree.path(""), self._tree.path(row.result)):
                raise Taken(f"“{row.result}” would lie outside of “{self._tree.url}”: a link leads there.")
            target = self._tree.path(row.result)
            there = place_mark(target)
            with self._source.fetched(row.name, self._folder) if there else _nothing(source) as copy:
                where = place(target, copy, self._order.wish, policy)
            return FileJob(source, where, row.name, there if where == target else None)
        if self._tree.exists(row.result):
            with self._tree.fetched(row.result, self._folder) as there, self._source.fetched(row.name, self._folder) as copy:
                place(there, copy, self._order.wish, "overwrite" if policy == "overwrite" else "skip")
        return FileJob(source, self._folder / f"{len(self._rows):06}{Path(row.result).suffix}", row.name)

    def _checked(self, pixels: Any, wish: FileOrder, *rest: Any) -> Any:
        """Restore, and refuse the result of another model than the plan's: an archive is of one piece."""
        done = self._bench.restore(pixels, wish, *rest)
        used = done.recipe.get("sha256")
        if used and self._order.fingerprint and used != self._order.fingerprint:
            raise ArchiveError(
                f"The plan was made for another version of the model “{self._order.model}” than is installed here. "
                "Install the same version of restored everywhere, or plan once more with this one: "
                "restored archive plan SRC --to DST --anew"
            )
        return done

    def _after(self, job: FileJob, report: Report) -> None:
        """The result is written: bring it to its place, and only then record it. In a writer's thread."""
        row = self._rows[job.name]
        result = str(Path(row.result).with_suffix(job.target.suffix).as_posix())
        if self._tree.local:
            result = job.target.relative_to(self._tree.at("")).as_posix()
        else:
            self._tree.put(job.target, result)
            job.target.unlink()
        self._record(row, result, report)

    def _record(self, row: ArchiveRow, result: str, report: Report | None) -> None:
        entry: dict[str, Any] = {"hash": self._order.hash_of(row), "name": row.name, "result": result}
        if report is not None:
            entry |= {"changed": report.done.changed, "seconds": round(report.done.seconds, 3)}
            entry |= {"notes": list(report.notes)} if report.notes else {}
        with self._lock:
            self._finished.add(json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode())
            self.done += 1

    def _fail(self, row: ArchiveRow, words: str, code: str) -> None:
        entry = {"hash": self._order.hash_of(row), "name": row.name, "error": words, "code": code}
        with self._lock:
            self._failed.add(json.dumps(entry, ensure_ascii=True, separators=(",", ":")).encode())
            self.errors += 1

    def _tell(self, outcome: FileOutcome) -> None:
        copy = self._copies.pop(outcome.job.name, None)
        if copy is not None:
            copy.unlink(missing_ok=True)
        if outcome.error is not None:
            row = self._rows.get(outcome.job.name)
            if row is None:
                raise ArchiveError(outcome.error)
            self._fail(row, outcome.error, outcome.code or "failed")


class _Fetching:
    """A reader whose pictures may lie elsewhere: fetched first, and gone once they are read."""

    def __init__(self, reader: Any, source: Tree, folder: Path, copies: dict[str, Path]) -> None:
        self._reader, self._source, self._folder, self._copies = reader, source, folder, copies

    def load(self, source: Path, target: Path, wish: FileOrder) -> Loaded:
        if self._source.local:
            return self._reader.load(source, target, wish)
        # kept until its result is written, which may be the very same bytes
        copy = self._copies[source.as_posix()] = self._folder / f"{uuid.uuid4().hex[:12]}{source.suffix}"
        with self._source.fetched(source.as_posix(), self._folder) as fetched:
            fetched.replace(copy)
        return self._reader.load(copy, target, wish)

    def stop(self) -> None:
        self._reader.stop()

    def close(self) -> None:
        """The bench keeps the reader."""


class _Inline:
    """Reads in this process: where it can have none of its own (a scheduler's daemonic worker, one of joblib's)."""

    def load(self, source: Path, target: Path, wish: FileOrder) -> Loaded:
        return load(source, target, wish)

    def stop(self) -> None: ...

    def close(self) -> None: ...


def _reader() -> Any:
    # joblib's workers know a way to start processes that Python's own children have never heard of, and die of
    foreign = multiprocessing.get_start_method() not in multiprocessing.get_all_start_methods()
    return _Inline() if foreign or multiprocessing.current_process().daemon else Reader()


@contextmanager
def _nothing(path: Path) -> Iterator[Path]:
    yield path


HOPELESS: Final = ("not_installed", "model", "bad_plan", "engine_missing")
"""Errors that every picture would meet."""


def explain(error: BaseException) -> str:
    """The sentence an exception stands for."""
    if isinstance(error, RestoredError):
        return str(error)
    return f"Something went wrong inside restored ({type(error).__name__}: {error})."


def _done(tree: Tree, shard: int) -> set[str]:
    found = set()
    for line in Lines.read(tree, f"{OURS}/done/{shard:05}.jsonl"):
        try:
            entry = parse_json(line)
        except ValueError:
            continue
        if entry_fits(entry):
            found.add(entry["hash"])
    return found
