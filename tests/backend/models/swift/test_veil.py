"""The veil: nothing at the start, the same over tiles, the same in numpy, and only where the plan asks for it."""

import numpy as np
import openvino as ov
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction.plan import Plan, Step
from restored.models.base import Request, Window
from restored.models.swift import Swift, SwiftConfig
from restored.models.swift.light import LightSwift
from restored.models.swift.veil import Veil, VeilReader, interpolation

CONFIG = SwiftConfig(
    widths=(8, 8), encoder=(1,), middle=1, decoder=(1,), rank=2, own_levels=1, context_width=8, grid_channels=4, veil=4
)
WHOLE = torch.tensor([[0.0, 0.0, 1.0, 1.0]])


def hazy() -> Swift:
    torch.manual_seed(3)
    model = Swift(CONFIG)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        assert model.veil
        model.get_parameter("veil.logits.bias").sub_(4)
    return model.eval()


def test_a_new_reader_sees_no_veil() -> None:
    with torch.no_grad():
        veil = VeilReader(8)(torch.rand(2, 3, 50, 70), torch.tensor(1.0))
    assert float(veil.transmission(torch.rand(2, 3, 9, 11), WHOLE.expand(2, 4)).min()) > 0.99


def test_no_strength_no_veil_and_half_of_it_half() -> None:
    reader = hazy().veil
    assert reader
    frame, tile = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 16, 16)
    none, half, whole = (reader(frame, torch.tensor(p)).transmission(tile, WHOLE) for p in (0.0, 0.5, 1.0))
    assert float(none.min()) > 0.999
    assert bool(((half >= whole) & (half <= none)).all())
    assert float(whole.min()) < 0.9


@given(st.integers(1, 90), st.integers(1, 90), st.data())
@settings(max_examples=25, deadline=None)
def test_a_tile_sees_the_veil_that_the_picture_sees(height: int, width: int, data: st.DataObject) -> None:
    torch.manual_seed(0)
    veil = Veil(torch.randn(1, 8, 32, 32), torch.rand(1, 3))
    image = torch.rand(1, 3, height, width)
    top, left = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    bottom, right = data.draw(st.integers(top + 1, height)), data.draw(st.integers(left + 1, width))
    window = torch.tensor([[left / width, top / height, right / width, bottom / height]])
    part = veil.lifted(image[..., top:bottom, left:right], window)
    torch.testing.assert_close(part, veil.lifted(image, WHOLE)[..., top:bottom, left:right], atol=2e-4, rtol=0)


def test_interpolation_is_bilinear() -> None:
    values = torch.randn(1, 1, 1, 5)
    wanted = torch.nn.functional.interpolate(values, (1, 20), mode="bilinear", align_corners=False)
    matrix = interpolation(torch.zeros(1), torch.ones(1), 20, 5)
    torch.testing.assert_close(matrix[0] @ values[0, 0, 0], wanted[0, 0, 0])


@given(st.integers(1, 70), st.integers(1, 70), st.floats(0.1, 1))
@settings(max_examples=15, deadline=None)
def test_numpy_sees_what_the_network_sees(height: int, width: int, strength: float) -> None:
    model = hazy()
    light = LightSwift(CONFIG, {name: value.numpy() for name, value in model.state_dict().items()})
    p = np.zeros(len(CONFIG.tasks), np.float32)
    p[CONFIG.tasks.index("dehaze")] = strength
    random = np.random.default_rng(1)
    context, tile = random.random((3, height, width), np.float32), random.random((1, 3, 33, 21), np.float32)
    with torch.no_grad():
        theirs = model.read(torch.from_numpy(context)[None], torch.from_numpy(p)).veil
        assert theirs
        wanted = theirs.lifted(torch.from_numpy(tile), torch.tensor([[0.2, 0.1, 0.9, 0.7]])).numpy()
    ours = light.read(context, p).veil
    assert ours
    assert np.abs(ours.lifted(tile, (0.2, 0.1, 0.9, 0.7)) - wanted).max() < 2e-5


def test_other_tasks_do_not_lift_it() -> None:
    model, frame = hazy(), torch.rand(1, 3, 40, 40)
    for task, seen in (("dehaze", True), ("denoise", False)):
        conditioned = model.condition(Request(Plan(steps=(Step(task),)), None, frame))
        assert (conditioned.reading.veil is not None) is seen
        assert conditioned.forward(torch.rand(1, 3, 16, 16), Window(0, 0, 1, 1)).shape == (1, 3, 16, 16)


@pytest.mark.parametrize("guided", [False, True])
def test_openvino_lifts_what_the_network_lifts(guided: bool) -> None:
    model = hazy()
    conditioned = model.condition(Request(Plan(steps=(Step("dehaze"),)), None, torch.rand(1, 3, 40, 60)))
    tile, window = np.random.default_rng(0).random((1, 3, 32, 48), np.float32), Window(0.1, 0.2, 0.7, 0.9)
    guess = np.full_like(tile, 0.1) if guided else None
    graph = conditioned.graph((32, 48), guided=guided)
    compiled = ov.Core().compile_model(graph.build(), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    more = {} if guess is None else {"guess": guess}
    got = compiled({**graph.fixed, **graph.of_tile(window), **more, "tile": tile})[0]
    wanted = conditioned.forward(torch.from_numpy(tile), window, None if guess is None else torch.from_numpy(guess)).numpy()
    assert np.abs(got - wanted).max() < 2e-4
