"""JSON from files and messages that anybody may have made: bounded, and with one kind of error."""

from __future__ import annotations

import json
import math
from typing import Any, Final, Iterable

MOST_TEXT: Final = 64 << 20
"""Characters or bytes; whoever knows that less is meant says so."""

DEEPEST: Final = 64
"""Lists and maps in each other. What is written again is walked by functions that call themselves."""

LONGEST_NUMBER: Final = 300
"""Digits. Python before 3.11 takes hours over a million of them, and more are no floating-point number."""


def parse_json(text: str | bytes, most: int = MOST_TEXT) -> Any:
    """What a text says. Raises ValueError for whatever is no JSON, is longer than `most`, is nested too deeply, or has numbers
    that are none (NaN, Infinity, 1e999)."""
    if len(text) > most:
        raise ValueError(f"more than {most} bytes")
    if not isinstance(text, str):
        text = bytes(text).decode(json.detect_encoding(bytes(text[:4])))
    try:
        found = _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if isinstance(found, (dict, list)) and text.count("[") + text.count("{") > DEEPEST:
        _check_depth(found)
    return found


def _check_depth(found: Any) -> None:
    level = [found]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each) if isinstance(inner, (dict, list))]
        if not level:
            return
    raise ValueError("nested too deeply")


def _inside(each: Any) -> Iterable[Any]:
    return each.values() if isinstance(each, dict) else each


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(parse_int=_whole, parse_float=_finite, parse_constant=_no_number)
