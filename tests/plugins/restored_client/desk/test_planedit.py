"""Chips: every edit survives the next keystroke and only as long as it makes sense."""

from restored.instruction import Plan
from restored_client.desk.planedit import PlanEdit


def understood(*tasks, text="", excluded=()):
    return {**Plan.of(*tasks).to_dict(), "text": text, "excluded": list(excluded)}


def tasks(edit):
    return [step["task"] for step in edit.steps()]


def test_unedited_plan_is_sent_as_understood():
    edit = PlanEdit()
    plan = understood("derain", "lowlight", text="remove the rain and brighten it", excluded=["deblur"])
    edit.take(plan)
    assert edit.to_dict() == plan
    assert not edit.edited


def test_removed_step_stays_away_while_the_text_still_names_it():
    edit = PlanEdit()
    edit.take(understood("derain", "lowlight"))
    edit.remove("derain")
    edit.take(understood("derain", "lowlight", "denoise"))
    assert tasks(edit) == ["lowlight", "denoise"]
    edit.take(understood("lowlight"))
    edit.take(understood("derain", "lowlight"))
    assert tasks(edit) == ["derain", "lowlight"]


def test_removing_everything_leaves_nothing_to_do():
    edit = PlanEdit()
    edit.take(understood("derain"))
    edit.remove("derain")
    assert not edit.actionable
    assert Plan.from_dict(edit.to_dict()).actionable is False


def test_weight_is_clamped_and_kept_and_makes_another_key():
    edit = PlanEdit()
    edit.take(understood("derain", "denoise"))
    before = edit.key()
    edit.weigh("denoise", 1.7)
    assert edit.steps()[1]["strength"] == 1.0
    edit.weigh("denoise", 0.25)
    edit.take(understood("denoise", "derain"))
    assert [(s["task"], s["strength"]) for s in edit.steps()] == [("denoise", 0.25), ("derain", 1.0)]
    assert edit.key() != before


def test_zero_weights_are_not_actionable():
    edit = PlanEdit()
    edit.take(understood("derain"))
    edit.weigh("derain", 0)
    assert not edit.actionable


def test_moves_stop_at_the_ends():
    edit = PlanEdit()
    edit.take(understood("derain", "denoise", "lowlight"))
    edit.move("lowlight", -1)
    assert tasks(edit) == ["derain", "lowlight", "denoise"]
    edit.move("lowlight", -9)
    assert tasks(edit) == ["lowlight", "derain", "denoise"]
    edit.move("snow", 1)
    assert tasks(edit) == ["lowlight", "derain", "denoise"]


def test_added_step_is_valid_even_over_a_refusal_or_an_exclusion():
    edit = PlanEdit()
    edit.take({**Plan(text="hello", reason="off_topic", message="Nothing to restore.").to_dict()})
    edit.add("dehaze", "haze")
    plan = Plan.from_dict(edit.to_dict())
    assert [step.task for step in plan.steps] == ["dehaze"]
    assert plan.reason is None
    edit.take(understood("derain", excluded=["dehaze"]))
    assert Plan.from_dict(edit.to_dict()).excluded == ()


def test_adding_a_removed_step_brings_it_back():
    edit = PlanEdit()
    edit.take(understood("derain", "denoise"))
    edit.remove("derain")
    edit.add("derain", "rain")
    assert tasks(edit) == ["derain", "denoise"]
    assert not edit.edited


def test_forget_drops_every_edit():
    edit = PlanEdit()
    edit.take(understood("derain", "denoise"))
    edit.remove("derain")
    edit.weigh("denoise", 0.5)
    edit.add("dehaze", "haze")
    edit.forget()
    assert [(s["task"], s["strength"]) for s in edit.steps()] == [("derain", 1.0), ("denoise", 1.0)]


def test_key_ignores_white_space_only():
    edit = PlanEdit()
    edit.take(understood("derain", text="remove the  rain "))
    first = edit.key()
    edit.take(understood("derain", text="remove the rain"))
    assert edit.key() == first
    edit.take(understood("derain", text="remove this rain"))
    assert edit.key() != first


def test_follow_makes_the_edits_that_lead_to_a_kept_plan():
    edit = PlanEdit()
    edit.take(understood("denoise", "derain", "lowlight", text="x"))
    edit.remove("derain")
    edit.weigh("denoise", 0.4)
    edit.add("dehaze", "haze")
    edit.move("dehaze", -2)
    kept = edit.to_dict()

    fresh = PlanEdit()
    fresh.take(understood("denoise", "derain", "lowlight", text="x"))
    fresh.follow(kept)
    assert [(s["task"], s["strength"]) for s in fresh.steps()] == [("dehaze", 1.0), ("denoise", 0.4), ("lowlight", 1.0)]
    assert fresh.edited
    # they are edits like any others: the next keystroke leaves them
    fresh.take(understood("denoise", "derain", "lowlight", "deblur", text="xy"))
    assert tasks(fresh) == ["dehaze", "denoise", "lowlight", "deblur"]


def test_following_what_was_understood_is_no_edit():
    edit = PlanEdit()
    plan = understood("denoise", "derain")
    edit.take(plan)
    edit.follow(plan)
    assert not edit.edited
    edit.follow({"steps": "none of ours"})
    assert edit.steps() == []
