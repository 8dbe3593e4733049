"""Krita's settings file, in which plug-ins are switched on; changed by one line, everything else is left as it is."""

import re
from pathlib import Path
from typing import Final

from restored.ground.replacing import atomic

from .adapters import KRITA_NAME

_KEY: Final = f"enable_{KRITA_NAME}"
_SECTION: Final = "[python]"


def enabled(settings: Path) -> bool:
    """True when kritarc says that the plug-in is on."""
    return any(_value(line) == "true" for line in _section(_lines(settings)))


def enable(settings: Path) -> None:
    """Switch the plug-in on."""
    lines = _without_key(_lines(settings))
    if _SECTION in lines:
        lines.insert(lines.index(_SECTION) + 1, f"{_KEY}=true")
    else:
        lines += [*([""] if lines and lines[-1] else []), _SECTION, f"{_KEY}=true"]
    _write(settings, lines)


def forget(settings: Path) -> None:
    """Remove the plug-in's line, if there is one; and the file, if it says nothing else: then `enable` made it."""
    lines = _lines(settings)
    rest = _without_key(lines)
    if rest == lines:
        return
    if [line for line in rest if line.strip()] == [_SECTION] and not settings.is_symlink():
        settings.unlink()
    else:
        _write(settings, rest)


def _lines(settings: Path) -> list[str]:
    try:
        text = settings.read_bytes().decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    except FileNotFoundError:
        return []
    return text.removesuffix("\n").split("\n") if text else []  # only these: a file's name in it may hold other ends of lines


def _section(lines: list[str]) -> list[str]:
    if _SECTION not in lines:
        return []
    rest = lines[lines.index(_SECTION) + 1 :]
    end = next((number for number, line in enumerate(rest) if line.startswith("[")), len(rest))
    return rest[:end]


def _value(line: str) -> str | None:
    found = re.fullmatch(rf"\s*{_KEY}\s*=\s*(\w+)\s*", line)
    return found.group(1).lower() if found else None


def _without_key(lines: list[str]) -> list[str]:
    return [line for line in lines if _value(line) is None]


def _write(settings: Path, lines: list[str]) -> None:
    target = settings.resolve()  # kept dotfiles are often links: the link stays, what it points to changes
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic(target) as file:
        file.write("".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))
