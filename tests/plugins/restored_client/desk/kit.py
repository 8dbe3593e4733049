"""What the desk's tests share: a daemon of a very simple mind, and what is asked of it."""

from __future__ import annotations

from typing import Any

from restored_client.desk.desk import Desk
from restored_client.desk.overlay import RegionWant
from restored_client.desk.previewstate import Want
from restored_client.desk.requests import NoRequests

TASKS = [{"id": task, "label": task} for task in ("denoise", "derain", "dehaze", "lowlight")]


def plan_of(text: str) -> dict[str, Any]:
    """What a very simple mind understands: the tasks that are named."""
    steps = [
        {"task": task["id"], "label": task["label"], "confidence": 0.9, "strength": 1.0, "words": task["id"]}
        for task in TASKS
        if task["id"] in text
    ]
    reason = None if steps else "off_topic"
    return {"text": text, "steps": steps, "excluded": [], "reason": reason, "message": "", "proposed": False}


class Wire(NoRequests):
    """Keeps what is asked for until a test answers."""

    def __init__(self) -> None:
        self.plans: list[str] = []
        self.wants: list[Want] = []
        self.regions: list[RegionWant] = []
        self.dropped_regions = 0

    def ask_plan(self, text: str) -> None:
        self.plans.append(text)

    def ask_preview(self, want: Want) -> None:
        self.wants.append(want)

    def ask_region(self, want: RegionWant) -> None:
        self.regions.append(want)

    def drop_region(self) -> None:
        self.dropped_regions += 1


def understand(desk: Desk, text: str) -> None:
    desk.type(text)
    desk.understood(text, plan_of(text))


def show(desk: Desk, wire: Wire, job: str = "j") -> Want:
    """The daemon answers the last preview that was asked for."""
    want = wire.wants[-1]
    desk.previewed(want, f"pixels of {want.key}", job)
    return want
