"""One command trains a tiny run to a better-than-input PSNR: the whole way from photographs to figures."""

import sys
from pathlib import Path

import pytest
import yaml

from restored_training import cli
from restored_training.evaluation.run import read_results

RUN = {
    "name": "tiny-denoiser",
    "steps": 260,
    "groups": 1,
    "group_size": 8,
    "patches": [{"from": 0.0, "size": 48}],
    "model": {
        "family": "swift",
        "hyperparameters": {"widths": [24, 32], "encoder": [1], "middle": 1, "decoder": [1], "rank": 2, "context_width": 8},
    },
    "mix": {"tasks": {"denoise": 1.0}, "composite": 0.0, "partial": 0.0, "clean": 0.0, "weaker": 0.0},
    "optim": {"kind": "muon", "lr": 0.003, "warmup": 10, "ema": 0.98},
    "precision": "fp32",
    "threads": 1,
    "validate_every": 1000,
}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_tiny_run_beats_its_input(photographs: Path, bench: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, folder, figures = tmp_path / "run.yaml", tmp_path / "run", tmp_path / "figures.json"
    config.write_text(yaml.safe_dump(RUN | {"data": {"photographs": str(photographs), "scales": [1.0]}}), encoding="utf-8")
    for arguments in (
        ["train", config, "--folder", folder],
        ["evaluate", folder / "checkpoint.pt", "--bench", bench, "--only", "CBSD68", "--no-instructions", "--json", figures],
    ):
        monkeypatch.setattr(sys, "argv", ["restored-train", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        assert not end.value.code
    gains = {row["level"]: row["psnr"] - row["input_psnr"] for row in read_results(figures)["sets"]}
    assert gains["s25"] > 2
    assert gains["s50"] > 4
