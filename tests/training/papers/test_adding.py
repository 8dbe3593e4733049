"""A newcomer adds a task to a bundle: its biases are trained, and the others' results stay to the byte."""

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from restored.models.base import ModelError
from restored.models.bundle import load_bundle, write_bundle
from restored.models.instruct_ipt import InstructIPT, parameters, preset
from restored_training.cli.app import app
from restored_training.papers.adding import add_task


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    model = InstructIPT(preset("toy", tasks=("denoise", "deblur")))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.01)
    folder = tmp_path / "toy"
    facts = {"licence": "MIT", "training_data": "Nothing.", "version": "1", "tasks": model.config.tasks}
    write_bundle(folder, model, model.architecture(), dtype=torch.float16, **facts)
    return folder


@pytest.mark.slow
def test_only_the_new_biases_are_trained_and_the_bundle_grows_by_them(toy: Path, photographs: Path, tmp_path: Path) -> None:
    added = add_task(toy, "lowlight", tmp_path / "larger", photographs, steps=2)
    before, after = load_bundle(toy).network(), load_bundle(tmp_path / "larger").network()
    assert after.tasks == ("denoise", "deblur", "lowlight")
    kept = before.state_dict()
    assert all(torch.equal(after.state_dict()[name], value) for name, value in kept.items()), "to the byte"
    new = [name for name in after.state_dict() if name not in kept]
    assert all(name.endswith(".lowlight") for name in new)
    assert added.parameters == parameters(preset("toy"))[1]
    assert added.unchanged == ("denoise", "deblur")
    assert 2 * added.parameters <= added.bytes_after - added.bytes_before < 2 * added.parameters + 40_000
    assert added.after != added.before


def test_a_task_that_is_there_and_a_family_without_biases_are_sentences(toy: Path, photographs: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can treat “blur” already"):
        add_task(toy, "deblur", tmp_path / "x", photographs, steps=1)
    with pytest.raises(ModelError, match="whose tensors know no tasks apart"):
        add_task("swift", "inpaint", tmp_path / "x", photographs, steps=1)


@pytest.mark.slow
def test_the_command_says_what_was_kept(toy: Path, photographs: Path, tmp_path: Path) -> None:
    line = ["add-task", str(toy), "enhance", "--to", str(tmp_path / "larger"), "--photographs", str(photographs), "--steps", "1"]
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 0, result.output
    assert "same to the byte: denoise, deblur" in result.output
    assert load_bundle(tmp_path / "larger").manifest.tasks == ("denoise", "deblur", "enhance")
