"""The instruction is compiled into plain weights, tiles see what the whole picture sees, and tasks do not touch each other."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from restored.instruction import Plan, Step
from restored.models.base import WHOLE, Model, ModelError, Request
from restored.models.instruct_ipt import InstructIPT, Net, preset
from restored.models.instruct_ipt.network import Depthwise, TaskWeight
from restored.models.modulation import low_rank


def lively(**changes: object) -> InstructIPT:
    """A toy whose every part does something."""
    torch.manual_seed(0)
    model = InstructIPT(preset("toy", **changes))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.05)
    return model.eval()


def picture(height: int = 64, width: int = 128, seed: int = 1) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def conditioned(model: Model, plan: Plan, image: Tensor) -> Tensor:
    return model.condition(Request(plan, None, image)).forward(image, WHOLE)


def test_a_new_network_leaves_the_picture_as_it_is() -> None:
    image = picture()
    assert torch.equal(InstructIPT(preset("toy"))(image, {"denoise": 1.0}), image)


def test_compiled_together_is_compiled_one_by_one() -> None:
    model = lively()
    weights = model.compile({"denoise": 1.0, "dehaze": 0.3})
    for name, layer in model.layers.items():
        assert isinstance(layer, TaskWeight)
        expected = layer.weight.detach().clone()
        if layer.rank:
            for task, strength in (("denoise", 1.0), ("dehaze", 0.3)):
                expected += strength * (layer.up[task] @ layer.down[task]).view_as(expected)
        else:
            assert name == "embed"
        assert torch.allclose(weights[name][0], expected, atol=1e-5), name


def test_the_modulation_is_the_one_that_swift_uses() -> None:
    from restored.models.lowrank import TaskConv2d

    torch.manual_seed(3)
    conv = TaskConv2d(4, 6, 3, 5, rank=2)
    torch.nn.init.normal_(conv.up)
    tasks, strengths = torch.tensor([1, 4]), torch.tensor([1.0, 0.5])
    assert torch.equal(conv.change(tasks, strengths), low_rank(conv.up[tasks], conv.down[tasks], strengths))
    by_hand = conv.up[1] @ conv.down[1] + 0.5 * conv.up[4] @ conv.down[4]
    assert torch.allclose(conv.change(tasks, strengths), by_hand, atol=1e-6)


def test_three_branches_fold_into_one_convolution() -> None:
    torch.manual_seed(0)
    conv = Depthwise(6, bias=True, branches=True)
    assert conv.point is not None
    torch.nn.init.normal_(conv.point)
    x = torch.randn(2, 6, 9, 7)
    apart = F.conv2d(x, conv.weight, conv.bias, padding=1, groups=6) + x * conv.point[:, None, None] + x
    weight, bias = conv.folded()
    assert torch.allclose(F.conv2d(x, weight, bias, padding=1, groups=6), apart, atol=1e-5)


def test_fused_attention_is_plain_attention() -> None:
    model, image = lively(), picture()
    weights = model.compile({"denoise": 1.0})
    plain = Net.of(model.config, fused=False)
    assert torch.allclose(model.net.correction(weights, image), plain.correction(weights, image), atol=1e-4)


def test_many_windows_are_attended_to_in_several_launches(monkeypatch: pytest.MonkeyPatch) -> None:
    model, image = lively(), picture()
    weights = model.compile({"denoise": 1.0})
    once = model.net.correction(weights, image)
    monkeypatch.setattr("restored.models.instruct_ipt.graph.LAUNCH", 3)
    assert torch.allclose(model.net.correction(weights, image), once, atol=1e-5)


def test_a_job_is_the_network_in_training() -> None:
    model, image = lively(), picture()
    expected = model(image, {"denoise": 1.0, "deblur": 0.5})
    plan = Plan(steps=(Step("denoise"), Step("deblur", strength=0.5)))
    assert torch.allclose(conditioned(model, plan, image), expected, atol=1e-5)
    assert not torch.allclose(conditioned(model, Plan.of("derain"), image), expected, atol=1e-3)


def test_what_lies_beyond_the_halo_changes_no_bit() -> None:
    """Windows and grids lie on the layer's coordinates: a tile that begins at a multiple of the stride sees the same ones."""
    model = lively(middle=1)
    width = 2 * model.halo + 2 * model.stride
    whole = picture(64, width)
    at = model.halo + model.stride
    with torch.no_grad():
        expected = model(whole, {"denoise": 1.0})[..., at : at + 64]
        tile = model(whole[..., at - model.halo : at + 64 + model.halo], {"denoise": 1.0})
        nearer = model(whole[..., at - 64 : at + 128], {"denoise": 1.0})[..., 64:128]
    assert torch.allclose(tile[..., model.halo : model.halo + 64], expected, atol=2e-5)
    assert not torch.allclose(nearer, expected, atol=1e-3), "the halo is not there for nothing"


