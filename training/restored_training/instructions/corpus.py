"""Assembles the corpus: grammar, hand-written sentences, typing noise; deduplicated; no side shares templates or phrases."""

import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from restored.instruction import TASKS

from .example import Example, Split
from .grammar import Grammar
from .inventory import held_out, padded
from .labelled_templates import LabelledTemplates
from .out_of_distribution import OutOfDistribution, Stray
from .phrases import BY_WRITERS, FOLDER, WIDER, read_sections, read_sentences, split_of
from .semantic_fields import Fields
from .typing_slips import TAILS, drop_marks, mistype, stretch, text_speak


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many sentences to draw per source on the training side; the other sides get the share given."""

    single: int = 2200
    strength: int = 260
    keep: int = 330
    two: int = 6500
    three: int = 2200
    but: int = 11000
    excepting: int = 700
    mixed: int = 1500
    general: int = 1500
    off_topic: int = 7000
    add: int = 3600
    foreign: int = 2600
    fields: int = 1100
    templates: int = 2200
    other_templates: int = 5600
    both: int = 2500
    apart: int = 3000
    apart_two: int = 700
    nothing: int = 900
    told: int = 9000
    stray_told: int = 2500
    held_out_share: float = 0.06


def build(seed: int = 1, sizes: Sizes | None = None) -> list[Example]:
    """The whole corpus, deterministic in `seed`, shuffled within each side."""
    sizes = sizes or Sizes()
    corpus: list[Example] = []
    for split in ("train", "val", "test"):
        corpus += _side(split, seed, sizes) + _wider(split, seed, sizes)
    return _separate(_deduplicate(corpus))


def _side(split: Split, seed: int, sizes: Sizes) -> list[Example]:
    grammar, outside = Grammar(split, seed), OutOfDistribution(split, seed)
    rng = random.Random(f"side:{split}:{seed}")
    share = 1.0 if split == "train" else sizes.held_out_share
    drawn: list[Example] = []

    def draw(source: Callable[[], Example | None], count: int) -> None:
        """`count` distinct sentences, or as many as the source has."""
        seen: set[str] = set()
        for _ in range(int(count * share * 6)):
            if len(seen) >= count * share:
                break
            example = source()
            if example is not None and example.text and example.text not in seen:
                seen.add(example.text)
                drawn.append(example)

    for task in TASKS:
        draw(lambda task=task: grammar.single(task), sizes.single)
        draw(lambda task=task: grammar.with_strength(task), sizes.strength)
        draw(lambda task=task: grammar.keeping(task), sizes.keep)
    draw(lambda: grammar.several(2), sizes.two)
    draw(lambda: grammar.several(3), sizes.three)
    draw(grammar.but, sizes.but)
    draw(grammar.excepting, sizes.excepting)
    draw(lambda: _mixed(grammar, outside), sizes.mixed)
    for source, count in (
        (outside.general, sizes.general),
        (outside.off_topic, sizes.off_topic),
        (outside.add, sizes.add),
        (outside.other_language, sizes.foreign),
    ):
        draw(lambda source=source: _stray(source(), split), count)
    first = len(drawn)
    fields = Fields(split, seed)
    for task in TASKS:
        draw(lambda task=task: fields.draw(task), sizes.fields)
    told, drawn = drawn[first:], drawn[:first]
    hand = [replace(example, split=split) for example in read_sentences() if split_of(f"hand:{example.text}") == split]
    copies = 7 if split == "train" else 1
    noisy = [_type(example, rng, level) for example in drawn for level in (_level(rng, example),)]
    noisy += [_type(example, rng, "clean" if copy == 0 else _level(rng, example)) for example in hand for copy in range(copies)]
    noisy += [_type(example, rng, _level(rng, example)) for example in told]
    rng.shuffle(noisy)
    return noisy


def _wider(split: Split, seed: int, sizes: Sizes) -> list[Example]:
    """What was added later. Every sentence has a random stream of its own, so that what is written next leaves the typing of
    the others, and with it their cached features, as they are."""
    grammar, company, templates = (
        Grammar(split, f"{seed}:wider"),
        Grammar(split, f"{seed}:company"),
        LabelledTemplates.of(split, seed),
    )
    share = 1.0 if split == "train" else sizes.held_out_share
    drawn: dict[str, Example] = {}
    for source, count in (
        (templates.wish, sizes.templates),
        (templates.other, sizes.other_templates),
        (grammar.both, sizes.both),
        (grammar.apart, sizes.apart),
        (grammar.apart_from_two, sizes.apart_two),
        (grammar.nothing, sizes.nothing),
        (company.told, sizes.told),
        (company.stray_in_context, sizes.stray_told),
    ):
        for example in (source() for _ in range(int(count * share))):
            if example is not None:
                drawn.setdefault(example.text, example)
    examples = [(example, 1) for example in drawn.values()]
    hand = [replace(example, split=split) for example in read_sentences((*WIDER, *BY_WRITERS))]
    copies = 5 if split == "train" else 1
    examples += [(example, copies) for example in hand if split_of(f"hand:{example.text}") == split]
    typed: list[Example] = []
    for example, count in examples:
        rng = random.Random(f"typing:{seed}:{example.text}")
        typed += [_type(example, rng, "clean" if copy and not copy % 5 else _level(rng, example)) for copy in range(count)]
    return typed


def _stray(stray: Stray | None, split: Split) -> Example | None:
    if stray is None:
        return None
    text, kinds, stratum, template = stray
    return Example(text, kinds=kinds, stratum=stratum, template=template, split=split)


def _mixed(grammar: Grammar, outside: OutOfDistribution) -> Example | None:
    stray = outside.edit() if grammar.rng.random() < 0.5 else outside.listed(grammar.rng.choice(("geo", "edit", "file")))
    return grammar.mixed(stray[0], "off_topic") if stray else None


# -- typing ---------------------------------------------------------------------------------------------------------------


def _level(rng: random.Random, example: Example) -> str:
    if "foreign" in example.kinds or example.template.startswith(("code", "gibberish")):
        return "clean"
    return rng.choices(("clean", "marks", "typos", "slang"), (0.42, 0.22, 0.24, 0.12))[0]


def _type(example: Example, rng: random.Random, level: str) -> Example:
    """The sentence as typed; spans follow because noise is applied between their borders."""
    cuts = sorted({0, len(example.text), *(edge for start, end, *_ in example.spans for edge in (start, end))})
    shout = level == "marks" and rng.random() < 0.25
    capital = level in ("clean", "marks") and rng.random() < 0.5
    no_marks = level != "clean" and rng.random() < 0.5
    where = {0: 0}
    text = ""
    for start, end in pairwise(cuts):
        part = example.text[start:end]
        if level == "slang":
            part = text_speak(part, rng)
        if level == "typos" or (level == "slang" and rng.random() < 0.4):
            part = mistype(part, rng, rng.choice((0.1, 0.2, 0.35)))
        if level == "slang" and rng.random() < 0.12:
            part = stretch(part, rng)
        if no_marks:
            part = drop_marks(part)
        text += part.upper() if shout else part
        where[end] = len(text)
    opening, tail = _wrap(example, rng, level)
    text = opening + text + tail
    if capital and text and not opening:
        text = text[0].upper() + text[1:]
    spans = tuple((where[s] + len(opening), where[e] + len(opening), task, want) for s, e, task, want in example.spans)
    stratum = "typos" if level in ("typos", "slang") and example.stratum in ("precise", "symptom") else example.stratum
    return replace(example, text=text, spans=spans, stratum=stratum)


def _wrap(example: Example, rng: random.Random, level: str) -> tuple[str, str]:
    """Politeness around it."""
    slots = read_sections("slots")
    opening = tail = ""
    if example.kinds[:1] in (("wish",), ("general",)) or not example.kinds:
        imperative = re.match(r"(do|more|leftover|percent)\b|thing:\{vr\}", example.template) is not None
        if rng.random() < 0.16:
            opening = rng.choice(slots["open" if imperative else "openfact"]) + " "
        if rng.random() < 0.12:
            tail = rng.choice((" ", ", ")) + rng.choice(slots["please"])
    if level == "slang" and rng.random() < 0.35:
        tail += rng.choice(TAILS)
    elif level in ("clean", "marks") and rng.random() < 0.4:
        question = re.match(r"(can|could|would|will|why|what|how|is|are|do|does|any)\b", (opening + example.text).lower())
        tail += "?" if question else rng.choice((".", ".", ".", "!", "!!", "..."))
    return opening, tail


# -- hygiene --------------------------------------------------------------------------------------------------------------


def normal_form(text: str) -> str:
    """What two sentences share when only case, marks and spaces differ."""
    words = padded(text).strip()
    return words or text.strip()


def fingerprint(text: str) -> str:
    """Of a sentence's normal form; `phrases/never.txt` lists those of held-out sentences that the grammar would make too."""
    return hashlib.sha256(normal_form(text).encode()).hexdigest()[:16]


