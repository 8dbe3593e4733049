"""What the trained head makes of an English text, and which way its wishes for tone go."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from restored.adjustments.names import PLAIN

from . import outcomes
from .grammar.heard import Turn
from .plan import Step
from .surface import is_spoiling, is_talk
from .tasks import TASKS, Task
from .tones import Leaning, leaning

if TYPE_CHECKING:
    from .grammar import Heard
    from .head import LoadedHead

SLIGHT: Final = 0.5
"""Strength up to which half of the plain amount is meant."""


@dataclass(frozen=True, slots=True)
class HeadReading:
    """What the head makes of a text: steps, or a reason; general: the picture should decide; stray: a part is something else;
    leaning: the direction of a wish for tone."""

    steps: tuple[Step, ...]
    excluded: tuple[Task, ...]
    reason: outcomes.Reason | None
    general: bool
    stray: bool
    truncated: bool
    leaning: Leaning | None = None


NOTHING: Final = HeadReading((), (), "not_understood", False, False, False)


def read_text(loaded: "LoadedHead", text: str) -> HeadReading:
    """What the head makes of a text (at least one letter or digit)."""
    from . import quiet
    from .decision import decide
    from .spans import strength_for, words_for

    judgement, normalised = quiet.run(lambda: loaded.read(text))
    kinds = judgement.kinds | ({"off_topic": 1.0} if is_talk(text) else {"add": 1.0} if is_spoiling(text) else {})
    english = loaded.speller.english(text)
    hardly = loaded.speller.hardly_english(text)
    decision = decide(judgement.wanted, judgement.excluded, kinds, loaded.settings, english, hardly)
    steps: list[Step] = []
    for task, confidence in decision.wanted.items():
        index = TASKS.index(task)
        words = words_for(index, judgement, normalised, text)
        strength = strength_for(float(judgement.strength[index]), words, text, len(decision.wanted) == 1)
        steps.append(Step(task, min(1.0, confidence), strength, words))
    way = leaning(judgement.sentence) if "enhance" in decision.wanted else None
    reason = None if steps else decision.reason or "not_understood"
    return HeadReading(tuple(steps), decision.excluded, reason, decision.general, decision.stray, judgement.truncated, way)


def turned(heard: "Heard", reading: HeadReading) -> HeadReading:
    """With the direction that a sentence leans to, put into `heard`, instead of an estimate of colour and tone, where no word
    names what it is for ("faded", "the colours") or another direction."""
    way, estimated = reading.leaning, next((step for step in reading.steps if step.task == "enhance"), None)
    spoken = heard.concepts & {("symptom", "enhance"), ("task", "enhance")}
    if way is None or estimated is None or spoken or heard.turns or heard.excluded_turns:
        return reading
    at = max(0, heard.text.find(estimated.words))
    clause = next((i for i, c in enumerate(heard.clauses) if c.start <= at < c.end), 0)
    size = PLAIN[way.name] * (0.5 if estimated.strength <= SLIGHT and way.name != "black_and_white" else 1.0)
    heard.turns.append(Turn(way.name, way.sign * size, estimated.words, clause, sure=False, region=heard.region_at(at)))
    return replace(reading, steps=tuple(step for step in reading.steps if step.task != "enhance"))
