"""GIMP beside a strong machine in another network: it asks its own daemon, and gets what the other made of it, to the byte."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT
from tests.backend.studio.machines import Place
from tests.backend.studio.networks import cabled

from restored_client import Pixels

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(900)]

PORT = 47340
WIDTH, HEIGHT = 700, 500
DEVICE = "NVIDIA Testing in the studio, "

CODE = """
for precision, depth in (("U8_NON_LINEAR", "u8"), ("U16_NON_LINEAR", "u16")):
    image, layer = picture(WIDTH, HEIGHT, precision)
    write(layer, "R'G'B' " + depth, load(depth))
    status, result, error = call(image, instruction="remove the noise", output="replace")
    tell(depth=depth, status=status, error=error, after=save(depth + ".after", native(layer)))
    image.delete()
"""


@pytest.fixture
def house() -> Iterator[tuple[Place, Place]]:
    with cabled(PORT) as both:
        yield both


def layer_of(depth: str) -> bytes:
    size = WIDTH * HEIGHT * 3 * (2 if depth == "u16" else 1)
    row = bytes((number * 7) % 251 for number in range(1021))
    return (row * (size // len(row) + 1))[:size]


def test_a_layer_comes_back_as_the_strong_machine_made_it(gimp, box: Path, house: tuple[Place, Place]) -> None:
    desk, strong = house
    trace = box / "trace"
    for depth in ("u8", "u16"):
        (box / depth).write_bytes(layer_of(depth))
    code = CODE.replace("WIDTH, HEIGHT", f"{WIDTH}, {HEIGHT}")
    told = gimp.batch(box, code, **desk.own, RESTORED_TRACE=str(trace))
    for fact in told:
        assert fact["status"] == "success", fact["error"]
        sent = Pixels(WIDTH, HEIGHT, 3, fact["depth"], layer_of(fact["depth"]))
        with strong.session() as there:
            own = there.restore(sent, instruction="remove the noise")
        assert own.pixels is not None
        assert (box / fact["after"]).read_bytes() == bytes(own.pixels.view) != sent.data
    restored = [line for line in map(json.loads, trace.read_text().splitlines()) if line["event"] == "restored"]
    assert len(restored) == 2
    assert all(line["device"].startswith(DEVICE) for line in restored), restored


def test_the_window_says_where_it_was_done(gimp, box: Path, house: tuple[Place, Place], screen, photo: Path) -> None:
    desk, _strong = house
    window = GuiGimp(gimp, box, screen, photo, **desk.own)
    try:
        window.open_dialog()
        window.event("ready")
        window.type("remove the noise")
        # a time is said of a preview that was made there; before, the line only tells who would
        window.event("shows", lambda event: re.match(DEVICE + r"[\d.]+ s", event["device"]))
    finally:
        screen.shoot(OUTPUT / "gimp" / "studio.png")
        window.close()
