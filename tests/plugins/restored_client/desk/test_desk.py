"""The desk: what it says and asks for after what a person does, and after what the daemon answers."""

from __future__ import annotations

from dataclasses import replace

from restored_client.desk import state as rooms
from restored_client.desk.commandline import command_line
from restored_client.desk.desk import Desk
from restored_client.desk.previewstate import PreviewState
from restored_client.desk.wish import NEW_IMAGE, REPLACE, Wish, remembered
from restored_client.wire.errors import SENTENCES, ClientError

from .kit import TASKS, Wire, plan_of, show, understand


def test_from_words_to_a_wish(desk: Desk, wire: Wire) -> None:
    assert desk.phase == rooms.IDLE
    assert not desk.can_restore
    assert "for example" in desk.remark, "an invitation, before anything was typed, and no refusal"
    understand(desk, "denoise and derain")
    assert desk.phase == rooms.UPDATING
    show(desk, wire)
    assert desk.phase == rooms.FRESH
    desk.set_strength(0.4)
    assert desk.phase == rooms.UPDATING
    assert wire.wants[-1].job == "j", "another strength asks for the kept residual"
    wish = desk.restore()
    assert wish is not None
    assert (wish.instruction, wish.strength, wish.where) == ("denoise and derain", 0.4, "new-layer")
    assert wish.plan is not None
    assert [step["task"] for step in wish.plan["steps"]] == ["denoise", "derain"]
    desk.set_scale(2)
    desk.set_output(REPLACE)
    assert desk.wish().where == NEW_IMAGE


