"""Probabilities -> what to do. Pure numpy, the same for the shipped head and for tuning."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .head import HeadSettings
from .plan import Reason
from .tasks import TASKS, Task


@dataclass(frozen=True, slots=True)
class Decision:
    """wanted: task -> confidence; excluded; general: the picture should decide; reason: why nothing, when nothing is wanted."""

    wanted: dict[Task, float]
    excluded: tuple[Task, ...]
    general: bool
    reason: Reason | None
    stray: bool
    """Part of the sentence asks for something that cannot be done here."""


def decide(
    wanted: np.ndarray,
    excluded: np.ndarray,
    kinds: Mapping[str, float],
    settings: HeadSettings,
    english: float | None = None,
    hardly_english: bool = False,
) -> Decision:
    """wanted, excluded: (9,) probabilities; kinds: name -> probability; english: share of words of the English lexicon;
    hardly_english: several words, next to none of them in it. The speller bends such words into English ones ("Rends" into
    "reds"), so that the head cannot be trusted with them."""
    stray = max(kinds["off_topic"], kinds["add"]) >= settings.kind
    bar = settings.wary if stray else settings.wanted
    chosen: dict[Task, float] = {task: float(p) for task, p in zip(TASKS, wanted, strict=True) if p >= bar}
    barred: tuple[Task, ...] = tuple(
        task for task, p in zip(TASKS, excluded, strict=True) if p >= settings.excluded and task not in chosen
    )
    if (hardly_english and not stray) or _foreign(kinds["foreign"], float(wanted.max()), settings, english):
        return Decision({}, (), False, "not_english", stray)
    if chosen:
        return Decision(chosen, barred, False, None, stray)
    if kinds["general"] >= settings.kind and not stray:
        return Decision({}, barred, True, "not_understood", stray)
    # nothing is sure: the sentence is what it is likeliest to be, unless a wish comes close
    if stray or (not barred and max(kinds["off_topic"], kinds["add"]) > max(0.2, wanted.max(), kinds["general"])):
        reason: Reason = "asks_to_add" if kinds["add"] >= 0.5 * kinds["off_topic"] else "off_topic"
        return Decision({}, barred, False, reason, stray)
    return Decision({}, barred, False, "asks_to_keep" if barred else "not_understood", stray)


def _foreign(foreign: float, surest: float, settings: HeadSettings, english: float | None) -> bool:
    """Two witnesses: the head, and how many of the words are in the lexicon. "hapus noise" must not become a wish for one
    word it shares with English; an English sentence full of place names must not become foreign."""
    if english is None:
        return foreign >= settings.kind and foreign >= surest - 0.2
    if english <= 0.5:
        return foreign >= 0.25
    return foreign >= (0.9 if english >= 0.75 else settings.kind) and foreign >= surest - 0.2
