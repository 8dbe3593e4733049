"""`restored doctor`: what was found, line by line or as JSON, without names of people; an exit code for what is broken."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from restored import doctor
from restored.doctor import Finding

from .conftest import Ran

Run = Callable[..., Ran]

FINE = Finding("machine", "ok", "2 cores.", {"memory": "8 GB"})
ODD = Finding("plug-ins", "note", "Krita was never started.")
BROKEN = Finding("models", "bad", f"“{Path.home()}/models/x” is damaged.", {"token": "abc"})


def find(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    def examine(tell: Callable[[str], None]) -> list[Finding]:
        tell("Looking at: everything")
        return list(findings)

    monkeypatch.setattr(doctor, "examine", examine)


def test_what_is_well_is_a_line_each_and_a_success(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    find(monkeypatch, FINE, ODD)
    ran = restored("doctor")
    assert ran.code == 0
    first, fact, second = ran.out.splitlines()
    assert first.split() == ["✓", "machine", "2", "cores."]
    assert fact.strip() == "memory: 8 GB"
    assert second.startswith("! plug-ins")


def test_what_is_broken_ends_with_one_and_names_nobody(restored: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    find(monkeypatch, FINE, BROKEN)
    ran = restored("doctor")
    assert ran.code == 1
    assert "✗ models" in ran.out
    assert str(Path.home()) + "/models" not in ran.out
    ran = restored("doctor", "--json")
    assert ran.code == 1
    told = json.loads(ran.out)["findings"]
    assert [each["state"] for each in told] == ["ok", "bad"]
    assert str(Path.home()) + "/models" not in ran.out
    assert "abc" not in ran.out