def test_what_was_shown_under_an_earlier_wish_is_not_called_after(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    show(desk, wire)
    desk.type("dehaze")
    assert desk.phase == rooms.UPDATING
    desk.understood("dehaze", plan_of("dehaze"))
    assert desk.phase == rooms.UPDATING
    show(desk, wire)
    assert desk.phase == rooms.FRESH
    assert desk.after == "pixels of ('dehaze', ('dehaze', 1.0))"
    desk.type("sing a song")
    desk.understood("sing a song", plan_of("sing a song"))
    assert desk.phase == rooms.NOTHING
    assert desk.after is None
    assert "nothing will be changed" in desk.remark


def test_answers_that_come_late_or_twice_are_dropped(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    old = wire.wants[-1]
    understand(desk, "dehaze")
    desk.previewed(old, "old pixels", "old")
    assert desk.after is None
    new = show(desk, wire)
    desk.previewed(new, "once more", "other")
    assert desk.after == "pixels of ('dehaze', ('dehaze', 1.0))"
    desk.understood("denoise", plan_of("denoise"))
    assert [step["task"] for step in desk.plan.steps()] == ["dehaze"]


def test_pressed_before_the_plan_is_there_it_waits_for_it(wire: Wire) -> None:
    wanted: list[Wish] = []
    desk = Desk(wire, wanted=wanted.append)
    desk.look_at(PreviewState(10, 10))
    desk.type("denoise")
    assert desk.restore() is None
    desk.understood("denoise", plan_of("denoise"))
    assert [wish.instruction for wish in wanted] == ["denoise"]
    desk.type("denoise it")
    desk.restore()
    desk.type("denoise it all")  # whoever goes on typing has not made up their mind
    desk.understood("denoise it all", plan_of("denoise it all"))
    assert len(wanted) == 1


def test_an_expired_preview_is_made_anew_without_a_word(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    show(desk, wire)
    desk.set_strength(0.5)
    desk.failed(ClientError("expired"), rooms.PREVIEW)
    assert desk.trouble is None
    assert wire.wants[-1].job is None
    show(desk, wire)
    assert desk.phase == rooms.FRESH


def test_a_preview_that_failed_is_asked_for_anew(desk: Desk, wire: Wire) -> None:
    """Also where a person goes back to the strength that was on show before: it is on show no more."""
    understand(desk, "denoise")
    show(desk, wire)
    desk.set_strength(0.5)
    desk.failed(ClientError("engine_failed"), rooms.PREVIEW)
    desk.set_strength(1.0)
    show(desk, wire)
    assert desk.phase == rooms.FRESH


def test_a_preview_that_nobody_wants_any_more_may_fail(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    show(desk, wire)
    desk.failed(ClientError("engine_failed"), rooms.PREVIEW)
    assert desk.trouble is None
    assert desk.phase == rooms.FRESH


def test_trouble_goes_when_its_cause_is_gone(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    desk.failed(ClientError("daemon_died"), rooms.PREVIEW)
    assert desk.trouble is not None
    assert desk.trouble.retry
    assert desk.phase == rooms.FAILED
    asked = len(wire.wants)
    desk.greeted({"tasks": TASKS, "device": ""})
    assert desk.trouble is None
    assert len(wire.wants) == asked + 1, "a new daemon is asked at once"
    desk.failed(RuntimeError("a bug"), rooms.PLAN)
    assert desk.trouble is not None
    assert desk.trouble.sentence == SENTENCES["engine_failed"]
    assert "a bug" in desk.trouble.detail


def test_what_no_engine_can_plan_cannot_be_restored(wire: Wire) -> None:
    desk = Desk(wire)
    desk.look_at(PreviewState(10, 10))
    desk.type("denoise")
    assert desk.can_restore, "it can be pressed while the plan is on its way"
    desk.failed(ClientError("not_installed"), rooms.PLAN)
    assert not desk.can_restore
    assert desk.phase == rooms.FAILED


def test_a_preset_is_followed_on_what_is_understood_now(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise and derain")
    desk.edit("remove", "derain")
    desk.edit("weigh", "denoise", 0.3)
    desk.set_strength(0.7)
    kept = desk.settings()
    desk.set_strength(1.0)
    understand(desk, "dehaze")
    desk.use(kept)
    desk.understood(kept["instruction"], plan_of(kept["instruction"]))
    assert desk.strength == 0.7
    assert [(step["task"], step["strength"]) for step in desk.plan.steps()] == [("denoise", 0.3)]
    assert desk.settings() == kept


def test_a_layer_that_goes_and_comes_back_is_previewed_anew(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    show(desk, wire)
    layer, asked = desk.preview, len(wire.wants)
    desk.look_at(None, "The layer is gone.")
    assert (desk.phase, desk.can_restore) == (rooms.NO_PICTURE, False)
    desk.look_at(layer)
    assert (desk.phase, len(wire.wants)) == (rooms.UPDATING, asked + 1), "nothing is on show, and nothing would come"
    show(desk, wire)
    assert desk.phase == rooms.FRESH


def test_grain_is_put_back_without_inference(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    show(desk, wire)
    desk.set_texture(0.3)
    assert (wire.wants[-1].job, wire.wants[-1].texture) == ("j", 0.3)
    assert desk.phase == rooms.UPDATING
    show(desk, wire)
    assert desk.phase == rooms.FRESH
    assert desk.wish().texture == 0.3
    assert desk.settings()["texture"] == 0.3


def test_quality_is_a_choice_that_is_kept_and_copied(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    wanted = len(wire.wants)
    assert "quality" not in desk.settings()
    desk.set_quality("best")
    assert len(wire.wants) == wanted  # the preview stays the quick one
    wish = desk.wish()
    assert wish.quality == desk.settings()["quality"] == "best"
    assert remembered(wish.recall()) == replace(wish, key=())
    assert "--quality best" in command_line(wish, edited=False)
    assert '"quality":"best"' in command_line(wish, edited=True)
    desk.set_quality("fastest")
    assert desk.quality == "normal"


def test_a_job_goes_before_the_preview(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    asked = len(wire.wants)
    desk.give_way()
    assert len(wire.wants) == asked + 1, "it is asked for once more, behind the job"
    show(desk, wire)
    desk.give_way()
    assert len(wire.wants) == asked + 1, "what is on show already is not"


def test_painting_on_the_layer_asks_for_it_anew(desk: Desk, wire: Wire) -> None:
    understand(desk, "denoise")
    show(desk, wire)
    desk.repainted()
    assert desk.after is None
    assert wire.wants[-1].job is None
    assert desk.phase == rooms.UPDATING
