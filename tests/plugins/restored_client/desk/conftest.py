"""A desk, and what it asks for."""

from __future__ import annotations

import pytest

from restored_client.desk.desk import Desk
from restored_client.desk.previewstate import PreviewState

from .kit import TASKS, Wire


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def desk(wire: Wire) -> Desk:
    """A desk with a layer to look at and a daemon."""
    made = Desk(wire)
    made.greeted({"tasks": TASKS, "device": "A chip, 2 cores: in negative"})
    made.look_at(PreviewState(900, 700))
    return made
