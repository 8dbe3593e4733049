"""Which phrase and which template belongs to which side of the split.

A key phrase may go to the val or test side only when it occurs inside no other phrase and no sentence of the inventory, so
that "no key phrase of the test side occurs on the training side" can hold at all ("noise" itself is in everything, hence in
training; "peppering" may be kept for the test).
"""

import hashlib
import re
from functools import cache

from restored.instruction import TASKS, Task

from .example import Split
from .phrases import FOLDER, SECTIONS, read_sections, split_of, task_phrases


def padded(text: str) -> str:
    """Lower-case words separated and surrounded by single spaces, for whole-word containment."""
    words = re.findall(r"[\w']+", text.lower())
    return f" {' '.join(words)} "


VAL, TEST = 0.08, 0.1
"""Shares of the phrases of each section, and of the templates of each section, that are held out."""


@cache
def held_out() -> dict[str, Split]:
    """padded phrase -> "val" or "test", for every task phrase that is held out."""
    phrases = {padded(item) for task in TASKS for items in task_phrases(task).values() for item in items}
    others = [
        padded(line)
        for name in ("general", "add", "offtopic", "sentences", "slots", "templates")
        for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    ]
    haystack = "\n".join([*sorted(phrases), *others])
    chosen: dict[str, Split] = {}
    for task in TASKS:
        for section, items in task_phrases(task).items():
            able = [padded(item) for item in items if haystack.count(padded(item)) == 1]
            chosen |= _held(able, len(items), f"phrase:{task}:{section}")
    return chosen


def _held(able: list[str], total: int, key: str) -> dict[str, Split]:
    """The first shares in hash order: stable, and every section has something on every side."""
    ranked = sorted(able, key=lambda item: hashlib.sha256(f"{key}:{item}".encode()).digest())
    test = max(1, round(total * TEST))
    val = max(1, round(total * VAL))
    sides: dict[str, Split] = {}
    for number, item in enumerate(ranked[: test + val]):
        sides[item] = "test" if number < test else "val"
    return sides


@cache
def pool(task: Task, section: str, split: Split) -> tuple[str, ...]:
    """The phrases of one section of one task that a side may use."""
    sides = held_out()
    return tuple(item for item in task_phrases(task).get(section, ()) if sides.get(padded(item), "train") == split)


@cache
def templates(section: str, split: Split) -> tuple[str, ...]:
    """The templates of one section that a side may use. A bare "{symptom}" has no words of its own: every side has it, often."""
    items = read_sections("templates").get(section) or read_sections("templates_more")[section]
    bare = tuple(item for item in items if re.fullmatch(r"\{\w+\}", item))
    sides = _held([item for item in items if item not in bare], len(items), f"template:{section}")
    return tuple(item for item in items if sides.get(item, "train") == split and item not in bare) + bare * {
        "symptom": 9,
        "keep": 9,
        "do": 6,
    }.get(section, 1)


@cache
def lines(name: str, section: str, split: Split) -> tuple[str, ...]:
    """The lines of a section of a file without tasks (general, add, offtopic) on one side."""
    return tuple(item for item in read_sections(name).get(section, ()) if split_of(f"{name}:{item}") == split)


def check_complete() -> None:
    """Raises ValueError when a task file lacks a section."""
    for task in TASKS:
        missing = [section for section in SECTIONS if not task_phrases(task).get(section)]
        if missing:
            raise ValueError(f"{task}.txt lacks {missing}")
