"""The talk with the daemon in its own threads: what reaches the desk, and what happens when the daemon goes away."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from restored_client.desk import conversation as module
from restored_client.desk.conversation import Conversation, Look
from restored_client.desk.desk import Desk
from restored_client.desk.previewstate import PreviewState, Want
from restored_client.desk.requests import NoRequests
from restored_client.desk.state import FRESH
from restored_client.wire.errors import Cancelled, ClientError
from restored_client.wire.order import Answer
from restored_client.wire.pixels import Pixels

CROP, OTHER = Pixels(1, 1, 1, "u8", b"\x07"), Pixels(1, 1, 1, "u8", b"\x08")
PATIENCE = 60.0


class FakeSession:
    """Answers at once, unless it is told otherwise."""

    opened: int = 0
    trouble: Exception | None = None
    held: threading.Event | None = None

    def __init__(self) -> None:
        self.hello = {"tasks": [{"id": "denoise", "label": "noise"}], "device": "a chip"}
        self.asked: list[Any] = []

    @classmethod
    def open(cls, *, client: str, on_status: Callable[[str], None]) -> FakeSession:
        FakeSession.opened += 1
        on_status("Starting the restoration engine…")
        if cls.trouble is not None:
            raise cls.trouble
        return cls()

    def status(self) -> dict[str, Any]:
        return {}

    def explain(self, text: str, context: Any, standing: Any = None) -> dict[str, Any]:
        if self.held is not None:
            assert self.held.wait(PATIENCE)
        steps = [{"task": "denoise", "label": "noise", "strength": 1.0}] if "noise" in text else []
        if standing is not None:
            return {"text": text, "steps": standing["steps"], "action": "plan", "message": "said of it", "excluded": []}
        return {"text": text, "steps": steps, "excluded": [], "reason": None if steps else "off_topic"}

    def restore(self, crop: Pixels, **asked: Any) -> Answer:
        return Answer(crop, {}, "", "a chip", job="kept")

    def adjust(self, job: str, *, strength: float, texture: float) -> Answer:
        if job != "kept":
            raise ClientError("expired")
        return Answer(CROP if strength > 0 else None, {}, "", "a chip", job=job)

    def close(self) -> None:
        pass


class Host(NoRequests):
    """A GUI thread that runs when the test says so."""

    def __init__(self) -> None:
        self.calls: queue.Queue[Callable[[], None]] = queue.Queue()
        self.layer = CROP
        self.conversation = Conversation("test", self.calls.put)
        self.desk = Desk(self)
        self.conversation.serve(self.desk)

    def ask_plan(self, text: str) -> None:
        self.conversation.explain(text, None, self.desk.standing)

    def ask_preview(self, want: Want) -> None:
        self.conversation.preview(Look(want, self.layer))

    def drop_preview(self) -> None:
        self.conversation.drop_preview()

    def under_way(self) -> Callable[[], None]:
        """The next answer, which has left the worker's thread and not reached the desk."""
        return self.calls.get(timeout=PATIENCE)

    def until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, vars(self.desk)
            try:
                self.calls.get(timeout=0.05)()
            except queue.Empty:
                continue


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    monkeypatch.setattr(module, "Session", FakeSession)
    monkeypatch.setattr(FakeSession, "trouble", None)
    monkeypatch.setattr(FakeSession, "held", None)
    made = Host()
    yield made
    made.conversation.close()


def test_from_opening_to_a_preview_of_another_strength(host: Host) -> None:
    said: list[str] = []
    known = host.desk.waiting_for
    host.desk.waiting_for = lambda words: (said.append(words), known(words))[1]  # type: ignore[method-assign]
    host.conversation.open()
    host.until(lambda: host.desk.greeted_once)
    assert said[0] == "Starting the restoration engine…"
    host.desk.look_at(PreviewState(1, 1))
    host.desk.type("the noise")
    host.until(lambda: host.desk.phase == FRESH)
    assert host.desk.after == CROP
    host.desk.set_strength(0.0)
    host.until(lambda: host.desk.phase == FRESH)
    assert host.desk.after is None