def _deduplicate(corpus: Iterable[Example]) -> list[Example]:
    """One of each; test before val before train, and sentences with two different labels are dropped, held-out ones too."""
    never = set((FOLDER / "never.txt").read_text(encoding="utf-8").split())
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in corpus:
        if fingerprint(example.text) not in never:
            by_text[normal_form(example.text)].append(example)
    order = {"test": 0, "val": 1, "train": 2}
    kept: list[Example] = []
    for group in by_text.values():
        group.sort(key=lambda example: order[example.split])
        meanings = {(tuple(e.wanted), e.excluded, e.kinds) for e in group}
        if len(meanings) == 1 and group[0].text.strip():
            kept.append(group[0])
    return kept


def _separate(corpus: list[Example]) -> list[Example]:
    """Drop training sentences that contain a held-out phrase by accident, and val sentences that contain a test phrase."""
    sides = held_out()

    def finder(*wanted: str) -> re.Pattern[str]:
        phrases = [re.escape(phrase.strip()) for phrase, side in sides.items() if side in wanted]
        return re.compile(rf"(?<= )(?:{'|'.join(sorted(phrases, key=len, reverse=True)) or '(?!)'})(?= )")

    forbidden = {"train": finder("val", "test"), "val": finder("test"), "test": finder("val")}
    return [example for example in corpus if not forbidden[example.split].search(padded(example.text))]


def summary(corpus: Iterable[Example]) -> dict[str, Counter[str]]:
    """Counts per side of tasks, kinds and strata."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for example in corpus:
        counts[example.split].update(["sentences", f"stratum {example.stratum}", *(f"kind {kind}" for kind in example.kinds)])
        counts[example.split].update(f"wants {task}" for task in example.wanted)
        counts[example.split].update(f"excludes {task}" for task in example.excluded)
    return dict(counts)


def save(corpus: Iterable[Example], path: Path) -> None:
    """One JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for example in corpus:
            file.write(json.dumps(example.to_dict(), ensure_ascii=False) + "\n")
