"""How long a restoration will take, by how long such ones took here. JSON in the user's configuration folder, for all hosts."""

from __future__ import annotations

import contextlib
import statistics
from pathlib import Path
from typing import Any, Dict, Final, Iterable, List, Mapping, Optional

from ..session.paths import config_dir
from .catalogue import Catalogue
from .history import read_map, write_map

KEPT: Final = 5
"""Times of one kind of work; their median counts, so that one busy minute does not."""

KINDS: Final = 60
"""Kinds of work that are remembered, the latest."""

LEAST: Final = 500_000
"""Pixels of a picture below which its time tells nothing of a larger one's, and below which it takes no less."""


def kind_of(steps: Iterable[Mapping[str, Any]], scale: int, quality: str, device: str) -> str:
    """What decides how long a picture takes, beside its size."""
    tasks = sorted({str(step.get("task")) for step in steps if step.get("strength", 1.0) > 0})
    return " ".join(["+".join(tasks), f"{scale}x", quality, "on", device])


class Paces:
    """Seconds for a megapixel, by kind of work. A broken or unwritable file loses what was learnt, never a restoration."""

    def __init__(self, path: Optional[Path] = None) -> None:
        self._path = path or config_dir() / "paces.json"
        self._known: Optional[Dict[str, List[float]]] = None

    def learn(self, kind: str, pixels: int, seconds: float) -> None:
        """A picture of so many pixels took so long."""
        if pixels < LEAST or not 0 < seconds < float("inf"):
            return
        self._known = _sound(read_map(self._path).get("paces"))  # another host may have learnt, too
        times = [*self._known.pop(kind, ()), round(seconds * 1e6 / pixels, 4)][-KEPT:]
        self._known = {**dict(list(self._known.items())[1 - KINDS :]), kind: times}
        with contextlib.suppress(OSError):
            write_map(self._path, {"paces": self._known})

    def guess(self, kind: str, pixels: int) -> Optional[float]:
        """Seconds that a picture will take; None when no such one was restored yet."""
        if self._known is None:
            self._known = _sound(read_map(self._path).get("paces"))
        times = self._known.get(kind)
        return statistics.median(times) * max(pixels, LEAST) / 1e6 if times else None


def in_words(seconds: float, catalogue: Catalogue) -> str:
    """Such as “Takes about 20 s”."""
    tr = catalogue.gettext
    if seconds < 2.5:
        return tr("Takes a moment")
    if seconds < 55:
        return tr("Takes about {n} s").format(n=round(seconds) if seconds < 10 else 5 * round(seconds / 5))
    return tr("Takes about {n} min").format(n=max(1, round(seconds / 60)))


def _sound(said: object) -> Dict[str, List[float]]:
    """A file's content, as far as it is what `learn` wrote."""
    known: Dict[str, List[float]] = {}
    for kind, times in said.items() if isinstance(said, dict) else ():
        good = [float(each) for each in times if _is_time(each)] if isinstance(times, list) else []
        if good:
            known[str(kind)] = good[-KEPT:]
    return known


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")
