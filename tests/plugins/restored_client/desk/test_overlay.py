"""Where a step applies: on show over the preview, edited, and never of another part of the picture than that on show."""

from collections.abc import Callable
from typing import Any

import pytest

from restored.filling.holes import WHERE
from restored.instruction.grammar.sentences import by_hand
from restored.regions.names import Region
from restored_client.desk.deeds import deed
from restored_client.desk.desk import Desk
from restored_client.desk.overlay import is_shaped
from restored_client.desk.planedit import elsewhere, identity
from restored_client.desk.previewstate import PreviewState
from restored_client.desk.remarks import GUESSED, SELECT_FIRST
from restored_client.wire.pixels import Pixels

from .kit import Wire

TEXT = "remove the noise only in the sky, and the haze"
PLAN: dict[str, Any] = {
    "text": TEXT,
    "steps": [
        {
            "task": "denoise",
            "label": "noise, only the sky",
            "strength": 1.0,
            "region": {"places": ["sky"], "outside": False, "threshold": 0.5, "feather": 0.02, "label": "only the sky"},
        },
        {"task": "dehaze", "label": "haze", "strength": 1.0},
    ],
    "excluded": [],
    "reason": None,
    "message": "",
}
MASK = Pixels(460, 384, 1, "u8", bytes(460 * 384))


@pytest.fixture
def desk(wire: Wire) -> Desk:
    made = Desk(wire)
    made.look_at(PreviewState(1000, 800, (460, 384)))
    made.type(TEXT)
    made.understood(TEXT, PLAN)
    return made


def sky(desk: Desk) -> dict[str, Any]:
    return next(step for step in desk.plan.steps() if step["task"] == "denoise")


def test_a_region_is_asked_for_when_it_is_to_be_shown(desk: Desk, wire: Wire) -> None:
    assert wire.regions == []
    desk.show_region(identity(sky(desk)))
    (want,) = wire.regions
    assert want.region["places"] == ["sky"]
    assert want.place == (270 / 1000, 208 / 800, 730 / 1000, 592 / 800)
    assert desk.overlay.mask is None
    desk.overlay.located(want, MASK)
    assert desk.overlay.mask is MASK
    desk.show_region("")
    assert desk.overlay.mask is None
    assert len(wire.regions) == 1


def test_a_step_without_a_place_has_nothing_to_show(desk: Desk, wire: Wire) -> None:
    desk.show_region("dehaze")
    assert wire.regions == []
    assert desk.overlay.step == ""


def test_a_region_is_edited_and_its_step_stays_the_same(desk: Desk, wire: Wire) -> None:
    name = identity(sky(desk))
    desk.show_region(name)
    first, before = wire.regions[-1], desk.plan.key()
    desk.edit("reshape", name, {"threshold": 0.7})
    desk.edit("reshape", name, {"feather": 2.0, "outside": True})
    step = sky(desk)
    assert identity(step) == name
    assert step["label"] == "noise, not the sky"
    assert step["region"] == {"places": ["sky"], "outside": True, "threshold": 0.7, "feather": 1.0, "label": "not the sky"}
    assert desk.plan.key() != before, "other pixels will come of it"
    assert desk.plan.edited
    desk.edit("weigh", name, 0.5)
    assert sky(desk)["strength"] == 0.5
    assert sky(desk)["region"]["outside"]
    desk.overlay.located(first, MASK)
    assert desk.overlay.mask is None, "that was the region before it was edited"
    assert wire.regions[-1].region["threshold"] == 0.7
    desk.overlay.located(wire.regions[-1], MASK)
    assert desk.overlay.mask is MASK
    sent = desk.plan.to_dict()["steps"][0]
    assert set(sent) == {"task", "label", "strength", "region"}, "what only windows need does not travel"


def test_of_marks_in_a_place_the_place_is_turned_round() -> None:
    label = "only the marks that I find, only the sky"
    step = {
        "task": "inpaint",
        "label": f"scratches, dust and holes, {label}",
        "region": {"places": ["sky", "marks"], "label": label},
    }
    other = elsewhere(step, {"outside": True})
    assert other["region"]["label"] == "only the marks that I find, not the sky"
    assert other["label"] == "scratches, dust and holes, only the marks that I find, not the sky"
    assert elsewhere(other, {"outside": False})["region"]["label"] == label


def test_what_is_shown_belongs_to_the_part_on_show(desk: Desk, wire: Wire) -> None:
    desk.show_region(identity(sky(desk)))
    desk.overlay.located(wire.regions[-1], MASK)
    assert desk.preview is not None
    desk.preview.pan(50, 0)
    desk.moved()
    assert desk.overlay.mask is None
    assert len(wire.regions) == 2
    desk.overlay.located(wire.regions[-1], MASK)
    desk.repainted()
    assert desk.overlay.mask is None, "the pixels are others now"
    assert len(wire.regions) == 3


