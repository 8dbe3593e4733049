"""Which part of the instruction a step came from, and how much of it was meant."""

import re
from typing import Final

import numpy as np

from .head import Judgement
from .spelling import Normalised

BORDER = re.compile(r"[.,;:!?\n]+|\b(?:and|but|then|also|plus|however|though|yet|while|or)\b|[&+]", re.IGNORECASE)
"""Where one wish may end and another begin."""

PERCENT = re.compile(r"(\d{1,3})\s*(?:%|per\s?cent\b)", re.IGNORECASE)
DEGREES: Final[tuple[tuple[float, re.Pattern[str]], ...]] = tuple(
    (strength, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for strength, words in (
        (
            0.35,
            r"(?:a|the) (?:touch|hint|tad|smidge|smidgen|hair|trace|whisper|notch|fraction|pinch)"
            r"|a shade (?=\w+er\b)|slightly|subtly|gently|faintly",
        ),
        (0.35, r"(?:a )?(?:tiny|wee) bit|minimally|mildly|lightly|barely|subtle|slight|gentle|mild"),
        (
            0.4,
            r"(?:just )?a (?:little|bit|little bit)|somewhat|a small amount|easy (?:on|with) (?:it|the)"
            r"|light(?= (?:denois|noise red|sharpen|dehaz|touch))",
        ),
        (0.5, r"halve|half(?:way)?|by half|moderately|moderate|partly|partially"),
        (0.75, r"mostly|largely|for the most part"),
        (
            1.0,
            r"completely|entirely|totally|fully|thoroughly|absolutely|every (?:last|single|trace)|as \w+ as possible",
        ),
    )
)
"""English degree words: a closed class, so they are listed rather than learned."""

SIDE = re.compile(r"\b(?:left|right|upper|lower|top|bottom)(?:[- ]hand)?[- ]half\b", re.IGNORECASE)
"""A half that is a place, not an amount."""

STATES = re.compile(
    r"\b(?:is|it's|its|was|are|were|looks?|came out|turned out|seems?|appears?|(?:can|could) (?:barely|hardly))\b", re.IGNORECASE
)
"""A degree behind these tells how bad the damage is ("it's a bit dark"), not how much of it to undo."""

LEVELS: Final = (0.25, 0.35, 0.4, 0.5, 0.6, 0.75, 1.0)
"""Strengths are given in these steps: finer differences are not in the words."""


def words_for(task: int, judgement: Judgement, normalised: Normalised, text: str) -> str:
    """The stretch of `text` that asks for the task with this index: a substring of `text`, the whole of it at the least sure."""
    weight = judgement.attention[task] * (0.05 + judgement.marks[:, task])
    spoken = np.array([end > start for start, end in judgement.tokens])
    weight = np.where(spoken, weight, 0.0)
    if not weight.any():
        return text.strip()
    peak = int(weight.argmax())
    marked = judgement.marks[:, task] > 0.5
    first = last = peak
    while first - 1 > 0 and marked[first - 1] and spoken[first - 1]:
        first -= 1
    while last + 1 < len(marked) and marked[last + 1] and spoken[last + 1]:
        last += 1
    start, end = normalised.source(judgement.tokens[first][0], judgement.tokens[last][1])
    if end <= start:
        return text.strip()
    if first == last:
        start, end = _clause(text, start, end)
    return text[start:end].strip(" \t\r\n,;")


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen start..end to the borders of its clause."""
    left = max((m.end() for m in BORDER.finditer(text) if m.end() <= start), default=0)
    right = min((m.start() for m in BORDER.finditer(text) if m.start() >= end), default=len(text))
    return left, right


def strength_for(learned: float, words: str, text: str, alone: bool) -> float:
    """A number in the words, or right behind them, wins ("by 50%"), then a degree word in the clause ("slightly"), then what was
    learned, on the scale of LEVELS."""
    words, text = (SIDE.sub(lambda found: " " * len(found.group()), part) for part in (words, text))
    end = text.find(words) + len(words)
    near = words + re.split(r"[,;.!?]|\b(?:and|but|then)\b", text[end:], maxsplit=1)[0]
    found = PERCENT.search(near) or (PERCENT.search(text) if alone else None)
    if found:
        return min(1.0, max(0.05, int(found.group(1)) / 100))
    clause = text[slice(*_clause(text, max(0, text.find(words)), end))]
    if not STATES.search(clause):
        for strength, pattern in DEGREES:
            if pattern.search(clause):
                return strength
    elsewhere = not alone and any(pattern.search(text) for _, pattern in DEGREES)  # "remove the rain and brighten it a little"
    if learned > 0.88 or elsewhere:
        return 1.0
    return min(LEVELS, key=lambda level: abs(level - learned))
