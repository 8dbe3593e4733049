"""The journey with the real engine: what the layer gets is what the engine, called directly, says."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hostkit import DaemonProcess
from krita_host import Krita
from pixelcases import GRAY, LINEAR, SRGB, Case, decode, encode

from restored import Plan
from restored.engine import run

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(1800)]

WIDTH, HEIGHT = 240, 200


@dataclass(frozen=True)
class Photograph(Case):
    """A dark, noisy picture instead of random values."""

    size: tuple[int, int] = (WIDTH, HEIGHT)
    text: str = "remove the noise"

    def pixels(self) -> np.ndarray:
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
        light = np.stack([0.3 + 0.2 * np.sin(x / 30), 0.25 + 0.2 * np.cos(y / 25), 0.2 + 0.15 * np.sin((x + y) / 40)], -1)
        light = (light * 0.6 + np.random.default_rng(5).normal(0, 0.05, light.shape)).clip(0, 1)
        if self.model == "GRAYA":
            light = light.mean(-1, keepdims=True)
        if self.profile == LINEAR:
            light = decode(light)
        values = np.concatenate([light, np.ones((HEIGHT, WIDTH, 1))], -1)
        white = 1.0 if self.dtype.kind == "f" else float(np.iinfo(self.dtype).max)
        return (np.rint(values * white) if white > 1 else values).astype(self.dtype)


CASES = (
    Photograph("photo-u8", "RGBA", "U8", SRGB),
    Photograph("photo-u16-soft-selection", "RGBA", "U16", SRGB, selection=(70, 60, 90, 80, 15)),
    Photograph("photo-gray", "GRAYA", "U8", GRAY, "new-layer"),
    Photograph("photo-f32-linear", "RGBA", "F32", LINEAR),
)


@pytest.fixture(scope="session")
def journey(krita: Krita, real_daemon: DaemonProcess) -> Iterator[tuple[Path, dict[str, dict]]]:
    box = Path(tempfile.mkdtemp(prefix="rwi-", dir="/tmp"))
    for case in CASES:
        (box / f"{case.name}.in").write_bytes(case.to_krita(case.pixels()).tobytes())
    (box / "cases.json").write_text(json.dumps([case.order() for case in CASES]))
    krita.headless(box, "pixel_cases", **real_daemon.env)
    told = [json.loads(line) for line in (box / "told.jsonl").read_text().splitlines()]
    yield box, {fact["case"]: fact for fact in told}
    shutil.rmtree(box, ignore_errors=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_called_directly_agrees(case: Case, journey: tuple[Path, dict[str, dict]]) -> None:
    box, facts = journey
    fact = facts[case.name]
    assert fact.get("state") == "done", fact
    layer = case.pixels()
    after = case.from_krita((box / f"{case.name}.out").read_bytes(), WIDTH, HEIGHT)
    mask = None
    if case.selection:
        mask = np.frombuffer((box / f"{case.name}.mask").read_bytes(), np.uint8).reshape(HEIGHT, WIDTH)
    thumbnail = np.frombuffer((box / f"{case.name}.context").read_bytes(), np.uint8).reshape(*fact["context"][::-1], 3)
    x, y, width, height = fact["rect"]
    part = np.s_[y : y + height, x : x + width]
    linear = case.profile == LINEAR
    sent = layer.copy()
    if linear:
        sent[..., :-1] = encode(layer[..., :-1])
    wanted = sent.copy()
    plan = Plan.from_dict(fact["recipe"]["plan"])
    wanted[part] = run(sent[part], plan, mask=None if mask is None else mask[part], context=thumbnail).image
    got = np.concatenate([encode(after[..., :-1]), after[..., -1:]], -1) if linear else after
    white = 1.0 if case.dtype.kind == "f" else float(np.iinfo(case.dtype).max)
    worst = np.abs(got.astype(float) - wanted.astype(float)).max() / white
    change = np.abs(got.astype(float) - sent.astype(float)).mean() / white
    print(f"{case.name}: worst {worst * 255:.2f}/255, mean change {change * 255:.1f}/255, {fact['seconds']:.1f} s")
    assert change > 0.5 / 255, "the engine should have done something"
    assert worst <= 3 / 255, "more than two processes may differ in the last bits of bfloat16"
    assert (after[..., -1] == layer[..., -1]).all()
    if mask is not None:
        assert (after[mask == 0] == layer[mask == 0]).all()
