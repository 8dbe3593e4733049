"""Reads the phrase files: the hand-written half of the corpus.

`phrases/<task>.txt` has the sections
    thing    the damage as a noun ("the ... has to go")      state    as an adjective ("it is ...")
    do       what to do, an imperative                       gerund   the same as a noun ("apply ...")
    goal     what it should be ("make it ...")               quality  what it should have ("give it ...")
    keep     clauses that forbid the task                    symptom  whole sentences, one a line, mostly without keywords
Items are separated by " | " or line ends. `sentences.txt` holds whole labelled sentences, `slots.txt` and `templates.txt`
the grammar, the rest what is not a task.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from restored.instruction import TASKS, Task

from .example import Example, Split

FOLDER = Path(__file__).with_name("phrases")
CODES: dict[str, Task] = dict(
    zip(
        "NBRHSLXEJ", ("denoise", "deblur", "derain", "dehaze", "desnow", "lowlight", "superres", "enhance", "dejpeg"), strict=True
    )
)
SENTENCES = ("sentences", "sentences_symptoms", "sentences_out_of_distribution", "sentences_negation", "sentences_more")
WIDER = ("sentences_wider", "sentences_experience", "sentences_elsewhere", "sentences_told")
"""Written later; typed in a stream of their own (see corpus)."""

BY_WRITERS = tuple(
    f"sentences_persons_{which}" for which in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
)
"""By independent writers, slips of the keyboard and all: no speller learns from them."""

SECTIONS = ("thing", "state", "do", "gerund", "goal", "quality", "keep", "symptom")


def read_tones() -> Iterator[tuple[str, str]]:
    """`phrases/tones.txt`: (which way a tone is turned, sentence of an independent writer)."""
    for line in (FOLDER / "tones.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("# "):
            name, text = line.split("|", 1)
            yield name, text


@cache
def read_sections(name: str) -> dict[str, tuple[str, ...]]:
    """Sections of `phrases/<name>.txt` -> items, comments left out, duplicates dropped."""
    sections: dict[str, list[str]] = {}
    current = ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith("[") and line.endswith("]") and " " not in line:
            current = line[1:-1]
            sections.setdefault(current, [])
        elif current:
            sections[current].extend(_items(line, name, current))
    return {key: tuple(dict.fromkeys(items)) for key, items in sections.items()}


def _items(line: str, name: str, section: str) -> list[str]:
    if name.startswith("templates"):
        return [line[:-1] if section.startswith("join") and line.endswith("|") else line]
    if name == "slots" and section == "strength":
        value, *words = line.split("|")
        return [f"{value}|{word.strip()}" for word in words]
    if (
        name in TASKS
        or name in ("slots", "general")
        or section.startswith("@")
        or section in ("thing", "remove", "place", "scene", "style")
    ):
        return [item.strip() for item in line.split(" | ") if item.strip()]
    return [line.strip()]


@cache
def task_phrases(task: Task) -> dict[str, tuple[str, ...]]:
    """The sections of one task's file."""
    return read_sections(task)


def read_sentences(names: Sequence[str] = SENTENCES) -> list[Example]:
    """The hand-written whole sentences of these files (split not yet assigned)."""
    examples: list[Example] = []
    for name in names:
        for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("# "):
                label, stratum, text = line.split("|", 2)
                examples.append(parse_label(label, stratum, text))
    return examples


@cache
def hand_written(split: Split) -> tuple[Example, ...]:
    """Every hand-written whole sentence of one side."""
    mine = (example for example in read_sentences((*SENTENCES, *WIDER)) if split_of(f"hand:{example.text}") == split)
    return tuple(replace(example, split=split) for example in mine)


@cache
def symptoms(split: Split, task: Task) -> tuple[Example, ...]:
    """The hand-written symptoms of one side that are of one task alone."""
    return tuple(e for e in hand_written(split) if tuple(e.wanted) == (task,) and e.stratum == "symptom" and not e.excluded)


@cache
def strays(split: Split) -> tuple[Example, ...]:
    """The hand-written sentences of one side that are no wish."""
    return tuple(e for e in hand_written(split) if e.kinds in (("off_topic",), ("add",)) and not e.excluded)


def parse_label(label: str, stratum: str, text: str) -> Example:
    """`N35B/H+o` -> denoise at 0.35, deblur, not dehaze, also off-topic. Raises ValueError on an unknown letter."""
    flags = re.findall(r"\+(.)", label)
    label = re.sub(r"\+.", "", label)
    wants, _, excludes = label.partition("/")
    wanted: dict[Task, float] = {}
    number = ""
    for character in reversed(wants.replace("-", "")):
        if character.isdigit():
            number = character + number
        elif character in CODES:
            wanted[CODES[character]] = int(number or 100) / 100
            number = ""
        else:
            raise ValueError(f"unknown task letter {character!r} in {label!r}")
    kinds = [{"o": "off_topic", "a": "add", "g": "general", "f": "foreign"}[flag] for flag in flags]
    return Example(
        text=text,
        wanted={task: wanted[task] for task in TASKS if task in wanted},
        excluded=tuple(CODES[c] for c in excludes),
        kinds=tuple((["wish"] if wanted else []) + kinds),
        stratum=stratum,
        template=f"sentence:{text}",
    )


@dataclass(frozen=True, slots=True)
class ForeignGrammar:
    """verbs x objects x tails of one language."""

    language: str
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    tails: tuple[str, ...]


def read_foreign() -> tuple[list[tuple[str, str]], list[ForeignGrammar]]:
    """(language, sentence) pairs and the small grammars of `foreign.txt`."""
    sentences: list[tuple[str, str]] = []
    grammars: list[ForeignGrammar] = []
    for line in (FOLDER / "foreign.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if ">" in line:
            language, *lists = line.split(">")
            verbs, objects, tails = (tuple(part.split("|")) for part in lists)
            grammars.append(ForeignGrammar(language, verbs, objects, tails))
        else:
            language, text = line.split("|", 1)
            sentences.append((language, text))
    return sentences, grammars


def one_in(share: int, text: str) -> bool:
    """Whether a sentence is of the one in `share` that its hash chooses."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % share == 0


def split_of(key: str, val: float = 0.08, test: float = 0.1) -> Split:
    """The side a phrase or template belongs to, decided by its hash: stable when the corpus grows."""
    share = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") / 2**32
    return "test" if share < test else "val" if share < test + val else "train"
