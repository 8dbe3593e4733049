"""How much: words and numbers as factors, stops, shares and enlargements."""

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from restored.adjustments.names import PLAIN, Adjustment, clamp

from .concepts import Hit
from .tokens import Token

NUMBER: Final = re.compile(r"([+-]?)(\d+)(?:([.,/])(\d+))?")
NUMERALS: Final = {
    "one": 1.0,
    "two": 2.0,
    "three": 3.0,
    "four": 4.0,
    "onehalf": 1.5,
    "twohalf": 2.5,
    "half": 0.5,
    "third": 1 / 3,
    "quarter": 0.25,
    "twothirds": 2 / 3,
    "threequarters": 0.75,
}
PARTS: Final = {"fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8, "tenth": 10, "tenths": 10}
"""Parts of a whole that are counted: "seven tenths of a stop"."""
POINTED: Final = frozenset({"by", "up", "down", "zero", "nought", "about", "plus", "minus"})
"""What stands before a spoken point, which is none of black or white."""
SIGNS: Final = {"plus": "+", "minus": "-"}
"""Spoken before a number."""
FACTORS: Final = {"tiny": 0.35, "bit": 0.5, "much": 1.75, "extreme": 2.5}
STRENGTHS: Final = {"tiny": 0.35, "bit": 0.4, "half": 0.5, "full": 1.0, "extreme": 1.0}
TIMES: Final = frozenset(
    {
        "x",
        "×",
        "times",
        "mal",
        "fois",
        "veces",
        "volte",
        "vezes",
        "keer",
        "razy",
        "раза",
        "рази",
        "krat",
        "kat",
        "倍",
        "배",
        "गुना",
        "ganger",
        "gånger",
    }
)


TURNED: Final = ("up", "down", "remove", "make")
"""Modifiers that may stand with the number of a task."""


@dataclass(frozen=True, slots=True)
class Amount:
    """stops, share: given numbers; factor: of the plain amount; strength: of a task; signed: the number itself had a sign."""

    stops: float | None = None
    share: float | None = None
    factor: float = 1.0
    ratio: float | None = None
    strength: float | None = None
    signed: int = 0

    @property
    def plain(self) -> bool:
        """No unit or number was given."""
        return self.stops is None and self.share is None and self.ratio is None

    def of(self, name: Adjustment, sign: int, relative: bool) -> float:
        """The signed amount of an adjustment. relative: "half as bright", where the number is what remains."""
        sign = self.signed or sign
        if self.stops is not None and name == "exposure":
            return clamp(name, sign * self.stops)
        if self.share is not None:
            size = abs(self.share)
            if name == "exposure":
                return clamp(name, math.log2(1 + size) if sign > 0 else math.log2(max(1 - size, 1 / 32)))
            return clamp(name, sign * size)
        if self.ratio is not None and relative:
            size = math.log2(self.ratio) if name == "exposure" else (self.ratio - 1)
            return clamp(name, size)
        if self.stops is not None:
            return clamp(name, sign * self.stops * PLAIN[name])
        half = 0.5 if self.ratio is not None and self.ratio < 1 else 1.0
        return clamp(name, sign * PLAIN[name] * self.factor * half)


def number(word: str) -> float | None:
    """A number as it is typed: "2", "0.7", "0,7", "1/3", "+20"."""
    found = NUMBER.fullmatch(word)
    if found is None:
        return None
    sign, whole, mark, part = found.groups()
    if mark == "/":
        value = int(whole) / max(1, int(part))
    else:
        value = float(f"{whole}.{part or 0}")
    return -value if sign == "-" else value


def is_sign(words: Sequence[Token], place: int) -> bool:
    """Whether a word is the sign of the number behind it ("contrast plus 15")."""
    behind = words[place + 1].word if place + 1 < len(words) else ""
    return words[place].word in SIGNS and behind[:1].isdigit()


def numeral(name: str) -> float | None:
    """What the name of an amount is worth: "two", "quarter", or the number itself ("35", "1.6667")."""
    return NUMERALS.get(name, float(name) if name[0].isdigit() else None)


def spoken(hits: list[Hit]) -> list[float]:
    """Numbers that are written as words, from five on; "thirty five" is one."""
    found = [(float(hit.name), hit) for hit in hits if hit.section == "amount" and hit.name[0].isdigit()]
    if len(found) == 2 and found[0][0] >= 20 > 10 > found[1][0] and found[1][1].first == found[0][1].last + 1:
        return [found[0][0] + found[1][0]]
    return [value for value, _ in found]


def bare(words: list[Token], hits: list[Hit]) -> Amount | None:
    """A number without a unit, as hundredths ("highlights down by 80")."""
    values = [abs(value) for token in words if (value := number(token.word)) is not None] or spoken(hits)
    return Amount(share=values[0] / 100) if len(values) == 1 and 5 <= values[0] <= 100 else None


def read(words: list[Token], hits: list[Hit]) -> Amount:
    """The amount in a clause. words: its tokens; hits: its concepts of the section `amount`, places counted as in `words`."""
    names = {hit.name for hit in hits}
    value, signed, at = None, 0, -1
    for place, token in enumerate(words):
        found = number(token.word)
        if found is not None:
            value, at = abs(found), place
            sign = token.word[0] if token.word[0] in "+-" else SIGNS.get(words[place - 1].word if place else "")
            signed = {"-": -1, "+": 1}.get(sign or "", 0)
            break
    if value is None:
        said = [(worth, hit) for hit in hits if (worth := numeral(hit.name)) is not None]
        parts = [(worth, hit) for worth, hit in said if worth < 1]
        if parts and all(hit.name == "one" for worth, hit in said if worth >= 1):
            said = parts  # "een halve": the one is an article
        value = said[0][0] if said else None
        if len(said) > 1 and said[0][0] >= 20 and said[1][0] < 10 and said[1][1].first == said[0][1].last + 1:
            value = said[0][0] + said[1][0]  # "thirty-five"
    elif {"half"} & names and any(hit.name == "half" and hit.first > at for hit in hits):
        value += 0.5
    value = _in_parts(words, value)
    ratio = 2.0 if "twice" in names else 3.0 if "triple" in names else 0.5 if "half" in names else None
    factor = 1.0
    for name in ("tiny", "bit", "much", "extreme"):
        if name in names:
            factor = FACTORS[name]
    if {"much", "bit"} <= names:
        factor = FACTORS["bit"]
    strength = next((STRENGTHS[name] for name in ("full", "tiny", "bit", "half", "extreme") if name in names), None)
    if "stophalf" in names:
        return Amount(stops=1.5, factor=factor, signed=signed)
    if "halfstop" in names or "thirdstop" in names:
        return Amount(stops=0.5 if "halfstop" in names else 1 / 3, factor=factor, signed=signed)
    if "stop" in names:
        return Amount(stops=value if value is not None else 1.0, factor=factor, signed=signed)
    if value is not None and ("percent" in names or signed):
        if signed and "percent" not in names and value <= 5:  # "exposure +1" is a stop, "contrast +5" five hundredths
            return Amount(stops=value, share=value / 100 if value.is_integer() else None, factor=factor, signed=signed)
        return Amount(share=value / 100, factor=factor, strength=min(1.0, max(0.05, value / 100)), signed=signed)
    if value is not None and "points" in names:
        return Amount(share=value / 100, factor=factor)
    parts = [name for name in ("twothirds", "threequarters", "third", "quarter") if name in names]
    if at < 0 and "half" not in names and parts:
        share = NUMERALS[parts[0]]
        return Amount(share=share, strength=share)
    return Amount(factor=factor, ratio=ratio, strength=strength)


def _in_parts(words: list[Token], value: float | None) -> float | None:
    """A number of tenths, eighths ..., or behind a point that is spoken ("point seven"), as what it is worth."""
    for token in words:
        if token.word in PARTS:
            return (1.0 if value is None or value >= PARTS[token.word] else value) / PARTS[token.word]
    before = {words[i - 1].word if i else "by" for i, token in enumerate(words) if token.word == "point"}
    spoken_point = bool(before & POINTED) and not any(number(token.word) for token in words)
    return value / 10 if spoken_point and value is not None and 1 <= value < 10 and value == int(value) else value


def of_task(words: list[Token], hits: list[Hit], filler: Collection[str]) -> Amount | None:
    """The amount of a task by its number alone, as sliders are written: "dehaze 40", "sharpening +20", "noise reduction to 30";
    None where it is no such thing. words: of a clause, hits: its concepts, places counted as in `words`."""
    values = [value for token in words if (value := number(token.word)) is not None]
    things = [hit for hit in hits if hit.section in ("task", "verb")]
    if len(values) != 1 or not 5 <= values[0] <= 100 or {hit.name for hit in things} - {things[0].name if things else ""}:
        return None
    said = {i for hit in things for i in range(hit.first, hit.last + 1)}
    said |= {i for hit in hits if hit.section == "modifier" and hit.name in TURNED for i in range(hit.first, hit.last + 1)}
    known = all(i in said or token.word in filler or number(token.word) is not None for i, token in enumerate(words))
    return Amount(share=values[0] / 100, strength=values[0] / 100) if things and known else None


def enlargement(words: list[Token], hits: list[Hit]) -> int | None:
    """2 or 4 where the words say how many times as large."""
    for place, token in enumerate(words):
        value = number(token.word)
        if value is None:
            continue
        near = [words[i].word for i in (place - 1, place + 1) if 0 <= i < len(words)]
        if any(word in TIMES for word in near):
            return _scale(value)
        if any(hit.name == "percent" and hit.first == place + 1 for hit in hits) and value >= 150:
            return _scale(value / 100)
    names = {hit.name for hit in hits}
    if "twice" in names:
        return 2
    if "triple" in names:
        return 4
    if "four" in names:
        return 4
    return None


def _scale(value: float) -> int | None:
    return 2 if 1.5 <= value <= 2.5 else 4 if value > 2.5 else None
