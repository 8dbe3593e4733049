"""Symptom sentences from semantic fields: what happens to whom, in the words of people who do not know the name of the damage."""

import random
import re

from restored.instruction import TASKS, Task

from .example import Example, Split
from .phrases import read_sections, split_of

SLOT = re.compile(r"\{(\w+)\}")


class Fields:
    """Draws symptom sentences of one side. Templates are held out whole; so is a tenth of each list's words."""

    def __init__(self, split: Split, seed: int) -> None:
        self.split: Split = split
        self.rng = random.Random(f"fields:{split}:{seed}")
        sections = read_sections("fields")
        self.words = {name[1:]: self._side(name, items) for name, items in sections.items() if name.startswith("@")}
        self.templates = {task: tuple(m for m in sections[task] if split_of(f"field:{m}") == split) for task in TASKS}

    def _side(self, name: str, items: tuple[str, ...]) -> tuple[str, ...]:
        if len(items) < 8:
            return items
        kept = tuple(item for item in items if split_of(f"field:{name}:{item}") == self.split)
        return kept or items

    def draw(self, task: Task) -> Example | None:
        """One sentence; None when this side has no template for the task."""
        if not self.templates[task]:
            return None
        template = self.rng.choice(self.templates[task])
        text = SLOT.sub(lambda match: self.rng.choice(self.words[match.group(1)]), template)
        span: tuple[tuple[int, int, Task, bool], ...] = ((0, len(text), task, True),)
        return Example(text, {task: 1.0}, (), ("wish",), "symptom", span, f"field:{template}", split=self.split)
