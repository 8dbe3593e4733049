"""What a person takes back in the same breath: "brighter, no wait, darker", "one stop, or rather half a stop", "remove the
snow, I mean the rain". What was corrected is left out or replaced before anything else reads the sentence."""

import re
from dataclasses import dataclass
from typing import Final

from . import amounts
from .concepts import Hit, Words
from .heard import Heard
from .interpret import WISHES, hear
from .tokens import Token, tokens

DASH: Final = re.compile(r"[-–—…(]")
"""Between two words, as good as a mark."""

REPLACED: Final = ("quality", "symptom", "task", "verb", "place")
"""What a correction without a wish of its own can stand for, in the sentence before it."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Characters of the text."""

    start: int
    end: int


def corrected(text: str, words: Words) -> str:
    """The text as it was meant in the end; itself where nothing is taken back."""
    for _ in range(4):
        mended = _once(text, words)
        if mended == text:
            break
        text = mended
    return text


def _once(text: str, words: Words) -> str:
    row = words.repaired(tokens(text), None)
    marker = _marker(text, row, words)
    if marker is None:
        return text
    at, sure = marker
    before, after = text[: at.start], text[at.end :]
    clauses = _clauses(before, words)
    if not clauses:
        return text
    said = hear(after, words)
    if said.turns or said.named or said.holes:
        if "only" in said.modifiers:
            return _blank(text, _Span(0, at.end))
        return _blank(_blank(text, _same(before, clauses, said, words)), at)
    clause = clauses[-1]
    replaced = _replaced(before[clause.start : clause.end], after, words)
    if replaced is not None:
        return before[: clause.start] + replaced
    return _blank(_blank(text, clause), at) if sure else text


def _marker(text: str, row: list[Token], words: Words) -> tuple[_Span, bool] | None:
    """The first words that take something back, and whether they can mean nothing else. Those that can ("no", "sorry") count
    between two marks only."""
    hits = words.find(row, frozenset({"correction"}))
    for index, hit in enumerate(hits):
        if all(token.mark for token in row[: hit.first]):
            continue
        last = hit
        sure = hit.name == "sure"
        for next_ in hits[index + 1 :]:  # "sorry, I meant"
            if all(token.mark for token in row[last.last + 1 : next_.first]):
                last, sure = next_, True
        behind = row[last.last + 1 :]
        if not any(not token.mark for token in behind):
            continue
        parted = _parted(text, row, hit.first) and (_parted(text, row, last.last + 1) or last.name == "sure")
        if sure or parted:
            return _Span(row[hit.first].start, row[last.last].end), sure
    return None


def _parted(text: str, row: list[Token], place: int) -> bool:
    """Whether a mark or a dash stands before the word at `place`."""
    if row[place].mark or row[place - 1].mark:
        return True
    return DASH.search(text[row[place - 1].end : row[place].start]) is not None


def _clauses(text: str, words: Words) -> list[_Span]:
    """Where the wishes before a correction stand."""
    row = words.repaired(tokens(text), None)
    ends = [hit for hit in words.find(row, WISHES) if hit.section == "end" and hit.name == "border"]
    cuts = {i for i, token in enumerate(row) if token.mark} | {i for hit in ends for i in range(hit.first, hit.last + 1)}
    found: list[_Span] = []
    begin = 0
    for i in [*sorted(cuts), len(row)]:
        if i > begin:
            found.append(_Span(row[begin].start, row[i - 1].end))
        begin = i + 1
    return found


def _same(text: str, clauses: list[_Span], said: Heard, words: Words) -> _Span:
    """The clause that turns or names what the correction does, the last one where none does."""
    meant = _things(said)
    for clause in reversed(clauses):
        if meant & _things(hear(text[clause.start : clause.end], words)):
            return clause
    return clauses[-1]


def _things(heard: Heard) -> set[str]:
    named = {"exposure" if item.task == "lowlight" else item.task for item in heard.named}
    return named | {turn.name for turn in heard.turns}


def _replaced(clause: str, after: str, words: Words) -> str | None:
    """A clause with the place, the damage, the quality or the amount of the correction instead of its own; None without one."""
    old, new = words.repaired(tokens(clause), None), words.repaired(tokens(after), None)
    for section in ("amount", *REPLACED):
        was, is_ = _of(section, old, words), _of(section, new, words)
        if was is None or is_ is None:
            continue
        return clause[: was.start] + after[is_.start : is_.end] + clause[was.end :] + after[is_.end :]
    return None


def _of(section: str, row: list[Token], words: Words) -> _Span | None:
    """The stretch of a section's words; numbers belong to amounts."""
    hits: list[Hit] = words.find(row, WISHES)
    places = {i for hit in hits if hit.section == section for i in range(hit.first, hit.last + 1)}
    if section == "amount":
        places |= {i for i, token in enumerate(row) if amounts.number(token.word) is not None}
    return _Span(row[min(places)].start, row[max(places)].end) if places else None


def _blank(text: str, span: _Span) -> str:
    return text[: span.start] + " " * (span.end - span.start) + text[span.end :]