def test_no_border_of_the_picture_sees_the_opposite_one() -> None:
    """Shifted windows reach beyond the border; what is there is nothing, not the other side."""
    model = lively(middle=1)
    width = 2 * model.halo + model.stride
    image = picture(64, width)
    other = image.clone()
    other[..., -16:] = 1 - other[..., -16:]
    with torch.no_grad():
        one, two = (model(x, {"denoise": 1.0})[..., :32] for x in (image, other))
    assert torch.equal(one, two)


def test_a_subset_of_tasks_has_only_their_biases_and_says_what_it_cannot_do() -> None:
    model = lively(tasks=("derain",))
    assert not [name for name, _ in model.named_parameters() if name.endswith("denoise")]
    with pytest.raises(ModelError, match="not made for denoise"):
        model.compile({"denoise": 1.0, "derain": 1.0})


@pytest.mark.slow
def test_a_task_that_is_added_changes_no_bit_of_the_others() -> None:
    model, image = lively(tasks=("denoise", "deblur")), picture()
    before = conditioned(model, Plan.of("deblur"), image)
    kept = {name: value.clone() for name, value in model.state_dict().items()}
    model.add_task("desnow")
    assert model.config.tasks == ("denoise", "deblur", "desnow")
    assert torch.equal(conditioned(model, Plan.of("desnow"), image), model(image, {})), "until it is trained it does nothing new"
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("desnow"):
                weight.add_(torch.randn_like(weight))
    assert torch.equal(conditioned(model, Plan.of("deblur"), image), before)
    assert all(torch.equal(model.state_dict()[name], value) for name, value in kept.items())


def test_a_bundle_gives_the_same_network_back(tmp_path) -> None:
    from restored.models.bundle import load_bundle, write_bundle

    model, image = lively(tasks=("denoise", "desnow")), picture()
    write_bundle(
        tmp_path / "toy",
        model,
        model.config.to_dict(),
        tasks=model.config.tasks,
        licence="MIT",
        training_data="none",
        version="1",
    )
    again = load_bundle(tmp_path / "toy").network()
    assert torch.equal(conditioned(again, Plan.of("desnow"), image), conditioned(model, Plan.of("desnow"), image))


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(1, 1), (37, 61), (130, 75)])
def test_the_engine_restores_any_size(shape: tuple[int, int], tmp_path) -> None:
    from restored import engine
    from restored.models.bundle import load_bundle, write_bundle

    model = lively(tasks=("desnow",))
    with torch.no_grad():
        model.get_parameter("layers.output.weight").mul_(0.1)
    write_bundle(
        tmp_path / "toy", model, model.config.to_dict(), tasks=("desnow",), licence="MIT", training_data="none", version="1"
    )
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    result = engine.run(image, Plan.of("desnow"), model=load_bundle(tmp_path / "toy"), device="cpu")
    assert result.image.shape == image.shape
    assert result.changed
