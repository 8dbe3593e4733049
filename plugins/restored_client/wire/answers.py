"""What the daemon may answer, checked: a wrong-typed answer becomes a sentence here, not a crash in a host's window."""

from __future__ import annotations

from typing import Any, Dict, Final, List, Mapping, Optional

from . import messages
from .checks import Check, flag, fraction, number, text, whole
from .errors import ClientError


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


def _map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)


def _said(value: Any) -> bool:
    """A sentence, or a map with one."""
    return isinstance(value, str) or _map(value)


def _list(check: Check) -> Check:
    def checked(value: Any) -> bool:
        return isinstance(value, list) and all(check(each) for each in value)

    _LISTS.append(checked)
    return checked


_LISTS: Final[List[Check]] = []
"""Where None is no list that is missing: whoever reads one walks through it."""


def _form(needs: Optional[Mapping[str, Check]] = None, **may: Check) -> Check:
    """A map with the fields `needs`, and the fields `may` of the right type where they are there."""

    def check(value: Any) -> bool:
        if not _map(value) or any(name not in value for name in needs or ()):
            return False
        known = {**(needs or {}), **may}
        there = (name for name in known if value.get(name) is not None or (name in value and known[name] in _LISTS))
        return all(known[name](value[name]) for name in there)

    return check


_REGION: Final = _form(places=_list(text), label=text, threshold=number, feather=number, outside=flag)
_STEP: Final = _form(
    {"task": text}, label=text, words=text, confidence=number, strength=number, amount=number, region=_REGION, known_as=text
)
_PLAN: Final = _form(
    steps=_list(_STEP), excluded=_list(text), text=text, message=text, reason=text, proposed=flag, unused=_list(_said)
)
_TASK: Final = _form({"id": text, "label": text})
_MODEL: Final = _form({"name": text}, family=text, version=text, licence=text, tasks=_list(text), default=flag, error=text)
_JOB: Final = _form({"client": text, "words": text}, kind=text, stage=text, fraction=number)
_COUNTS: Final = _form(results=whole, bytes=number, waiting=whole, turned_away=whole)

_DAEMON: Final[Dict[str, Check]] = {
    "version": text,
    "build": text,
    "pid": whole,
    "log": text,
    "state": text,
    "device": text,
    "words": text,
    "idle": flag,
    "outdated": flag,
    "uptime": number,
    "memory": number,
    "newcomers": _COUNTS,
}
_RESULT: Final[Dict[str, Check]] = {
    "plan": _PLAN,
    "message": text,
    "device": text,
    "model": text,
    "seconds": number,
    "job": text,
    "recipe": _map,
}

ANSWERS: Final[Dict[str, Dict[str, Check]]] = {
    messages.HELLO: {
        **_DAEMON,
        "tasks": _list(_TASK),
        "models": _list(_MODEL),
        "default_model": text,
        "max_bytes": whole,
        "proof": text,
    },
    messages.STATUS: {
        **_DAEMON,
        "jobs": _list(_JOB),
        "clients": _list(text),
        "loaded": _list(text),
        "kept": _COUNTS,
        "idle_seconds": number,
    },
    messages.REGION: {},
    messages.MODELS: {"models": _list(_MODEL)},
    messages.PLAN: {"plan": _PLAN},
    messages.PROGRESS: {"fraction": fraction, "words": text},
    messages.PREVIEW: {"fraction": fraction, "words": text, "x": whole, "y": whole},
    messages.RESULT: _RESULT,
    messages.NOTHING_TO_DO: _RESULT,
    messages.ERROR: {"code": text, "sentence": text, "detail": text, **_DAEMON},
}
"""By type: the fields that may be there, and what each must be."""
