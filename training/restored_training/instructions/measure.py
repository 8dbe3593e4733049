"""What the words are understood as, measured on the held-out lists, per language or stratum, with Wilson intervals:
`python -m restored_training.instructions.measure LIST ...` prints a table for each list.

A list has lines of `stratum|meaning|sentence`; the meaning is what `meaning_of` makes of a plan: tasks by the letters of the
phrase files, adjustments by id and sign (with `@region` where they have one), what is excluded after a slash, - for
nothing to do. A face is skin (regions have no other name for it), and a corner is either of its sides. Behind an item,
`:NUMBER` asks for that amount, `<` and `>` for less and more than the plain one. ~ asks for a remark about something that was
heard and cannot be done (or for nothing to be done, with the reason). " or " stands between meanings that are both right.

"Same tasks" counts a plan whose tasks and directions are right, wherever and how much.

What is not right is counted by what it does to the person: `unasked` (a step that nobody asked for, the other way round, or
elsewhere), `silent` (a wish or a remark left out without a word), `said` (not understood, and said so), `amount`.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, get_args

from rich.console import Console
from rich.table import Table

from restored.adjustments.names import PLAIN, is_adjustment
from restored.instruction import Plan, Step, explain
from restored.regions.names import Place, Region

from .evaluate import wilson
from .phrases import CODES
from .place_names import is_named

Harm = Literal["amount", "said", "silent", "unasked"]
HARMS: Final[tuple[Harm, ...]] = get_args(Harm)
"""The worst last."""

SIZE: Final = re.compile(r"[<>]|:[\d.]+")
FACE: Final = re.compile(r"(?<=[@!])faces?\b")
MARKED: Final = re.compile(r"@marks@(\w+)")
LETTERS = {task: code for code, task in CODES.items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a list."""

    stratum: str
    meaning: str
    text: str

    @property
    def readings(self) -> list["Line"]:
        """One line for each meaning that is right."""
        return [replace(self, meaning=meaning) for meaning in self.meaning.split(" or ")]

    @property
    def wanted(self) -> set[str]:
        return set(self.amounts)

    @property
    def amounts(self) -> dict[str, str]:
        """Item -> what is asked of its amount: "", "<", ">" or a number."""
        head = self.meaning.split("/")[0].replace("~", "").strip()
        return {} if head in ("-", "") else dict(map(_sized, _items(head)))

    @property
    def remarked(self) -> bool:
        """Whether a remark has to stand beside the steps."""
        return "~" in self.meaning

    @property
    def excluded(self) -> set[str]:
        return set(_items(self.meaning.split("/")[1])) if "/" in self.meaning else set()


def _items(text: str) -> list[str]:
    """Letters of tasks ("NB") or words ("temperature+ N@sky") of one side of a meaning."""
    found: list[str] = []
    for word in text.split():
        found += list(word) if word.isupper() and word.isalpha() else [word]
    return found


def _sized(item: str) -> tuple[str, str]:
    """An item without its amount, and that."""
    size = SIZE.search(item)
    bare, asked = (item, "") if size is None else (item[: size.start()] + item[size.end() :], size.group().removeprefix(":"))
    return _of_one(MARKED.sub(r"@\1+marks", FACE.sub("skin", bare))), asked


def _of_one(item: str) -> str:
    """An item whose place is written small and of one: "Eyes" and "eye" are the same place."""
    task, at, place = item.partition("@")
    known = place.strip("!") in get_args(Place) or "+" in place
    return task + at + (place if known else place.lower().removesuffix("s"))


def without_place(item: str) -> str:
    """An item's task, or adjustment and sign, alone."""
    return SIZE.sub("", item).split("@")[0]


def meaning_of(plan: Plan) -> set[str]:
    """The steps of a plan as a list names them."""
    return set(_steps(plan))


def _steps(plan: Plan) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for step in plan.steps:
        name = LETTERS.get(step.task) or f"{step.task}{'+' if (step.amount or 0) > 0 else '-'}"
        places = "" if step.region is None else f"@{place_named(step.region)}"
        found[_of_one(name + places)] = step
    return found


def place_named(region: Region) -> str:
    """A place as lists name it, with ! before one to leave out."""
    return ("!" if region.outside else "") + ("+".join(region.places) or _in_english(region.by_hand))


def lies_in(region: Region | None, place: str) -> bool:
    """Whether a region is the place that a list names."""
    return region is not None and _of_one(f"@{place_named(region)}") == _of_one(FACE.sub("skin", f"@{place}"))


