"""Sentences with all that is known of what they ask for, for the layers that read other languages: those of independent writers
in sixteen languages and in English (the encoder puts a sentence near its translations), this project's phrases, and clauses made
from each language's table of words by a small grammar."""

import itertools
import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from restored.instruction.grammar import languages
from restored.instruction.grammar.concepts import FOLDER as WORDS
from restored.instruction.tasks import TASKS
from restored.instruction.tones import SIGNED
from restored.instruction.wish_classes import MUCH, SLIGHTLY, WISHES
from restored.regions.names import MARKS as MARKED

from .corpus import build
from .example import Example
from .measure import SIZE, Line, read, without_place
from .phrases import BY_WRITERS, CODES, FOLDER, one_in, read_sections, read_sentences, read_tones

SAID: Final = {"thing": "add a", "place": "put a cat", "scene": "take me to", "style": "turn it into"}
"""How a thing becomes something that nobody restores."""

TONES: Final = frozenset({"enhance", "lowlight", *SIGNED})
"""Classes that a label of E or L may stand for."""

SIZED: Final = frozenset(SLIGHTLY + MUCH)
"""Classes that only a label with amounts says anything of."""

MARKS: Final = re.compile(
    r"\b(?:scratch|dust|crease|crinkl|stain|fold|spot|hair|tear|torn|rip|mould|mold|crack|fluff|lint|smudge|thumb|finger|tape|glue"
    r"|ink|burn|hole|mark|line|blot|coffee|scrape|water)",
    re.I,
)
"""Of an English sentence labelled as no wish for the head: it may be one to fill marks, which the head does not know."""

WEIGHTS: Final = {"natives": 3.0, "wishes": 1.0, "english": 1.0, "phrases": 0.5, "tables": 0.5}
"""What a sentence of each source counts for."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """targets: class -> how likely, 0 for all others; unknown: classes of which the label says nothing; places: words that say
    where, None where the label says nothing of it; left_out: those of them where nothing shall be done; where: wish -> those
    that are its own."""

    text: str
    source: str
    targets: Mapping[str, float]
    unknown: frozenset[str] = frozenset()
    places: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()
    where: Mapping[str, frozenset[str]] = field(default_factory=dict)


def natives() -> Iterator[LabelledRow]:
    """`phrases/natives.txt`: lines of language|meaning|sentence."""
    return map(of_line, read(FOLDER / "natives.txt"))


def wishes() -> Iterator[LabelledRow]:
    """`phrases/wishes.txt`: English, lines of person|meaning|sentence. What cannot be done is no wish."""
    for line in read(FOLDER / "wishes.txt"):
        row = of_line(line)
        yield replace(row, source="wishes", targets=row.targets or {"off_topic": 1.0})


def of_line(line: Line) -> LabelledRow:
    """Readings that are equally right share the weight of what they do not agree on."""
    readings = line.readings
    targets: dict[str, float] = {}
    for reading in readings:
        wanted = {_class(item) for item in reading.wanted} & set(WISHES)
        kept = {f"not {CODES[item]}" for item in map(without_place, reading.excluded) if item in CODES}
        for name in (*wanted, *kept, *(() if reading.wanted else ("off_topic",))):
            targets[name] = targets.get(name, 0.0) + 1 / len(readings)
    where: dict[str, set[str]] = {}
    places: set[str] = set()
    left_out: set[str] = set()
    unknown = set(SLIGHTLY + MUCH)
    for reading in readings:
        for item, size in reading.amounts.items():
            found = _places(item)
            where.setdefault(_class(item), set()).update(found)
            places |= found
            left_out |= found if "@!" in item else set()
            if size in ("", "<", ">"):
                unknown -= {_class(item) + "<", _class(item) + ">"}
            if size in ("<", ">"):
                targets[_class(item) + size] = 1.0
        for item in reading.excluded:
            places |= _places(item)
            left_out |= _places(item)
    return LabelledRow(
        line.text, "natives", targets, frozenset(unknown), frozenset(places), frozenset(left_out),
        {name: frozenset(found) for name, found in where.items() if name in WISHES},
    )  # fmt: skip


def _places(item: str) -> set[str]:
    """The words behind an item's @; of marks to fill, none."""
    _, _, places = SIZE.sub("", item).partition("@")
    return {place.strip("!").replace("_", " ") for place in places.split("+")} - {"", MARKED}


def _class(item: str) -> str:
    name = without_place(item)
    return {"vibrance-": "saturation-", "highlights+": "whites+", "inpaint-": "inpaint"}.get(name, CODES.get(name, name))


def english() -> Iterator[LabelledRow]:
    """Of independent writers, in English; which way a tone goes stands in `phrases/tones.txt`."""
    ways = {text: way for way, text in read_tones()}
    for example in read_sentences(BY_WRITERS):
        yield of_example(example, ways.get(example.text))