def test_a_plan_that_takes_long_is_waited_for_aloud(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    held = threading.Event()
    monkeypatch.setattr(FakeSession, "held", held)
    host.desk.type("the noise")
    host.until(lambda: host.desk.waiting == "The restoration engine is getting ready…")
    held.set()
    host.until(lambda: not host.desk.pending)
    assert host.desk.waiting == ""


def test_what_is_no_wish_by_itself_is_said_of_the_plan_that_stands(host: Host) -> None:
    host.desk.standing = {"steps": [{"task": "dehaze", "label": "haze", "strength": 0.5}]}
    for text, tasks in (("a bit less", ["dehaze"]), ("the noise", ["denoise"]), ("Also, the noise", ["dehaze"])):
        host.desk.type(text)
        host.until(lambda: not host.desk.pending)
        assert [step["task"] for step in host.desk.plan.steps()] == tasks, text


def test_failures_reach_the_desk_and_a_second_try_helps(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeSession, "trouble", ClientError("start_failed"))
    host.conversation.open()
    host.until(lambda: host.desk.trouble is not None)
    assert host.desk.trouble is not None
    assert host.desk.trouble.retry
    monkeypatch.setattr(FakeSession, "trouble", None)
    host.conversation.open()
    host.until(lambda: host.desk.greeted_once)
    assert host.desk.trouble is None


def test_jobs_report_end_and_are_cancelled(host: Host) -> None:
    steps: list[Any] = []
    ends: list[Any] = []

    def job(session: Any, report: Callable[[Any], None], cancelled: Callable[[], bool]) -> str:
        report("half")
        while not cancelled():
            time.sleep(0.01)
        raise Cancelled

    host.conversation.work(job, lambda outcome, error: ends.append((outcome, error)), steps.append)
    host.until(lambda: steps)
    host.conversation.cancel()
    host.until(lambda: ends)
    assert isinstance(ends[0][1], Cancelled)

    def broken(session: Any, report: Any, cancelled: Any) -> None:
        raise RuntimeError("a bug")

    there = Answer(None, {}, device="NVIDIA H200 in the studio, 0.4 s; this machine would need 4.0 s")
    host.conversation.work(lambda *_: there, lambda outcome, error: ends.append((outcome, error)), steps.append)
    host.until(lambda: len(ends) == 2)
    assert host.desk.device_short == "NVIDIA H200 in the studio, 0.4 s; this machine would need 4.0 s"
    host.conversation.work(broken, lambda outcome, error: ends.append((outcome, error)), steps.append)
    host.until(lambda: len(ends) == 3)
    assert ends[2][1].code == "engine_failed"


def test_nothing_is_called_after_the_end(host: Host) -> None:
    host.desk.type("the noise")
    host.conversation.close()
    time.sleep(0.2)
    while not host.calls.empty():
        host.calls.get()()
    assert host.desk.pending


def test_a_preview_under_way_is_not_taken_for_that_of_another_layer(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same crop under the same plan is wanted of both, so that nothing else tells the answers apart."""
    host.desk.type("the noise")
    host.until(lambda: not host.desk.pending)
    host.desk.look_at(PreviewState(1, 1))
    late = host.under_way()
    host.layer = OTHER
    host.desk.look_at(PreviewState(1, 1))
    late()
    assert host.desk.after is None
    host.until(lambda: host.desk.phase == FRESH)
    assert host.desk.after == OTHER

    monkeypatch.setattr(FakeSession, "restore", lambda *_, **asked: Answer(**asked))  # a bug, which fails
    host.desk.repainted()
    late = host.under_way()
    monkeypatch.undo()
    host.desk.repainted()
    late()
    assert host.desk.trouble is None
    host.until(lambda: host.desk.phase == FRESH)


def test_a_plan_under_way_is_not_taken_for_what_the_words_mean_of_another_result(host: Host) -> None:
    host.desk.standing = {"steps": [{"task": "dehaze", "label": "haze", "strength": 0.5}]}
    host.desk.type("a bit less")
    host.until(lambda: host.desk.greeted_once)
    late = host.under_way()
    host.desk.stand_on({"steps": [{"task": "derain", "label": "rain", "strength": 0.5}]})
    late()
    assert host.desk.pending
    host.until(lambda: not host.desk.pending)
    assert [step["task"] for step in host.desk.plan.steps()] == ["derain"]
