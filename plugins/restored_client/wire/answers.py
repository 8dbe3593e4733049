"""What the daemon may answer, checked: a wrong-typed answer becomes a sentence here, not a crash in a host's window."""

from __future__ import annotations

import math
from typing import Any, Callable, Dict, Final, Mapping, Optional

from . import messages
from .errors import ClientError

Check = Callable[[Any], bool]

_LARGEST: Final = 1e30


def check_answer(header: Mapping[str, Any]) -> None:
    """Raise ClientError("bad_answer") when a field of an answer has another type than this version knows.

    Fields that are missing are the caller's to miss; fields that this version does not know are left alone.
    """
    kind = header.get("type")
    for name, check in ANSWERS.get(kind, {}).items() if isinstance(kind, str) else ():
        if header.get(name) is not None and not check(header[name]):
            raise ClientError("bad_answer", detail=f"{kind} has a bad “{name}”")


def is_plan(value: Any) -> bool:
    """Whether it is a plan as the daemon answers them: of a preset, a recipe or settings, which may be anybody's."""
    return _PLAN(value)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    # a JSON file's whole number may be larger than any float
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _LARGEST and math.isfinite(value)


def _fraction(value: Any) -> bool:
    return _number(value) and 0.0 <= value <= 1.0


def _map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _list(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(each) for each in value)


def _form(needs: Optional[Mapping[str, Check]] = None, **may: Check) -> Check:
    """A map with the fields `needs`, and the fields `may` of the right type where they are there."""

    def check(value: Any) -> bool:
        if not _map(value) or any(name not in value for name in needs or ()):
            return False
        known = {**(needs or {}), **may}
        return all(known[name](value[name]) for name in known if value.get(name) is not None)

    return check


_REGION: Final = _form(label=_text, threshold=_number, feather=_number, outside=_flag)
_STEP: Final = _form({"task": _text}, label=_text, words=_text, confidence=_number, strength=_number, region=_REGION)
_PLAN: Final = _form(steps=_list(_STEP), excluded=_list(_text), text=_text, message=_text, reason=_text, proposed=_flag)
_TASK: Final = _form({"id": _text, "label": _text})
_MODEL: Final = _form({"name": _text}, family=_text, version=_text, licence=_text, tasks=_list(_text), default=_flag, error=_text)
_JOB: Final = _form({"client": _text, "words": _text}, kind=_text, stage=_text, fraction=_number)
_COUNTS: Final = _form(results=_whole, bytes=_number, waiting=_whole, turned_away=_whole)

_DAEMON: Final[Dict[str, Check]] = {
    "version": _text,
    "build": _text,
    "pid": _whole,
    "log": _text,
    "state": _text,
    "device": _text,
    "words": _text,
    "idle": _flag,
    "outdated": _flag,
    "uptime": _number,
    "memory": _number,
    "newcomers": _COUNTS,
}
_RESULT: Final[Dict[str, Check]] = {
    "plan": _PLAN,
    "message": _text,
    "device": _text,
    "model": _text,
    "seconds": _number,
    "job": _text,
    "recipe": _map,
}

ANSWERS: Final[Dict[str, Dict[str, Check]]] = {
    messages.HELLO: {
        **_DAEMON,
        "tasks": _list(_TASK),
        "models": _list(_MODEL),
        "default_model": _text,
        "max_bytes": _whole,
        "proof": _text,
    },
    messages.STATUS: {
        **_DAEMON,
        "jobs": _list(_JOB),
        "clients": _list(_text),
        "loaded": _list(_text),
        "kept": _COUNTS,
        "idle_seconds": _number,
    },
    messages.REGION: {},
    messages.MODELS: {"models": _list(_MODEL)},
    messages.PLAN: {"plan": _PLAN},
    messages.PROGRESS: {"fraction": _fraction, "words": _text},
    messages.PREVIEW: {"fraction": _fraction, "words": _text, "x": _whole, "y": _whole},
    messages.RESULT: _RESULT,
    messages.NOTHING_TO_DO: _RESULT,
    messages.ERROR: {"code": _text, "sentence": _text, "detail": _text, **_DAEMON},
}
"""By type: the fields that may be there, and what each must be."""
