"""What a desk asks of its host, which has it answered by the daemon."""

from __future__ import annotations

from typing import Protocol

from .overlay import RegionWant
from .previewstate import Want


class Requests(Protocol):
    """What the desk asks for. Nothing here waits; answers come back as calls on the desk."""

    def ask_plan(self, text: str) -> None:
        """Have the text understood: `Desk.understood(text, plan)` or `Desk.failed(error, PLAN)` follows."""

    def drop_plan(self) -> None:
        """The plan that was asked for is not wanted any more."""

    def ask_preview(self, want: Want) -> None:
        """Have a crop restored, or weighed again: `Desk.previewed(want, …)` or `Desk.failed(error, PREVIEW)` follows."""

    def drop_preview(self) -> None:
        """The preview that was asked for is not wanted any more."""

    def ask_region(self, want: RegionWant) -> None:
        """Have the mask of a region made: `Desk.overlay.located(want, mask)` follows."""

    def drop_region(self) -> None:
        """The mask that was asked for is not wanted any more: what is searched for would hold up the next preview."""


class NoRequests:
    """Asks nobody: for a desk that only reports, or whose answers are made up."""

    def ask_plan(self, text: str) -> None: ...
    def drop_plan(self) -> None: ...
    def ask_preview(self, want: Want) -> None: ...
    def drop_preview(self) -> None: ...
    def ask_region(self, want: RegionWant) -> None: ...
    def drop_region(self) -> None: ...
