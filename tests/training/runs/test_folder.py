"""A run's folder: what lies where, and that the names stand in one file."""

import re
from pathlib import Path

import pytest
from tiny import TINY

from restored_training.runs import checkpoint
from restored_training.runs.config import RunConfig
from restored_training.runs.folder import RunFolder, checkpoint_of

SOURCES = Path(__file__).parents[3] / "training" / "restored_training"


def test_the_files_are_where_older_runs_have_them(tmp_path: Path) -> None:
    """Run folders outlive the program: a name that changed would lose what a run has reached."""
    folder = RunFolder(tmp_path)
    named = {
        "checkpoint": "checkpoint.pt",
        "config": "config.yaml",
        "photographs": "photographs.json",
        "logs": "logs",
        "sentences": "sentences.npz",
        "validation": "validation.jsonl",
        "own": "own.pt",
        "curve": "curve.json",
        "profile": "profile.txt",
        "error": "error.txt",
    }
    assert {name: getattr(folder, name).relative_to(tmp_path).as_posix() for name in named} == named
    assert folder.sheet(7) == tmp_path / "sheets" / "0000007.jpg"
    assert folder.expert("derain") == tmp_path / "expert-derain.yaml"


def test_no_other_file_names_what_lies_in_a_run() -> None:
    names = re.compile(
        r"[\"'/](checkpoint\.pt|config\.yaml|sentences\.npz|validation\.jsonl|own\.pt|curve\.json|error\.txt)[\"']"
    )
    found = [path for path in SOURCES.rglob("*.py") if names.search(path.read_text("utf-8"))]
    assert [path.relative_to(SOURCES).as_posix() for path in found] == ["runs/folder.py"]


def test_a_run_is_where_its_name_and_the_environment_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = RunConfig.model_validate({"name": "mine", "steps": 1})
    monkeypatch.delenv("RESTORED_RUNS", raising=False)
    assert RunFolder.of(config).path == Path("runs/mine")
    monkeypatch.setenv("RESTORED_RUNS", str(tmp_path))
    assert RunFolder.of(config).path == tmp_path / "mine"
    assert RunFolder.of(config, tmp_path / "else").path == tmp_path / "else" / "mine"


def test_what_is_written_is_read_again_and_what_is_missing_is_nothing(tmp_path: Path) -> None:
    config = RunConfig.model_validate({"name": "mine", "steps": 1, "model": {"hyperparameters": TINY}})
    folder = RunFolder.of(config, tmp_path)
    assert (folder.settings(), folder.load_photographs(), folder.step()) == ({}, [], 0)
    folder.make()
    folder.save_config(config)
    folder.save_photographs([{"file": "a.jpg", "licence": "CC0"}])
    checkpoint.save(folder.checkpoint, {"model": {}, "step": 12})
    assert folder.load_config() == config
    assert folder.settings()["name"] == "mine"
    assert folder.load_photographs() == [{"file": "a.jpg", "licence": "CC0"}]
    assert folder.step() == 12
    folder.remove()
    assert not folder.path.exists()


def test_a_checkpoint_is_named_by_itself_or_by_its_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run").make()
    checkpoint.save(folder.checkpoint, {"model": {}})
    assert checkpoint_of(folder.path) == checkpoint_of(folder.checkpoint) == folder.checkpoint
    assert RunFolder.holding(folder.path) == RunFolder.holding(folder.checkpoint) == folder


def test_the_averaged_weights_count_and_without_them_the_weights() -> None:
    assert checkpoint.averaged({"model": {"a": 1}, "ema": {"a": 2}}) == {"a": 2}
    assert checkpoint.averaged({"model": {"a": 1}}) == {"a": 1}
