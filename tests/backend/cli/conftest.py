"""The command in this process, with somebody else doing the restoring."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from restored.cli import app, batchrun, explaining, single
from restored.files import Done
from restored.instruction import Plan, Step
from restored_client.wire.recipe import make_recipe


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def restored(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run `restored ARGUMENTS` and give back its exit code and what it said."""
    monkeypatch.setattr("signal.signal", lambda *_: None)  # pytest keeps its own
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Ran:
        code = app.run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@dataclass
class Somebody:
    """Restores by brightening: "bright" and "larger" are understood, "wrong" asks what is wrong, all else is off topic."""

    said: list[Any]
    error: Exception | None = None
    before: Callable[[], None] = lambda: None

    def explain(self, text: str) -> dict[str, Any]:
        self.said.append(text)
        if "bright" in text:
            return Plan(text, (Step("lowlight", 0.9, 1.0, "bright"),)).to_dict()
        if "larger" in text:
            return Plan(text, (Step("superres", 0.9, 1.0, "larger"),), excluded=("denoise",)).to_dict()
        if "wrong" in text:
            return Plan(text, (Step("dehaze", 0.9),), message="Wrong with it: haze.", proposed=True, action="diagnose").to_dict()
        return Plan(text, reason="off_topic", message="That is not about a photograph.").to_dict()

    def restore(self, pixels, wish, mask, progress, cancelled) -> Done:
        self.said.append(wish)
        progress(0.5, "Restoring")
        self.before()
        if self.error is not None:
            raise self.error
        plan = wish.plan or self.explain(wish.instruction)
        facts = {"plan": plan, "device": "a test", "model": "none", "seconds": 0.25}
        if not plan["steps"] or plan.get("action") == "diagnose":
            return Done(pixels=None, message=plan["message"], recipe={}, **facts)
        top = 1.0 if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max
        weight = wish.strength * (1.0 if mask is None else mask[..., None] / (255 if mask.dtype == np.uint8 else 1))
        bright = (pixels + weight * (top - pixels.astype(np.float64)) * 0.5).round(6)
        bright = bright.repeat(wish.scale, 0).repeat(wish.scale, 1).astype(pixels.dtype)
        bright[..., 3:] = pixels.repeat(wish.scale, 0).repeat(wish.scale, 1)[..., 3:]
        recipe = make_recipe(replace(wish, plan=plan, model="none"), sha256="0" * 64, version="1")
        return Done(pixels=bright, message="", recipe=recipe, **facts)


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> Somebody:
    """Takes the place of the daemon in every command."""
    who = Somebody([])

    @contextmanager
    def worker(no_daemon: bool, on_status: Callable[[str], None]) -> Iterator[Somebody]:
        yield who

    for module in (single, batchrun, explaining):
        monkeypatch.setattr(module, "worker", worker)
    return who


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small RGB picture."""
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(5).integers(0, 120, (12, 16, 3), np.uint8)).save(path)
    return path


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))
