"""Every kind of layer goes to the daemon and comes back exactly as the engine, called directly, says.

The engine of these tests makes negatives (negative.py); `test_engine.py` repeats the journey with the real one.
"""

from pathlib import Path

import numpy as np
import pytest
from negative import negative

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

WIDTH, HEIGHT = 61, 47

CASES = {
    # name: (precision, gray, alpha, dtype of the native values, largest error in the values that travel)
    "u8": ("U8_NON_LINEAR", False, False, "u1", 0),
    "u8-alpha": ("U8_NON_LINEAR", False, True, "u1", 0),
    "u8-gray": ("U8_NON_LINEAR", True, False, "u1", 0),
    "u8-gray-alpha": ("U8_NON_LINEAR", True, True, "u1", 0),
    "u8-perceptual": ("U8_PERCEPTUAL", False, True, "u1", 0),
    "u16": ("U16_NON_LINEAR", False, True, "<u2", 0),
    "u16-gray": ("U16_NON_LINEAR", True, False, "<u2", 0),
    "u32": ("U32_NON_LINEAR", False, True, "<u4", 0),
    "float": ("FLOAT_NON_LINEAR", False, True, "<f4", 0),
    "u8-linear": ("U8_LINEAR", False, True, "u1", 0.03),
    "u16-linear": ("U16_LINEAR", False, True, "<u2", 2e-4),
    "u32-linear": ("U32_LINEAR", True, False, "<u4", 2e-6),
    "half-linear": ("HALF_LINEAR", False, True, "<f2", 1e-3),
    "float-linear": ("FLOAT_LINEAR", False, True, "<f4", 2e-6),
    "double": ("DOUBLE_NON_LINEAR", False, True, "<f8", 1e-6),
}

CODE = """
for case, (precision, gray, alpha) in {cases!r}.items():
    for output in ("replace", "new-layer"):
        for selection in (False, True):
            image, layer = picture({width}, {height}, precision, gray, alpha, offset=(5, -3), canvas=(81, 57))
            model = ("Y'" if gray else "R'G'B'") + ("A" if alpha else "") + " float"
            write(layer, model, load("picture-%d" % ((1 if gray else 3) + alpha)))
            mask = b""
            if selection:
                image.select_ellipse(Gimp.ChannelOps.REPLACE, 15, 4, 30, 30)
                Gimp.Selection.feather(image, 6)
                place = Gegl.Rectangle.new(5, -3, {width}, {height})
                mask = bytes(image.get_selection().get_buffer().get(place, 1.0, "Y float", Gegl.AbyssPolicy.NONE))
            bounds = Gimp.Selection.bounds(image)[1:]
            before, sent = native(layer), read(layer, model)
            status, result, error = call(image, instruction="remove the noise", output=output)
            if result is None:
                tell(key="-".join((case, output, str(selection))), status=status, error=error)
                continue
            key = "-".join((case, output, str(selection)))
            tell(
                key=key, status=status, error=error, format=format_of(layer), sentence=error,
                before=save(key + ".before", before), after=save(key + ".after", native(result)),
                sent=save(key + ".sent", sent), got=save(key + ".got", read(result, model)), mask=save(key + ".mask", mask),
                source=save(key + ".source", native(layer)), same_layer=result == layer,
                layers=[item.get_name() for item in image.get_layers()], offsets=list(result.get_offsets()[1:]),
                same_selection=bounds == Gimp.Selection.bounds(image)[1:], channels=len(image.get_channels()),
                recipe=recipe(result), selected=[item.get_name() for item in image.get_selected_drawables()],
            )
            image.delete()
"""


@pytest.fixture(scope="module")
def trips(gimp, shared_daemon, tmp_path_factory) -> tuple[Path, dict[str, dict]]:
    """All cases in one GIMP: starting it costs more than all of them."""
    box = Path(tmp_path_factory.mktemp("trips"))
    rng = np.random.default_rng(7)
    for channels in (1, 2, 3, 4):
        picture = rng.random((HEIGHT, WIDTH, channels), dtype=np.float32)
        if channels in (2, 4):
            picture[:9, :, -1] = 0
            picture[-9:, :, -1] = 1
        (box / f"picture-{channels}").write_bytes(picture.astype("<f4").tobytes())
    cases = {name: case[:3] for name, case in CASES.items()}
    told = gimp.batch(box, CODE.format(cases=cases, width=WIDTH, height=HEIGHT), **shared_daemon.env)
    return box, {fact["key"]: fact for fact in told}


def values(path: Path, dtype: str) -> np.ndarray:
    return np.frombuffer(path.read_bytes(), dtype).reshape(HEIGHT, WIDTH, -1)


@pytest.mark.parametrize("selection", [False, True], ids=["all", "feathered"])
@pytest.mark.parametrize("output", ["replace", "new-layer"])
@pytest.mark.parametrize("case", CASES)
def test_round_trip(trips, case, output, selection):
    box, facts = trips
    fact = facts[f"{case}-{output}-{selection}"]
    _precision, _gray, alpha, dtype, tolerance = CASES[case]
    assert fact["status"] == "success", fact["error"]

    before, after = values(box / fact["before"], dtype), values(box / fact["after"], dtype)
    mask = np.frombuffer((box / fact["mask"]).read_bytes(), "<f4").reshape(HEIGHT, WIDTH) if selection else None
    outside = np.zeros((HEIGHT, WIDTH), bool) if mask is None else mask == 0
    assert (after[outside] == before[outside]).all(), "a pixel outside the selection changed"
    if alpha:
        assert (after[..., -1] == before[..., -1]).all(), "alpha changed"
    if output == "new-layer":
        assert (box / fact["source"]).read_bytes() == (box / fact["before"]).read_bytes(), "the source layer changed"

    if tolerance == 0:
        expected = negative(before, mask=mask)
        worst = np.abs(after.astype(np.float64) - expected.astype(np.float64)).max()
        # a selection is stored in the image's depth; its float reading may differ from it by one rounding
        assert worst <= (0 if mask is None else 1 if dtype.startswith(("u1", "<u2")) else 600 if dtype == "<u4" else 1e-6)
    else:
        sent, got = values(box / fact["sent"], "<f4"), values(box / fact["got"], "<f4")
        assert np.abs(got - negative(sent, mask=mask)).max() <= tolerance
    assert np.abs(after.astype(np.float64) - before.astype(np.float64)).max() > 0


@pytest.mark.parametrize("selection", [False, True], ids=["all", "feathered"])
@pytest.mark.parametrize("case", CASES)
def test_what_stays_as_it_was(trips, case, selection):
    _box, facts = trips
    for output in ("replace", "new-layer"):
        fact = facts[f"{case}-{output}-{selection}"]
        assert fact["same_selection"]
        assert fact["channels"] == 0
        assert fact["offsets"] == [5, -3]
        assert fact["same_layer"] == (output == "replace")
        assert fact["layers"] == (["photo"] if output == "replace" else ["remove the noise", "photo"])
        assert fact["recipe"]["instruction"] == "remove the noise"
        assert [step["task"] for step in fact["recipe"]["plan"]["steps"]] == ["denoise"]
        assert fact["recipe"]["model"] == "negative"
