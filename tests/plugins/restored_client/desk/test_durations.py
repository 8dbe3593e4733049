"""How long it will take is said from what was seen on this machine, and not before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk.catalogue import SHARED, load
from restored_client.desk.desk import Desk
from restored_client.desk.device import name_of
from restored_client.desk.durations import LEAST, Paces, in_words, kind_of
from restored_client.desk.previewstate import PreviewState

from .kit import Wire, plan_of, understand

KIND = kind_of([{"task": "denoise"}], 1, "normal", "CPU")


def test_nothing_is_said_of_what_was_never_seen(tmp_path: Path) -> None:
    paces = Paces(tmp_path / "paces.json")
    assert paces.guess(KIND, 24_000_000) is None
    paces.learn(KIND, 12_000_000, 6.0)
    assert paces.guess(KIND, 24_000_000) == pytest.approx(12.0)
    assert Paces(tmp_path / "paces.json").guess(KIND, 24_000_000) == pytest.approx(12.0), "another window knows it, too"
    for other in ([{"task": "dehaze"}], [{"task": "denoise"}, {"task": "dehaze"}]):
        assert paces.guess(kind_of(other, 1, "normal", "CPU"), 24_000_000) is None
    assert paces.guess(kind_of([{"task": "denoise"}], 2, "normal", "CPU"), 1) is None
    assert paces.guess(kind_of([{"task": "denoise"}], 1, "best", "CPU"), 1) is None
    assert paces.guess(kind_of([{"task": "denoise"}], 1, "normal", "H200"), 1) is None


def test_a_step_that_is_set_to_nothing_costs_nothing() -> None:
    assert kind_of([{"task": "denoise"}, {"task": "dehaze", "strength": 0.0}], 1, "normal", "CPU") == KIND


def test_one_busy_minute_does_not_count_and_a_tiny_picture_tells_nothing(tmp_path: Path) -> None:
    paces = Paces(tmp_path / "paces.json")
    for seconds in (5.0, 5.0, 90.0, 5.0, 5.0):
        paces.learn(KIND, 10_000_000, seconds)
    assert paces.guess(KIND, 10_000_000) == pytest.approx(5.0)
    paces.learn(KIND, LEAST - 1, 4.0)
    assert paces.guess(KIND, 10_000_000) == pytest.approx(5.0)
    assert paces.guess(KIND, 1) == paces.guess(KIND, LEAST)


@given(
    st.one_of(
        st.binary(max_size=40),
        st.recursive(st.none() | st.text() | st.floats(), st.lists, max_leaves=5).map(
            lambda said: json.dumps({"paces": {KIND: said, "other": [said, 1.5, True, -1]}}).encode()
        ),
    )
)
def test_whatever_lies_in_the_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("pace") / "paces.json"
    path.write_bytes(content)
    paces = Paces(path)
    found = paces.guess(KIND, 1_000_000)
    assert found is None or found > 0
    paces.learn(KIND, 1_000_000, 2.0)
    assert Paces(path).guess(KIND, 1_000_000) is not None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "Takes a moment"), (4.4, "Takes about 4 s"), (23, "Takes about 25 s"), (70, "Takes about 1 min")],
)
def test_words(seconds: float, words: str) -> None:
    assert in_words(seconds, load([SHARED], ["en"])) == words


def test_the_desk_says_it_of_what_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTORED_CONFIG_DIR", str(tmp_path))
    desk = Desk(Wire())
    desk.greeted({"device": "EPYC, 2 cores (how to compute is measured with the first picture)"})
    desk.look_at(PreviewState(4000, 3000, (400, 300)))
    understand(desk, "denoise")
    assert desk.estimate == ""
    desk.computed_on("EPYC, 2 cores: OpenVINO in bfloat16.")
    desk.took(replace(desk.wish(), plan=plan_of("denoise")), 12_000_000, 9.0)
    assert desk.estimate == "Takes about 9 s"
    desk.area = 6_000_000
    assert desk.estimate == "Takes about 4 s", "of what is selected"
    desk.set_scale(2)
    assert desk.estimate == ""
    desk.set_scale(1)
    desk.type("denoise dehaze")
    assert desk.estimate == "", "not understood yet"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("AMD EPYC, 2 cores: OpenVINO in bfloat16; no GPU was found.", "AMD EPYC, 2 cores"),
        ("H200 in the studio, 0.4 s; this machine would need 4.0 s", "H200 in the studio"),
        ("AMD EPYC, 2 cores, because the studio fell silent: OpenVINO in float32.", "AMD EPYC, 2 cores"),
        ("H200 in the studio when that is faster, else AMD EPYC, 2 cores: OpenVINO.", "H200 in the studio"),
    ],
)
def test_one_machine_has_one_name(line: str, name: str) -> None:
    assert name_of(line) == name
