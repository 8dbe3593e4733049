"""The desk: what it makes of how the words were understood, and of what is said of a result."""

from __future__ import annotations

import pytest

from restored.instruction import Plan
from restored.instruction.following import why
from restored_client.desk import state as rooms
from restored_client.desk.catalogue import SHARED, load
from restored_client.desk.desk import Desk
from restored_client.desk.planedit import identity
from restored_client.desk.previewstate import PreviewState
from restored_client.desk.wish import Wish
from restored_client.wire.plans import CANNOT_YET

from .kit import Wire, plan_of


def test_what_was_heard_and_cannot_be_done_is_said(desk: Desk) -> None:
    desk.type("denoise the eyes")
    unused = [
        "Halos cannot be removed.",
        {"words": "the eyes", "message": "Select them, and only they change."},
        {"words": "halo"},
        7,
    ]
    plan = {**plan_of("denoise"), "text": "denoise the eyes", "unused": unused, "excluded": ["dehaze"]}
    desk.understood("denoise the eyes", plan)
    assert desk.remark == (
        "Halos cannot be removed. “the eyes”: Select them, and only they change. "
        "I cannot do anything about “halo”. Left alone: dehaze."
    )


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_the_model_does_not_know_is_said_in_the_persons_language(wire: Wire, language: str) -> None:
    catalogue = load([SHARED], [language])
    desk = Desk(wire, catalogue)
    desk.look_at(PreviewState(900, 700))
    desk.type("no rain")
    said = CANNOT_YET.format(model="small", task="rain")
    mark = {"words": "no rain", "message": said, "task": "derain", "label": "rain", "model": "small"}
    desk.understood("no rain", {**plan_of(""), "reason": "cannot_yet", "message": said, "unused": [mark]})
    assert desk.phase == rooms.NOTHING
    assert not desk.can_restore
    expected = CANNOT_YET if language == "en" else catalogue.gettext(CANNOT_YET)
    assert expected.format(model="small", task=catalogue.gettext("rain")) in desk.remark
    assert desk.remark.count("small") == 1


def test_the_words_say_how_large(desk: Desk) -> None:
    desk.type("denoise it, 2x")
    desk.understood("denoise it, 2x", {**plan_of("denoise it, 2x"), "scale": 2})
    assert desk.scale == 2
    desk.set_scale(1)
    desk.edit("weigh", "denoise", 0.5)
    assert desk.wish().scale == 1, "what is chosen by hand afterwards counts"


def test_a_size_that_the_words_ask_for_goes_with_the_words(desk: Desk) -> None:
    """Else whoever asks for something else afterwards gets a larger picture that nobody asked for."""
    desk.set_scale(4)
    for text, said, scale in (("denoise, 2x", 2, 2), ("denoise, 4x", 4, 4), ("denoise, 2x", 2, 2), ("denoise", None, 4)):
        desk.type(text)
        desk.understood(text, {**plan_of(text), **({} if said is None else {"scale": said})})
        assert (desk.scale, desk.chosen_scale, desk.says_scale) == (scale, 4, said is not None)
        assert desk.settings().get("scale") == 4, "the words say theirs again"
    desk.type("denoise, 2x")
    desk.understood("denoise, 2x", {**plan_of("denoise"), "scale": 2})
    desk.set_scale(1)
    desk.type("denoise")
    desk.understood("denoise", plan_of("denoise"))
    assert (desk.scale, desk.says_scale) == (1, False), "what was chosen by hand afterwards stays"
    desk.type("denoise, 2x")
    desk.understood("denoise, 2x", {**plan_of("denoise"), "scale": 2})
    desk.type("")
    assert desk.scale == 1


