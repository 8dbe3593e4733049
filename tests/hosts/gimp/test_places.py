"""Layers and selections that do not lie as they usually do: tiny, off the canvas, larger than it; and selections likewise."""

import numpy as np
import pytest
from negative import negative

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

CASES = {
    # name: (canvas, layer, offsets, selection x y w h or None, rectangle of the layer that changes: x y w h)
    "one-pixel": ((1, 1), (1, 1), (0, 0), None, (0, 0, 1, 1)),
    "one-pixel-selected": ((9, 9), (1, 1), (4, 4), (0, 0, 9, 9), (0, 0, 1, 1)),
    "one-row": ((900, 3), (900, 1), (0, 1), None, (0, 0, 900, 1)),
    "one-column": ((3, 900), (1, 900), (1, 0), (0, 100, 3, 50), (0, 100, 1, 50)),
    "partly-outside": ((60, 40), (50, 30), (-20, 25), None, (0, 0, 50, 30)),
    # only what lies on the canvas can be selected
    "partly-outside-selected": ((60, 40), (50, 30), (-20, 25), (0, 0, 60, 40), (20, 0, 30, 15)),
    "far-outside": ((60, 40), (50, 30), (5000, -4000), None, (0, 0, 50, 30)),
    "larger-than-the-canvas": ((30, 20), (300, 200), (-100, -90), (0, 0, 30, 20), (100, 90, 30, 20)),
    "selection-beyond-the-layer": ((300, 200), (40, 30), (100, 100), (0, 0, 300, 200), (0, 0, 40, 30)),
    "selection-off-the-canvas": ((60, 40), (60, 40), (0, 0), (-500, -500, 510, 520), (0, 0, 10, 20)),
    "selection-of-one-pixel": ((60, 40), (60, 40), (0, 0), (59, 39, 1, 1), (59, 39, 1, 1)),
}

RUNS = [(case, "replace") for case in CASES] + [
    (case, "new-layer") for case in ("one-pixel-selected", "partly-outside-selected", "larger-than-the-canvas")
]

CODE = """
cases = {cases!r}
for name, output in {runs!r}:
    canvas, size, offset, selection, _changes = cases[name]
    image, layer = picture(*size, offset=offset, canvas=canvas)
    write(layer, "R'G'B' u8", os.urandom(size[0] * size[1] * 3))
    if selection:
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *selection)
    key = name + "-" + output
    save(key + ".before", native(layer))
    status, result, error = call(image, instruction="remove the noise", output=output)
    tell(key=key, status=status, error=error, after=save(key + ".after", native(result)) if result else None,
         offsets=list(result.get_offsets()[1:]) if result else None)
    image.delete()
"""


@pytest.fixture(scope="module")
def facts(gimp, shared_daemon, tmp_path_factory) -> dict:
    box = tmp_path_factory.mktemp("places")
    told = gimp.batch(box, CODE.format(cases=CASES, runs=RUNS), **shared_daemon.env)
    return {"box": box, **{fact["key"]: fact for fact in told}}


@pytest.mark.parametrize(("case", "output"), RUNS)
def test_exactly_what_is_selected_changes(facts, case, output):
    _canvas, (width, height), offset, _selection, (x, y, w, h) = CASES[case]
    fact = facts[f"{case}-{output}"]
    assert fact["status"] == "success", fact["error"]
    assert fact["offsets"] == list(offset)
    before, after = (
        np.frombuffer((facts["box"] / f"{case}-{output}.{name}").read_bytes(), "u1").reshape(height, width, 3)
        for name in ("before", "after")
    )
    mask = np.zeros((height, width))
    mask[y : y + h, x : x + w] = 1
    assert (after == negative(before, mask=mask)).all()