def of_example(example: Example, way: str | None) -> LabelledRow:
    """way: which way its tone goes, where that is known."""
    targets = dict.fromkeys(example.wanted, 1.0) | {f"not {task}": 1.0 for task in example.excluded}
    unknown: set[str] = set()
    if way is not None:
        targets = {name: value for name, value in targets.items() if name not in TONES} | {way: 1.0}
    elif TONES & targets.keys():
        targets = {name: value for name, value in targets.items() if name not in TONES}
        unknown |= TONES
    if "off_topic" in example.kinds and MARKS.search(example.text):
        unknown |= {"inpaint", "off_topic"}
    elif not example.wanted:
        targets |= {kind: 1.0 for kind in example.kinds if kind in ("off_topic", "add", "general")}
    return LabelledRow(example.text, "english", targets, frozenset(unknown | SIZED))


def by_corpus(share: int = 10) -> Iterator[LabelledRow]:
    """One in `share`, by their hashes, of the sentences that the head is trained on: several wishes at once, denials, slips."""
    for example in build():
        if one_in(share, example.text) and example.split == "train" and "foreign" not in example.kinds:
            yield replace(of_example(example, None), source="corpus")


def phrases() -> Iterator[LabelledRow]:
    """The English phrase files, and the clauses of `phrases/languages.txt`."""
    for task in TASKS:
        sections = read_sections(task)
        wishes = [*sections.get("do", ()), *sections.get("symptom", ())]
        wishes += [f"it is {text}" for text in sections.get("state", ())]
        wishes += [f"remove the {text}" for text in sections.get("thing", ())]
        wishes += [f"make it {text}" for text in sections.get("goal", ())]
        yield from (_phrase(text, task) for text in wishes)
        yield from (_phrase(text, f"not {task}") for text in sections.get("keep", ()))
    for name in ("add", "general"):
        for items in read_sections(name).values():
            yield from (_phrase(text, name) for text in items)
    for section, items in read_sections("offtopic").items():
        before = SAID.get(section, "remove" if section == "remove" else "")
        yield from (_phrase(f"{before} {text}".strip(), "off_topic") for text in items)
    for line in (FOLDER / "languages.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, text = line.split("|", 1)
            yield _phrase(text, name)


def _phrase(text: str, name: str) -> LabelledRow:
    """One class; of "keep" it is not known what is kept."""
    if name == "keep":
        return LabelledRow(text, "phrases", {}, SIZED.union(f"not {task}" for task in TASKS))
    return LabelledRow(text, "phrases", {name: 1.0}, SIZED | (TONES - {name} if name in ("enhance", "lowlight") else frozenset()))


def by_grammar(language: str, seed: int = 1) -> Iterator[LabelledRow]:
    """Clauses made from a language's table."""
    table = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
    rng = random.Random(f"{language}{seed}")
    last = language in ("ja", "ko", "hi", "tr")

    def words(section: str, name: str) -> list[str]:
        parts = [part.strip() for part in table.get(section, {}).get(name, "").split("|")]
        return [part for part in parts if part and "*" not in part and ".." not in part]

    def row(name: str, *parts: str) -> LabelledRow:
        text = ("" if language in ("zh", "ja") else " ").join(part for part in parts if part)
        return LabelledRow(text, "tables", {name: 1.0}, SIZED)

    for task in TASKS:
        nouns, complaints = words("task", task), words("symptom", task)
        for remedy, noun in itertools.product(words("modifier", "remove")[:6], nouns):
            yield row(task, noun, remedy) if last else row(task, remedy, noun)
        for keep, noun in itertools.product(words("modifier", "keep")[:4], nouns):
            yield row(f"not {task}", noun, keep) if last else row(f"not {task}", keep, noun)
        for complaint in complaints:
            yield row(task, complaint)
            yield from (row(task, too, complaint) for too in words("modifier", "too")[:2])
        yield from (row(task, verb) for verb in words("verb", task))
    for remedy, noun in itertools.product(words("modifier", "remove")[:4], words("holes", "inpaint")):
        yield row("inpaint", noun, remedy) if last else row("inpaint", remedy, noun)
    for name in SIGNED:
        for kind in ("dir", "fault"):
            yield from (row(name, text) for text in words("quality", f"{kind} {name}"))
        more = words("modifier", "more" if name.endswith("+") else "less")[:3]
        for noun, change in itertools.product(words("quality", f"noun {name[:-1]}"), more):
            yield row(name, noun, change) if last else row(name, change, noun)
    unused = words("unused", "objects") + words("unused", "geometry")
    yield from (row("off_topic", made) for made in rng.sample(unused, k=min(6, len(unused))))


def corpus() -> list[LabelledRow]:
    """Every sentence once, a writer's label before the others, sorted by text."""
    rows = [*phrases(), *(row for language in languages() for row in by_grammar(language)), *english(), *wishes(), *natives()]
    return [row for _, row in sorted({row.text: row for row in rows}.items())]