def test_what_is_said_of_the_plan_that_stands(desk: Desk, wire: Wire) -> None:
    desk.stand_on(plan_of("denoise"))
    desk.type("a bit less")
    steps = [{**plan_of("denoise")["steps"][0], "strength": 0.7}]
    desk.understood(
        "a bit less", {**plan_of("denoise"), "text": "a bit less", "steps": steps, "action": "plan", "message": "Less."}
    )
    assert desk.remark == "Less."
    assert not desk.once_more
    desk.type("again")
    desk.understood("again", {**plan_of("denoise"), "text": "again", "action": "again", "message": "Once more."})
    assert desk.once_more
    asked = len(wire.plans)
    desk.stand_on(plan_of("denoise"))
    assert len(wire.plans) == asked
    desk.stand_on(None)  # another layer: "again" means nothing there
    assert wire.plans[asked:] == ["again"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Done: Remove noise (from “grainy”), Clear haze (chosen by hand). Left alone: rain."),
        (
            "de",
            "Das wird getan: Rauschen entfernen (wegen „grainy“), Dunst entfernen (von Hand gewählt). Bleibt, wie es ist: Regen.",
        ),
    ],
)
def test_why_is_answered_in_the_persons_language(wire: Wire, language: str, said: str) -> None:
    desk = Desk(wire, load([SHARED], [language]))
    desk.greeted({"tasks": [{"id": "derain", "label": "rain"}], "device": "a chip"})
    desk.look_at(PreviewState(900, 700))
    desk.type("why?")
    plan = plan_of("denoise dehaze")
    plan["steps"][0]["words"], plan["steps"][1]["words"] = "grainy", ""
    desk.understood(
        "why?", {**plan, "text": "why?", "action": "why", "excluded": ["derain"], "message": why(Plan.from_dict(plan))}
    )
    assert desk.remark == said
    desk.understood("why?", {**plan, "text": "why?", "action": "why", "proposed": True})
    assert desk.remark == said.replace("Done:", "I looked at the picture and proposed:").replace(
        "Das wird getan:", "Ich habe mir das Bild angesehen und schlage vor:"
    ).replace(" Left alone: rain.", "").replace(" Bleibt, wie es ist: Regen.", "")
    desk.edit("remove", "denoise")
    assert "grainy" not in desk.remark, "another plan stands now"


def test_what_was_said_of_one_result_is_not_carried_out_for_another_layer(wire: Wire) -> None:
    wanted: list[Wish] = []
    desk = Desk(wire, wanted=wanted.append)
    desk.look_at(PreviewState(10, 10))
    desk.stand_on(plan_of("derain"))
    desk.type("half of it")
    desk.understood("half of it", {**plan_of("derain"), "text": "half of it", "action": "plan"})
    assert not desk.pending
    desk.stand_on(None)  # another layer is active, and its plan on the way
    asked = len(wire.wants)
    assert desk.restore() is None
    desk.look_at(PreviewState(20, 20))
    assert len(wire.wants) == asked, "no preview of it either"
    desk.understood("half of it", {**plan_of("denoise"), "text": "half of it"})
    assert [step["task"] for wish in wanted for step in (wish.plan or {})["steps"]] == ["denoise"]


def test_a_task_for_two_places_is_two_chips(desk: Desk) -> None:
    step = plan_of("denoise")["steps"][0]
    sky, left = ({**step, "region": {"places": [place], "label": f"only the {place}"}} for place in ("sky", "left"))
    desk.type("x")
    desk.understood("x", {**plan_of("denoise"), "text": "x", "steps": [sky, left]})
    desk.edit("weigh", identity(left), 0.5)
    assert [each["strength"] for each in desk.plan.steps()] == [1.0, 0.5]
    key = desk.plan.key()
    kept = desk.settings()
    desk.edit("remove", identity(sky))
    assert desk.plan.steps() == [{**left, "strength": 0.5}]
    desk.use(kept)
    desk.understood("x", plan_of("denoise") | {"text": "x"})  # the engine understands it otherwise by now
    assert desk.plan.key() == key, "what was kept is followed, places and all"


def test_what_was_said_of_a_result_is_not_said_of_what_came_of_it(wire: Wire) -> None:
    """ "Half of it" was carried out: neither the new result nor a window that opens on it halves it once more."""
    desk = Desk(wire)
    desk.look_at(PreviewState(10, 10))
    full = plan_of("derain")
    half = {**full, "steps": [{**full["steps"][0], "strength": 0.5}], "text": "derain; half of it", "action": "plan"}
    desk.stand_on(full)
    desk.type("half of it")
    desk.understood("half of it", half)
    asked = len(wire.plans)
    desk.stand_on(half)  # the layer that came of it
    assert (len(wire.plans), desk.pending) == (asked, False)
    again = Desk(wire)
    again.look_at(PreviewState(10, 10))
    again.stand_on(half)
    again.use({"instruction": "half of it", "plan": half, "strength": 1.0})
    asked = len(wire.plans)
    again.greeted({"tasks": [], "device": "a chip"})
    assert (len(wire.plans), again.pending) == (asked, False), "it is not understood anew"
    assert [step["strength"] for step in again.plan.steps()] == [0.5]
    assert again.settings()["plan"]["steps"][0]["strength"] == 0.5, "as a preset, too, it means what it meant"
