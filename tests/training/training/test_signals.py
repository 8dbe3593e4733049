"""A run that is asked to stop, or killed, loses nothing that matters."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

pytestmark = pytest.mark.slow

RUN = """
name: stopping
steps: 100000
groups: 1
group_size: 2
patches: [{{from: 0.0, size: 32}}]
model: {{family: swift, hyperparameters: {{widths: [16, 16], encoder: [1], middle: 1, decoder: [1], rank: 1, context_width: 8}}}}
data: {{photographs: {photographs}}}
precision: fp32
threads: 1
checkpoint_minutes: 0.002
validate_every: 100000
"""


def start(tmp_path: Path, photographs: Path) -> subprocess.Popen[str]:
    config = tmp_path / "run.yaml"
    config.write_text(RUN.format(photographs=photographs))
    command = [sys.executable, "-m", "restored_training.cli", "train", str(config), "--folder", str(tmp_path / "run")]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def step_reached(checkpoint: Path, beyond: int = -1) -> int:
    """Wait for a checkpoint of a later step than `beyond`."""
    for _ in range(1200):
        if checkpoint.exists():
            step = torch.load(checkpoint, weights_only=True)["step"]
            if step > beyond:
                return step
        time.sleep(0.1)
    raise AssertionError("no checkpoint was written")


def test_sigterm_writes_a_checkpoint_and_leaves_kindly(tmp_path: Path, photographs: Path) -> None:
    process = start(tmp_path, photographs)
    before = step_reached(tmp_path / "run" / "checkpoint.pt")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "restored-train resume" in output
    assert step_reached(tmp_path / "run" / "checkpoint.pt") >= before


def test_a_killed_run_continues_where_its_checkpoint_was(tmp_path: Path, photographs: Path) -> None:
    checkpoint = tmp_path / "run" / "checkpoint.pt"
    process = start(tmp_path, photographs)
    before = step_reached(checkpoint)
    process.kill()
    process.communicate(timeout=60)
    kept = step_reached(checkpoint)
    assert kept >= before
    again = start(tmp_path, photographs)
    try:
        assert step_reached(checkpoint, beyond=kept) > kept
    finally:
        again.terminate()
        output, _ = again.communicate(timeout=120)
    assert again.returncode == 0, output
    assert [entry for entry in (tmp_path / "run").iterdir() if entry.suffix == ".part"] == []
