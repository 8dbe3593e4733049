"""Whatever a person does and whatever the daemon answers, in whatever order, what the desk says fits what stands."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from restored_client.desk import state as rooms
from restored_client.desk.desk import Desk
from restored_client.desk.previewstate import PreviewState
from restored_client.desk.wish import Wish
from restored_client.wire.errors import ClientError

from .kit import TASKS, Wire, plan_of


class Afternoon(RuleBasedStateMachine):
    """A person and a daemon at work, in any order. What the daemon was asked may be answered late, twice, wrongly or never."""

    @initialize()
    def begin(self) -> None:
        self.wire = Wire()
        self.wanted: list[Wish] = []
        self.desk = Desk(self.wire, wanted=self.wanted.append)
        self.eager = 0
        self.jobs = itertools.count()

    texts = st.sampled_from(["", "  ", "denoise", "derain and dehaze", "denoise, derain", "nothing known", "lowlight\n"])
    tasks = st.sampled_from([task["id"] for task in TASKS])

    @rule(text=texts)
    def type(self, text: str) -> None:
        self.desk.type(text)

    @rule(verb=st.sampled_from(["remove", "add", "weigh", "move"]), task=tasks, data=st.data())
    def edit(self, verb: str, task: str, data: st.DataObject) -> None:
        values: dict[str, list[Any]] = {
            "remove": [],
            "add": [task],
            "weigh": [data.draw(st.floats(0, 1))],
            "move": [data.draw(st.integers(-2, 2))],
        }
        self.desk.edit(verb, task, *values[verb])

    @rule(strength=st.sampled_from([0.0, 0.5, 1.0, float("nan"), -3.0]))
    def weigh(self, strength: float) -> None:
        self.desk.set_strength(strength)

    @rule(size=st.sampled_from([None, (1, 1), (900, 700)]))
    def turn_to(self, size: tuple[int, int] | None) -> None:
        self.desk.look_at(None if size is None else PreviewState(*size))

    @rule(dx=st.integers(-300, 300))
    def pan(self, dx: int) -> None:
        if self.desk.preview is not None and self.desk.preview.pan(dx, dx):
            self.desk.moved()

    @rule()
    def paint(self) -> None:
        self.desk.repainted()

    @rule(busy=st.booleans())
    def work(self, busy: bool) -> None:
        self.desk.set_busy(busy)

    @rule()
    def press(self) -> None:
        before = len(self.wanted)
        wish = self.desk.restore()
        assert len(self.wanted) == before
        if wish is not None:
            assert wish.instruction == self.desk.text
            assert wish.plan is not None

    @rule(
        settings_=st.fixed_dictionaries(
            {}, optional={"instruction": texts, "strength": st.floats(), "plan": st.just(plan_of("dehaze"))}
        )
    )
    def choose(self, settings_: dict[str, Any]) -> None:
        self.desk.use(settings_)

    @rule(data=st.data())
    def plan_comes(self, data: st.DataObject) -> None:
        if self.wire.plans:
            text = data.draw(st.sampled_from(self.wire.plans))
            self.desk.understood(text, plan_of(text))

    @rule(junk=st.sampled_from([None, {}, {"steps": []}, 3]), text=texts)
    def a_wrong_plan_comes(self, junk: Any, text: str) -> None:
        if junk != {} and not isinstance(junk, dict):
            self.desk.understood(text, junk)

    @rule(data=st.data(), changed=st.booleans())
    def preview_comes(self, data: st.DataObject, changed: bool) -> None:
        if self.wire.wants:
            want = data.draw(st.sampled_from(self.wire.wants))
            self.desk.previewed(want, ("pixels", want) if changed else None, f"job {next(self.jobs)}", "a device")

    @rule(
        code=st.sampled_from(["expired", "daemon_died", "engine_failed", "unknown code"]),
        about=st.sampled_from(["plan", "preview", "opening"]),
    )
    def it_fails(self, code: str, about: str) -> None:
        self.desk.failed(ClientError(code), about)

    @rule(tasks_=st.sampled_from([TASKS, None, "junk"]))
    def a_daemon_greets(self, tasks_: Any) -> None:
        self.desk.greeted({"tasks": tasks_, "device": "a device"})

    @invariant()
    def what_it_says_fits(self) -> None:
        desk = self.desk
        assert 0.0 <= desk.strength <= 1.0
        if desk.can_restore:
            assert desk.preview is not None
            assert desk.strength > 0
            assert not desk.busy
            assert desk.pending or desk.plan.actionable
        if desk.phase == rooms.FRESH:
            assert desk.shown is not None
            assert desk.preview is not None
            assert (desk.shown.box, desk.shown.key, desk.shown.strength) == (desk.preview.box, desk.plan.key(), desk.strength)
        if desk.after is not None:
            assert desk.after[1] == desk.shown
        if desk.trouble is not None:
            assert desk.trouble.sentence
        if not desk.text.strip() and not desk.plan.steps():
            assert desk.phase in (rooms.IDLE, rooms.NO_PICTURE)
        for wish in self.wanted:
            assert wish.plan is not None
            assert any(step["strength"] > 0 for step in wish.plan["steps"])

    def teardown(self) -> None:
        """When the daemon answers at last, and well, what is shown is what was asked for."""
        desk = self.desk
        desk.set_busy(False)
        desk.ask_again()
        desk.understood(desk.text, plan_of(desk.text))
        assert not desk.pending
        for _ in range(3):
            if self.wire.wants:
                want = self.wire.wants[-1]
                desk.previewed(want, ("pixels", want), "last")
        expected = {rooms.IDLE, rooms.NO_PICTURE, rooms.NOTHING, rooms.FRESH}
        assert desk.phase in expected, desk.phase
        if desk.preview is not None and desk.plan.actionable:
            assert desk.phase == rooms.FRESH


Afternoon.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_any_afternoon = Afternoon.TestCase
