"""English: the trained head for what is wrong, the grammar for directions, amounts, places and what cannot be done."""

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from . import grammar, outcomes
from .grammar.sentences import DID_YOU_MEAN, NOT_READ, WISHES
from .head_reading import NOTHING, HeadReading, read_text, turned
from .plan import Plan, Step, Unused
from .putting import put_together
from .sanitize import Cleaned, mostly_foreign_script
from .surface import is_talk
from .tasks import TASKS
from .weighing import complains, weigh

if TYPE_CHECKING:
    from .grammar import Heard
    from .head import LoadedHead

CLEAR: Final = 2.0
"""Words by which another table has to lead the English one."""

PICTURE: Final = re.compile(
    r"\b(?:photos?|photographs?|pictures?|pics?|images?|shots?|snapshots?|scans?|frames?|portraits?)\b", re.I
)
"""With one of these, "my room" is what the picture shows."""


ALL_BUT: Final = re.compile(
    r"\b(?:(?:keep|leave|preserve)\s+(?:everything|all)(?:\s+else)?"
    r"|(?:everything|all|it|the rest)(?:'s|\s+is|\s+looks)?\s+(?:all\s+)?"
    r"(?:fine|good|great|perfect|nice|lovely|ok|okay|right|alright))"
    r"\s+(?:but|except(?:\s+for)?|apart\s+from|aside\s+from|other\s+than|save\s+for)\b(\s+that\b)?",
    re.I,
)
""" "Keep everything but the noise", "all is fine apart from the noise": remove it; "except that it is noisy": it is noisy."""

ASKING: Final = re.compile(
    r"\s*(?:please |also |then )*(?:make|put|add|give|turn|change|replace|swap|draw|paint|write|tell|crop|cut|rotate|move"
    r"|remove|delete|create|convert|send|save|print|call|show|insert|erase|combine|merge|place|copy|paste|set|let|open|close)\b",
    re.I,
)
"""How a clause begins that asks for something."""

MERE_NAME: Final = 2
"""Words that a picture may be named with."""

JOINED: Final = re.compile(r"\b(?:and|then|plus)\b|[&+]", re.I)
"""Between a repair and something else that is asked for; behind a mark alone it may be all one story."""


def read(cleaned: Cleaned) -> tuple[Plan, bool]:
    """The plan of a text, and whether the picture should decide more of it."""
    from . import head

    text = ALL_BUT.sub(lambda found: ("" if found[1] else "remove").ljust(len(found.group())), cleaned.text)
    loaded = head.load()
    heard = grammar.hear(text, grammar.load("en"), _known())
    if heard.trap and not PICTURE.search(text) and not complains(text):
        return Plan(text, reason="off_topic", message=outcomes.NOTHING["off_topic"]), False
    if heard.bare is not None:
        message = DID_YOU_MEAN.format(wish=WISHES[heard.bare])
        return Plan(text, reason="not_understood", message=message), False
    steps = _in_other_words(heard)
    rest = heard.rest
    uncut = [
        turn for turn in heard.turns if not any(c.cut and text[c.start : c.end].strip() == turn.words for c in heard.clauses)
    ]
    alone = not _says_something(rest, heard) or _is_refused(rest, heard)
    reading = NOTHING if alone else read_text(loaded, rest)
    if uncut:
        heard, reading = _agreed(loaded, heard, reading, uncut, is_talk(text))
    barred = [task for task in heard.barred if task not in reading.excluded]
    if barred or any(clause.bars for clause in heard.clauses):
        kept = tuple(step for step in reading.steps if step.task not in barred and not _is_barred(step, heard))
        left = reading.reason if kept or not reading.steps else "asks_to_keep"
        reading = replace(reading, steps=kept, excluded=(*reading.excluded, *barred), reason=left)
    said = {step.task for step in steps}  # the head may have met the same in another language's words
    reading = _completed(heard, replace(reading, steps=(*steps, *(step for step in reading.steps if step.task not in said))))
    if reading.stray and heard.known:  # then the head cannot have met a stranger's words
        reading = replace(reading, stray=False)
    reading = turned(heard, _unsaid(heard, reading))
    reading = replace(reading, steps=tuple(_measured(step, heard) for step in reading.steps))
    reading = weigh(heard, reading, grammar.load("en"), said)
    heard.unused += _left_out(heard, reading)
    return put_together(cleaned, heard, reading, alone)


