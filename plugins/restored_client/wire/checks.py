"""Whether a value that came over the wire, or from a caller, is of the kind and within the limits that its field has."""

from __future__ import annotations

import re
from typing import Any, Callable, Final

from .limits import QUALITIES, SCALES

MAX_PROFILE: Final = 1 << 17
"""Bytes of a colour profile: those of working spaces have a few thousand."""

Check = Callable[[Any], bool]

_LARGEST: Final = 1e30

_MODEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")


def is_model_name(value: Any) -> bool:
    """Whether it can be an installed model's name. Never a path: who may name a model may not choose what is opened."""
    return isinstance(value, str) and _MODEL.fullmatch(value) is not None


def whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def text(value: Any) -> bool:
    return isinstance(value, str)


def short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 128


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def number(value: Any) -> bool:
    """A finite one, and not so large that it is no float: a whole number of JSON or msgpack may be."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST


def fraction(value: Any) -> bool:
    return number(value) and 0.0 <= value <= 1.0


def scale(value: Any) -> bool:
    return whole(value) and value in SCALES


def quality(value: Any) -> bool:
    return text(value) and value in QUALITIES


def place(value: Any) -> bool:
    """Left, top, right and bottom of the layer in the whole picture, as shares of its width and height."""
    if not isinstance(value, (list, tuple)) or len(value) != 4 or not all(map(fraction, value)):
        return False
    left, top, right, bottom = value
    return bool(left < right and top < bottom)


def profile(value: Any) -> bool:
    """An ICC profile: its size and its mark, at the byte where every one has it. What it says is lcms's to judge."""
    return isinstance(value, bytes) and 128 <= len(value) <= MAX_PROFILE and value[36:40] == b"acsp"


def mapping(value: Any) -> bool:
    return isinstance(value, dict)
