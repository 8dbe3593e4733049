"""A campaign: numbered cases, each made from the seed and its number, counted and remembered."""

import json
import os
import random
import time
import traceback
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

PATIENCE = 120.0
"""Seconds by the clock, of which a siege that runs behind everything else gets few."""


SAVED = 10.0
"""Seconds after which what was done is written down: more is not lost when a siege is ended."""


def crowded() -> bool:
    """Whether more runs than this machine has cores for: then the clock says little."""
    return os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1)


class Fault(Exception):
    """Something was lost, hung, leaked or let in. content: the input that did it."""

    def __init__(self, what: str, content: bytes = b"") -> None:
        super().__init__(what)
        self.content = content


class State:
    """What was done, on the disk: a siege goes on where it stopped."""

    def __init__(self, folder: Path, seed: int, campaigns: dict[str, dict[str, Any]]) -> None:
        self.folder, self.seed, self.campaigns = folder, seed, campaigns

    @classmethod
    def load(cls, folder: Path, seed: int) -> "State":
        """The state of this seed; another seed begins anew."""
        try:
            found = json.loads((folder / "state.json").read_text("utf-8"))
        except (OSError, ValueError):
            found = {}
        return cls(folder, seed, found.get("campaigns", {}) if found.get("seed") == seed else {})

    def save(self) -> None:
        (self.folder / "state.json").write_text(json.dumps({"seed": self.seed, "campaigns": self.campaigns}, indent=1), "utf-8")

    def of(self, name: str) -> dict[str, Any]:
        return self.campaigns.setdefault(name, {"done": 0, "seconds": 0.0, "slowest": 0.0, "faults": [], "notes": {}})

    @property
    def faults(self) -> int:
        return sum(len(each["faults"]) for each in self.campaigns.values())

    def page(self, campaigns: "list[Campaign]") -> None:
        """One page with counts."""
        lines = [
            f"# Siege, seed {self.seed}",
            "",
            "| campaign | cases | of | s | slowest case, s | faults | notes |",
            "|---|---|---|---|---|---|---|",
        ]
        for each in campaigns:
            done = each.done
            notes = "; ".join(f"{name} {value}" for name, value in done["notes"].items())
            row = (
                each.about,
                f"{done['done']:,}",
                f"{each.target:,}",
                f"{done['seconds']:.0f}",
                f"{done['slowest']:.2f}",
                len(done["faults"]),
                notes,
            )
            lines.append("| " + " | ".join(map(str, row)) + " |")
        lines += ["", *(f"- {each.name}: {fault}" for each in campaigns for fault in each.done["faults"])]
        (self.folder / "page.md").write_text("\n".join(lines) + "\n", "utf-8")


class Campaign(ABC):
    """name, about: for the command and the page. target: cases of a whole siege. share: of its time."""

    name: ClassVar[str]
    about: ClassVar[str]
    whole: ClassVar[int]
    share: ClassVar[float] = 1.0
    limit: ClassVar[float] = 10.0
    """Seconds that a case may take."""

    def __init__(self, state: State, *, short: bool) -> None:
        self._state = state
        self.short = short
        self._saved = time.monotonic()
        self.target = max(self.least(), self.whole // 1000) if short else self.whole
        self.done = state.of(self.name)

    @classmethod
    def least(cls) -> int:
        """Cases of a short siege, at least."""
        return 3

    def go(self, seconds: float) -> None:
        """Cases until the time is over or all are done; one at least, however slow the machine."""
        began, before = time.monotonic(), self.done["done"]
        try:
            self.begin()
        except Fault as fault:  # of this campaign only: the others go on
            self._note(fault)
            return
        try:
            while self.done["done"] < self.target and (time.monotonic() - began < seconds or self.done["done"] == before):
                self._one(self.done["done"])
                self.done["done"] += 1
                if time.monotonic() - self._saved > SAVED:
                    self._state.save()
                    self._saved = time.monotonic()
            self.check()
        except Fault as fault:
            self._note(fault)
        finally:
            try:
                self.end()
            except Fault as fault:
                self._note(fault)
            self.done["seconds"] += time.monotonic() - began

    def _one(self, number: int) -> None:
        began = time.monotonic()
        try:
            self.case(random.Random(f"{self._state.seed}/{self.name}/{number}"), number)
        except Fault as fault:
            self._note(fault, number)
        except Exception:
            self._note(Fault(traceback.format_exc(limit=-4)), number)
        took = time.monotonic() - began
        self.done["slowest"] = max(self.done["slowest"], took)
        if took > (max(self.limit, 10 * PATIENCE) if crowded() else self.limit):
            self._note(Fault(f"took {took:.1f} s"), number)

    def _note(self, fault: Fault, number: int = -1) -> None:
        self.done["faults"].append(f"case {number}: {fault}")
        if fault.content:
            folder = self._state.folder / "faults"
            folder.mkdir(exist_ok=True)
            (folder / f"{self.name}-{number}.bin").write_bytes(fault.content)

    def line(self) -> str:
        """For the terminal."""
        done = self.done
        return f"{self.about}: {done['done']:,} of {self.target:,}, {len(done['faults'])} faults, {done['seconds']:.0f} s"

    def begin(self) -> None:  # noqa: B027 - most have nothing to do here
        """Before the first case of this run."""

    @abstractmethod
    def case(self, chance: random.Random, number: int) -> None:
        """One case. Raises Fault."""

    def check(self) -> None:  # noqa: B027 - most have nothing to do here
        """After the last case of this run. Raises Fault."""

    def end(self) -> None:  # noqa: B027 - most have nothing to do here
        """Always."""
