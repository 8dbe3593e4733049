"""A newcomer adds a task to a bundle: its biases are trained, and the others' results stay to the byte."""

from pathlib import Path
from typing import Any

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
    return stored(tmp_path / "toy", torch.float16)


def stored(folder: Path, dtype: torch.dtype) -> Path:
    torch.manual_seed(0)
    model = InstructIPT(preset("toy", tasks=("denoise", "deblur")))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.01)
    facts = {"licence": "MIT", "training_data": "Nothing.", "version": "1", "tasks": model.config.tasks}
    write_bundle(folder, model, model.architecture(), dtype=dtype, **facts)
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


@pytest.mark.slow
def test_what_was_stored_in_full_is_not_rounded(photographs: Path, tmp_path: Path) -> None:
    full = stored(tmp_path / "full", torch.float32)
    add_task(full, "lowlight", tmp_path / "larger", photographs, steps=1)
    before, after = (load_bundle(folder).network().state_dict() for folder in (full, tmp_path / "larger"))
    assert not torch.equal(before["layers.embed.weight"], before["layers.embed.weight"].half().float()), "it would be seen"
    assert all(torch.equal(after[name], value) for name, value in before.items())


@pytest.mark.slow
def test_a_bundle_whose_older_tasks_would_change_is_not_kept(
    toy: Path, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as when a number that all tasks share is moved on the way to the disk."""

    def moved(folder: Path, network: InstructIPT, *rest: Any, **more: Any) -> Any:
        with torch.no_grad():
            network.get_parameter("layers.output.weight").add_(0.01)
        return write_bundle(folder, network, *rest, **more)

    monkeypatch.setattr("restored_training.papers.adding.write_bundle", moved)
    with pytest.raises(ModelError, match="denoise, deblur would not have stayed"):
        add_task(toy, "lowlight", tmp_path / "larger", photographs, steps=1)
    assert not (tmp_path / "larger").exists()


def test_nothing_that_is_there_is_overwritten(toy: Path, photographs: Path) -> None:
    before = (toy / "bundle.json").read_bytes()
    with pytest.raises(ModelError, match="left as it is"):
        add_task(toy, "lowlight", toy, photographs, steps=1)
    assert (toy / "bundle.json").read_bytes() == before


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
