"""Analyses on matrices and networks whose answers are known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from restored.instruction.plan import Plan
from restored.models.lowrank import TaskConv2d
from restored.models.swift import Swift, SwiftConfig
from restored_training.analyses.embeddings import embedding_picture, neighbour_purity
from restored_training.analyses.layer_sensitivity import bias_sizes, jitter, layer_change, layer_effect, plot_layers, task_change
from restored_training.analyses.rank import finetuning_deltas, plot_rank, rank_energy, task_deltas, truncation
from restored_training.data.sampling import Group


def _convs(network: Swift) -> dict[str, TaskConv2d]:
    return {name: conv for name, conv in network.named_modules() if isinstance(conv, TaskConv2d)}


@pytest.fixture
def model() -> Swift:
    torch.manual_seed(0)
    tiny = SwiftConfig(widths=(16, 16), encoder=(1,), middle=1, decoder=(1,), rank=2, context_width=8, grid_channels=4)
    net = Swift(tiny)
    for conv in _convs(net).values():
        torch.nn.init.normal_(conv.up[0], std=0.05)  # only denoise has learned something
        if conv.gain is not None:
            torch.nn.init.zeros_(conv.gain)
    return net


def test_rank_energy_of_a_known_matrix() -> None:
    matrix = torch.diag(torch.tensor([3.0, 2.0, 1.0, 0.0]))
    assert rank_energy({"a": matrix})["a"] == pytest.approx([9 / 14, 13 / 14, 1, 1])
    assert rank_energy({"zero": torch.zeros(3, 3)})["zero"] == pytest.approx([1, 1, 1])


def test_biases_have_the_rank_they_were_given(model: Swift) -> None:
    for energy in rank_energy(task_deltas(model, "denoise")).values():
        assert energy[1] == pytest.approx(1, abs=1e-5)
    assert all(float(delta.abs().max()) == 0 for delta in task_deltas(model, "deblur").values())


def test_truncation_spends_the_same_on_both_ways() -> None:
    torch.manual_seed(0)
    flat = {"small": torch.randn(8, 8), "large": torch.randn(32, 64)}
    kept = truncation(flat, 4)
    assert 0 < kept["proportional"] < 1
    assert truncation(flat, 32)["constant"] == pytest.approx(1)
    # energy that lies in every layer's first directions is what constant rank is good at
    steep = {name: torch.outer(m[:, 0], m[0]) for name, m in flat.items()}
    assert truncation(steep, 1)["constant"] == pytest.approx(1)


def test_layer_change_sees_what_moved(model: Swift) -> None:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    after = {name: value.clone() for name, value in before.items()}
    after["convs.stem.weight"] = -after["convs.stem.weight"]
    change = layer_change(before, after)
    assert change["convs.stem.weight"] == pytest.approx(-1)
    assert change["convs.out.weight"] == pytest.approx(1, abs=1e-5)
    assert float(finetuning_deltas(before, after)["convs.out.weight"].abs().max()) == 0


@pytest.mark.slow
def test_task_change_and_its_picture(model: Swift) -> None:
    change = task_change(model, ("denoise", "deblur"))
    assert all(values["deblur"] == pytest.approx(1, abs=1e-5) for values in change.values())
    assert min(values["denoise"] for values in change.values()) < 0.999
    assert plot_layers(change, "test").width > 100


def test_bias_sizes_and_jitter(model: Swift) -> None:
    sizes = bias_sizes(model)
    assert sizes["denoise"] > 0.01
    assert sizes["deblur"] == 0
    ema = {name: value.detach().clone() for name, value in model.state_dict().items()}
    assert jitter({"model": ema, "ema": ema}) == 0
    doubled = {name: 2 * value for name, value in ema.items()}
    assert jitter({"model": doubled, "ema": ema}) == pytest.approx(1)


def test_layer_effect_is_zero_where_nothing_was_learned(model: Swift) -> None:
    image = torch.rand(2, 3, 16, 16)
    whole = torch.tensor([[0.0, 0.0, 1.0, 1.0]]).repeat(2, 1)
    group = Group(image, image, image, whole, Plan.of("deblur"), ())
    quiet = layer_effect(model, group, image)
    assert set(quiet) == set(_convs(model))
    assert all(value == pytest.approx(0, abs=1e-5) for value in quiet.values())
    # measured against the model's own result, every layer that matters costs something
    with torch.no_grad():
        target = model(image, torch.eye(9)[0], image, whole)
    clean = target.clamp(0, 1)
    loud = layer_effect(model, replace(group, plan=Plan.of("denoise")), clean)
    assert max(loud.values()) > 1


@pytest.mark.slow
def test_rank_plot(model: Swift) -> None:
    assert plot_rank(task_deltas(model, "denoise"), "test").width > 500


@pytest.mark.slow
def test_neighbour_purity_and_tsne() -> None:
    rng = np.random.default_rng(0)
    centres = {"denoise": np.array([1.0, 0, 0]), "derain": np.array([0, 1.0, 0])}

    def good(texts: object) -> np.ndarray:
        return np.stack([centres[str(t).split()[0]] + 0.05 * rng.normal(size=3) for t in texts])  # type: ignore[attr-defined]

    def bad(texts: object) -> np.ndarray:
        return rng.normal(size=(len(list(texts)), 3))  # type: ignore[call-overload]

    sentences = {task: [f"{task} {i}" for i in range(12)] for task in ("denoise", "derain")}
    image, purity = embedding_picture(sentences, {"good": good, "bad": bad})  # type: ignore[arg-type]
    assert purity["good"] == 1
    assert purity["bad"] < 0.9
    assert image.width > 600
    assert neighbour_purity(np.eye(3, dtype=np.float32), np.array([0, 0, 1])) < 1
