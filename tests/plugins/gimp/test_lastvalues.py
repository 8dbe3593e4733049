"""What GIMP is told to remember of a wish, without GIMP."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from restored_client.desk.desk import Desk
from restored_client.desk.requests import NoRequests

PLUG_IN = Path(__file__).resolve().parents[3] / "plugins" / "gimp"


class Config:
    """The arguments of a procedure, as GIMP keeps them."""

    def __init__(self, **values: Any) -> None:
        self.values = values

    def find_property(self, name: str) -> object:
        return name if name in self.values else None

    def get_property(self, name: str) -> Any:
        return self.values[name]

    def set_property(self, name: str, value: Any) -> None:
        self.values[name] = value


@pytest.mark.parametrize(("said", "chosen", "kept"), [(2, 1, 0), (None, 1, 1), (None, 4, 4), (2, 4, 0)])
def test_a_size_that_the_words_ask_for_is_left_to_them(
    monkeypatch: pytest.MonkeyPatch, said: "int | None", chosen: int, kept: int
) -> None:
    """Else the next window begins with it, whatever is typed there; 0 leaves the size to the words, in GIMP's *Repeat*, too."""
    monkeypatch.syspath_prepend(str(PLUG_IN))
    lastvalues = importlib.import_module("restore_gimp.lastvalues")
    desk, config = Desk(NoRequests()), Config(instruction="", strength=1.0, scale=1, plan="")
    desk.set_scale(chosen)
    desk.type("denoise")
    plan = {"text": "denoise", "steps": [{"task": "denoise", "label": "noise", "confidence": 0.9, "strength": 1.0, "words": ""}]}
    desk.understood(
        "denoise", {**plan, "excluded": [], "reason": None, "message": "", **({} if said is None else {"scale": said})}
    )
    lastvalues.remember(config, desk.wish(), desk)
    assert config.values == {"instruction": "denoise", "strength": 1.0, "scale": kept, "plan": ""}
