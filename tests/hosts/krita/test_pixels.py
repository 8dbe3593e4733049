"""Every kind of layer through a real Krita and back, without a window: the bytes against the engine called directly."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hostkit import DaemonProcess
from krita_host import Krita
from pixelcases import CASES, Case, expected

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(1800)]


@dataclass
class Told:
    """What came of a case: facts, and the layer before and after as height x width x channels, RGB first."""

    facts: dict
    before: np.ndarray
    after: np.ndarray
    mask: np.ndarray | None


@pytest.fixture(scope="session")
def run(krita: Krita, shared_daemon: DaemonProcess) -> Iterator[dict[str, Told]]:
    """All cases in one kritarunner; in Krita 6 each in one of its own: that kritarunner, which has no window to show progress in,
    crashes about a second after Krita converted colours (KoProgressUpdater::updateUi)."""
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    for case in CASES:
        (box / f"{case.name}.in").write_bytes(case.to_krita(case.pixels()).tobytes())
    for batch in [[case] for case in CASES] if krita.suite == "krita6" else [CASES]:
        (box / "cases.json").write_text(json.dumps([case.order() for case in batch]))
        krita.headless(box, "pixel_cases", **shared_daemon.env)
    told = [json.loads(line) for line in (box / "told.jsonl").read_text().splitlines()]
    print("seconds:", {facts["case"]: round(facts["seconds"], 2) for facts in told})
    yield {facts["case"]: read(box, case, facts) for case, facts in zip(CASES, told, strict=True)}
    shutil.rmtree(box, ignore_errors=True)


def read(box: Path, case: Case, facts: dict) -> Told:
    assert "error" not in facts, facts["error"]
    assert "refused" not in facts, facts
    width, height = case.size
    wide, high = facts.get("size", case.size)
    mask = box / f"{case.name}.mask"
    return Told(
        facts,
        case.from_krita((box / f"{case.name}.before").read_bytes(), width, height),
        case.from_krita((box / f"{case.name}.out").read_bytes(), wide, high),
        np.frombuffer(mask.read_bytes(), np.uint8).reshape(height, width) if mask.exists() else None,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_round_trip(case: Case, run: dict[str, Told]) -> None:
    told = run[case.name]
    assert told.facts["space"] == [case.model, case.depth, case.profile]
    assert np.array_equal(told.before, case.pixels()) or case.document, "the case itself is wrong"
    if case.strength == 0:
        assert told.facts["state"] == "nothing"
        assert np.array_equal(told.after, told.before)
        assert told.facts["layers"] == ["Background"]
        return
    assert told.facts["state"] == "done", told.facts
    new_layer = case.output == "new-layer" and case.scale == 1
    outside = np.zeros(told.after.shape[:2], bool) if told.mask is None else told.mask == 0
    untouched = np.zeros_like(told.before) if new_layer else told.before
    if told.mask is not None:
        assert outside.any()
        assert not outside.all()
        assert told.after[outside].tobytes() == untouched[outside].tobytes()
    wanted = expected(case, told.before, told.mask)
    inside = ~outside
    assert np.array_equal(told.after[inside][:, -1], wanted[inside][:, -1].astype(case.dtype)), "alpha was touched"
    if case.encoded:
        assert told.after[inside].tobytes() == wanted[inside].astype(case.dtype).tobytes()
    else:
        # half floats have 11 bits; beyond 8 bits, integers are bounded by the colour engine's own tables
        scale = 1.0 if case.dtype.kind == "f" else float(np.iinfo(case.dtype).max)
        error = np.abs(told.after[inside].astype(float) - wanted[inside]) / (
            scale * np.maximum(1, np.abs(wanted[inside]) / scale)
        )
        assert error.max() < {"U8": 1.01 / 255, "U16": 2e-3, "F16": 4e-3, "F32": 1e-3}[case.depth], error.max()


def test_a_new_layer_has_the_instruction_as_its_name(run: dict[str, Told]) -> None:
    assert run["rgb-u8-new-layer"].facts["layers"] == ["Background", "remove the noise"]
    assert run["rgb-u8-in-place"].facts["layers"] == ["Background"]
    assert run["rgb-u8-group"].facts["layers"] == ["group", "remove the noise"]


def test_the_recipe_stays_with_the_layer_in_the_saved_file(run: dict[str, Told]) -> None:
    facts = run["rgb-u8-new-layer"].facts
    assert facts["saved"] is True
    assert facts["noted"] == facts["read_again"]
    origin = facts["noted"].pop("origin", None)
    assert facts["noted"] == facts["recipe"]
    assert (origin is not None) == (facts["layers"] != ["Background"]), "a result on a layer of its own can be adjusted later"
    assert facts["recipe"]["instruction"] == "remove the noise"
    assert facts["recipe"]["sha256"]


def test_a_selection_is_sent_with_a_margin_and_the_context_of_the_whole_layer(run: dict[str, Told]) -> None:
    x, y, width, height = run["rgb-u8-hard-selection-in-place"].facts["rect"]
    assert (x, y, width, height) == (0, 0, 150, 110)  # 64 pixels around 40,30 60x50, cut off at the layer
    assert run["rgb-u8-hard-selection-in-place"].facts["context"] == [150, 110]


def test_above_1x_a_new_document_opens(run: dict[str, Told]) -> None:
    facts = run["rgb-u8-twice-the-size"].facts
    assert facts["size"] == [300, 220]
    assert facts["layers"] == ["Background"], "the document itself stays as it was"
    assert (facts["name"], facts["resolution"]) == ("remove the noise", 144)