def _measured(step: Step, heard: "Heard") -> Step:
    """With the strength that was given as a number."""
    return replace(step, strength=heard.measured.get(step.task, step.strength))


def _left_out(heard: "Heard", reading: HeadReading) -> list[Unused]:
    """Clauses that ask for something of which nothing became a step ("denoise it and make her smile")."""
    if not reading.steps and not heard.turns:
        return []
    words = [step.words for step in reading.steps] + [turn.words for turn in heard.turns]
    spans = [(at, at + len(word)) for word in words if (at := heard.text.find(word)) >= 0]
    return [
        Unused(heard.text[clause.start : clause.end].strip(), NOT_READ)
        for clause in heard.clauses
        if not (clause.acts or clause.bars)
        and grammar.content(heard.text[clause.start : clause.end], grammar.load("en"))
        and ASKING.match(heard.text[clause.start : clause.end])
        and not any(start < clause.end and clause.start < end for start, end in spans + heard.dropped)
    ]


def _is_barred(step: Step, heard: "Heard") -> bool:
    """Whether the head took a step about tone from a clause that only says what must not be done ("warmer, not brighter")."""
    if step.task not in ("enhance", "lowlight"):
        return False
    start = heard.text.find(step.words)
    touched = [clause for clause in heard.clauses if clause.start < start + len(step.words) and start < clause.end]
    return start >= 0 and bool(touched) and all(clause.bars for clause in touched)


def _in_other_words(heard: "Heard") -> tuple[Step, ...]:
    """Steps of clauses in another language ("quiero menos ruido and more contrast"); what else they say goes into `heard`."""
    steps: list[Step] = []
    for index, clause in enumerate(heard.clauses):
        words = heard.text[clause.start : clause.end]
        if clause.covered or clause.acts or grammar.language_of(words) == "en":
            continue
        language = grammar.language_of(words)
        if not grammar.covers([token.word for token in grammar.tokens(words) if not token.mark], language):
            continue
        other = grammar.hear(words, grammar.load(language))
        heard.turns += [replace(turn, clause=index) for turn in other.turns]
        heard.excluded_turns += other.excluded_turns
        steps += [Step(named.task, 0.9, named.strength or 1.0, words.strip()) for named in other.named if named.task in TASKS]
        if other.turns or other.named:
            heard.clauses[index] = replace(clause, cut=True, acts=True)
    return tuple({step.task: step for step in steps}.values())


def _completed(heard: "Heard", reading: HeadReading) -> HeadReading:
    """With the tasks that the grammar names in clauses of which it knows every word, where the head misses one of many, or sees
    a wish for damage in "less blur"."""
    known = [clause.covered for clause in heard.clauses]
    sure = [item for item in heard.named if known[item.clause] and item.task in TASKS]
    done = {step.task for step in reading.steps}
    missed = [item for item in sure if item.task not in done and item.task not in (*reading.excluded, *heard.excluded)]
    kept = reading.reason == "asks_to_keep" and not reading.steps
    if heard.adding or not (missed or kept):
        return reading
    if not reading.steps and reading.reason == "off_topic" and JOINED.search(heard.text) and not heard.trap:
        missed = [item for item in missed if item.words.strip() != heard.text.strip()]  # "remove the haze and add a rainbow"
        steps = {item.task: Step(item.task, 0.8, item.strength or 1.0, item.words.strip()) for item in missed}
        return replace(reading, steps=tuple(steps.values()), reason=None, stray=True) if steps else reading
    if not reading.steps and reading.reason == "asks_to_keep":  # "leave the grain, but brighten it"
        missed = [item for item in sure if item.task not in heard.excluded]
        steps = {item.task: Step(item.task, 0.8, item.strength or 1.0, item.words.strip()) for item in missed}
        kept = tuple(task for task in reading.excluded if task not in steps)
        return replace(reading, steps=tuple(steps.values()), reason=None, excluded=kept) if steps and heard.known else reading
    if not reading.steps:
        turned = reading.reason == "asks_to_add" and bool(heard.modifiers & {"less", "remove", "down"})
        placed = any(clause.place is not None for clause in heard.clauses)  # "the sky is noisy" is no talk
        clear = heard.known and (
            reading.reason in ("not_english", "not_understood") or (reading.reason == "off_topic" and placed)
        )
        if reading.reason == "not_understood" and PICTURE.search(heard.text):  # "this photo's proper grainy, mate"
            missed = [
                item for item in heard.named if item.task in TASKS and item.task not in (*reading.excluded, *heard.excluded)
            ]
            clear, known = bool(missed), []
        if not all(known) or not (turned or clear or heard.instead):
            return reading
    steps = {item.task: Step(item.task, 0.8, item.strength or 1.0, item.words.strip()) for item in missed}
    return replace(reading, steps=(*reading.steps, *steps.values()), reason=None)