def _in_english(place: str) -> str:
    """A place that no estimator finds, as labels name it."""
    return next((name for name in ("background", "foreground", "eye") if is_named(place, name)), place)


def _as_meant(name: str, meant: Iterable[str]) -> str:
    """A step's name; of several places together ("the lower right corner"), the one that was meant alone."""
    task, _, places = name.partition("@")
    return next((item for place in places.split("+") if (item := f"{task}@{place}") in meant), name) if "+" in places else name


def _is_of(step: Step, size: str) -> bool:
    """Whether the amount of a step is what was asked of it. A task is done whole where nothing is said: no more can be."""
    value, plain = step.strength, 1.0
    if is_adjustment(step.task):
        value, plain = abs(step.amount or 0.0), PLAIN[step.task]
    if size in ("<", ">"):
        most = not is_adjustment(step.task) and value >= plain
        return value < plain if size == "<" else value > plain or most
    return not size or abs(value - float(size)) <= 0.03


@dataclass(frozen=True, slots=True)
class Result:
    """A sentence and what was done."""

    line: Line
    plan: Plan

    @property
    def exact(self) -> bool:
        return not self.harm

    @property
    def same_tasks(self) -> bool:
        """Whether the tasks and the directions are those of one reading, wherever and how much."""
        did = {without_place(name) for name in meaning_of(self.plan)}
        return any(did == {without_place(item) for item in line.wanted} for line in self.line.readings)

    @property
    def harm(self) -> Harm | None:
        """What is wrong with the plan, by the reading that it comes nearest to; None where nothing is."""
        return min((self._harm(line) for line in self.line.readings), key=lambda harm: HARMS.index(harm) if harm else -1)

    def _harm(self, line: Line) -> Harm | None:
        sizes = line.amounts
        steps = {_as_meant(name, sizes): step for name, step in _steps(self.plan).items()}
        if steps.keys() - sizes.keys():
            return "unasked"
        remarked = bool(self.plan.unused) or not steps
        if steps.keys() != sizes.keys():
            return "said" if remarked or self.plan.message else "silent"
        if line.remarked and not remarked:
            return "silent"
        return None if all(_is_of(steps[name], size) for name, size in sizes.items()) else "amount"

    @property
    def wrong(self) -> bool:
        """Does something that was excluded or never asked."""
        return self.harm == "unasked"


def read(path: Path) -> list[Line]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Line(*line.split("|", 2)) for line in lines if line.strip() and not line.startswith("#")]


def measure(lines: Iterable[Line]) -> list[Result]:
    return [Result(line, explain(line.text)) for line in lines]


def table(results: list[Result], title: str) -> Table:
    shown = Table(title=title)
    for column in ("stratum", "sentences", "exact", "95 % interval", "same tasks", "unasked", "silent", "said", "amount"):
        shown.add_column(column, justify="left" if column == "stratum" else "right")
    strata = list(dict.fromkeys(r.line.stratum for r in results))
    for stratum in [*strata, "all"]:
        group = [r for r in results if stratum in ("all", r.line.stratum)]
        hits = sum(r.exact for r in group)
        low, high = wilson(hits, len(group))
        shown.add_row(
            stratum, str(len(group)), f"{100 * hits / len(group):.1f} %", f"{100 * low:.1f} – {100 * high:.1f}",
            f"{100 * sum(r.same_tasks for r in group) / len(group):.1f} %",
            *(str(sum(r.harm == harm for r in group)) for harm in reversed(HARMS)),
        )  # fmt: skip
    return shown


def print_misses(results: list[Result], console: Console) -> None:
    """What was understood otherwise than meant."""
    for result in results:
        if not result.exact:
            did = [
                f"{name}:{step.strength if step.amount is None else step.amount:g}" for name, step in _steps(result.plan).items()
            ]
            console.print(
                f"  {result.harm} {result.line.stratum}: {result.line.text!r} meant {result.line.meaning}, did {did},"
                f" {result.plan.reason}",
                markup=False, highlight=False,
            )  # fmt: skip


def main(paths: list[str]) -> None:
    console = Console(width=110)
    for path in paths:
        results = measure(read(Path(path)))
        console.print(table(results, Path(path).name))
        print_misses(sorted(results, key=lambda result: -HARMS.index(result.harm) if result.harm else 1), console)


if __name__ == "__main__":
    main(sys.argv[1:])