def test_a_region_goes_with_its_step(desk: Desk, wire: Wire) -> None:
    name = identity(sky(desk))
    desk.show_region(name)
    desk.overlay.located(wire.regions[-1], MASK)
    desk.edit("remove", name)
    assert desk.overlay.mask is None
    assert desk.overlay.step == ""


def test_an_edited_region_survives_the_next_word_and_a_preset(desk: Desk) -> None:
    name = identity(sky(desk))
    desk.edit("reshape", name, {"outside": True, "threshold": 0.8})
    kept = desk.settings()
    desk.understood(TEXT, PLAN)
    assert sky(desk)["region"]["threshold"] == 0.8
    desk.use(kept)
    desk.understood(TEXT, PLAN)
    assert sky(desk)["region"]["threshold"] == 0.8
    assert sky(desk)["region"]["outside"]


def test_a_region_that_cannot_be_made_is_not_asked_for_again_and_again(desk: Desk, wire: Wire) -> None:
    desk.show_region(identity(sky(desk)))
    desk.overlay.located(wire.regions[-1], None)
    desk.set_strength(0.5)
    assert len(wire.regions) == 1


def test_filling_that_is_added_by_hand_shows_first_what_was_found(desk: Desk, wire: Wire) -> None:
    desk.edit("add", "inpaint", "scratches, dust and holes")
    step = desk.plan.steps()[-1]
    assert step["label"] == "scratches, dust and holes, only the marks that I find"
    assert desk.remark == SELECT_FIRST == WHERE, "as the daemon says it when nothing is selected"
    assert not is_shaped(step["region"])
    desk.show_region(identity(step))
    assert wire.regions[-1].region["places"] == ["marks"]
    desk.edit("weigh", identity(step), 0.5)
    assert desk.plan.steps()[-1]["strength"] == 0.5
    sent = desk.plan.to_dict()["steps"][-1]
    assert set(sent) == {"task", "label", "confidence", "strength", "words", "region"}
    desk.edit("remove", identity(step))
    assert all(each["task"] != "inpaint" for each in desk.plan.steps())


def test_a_place_that_nobody_waits_for_is_not_looked_for_any_longer(desk: Desk, wire: Wire) -> None:
    """A search would hold up the preview of the next wish, and the job."""
    others: list[Callable[[], None]] = [
        lambda: desk.type(""),
        lambda: desk.set_busy(True),
        lambda: desk.show_region(""),
        lambda: desk.repainted(),
    ]
    for no_longer in others:
        desk.set_busy(False)
        desk.type(TEXT)
        desk.understood(TEXT, PLAN)
        desk.show_region(identity(sky(desk)))
        before = wire.dropped_regions
        no_longer()
        assert wire.dropped_regions == before + 1


def test_what_is_selected_already_needs_no_word_about_selecting(desk: Desk) -> None:
    desk.edit("add", "inpaint", "scratches, dust and holes")
    assert desk.remark == SELECT_FIRST
    desk.selected = True
    assert desk.remark == ""


@pytest.mark.parametrize(
    ("region", "without"),
    [
        (Region(("skin",), by_hand="face"), GUESSED.format(place="face")),
        (Region(by_hand="barn"), by_hand("barn", True)),
        (Region(("skin",), outside=True, by_hand="face"), by_hand("face", True, True)),
    ],
    ids=["guessed", "not found", "all but there"],
)
def test_a_place_that_only_a_hand_can_show(wire: Wire, region: Region, without: str) -> None:
    """What is said of it does not depend on what the engine guesses only, and ends when something is selected."""
    place = region.by_hand
    step = {"task": "exposure", "label": f"brighter 0.7 stops, {region.label}", "strength": 1.0, "region": region.to_dict()}
    unused = [{"words": place, "message": by_hand(place, True, region.outside)}, {"words": "mood", "message": "No."}]
    desk = Desk(wire)
    desk.look_at(PreviewState(1000, 800, (460, 384)))
    desk.type("words")
    desk.understood("words", {**PLAN, "steps": [step], "unused": unused})
    assert desk.remark == f"“mood”: No. {without}"
    assert deed(step, str) == f"Brighter 0.7 stops, {'not' if region.outside else 'only'} “{place}”"
    desk.selected = True
    assert desk.remark == f"“mood”: No. For “{place}”, only what is selected changes."
    desk.selected = False
    desk.edit("remove", identity(step))
    assert place not in desk.remark, "the step is gone"