def _unsaid(heard: "Heard", reading: HeadReading) -> HeadReading:
    """Without what the grammar has taken from the same words: "denoise the dark parts" is no wish for light, and a white balance
    that is "far too blue" is one direction."""
    casts = any(turn.name in ("temperature", "tint") for turn in heard.turns)

    lifted = any(turn.name == "shadows" and turn.amount > 0 for turn in heard.turns)
    dark = any(named.task == "lowlight" for named in heard.named)

    def again(step: Step) -> bool:
        if step.task == "lowlight" and lifted and not dark:
            return True  # "no detail in the trunk, lift the shadows"
        region = heard.region_at(max(0, heard.text.find(step.words)))
        tone = region is not None and bool({"shadows", "highlights"} & set(region.places))
        if step.task == "lowlight" and tone:
            return len(reading.steps) > 1
        return step.task == "enhance" and casts and "white balance" in step.words.lower()

    spoken = heard.concepts & {("task", "enhance"), ("symptom", "enhance"), ("verb", "enhance")}
    toned = bool(heard.turns or heard.excluded_turns) and not spoken
    plain = {"enhance"} if toned else set()  # what the head makes of a story round a direction
    kept = tuple(step for step in reading.steps if not again(step) and step.task not in plain.union(heard.refused))
    if reading.steps and not kept:
        return replace(reading, steps=(), reason="not_understood" if heard.turns else "asks_to_keep")
    return replace(reading, steps=kept)


def language_of(text: str) -> str:
    """The language whose table knows most of a sentence's words; English unless another one clearly leads."""
    found = grammar.language_of(text)
    if found == "en" or mostly_foreign_script(text) or grammar.margin(text, found) >= CLEAR:
        return found
    words = [token.word for token in grammar.tokens(text) if not token.mark]
    return found if grammar.covers(words, found) and not all(word in _known() for word in words) else "en"


@cache
def _known() -> frozenset[str]:
    """Words of English that no slip may be seen in."""
    from . import head

    return frozenset(head.load().speller.known)


def _says_something(rest: str, heard: "Heard") -> bool:
    """Whether anything is left to read once the grammar's clauses are out."""
    if rest == heard.text:
        return True
    words = grammar.load("en")
    left = grammar.content(rest, words)
    return bool(left)


def _is_refused(rest: str, heard: "Heard") -> bool:
    """ "Newspaper clipping, please remove the halftone dots": beside what cannot be done only the picture is named."""
    done = heard.turns or heard.named or heard.holes
    words = grammar.load("en")
    return (
        bool(heard.unused)
        and not done
        and len(grammar.content(rest, words)) <= MERE_NAME
        and not grammar.hear(rest, words).concepts
    )


def _agreed(
    loaded: "LoadedHead", heard: "Heard", reading: HeadReading, uncut: "list[grammar.Turn]", talk: bool
) -> tuple["Heard", HeadReading]:
    """Directions among words that the grammar does not know count when the head, too, sees a picture being spoken of."""
    judgement, _ = loaded.read(heard.text)
    strange = talk or max(judgement.kinds["off_topic"], judgement.kinds["foreign"]) >= 0.5
    tone = any(step.task in ("enhance", "lowlight") for step in reading.steps)
    heard.turns = [turn for turn in heard.turns if turn not in uncut or ((turn.sure or (tone and turn.said)) and not strange)]
    uncut = [turn for turn in uncut if turn in heard.turns]
    clauses = {turn.clause for turn in uncut}
    spans = [(c.start, c.end) for i, c in enumerate(heard.clauses) if i in clauses]

    def replaced(step: Step) -> bool:
        at = heard.text.find(step.words)
        return step.task in ("enhance", "lowlight") and any(
            start <= at < end or at <= start < at + len(step.words) for start, end in spans
        )

    kept = tuple(step for step in reading.steps if not replaced(step))
    return heard, replace(reading, steps=kept, excluded=reading.excluded)
