"""The analyses look at a weight with task biases whatever the family; for one without, at the change by finetuning."""

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from restored.instruction.plan import Plan
from restored.models.bundle import write_bundle
from restored.models.instruct_ipt import InstructIPT, denses, preset
from restored.models.instructir import InstructIR
from restored.models.lowrank import task_layers
from restored_training.analyses.layer_sensitivity import bias_sizes, layer_effect, task_change
from restored_training.analyses.rank import rank_energy, task_deltas
from restored_training.cli.app import app
from restored_training.data.sampling import Group
from restored_training.runs import checkpoint


@pytest.fixture
def model() -> InstructIPT:
    torch.manual_seed(0)
    net = InstructIPT(preset("toy", tasks=("denoise", "deblur"), rank=2))
    with torch.no_grad():
        for name, weight in net.named_parameters():
            if ".up." not in name or name.endswith("denoise"):
                weight.add_(torch.randn_like(weight), alpha=0.05)
    return net


def test_every_modulated_weight_is_found_and_the_embedder_is_not(model: InstructIPT) -> None:
    names = {name.removeprefix("layers.") for name in task_layers(model)}
    assert names == {dense.name for dense in denses(model.config) if dense.modulated}


@pytest.mark.slow
def test_a_task_that_learned_has_sizes_ranks_and_effects_and_another_none(model: InstructIPT) -> None:
    sizes = bias_sizes(model)
    assert sizes["denoise"] > 0.01
    assert sizes["deblur"] == 0
    assert all(energy[1] == pytest.approx(1, abs=1e-4) for energy in rank_energy(task_deltas(model, "denoise")).values())
    change = task_change(model, ("denoise", "deblur"))
    assert all(set(of) == set(model.tasks or ()) for of in task_change(model).values()), "no column for what it never learned"
    assert all(by_task["deblur"] == 1.0 for by_task in change.values())
    assert any(by_task["denoise"] < 0.999 for by_task in change.values())
    patch, window = torch.rand(1, 3, 64, 64), torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    group = Group(patch, patch, patch, window, Plan.of("denoise"), ("denoise",))
    lost = layer_effect(model, group, patch)
    assert any(value != 0 for value in lost.values())
    assert all(not layer.general for layer in model.layers.values()), "all as before"  # type: ignore[union-attr]
    quiet = layer_effect(model, Group(patch, patch, patch, window, Plan.of("deblur"), ("deblur",)), patch)
    assert all(value == 0 for value in quiet.values())


@pytest.mark.slow
def test_a_family_without_biases_is_compared_with_its_finetuned_self(tmp_path: Path) -> None:
    torch.manual_seed(0)
    shape = {"width": 8, "encoder": [1], "middle": 1, "decoder": [1], "text_dim": 16}
    net = InstructIR(width=8, encoder=(1,), middle=1, decoder=(1,), text_dim=16)
    write_bundle(tmp_path / "plain", net, shape, licence="MIT", training_data="Nothing.", version="1")
    moved = {name: value + 0.1 * torch.randn_like(value) for name, value in net.state_dict().items()}
    checkpoint.save(
        tmp_path / "c.pt", {"model": moved, "ema": moved, "family": "instructir", "hyperparameters": shape, "step": 1}
    )
    for what in ("layers", "rank"):
        line = ["analyse", what, str(tmp_path / "plain"), "--finetuned", str(tmp_path / "c.pt"), "--out", str(tmp_path / "x.png")]
        result = CliRunner().invoke(app, line)
        assert result.exit_code == 0, result.exception
        assert (tmp_path / "x.png").stat().st_size > 1000
        (tmp_path / "x.png").unlink()
        alone = CliRunner().invoke(app, ["analyse", what, str(tmp_path / "plain")])
        assert "has no biases per task" in str(alone.exception)
