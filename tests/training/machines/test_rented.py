"""A rented machine, rehearsed on the processor: one archive in, every run of it trained at once, one archive out."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from tiny import TINY, tiny_run
from typer.testing import CliRunner

from restored.models.swift import Swift, SwiftConfig
from restored_training.cli.app import app
from restored_training.data.photographs import pack
from restored_training.machines.device_check import check, scene
from restored_training.runs import checkpoint

RUNNER = CliRunner()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    model = Swift(SwiftConfig(**TINY))
    path = tmp_path / "start.pt"
    checkpoint.save(path, {"model": model.state_dict(), "family": "swift", "hyperparameters": model.config.to_dict()})
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(8):
        pixels = np.random.default_rng(number).integers(0, 255, (20, 24, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return pack(folder, tmp_path / "pack", split="train", longest=160, quality=90)


def run_file(folder: Path, task: str, begun: Path, **changes: object) -> Path:
    settings = tiny_run(
        name=f"rented-{task}",
        steps=12,
        model={"family": "swift", "hyperparameters": TINY, "start_from": str(begun)},
        mix={"named": task, "composite": 0.0, "weaker": 0.0},
        optim={"warmup": 2, "kind": "muon"},
    )
    del settings["precision"], settings["threads"]  # as the run files of rented machines have them
    path = folder / f"{task}.yaml"
    path.write_text(yaml.safe_dump(settings | changes))
    return path


@pytest.mark.slow
def test_from_an_archive_to_a_joined_model(tmp_path: Path, begun: Path, archive: Path) -> None:
    out = tmp_path / "out"
    good = [run_file(tmp_path, task, begun) for task in ("denoise", "dehaze")]
    bad = run_file(tmp_path, "derain", begun, patches=[{"from": 0.0, "size": 1024}])
    runs = [option for path in (*good, bad) for option in ("--run", str(path))]
    deadline = time.time() + 200  # the runs end by their steps long before
    result = RUNNER.invoke(
        app, ["rented", str(out), "--deadline", str(deadline), "--photographs", str(archive), "--device", "cpu", *runs]
    )
    assert result.exit_code == 0, result.output
    curves = json.loads((out / "curves.json").read_text())
    assert curves["rented-denoise"]["step"] == 12
    assert "No photograph is as large" in curves["rented-derain"]["error"], "one run's failure is told and harms no other"
    assert len(json.loads((out / "photographs.json").read_text())) >= 4

    assert RUNNER.invoke(app, ["unpack", str(out / "experts.pt"), str(tmp_path / "runs")]).exit_code == 0
    folders = [str(tmp_path / "runs" / f"rented-{task}") for task in ("denoise", "dehaze")]
    assert RUNNER.invoke(app, ["join", *folders, "--to", str(tmp_path / "joined")]).exit_code == 0
    joined, before = checkpoint.load(tmp_path / "joined" / "checkpoint.pt"), checkpoint.load(begun)
    model = Swift(SwiftConfig(**joined["hyperparameters"]))
    changed = {name for name, value in joined["model"].items() if not np.allclose(value, before["model"][name], atol=1e-6)}
    assert changed
    assert all(model.is_of_tasks(name) for name in changed)


@pytest.mark.slow
def test_the_check_finds_a_device_equal_to_itself() -> None:
    found = check("cpu", sizes=((40, 60),))
    assert set(found["difference"].values()) == {0.0}
    assert found["cost"]["denoise 60x40"]["seconds"] > 0
    assert scene(30, 50).shape == (30, 50, 3)
