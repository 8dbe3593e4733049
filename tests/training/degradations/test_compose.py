"""Several kinds at once: order, masks, and targets that lack only what was named."""

import pytest
import torch

from restored.instruction.tasks import TASKS, Task
from restored_training.degradations import PHYSICAL_ORDER, LayerView, Params, compose, degradation, draw, grid_of


def active(n: int, *tasks: Task) -> torch.Tensor:
    return torch.tensor([[task in tasks for task in TASKS]] * n)


@pytest.fixture
def view() -> LayerView:
    return LayerView.whole(torch.rand(5, 3, 48, 48, generator=torch.Generator().manual_seed(1)) * 0.6 + 0.2)


def test_order_names_every_task_once() -> None:
    assert sorted(PHYSICAL_ORDER) == sorted(TASKS)


def test_nothing_active_returns_the_picture(view: LayerView) -> None:
    on = active(5)
    patch, context = compose(view, view, draw(on, torch.Generator().manual_seed(0), size=(48, 48)), on)
    assert torch.equal(patch, view.image)
    assert context is not None
    assert torch.equal(context, view.image)


def test_composition_is_rendering_in_order(view: LayerView) -> None:
    on = active(5, "derain", "denoise", "enhance")
    params = draw(on, torch.Generator().manual_seed(0), size=(48, 48))
    image = view.image
    for task in ("enhance", "derain", "denoise"):
        own = {name: value for name, value in params[task].items() if name != "rows"}
        image = degradation(task).render(view.with_image(image), own)
    torch.testing.assert_close(compose(view, None, params, on)[0], image)


def test_switching_a_task_off_leaves_the_others_as_they_were(view: LayerView) -> None:
    """The target for "remove the noise" on a rainy, noisy picture is exactly the rainy one."""
    both, rain = active(5, "derain", "denoise"), active(5, "derain")
    params = draw(both, torch.Generator().manual_seed(0), size=(48, 48))
    target = compose(view, None, params, rain)[0]
    own = {name: value for name, value in params["derain"].items() if name != "rows"}
    assert torch.equal(target, degradation("derain").render(view, own))
    assert not torch.equal(target, compose(view, None, params, both)[0])


def test_each_sample_has_its_own_mask(view: LayerView) -> None:
    on = active(5, "derain")
    on[1] = False
    on[3] = active(1, "dehaze")[0]
    params = draw(on, torch.Generator().manual_seed(0), size=(48, 48))
    assert params["derain"]["rows"].tolist() == [0, 2, 4]
    out = compose(view, None, params, on)[0]
    assert torch.equal(out[1], view.image[1])
    assert not torch.equal(out[3], view.image[3])
    # switching sample 2 off must not shift the rain of sample 4
    fewer = on.clone()
    fewer[2] = False
    again = compose(view, None, params, fewer)[0]
    assert torch.equal(again[2], view.image[2])
    torch.testing.assert_close(again[4], out[4])


def test_params_without_rows_are_for_the_whole_batch(view: LayerView) -> None:
    params: dict[Task, Params] = {"derain": degradation("derain").draw(5, torch.Generator().manual_seed(0), size=(48, 48))}
    on = active(5, "derain")
    on[0] = False
    out = compose(view, None, params, on)[0]
    assert torch.equal(out[0], view.image[0])
    assert not torch.equal(out[1], view.image[1])


def test_patch_and_context_share_the_haze() -> None:
    """The haze over a patch is the context's haze at the patch's place."""
    layer = torch.full((1, 3, 96, 96), 0.3)
    box = torch.tensor([[0.5, 0.25, 0.75, 0.5]])
    patch = LayerView(layer[..., 24:48, 48:72], grid_of(box, 24, 24), torch.ones(1))
    context = LayerView.whole(torch.nn.functional.avg_pool2d(layer, 4), zoom=4.0)
    on = active(1, "dehaze")
    params = draw(on, torch.Generator().manual_seed(2), size=(24, 24))
    near, far = compose(patch, context, params, on)
    assert far is not None
    seen = far[..., 6:12, 12:18]
    torch.testing.assert_close(torch.nn.functional.avg_pool2d(near, 4), seen, atol=0.02, rtol=0)


def test_noise_is_fainter_in_the_dark_and_stays_so_in_the_target() -> None:
    gray = LayerView.whole(torch.full((8, 3, 64, 64), 0.5))
    both = active(8, "lowlight", "denoise")
    params = draw(both, torch.Generator().manual_seed(3), size=(64, 64))
    params["denoise"]["kind"][:] = 0
    params["denoise"]["quality"][:] = 0
    params["denoise"]["sigma"][:] = 0.2
    noisy = compose(gray, None, params, active(8, "denoise"))[0]
    assert 0.06 < float((noisy - gray.image).std()) < 0.08
