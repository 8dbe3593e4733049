"""Clauses from templates and phrases, joined into sentences, with labels and spans."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from restored.instruction import TASKS, Task

from .example import Example, Split
from .inventory import lines, pool, templates
from .phrases import read_sections

Mark = tuple[Task, bool]
"""(task, wanted?) that a piece of text says."""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A stretch of text and what it says; typing noise is applied piece by piece, so that spans stay true."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledClause:
    """Pieces with the labels they amount to."""

    pieces: tuple[LabelledText, ...]
    wanted: dict[Task, float]
    excluded: tuple[Task, ...]
    template: str
    phrases: tuple[str, ...]


WISHES: dict[str, float] = {
    "thing": 0.22,
    "state": 0.17,
    "do": 0.15,
    "gerund": 0.06,
    "goal": 0.1,
    "quality": 0.08,
    "symptom": 0.22,
}
SLOT = re.compile(r"\{(\w+?)([123]?)\}")
NEGATIVE = ("not ", "no ", "lacking", "short on", "missing", "without", "less ", "isn't", "barely", "hidden", "undersized")
CARDINAL = ("10", "20", "25", "30", "40", "50", "60", "70", "75", "80", "90")
PROPER = re.compile(r"\b(too|so|very|really|way|a bit|more|kind of) (too|very|way|so|slightly|a bit|really) ")


class LabelledClauses:
    """Draws clauses of one side of the split, and joins them."""

    def __init__(self, split: Split, seed: int | str) -> None:
        self.split: Split = split
        self.rng = random.Random(f"{split}:{seed}")
        self.slots = read_sections("slots")

    # -- single clauses ------------------------------------------------------------------------------------------

    def wish(self, task: Task, section: str | None = None) -> LabelledClause | None:
        """One clause that asks for `task`."""
        section = section or self.rng.choices(list(WISHES), list(WISHES.values()))[0]
        return self.clause(section, {"": (task, True)})

    def keep(self, task: Task, after: bool = False) -> LabelledClause | None:
        """One clause that forbids `task` (or says its damage is not there)."""
        return self.clause("keep_only_after" if after else "keep", {"": (task, False)})

    def clause(self, section: str, marks: dict[str, Mark], strengths: dict[Task, float] | None = None) -> LabelledClause | None:
        """Fill a template of `section`; `marks` maps the slot suffix ("", "1", "2") to what that slot says."""
        choices = templates(section, self.split)
        if not choices:
            return None
        template = self.rng.choice(choices)
        strength = 1.0
        pieces: list[LabelledText] = []
        used: list[str] = []
        position = 0
        for match in SLOT.finditer(template):
            if match.start() > position:
                pieces.append(LabelledText(template[position : match.start()]))
            position = match.end()
            name, suffix = match.groups()
            if name == "strength":
                value, word = self.rng.choice(self.slots["strength"]).split("|")
                strength, text = float(value), word
                pieces.append(LabelledText(text))
            elif name == "percent":
                number = self.rng.choice(CARDINAL)
                strength = int(number) / 100
                pieces.append(LabelledText(number + self.rng.choice(("%", " %", " percent", " per cent"))))
            elif name in ("vr", "vk", "subject", "scene"):
                pieces.append(LabelledText(self.rng.choice(self.slots[{"vr": "verb_remove", "vk": "verb_keep"}.get(name, name)])))
            else:
                mark = marks.get(suffix) or marks.get("")
                if mark is None:
                    return None
                phrase = self.phrase(mark[0], name, template)
                if phrase is None:
                    return None
                used.append(phrase)
                pieces.append(LabelledText(phrase, (mark,)))
        pieces.append(LabelledText(template[position:]))
        single = marks.get("")
        if single is not None:
            pieces = [LabelledText(PROPER.sub(r"\1 ", "".join(piece.text for piece in pieces)), (single,))]
        elif PROPER.search("".join(piece.text for piece in pieces)):
            return None
        if section == "leftover":
            strength = 0.5 if "do}" in template else 0.6
        wanted: dict[Task, float] = {task: strength for task, want in marks.values() if want}
        excluded: tuple[Task, ...] = tuple(task for task, want in marks.values() if not want)
        return LabelledClause(
            tuple(piece for piece in pieces if piece.text), wanted, excluded, f"{section}:{template}", tuple(used)
        )

    def phrase(self, task: Task, section: str, template: str) -> str | None:
        """A phrase that fits the template's negations, or None."""
        items = pool(task, section, self.split)
        if not items:
            return None
        phrase = self.rng.choice(items)
        negated = re.search(r"\b(not|n't|isn't|never|don't|no|too|so|more|less|instead|without)\b", template)
        if negated and phrase.startswith(NEGATIVE) and section in ("state", "goal"):
            return None
        if negated and section == "do" and ("," in phrase or phrase.startswith("let ")):
            return None
        if section == "keep" and " and " in phrase:
            return None
        return phrase

    # -- sentences ------------------------------------------------------------------------------------------------

    def sentence(
        self, clauses: Sequence[LabelledClause | None], stratum: str, join: str = "join", kinds: tuple[str, ...] = ()
    ) -> Example | None:
        """Join clauses; None when one is missing or two contradict each other."""
        joins = templates(join, self.split)
        wanted: dict[Task, float] = {}
        excluded: list[Task] = []
        pieces: list[LabelledText] = []
        template: list[str] = []
        phrases: list[str] = []
        for number, clause in enumerate(clauses):
            if clause is None or not joins:
                return None
            if number:
                glue = self.rng.choice(joins)
                template.append(f"{join}:{glue}")
                pieces.append(LabelledText(glue))
            wanted |= clause.wanted
            excluded += clause.excluded
            pieces += clause.pieces
            template.append(clause.template)
            phrases += clause.phrases
        if set(wanted) & set(excluded):
            return None
        if wanted:
            kinds = ("wish", *kinds)
        return self.example(pieces, wanted, tuple(dict.fromkeys(excluded)), kinds, stratum, template, phrases)

    def example(
        self,
        pieces: Sequence[LabelledText],
        wanted: dict[Task, float],
        excluded: tuple[Task, ...],
        kinds: tuple[str, ...],
        stratum: str,
        template: Sequence[str],
        phrases: Sequence[str],
    ) -> Example:
        """Pieces -> text and spans."""
        text = ""
        spans: list[tuple[int, int, Task, bool]] = []
        for piece in pieces:
            start = len(text)
            text += piece.text
            spans.extend((start, len(text), task, want) for task, want in piece.marks)
        return Example(
            text=text,
            wanted={task: wanted[task] for task in TASKS if task in wanted},
            excluded=tuple(task for task in TASKS if task in excluded),
            kinds=tuple(dict.fromkeys(kinds)),
            stratum=stratum,
            spans=tuple(spans),
            template=" + ".join(template),
            phrases=tuple(phrases),
            split=self.split,
        )

    def line(self, name: str, section: str) -> str | None:
        """A line of a file without tasks."""
        items = lines(name, section, self.split)
        return self.rng.choice(items) if items else None
