"""The journey with the real engine: what GIMP gets is what the engine, called directly, says."""

import json
import textwrap

import numpy as np
import pytest

from restored import Plan
from restored.engine import run

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(900)]

W, H = 240, 200
"""At most 256: then the thumbnail is the layer itself, on both sides."""
INSTRUCTION = "remove the noise and brighten it"

CODE = """
for key, precision, gray, alpha in (
    ("u8", "U8_NON_LINEAR", False, False),
    ("u16-alpha", "U16_NON_LINEAR", False, True),
    ("gray", "U8_NON_LINEAR", True, False),
):
    for selection in (False, True):
        image, layer = picture(240, 200, precision, gray, alpha)
        write(layer, format_of(layer), load(key))
        if selection:
            image.select_ellipse(Gimp.ChannelOps.REPLACE, 130, 100, 90, 80)
            Gimp.Selection.feather(image, 15)
        mask = read(image.get_selection(), "Y float") if selection else b""
        status, result, error = call(image, instruction=INSTRUCTION, output="replace")
        tell(key=key, selection=selection, status=status, error=error, mask=save("%s-%s-mask" % (key, selection), mask),
             after=save("%s-%s.after" % (key, selection), native(layer)), recipe=recipe(layer))
        image.delete()
"""


def photograph() -> np.ndarray:
    """A dark, noisy picture, H x W x 3 in [0, 1]."""
    y, x = np.mgrid[0:H, 0:W]
    picture = np.stack([0.3 + 0.2 * np.sin(x / 30), 0.25 + 0.2 * np.cos(y / 25), 0.2 + 0.15 * np.sin((x + y) / 40)], -1)
    return (picture * 0.6 + np.random.default_rng(5).normal(0, 0.05, picture.shape)).clip(0, 1)


def layer_of(key: str) -> np.ndarray:
    picture = photograph()
    if key == "gray":
        return np.rint(picture.mean(-1, keepdims=True) * 255).astype("u1")
    if key == "u8":
        return np.rint(picture * 255).astype("u1")
    alpha = np.ones((H, W, 1))
    alpha[:20] = 0
    return np.rint(np.concatenate([picture, alpha], -1) * 65535).astype("<u2")


def with_margin(mask: np.ndarray) -> tuple[slice, slice]:
    """The part of the layer that goes with a selection: its bounds and 64 pixels around."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(0, rows[0] - 64), min(H, rows[-1] + 1 + 64)),
        slice(max(0, columns[0] - 64), min(W, columns[-1] + 1 + 64)),
    )


@pytest.fixture(scope="module")
def journey(gimp, real_daemon, tmp_path_factory):
    box = tmp_path_factory.mktemp("engine")
    for key in ("u8", "u16-alpha", "gray"):
        (box / key).write_bytes(layer_of(key).tobytes())
    told = gimp.batch(box, CODE.replace("INSTRUCTION", json.dumps(INSTRUCTION)), **real_daemon.env)
    return box, {(fact["key"], fact["selection"]): fact for fact in told}


@pytest.mark.parametrize("selection", [False, True], ids=["all", "feathered"])
@pytest.mark.parametrize("key", ["u8", "u16-alpha", "gray"])
def test_the_engine_called_directly_agrees(journey, key, selection):
    box, facts = journey
    fact = facts[key, selection]
    assert fact["status"] == "success", fact["error"]
    layer = layer_of(key)
    after = np.frombuffer((box / fact["after"]).read_bytes(), layer.dtype).reshape(layer.shape)
    mask = np.frombuffer((box / fact["mask"]).read_bytes(), "<f4").reshape(H, W) if selection else None
    expected = layer.copy()
    rows, columns = (slice(0, H), slice(0, W)) if mask is None else with_margin(mask)
    crop = None if mask is None else mask[rows, columns]
    thumbnail = layer if layer.dtype == np.uint8 else np.rint(layer / 257).astype("u1")
    plan = Plan.from_dict(fact["recipe"]["plan"])
    expected[rows, columns] = run(layer[rows, columns], plan, mask=crop, context=thumbnail).image
    white = np.iinfo(layer.dtype).max
    worst = np.abs(after.astype(float) - expected.astype(float)).max() / white
    change = np.abs(after.astype(float) - layer.astype(float)).mean() / white
    print(f"{key} selection={selection}: worst {worst * 255:.2f}/255, mean change {change * 255:.1f}/255")
    assert change > 1 / 255, "the engine should have done something"
    assert worst <= 3 / 255, "more than two processes may differ in the last bits of bfloat16"
    if mask is not None:
        assert (after[mask == 0] == layer[mask == 0]).all()


def test_the_left_side_is_the_pictures_not_the_selections(gimp, box, real_daemon):
    """A selection in the right half has a left half, too: it must stay in colour."""
    code = """
    image, layer = picture(240, 200)
    write(layer, "R'G'B' u8", bytes((200, 60, 30)) * (240 * 200))
    before = native(layer)
    plan = '{"steps": [{"task": "black_and_white", "amount": 1.0, "region": {"places": ["left"]}}]}'
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 140, 20, 90, 160)
    first = call(image, plan=plan, output="replace")
    kept = native(layer) == before
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 20, 90, 160)
    second = call(image, plan=plan, output="replace")
    pixel = list(native(layer)[3 * (240 * 100 + 50):][:3])
    tell(first=[first[0], first[2]], kept=kept, second=[second[0], second[2]], gray=max(pixel) - min(pixel) <= 2)
    """
    (fact,) = gimp.batch(box, textwrap.dedent(code), **real_daemon.env)
    assert fact == {"first": ["success", ""], "kept": True, "second": ["success", ""], "gray": True}


def test_a_script_that_gives_no_scale_has_the_one_that_the_words_say(gimp, box, real_daemon):
    code = """
    image, layer = picture(40, 30)
    write(layer, "R'G'B' u8", os.urandom(3600))
    for words, more in (("make it 2x larger", {}), ("make it 2x larger", dict(scale=1)), ("brighten it", {})):
        status, made, error = call(image, instruction=words, **more)
        assert status == "success" and made is not None, error
        tell(width=made.get_width(), new=made.get_image() != image)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    tell(error=call(image, drawables=[layer], instruction="make it 2x larger")[2], selected=True)
    """
    said, kept, plain, selected = gimp.batch(box, textwrap.dedent(code), **real_daemon.env)
    assert said == {"width": 80, "new": True}
    assert kept == plain == {"width": 40, "new": False}
    assert "whole layers" in selected["error"]
