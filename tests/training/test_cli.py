"""The restored-train command, from a run file to a bundle and a report; and its errors, each one sentence."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tiny import TINY, tiny_run

from restored.models.bundle import load_bundle
from restored_training import cli
from restored_training.report.tables import BEGIN, END

Command = Callable[..., int]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `restored-train ARGS` in this process; returns the exit status."""

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["restored-train", *map(str, arguments)])
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    return run


def run_file(folder: Path, photographs: Path, **changes: Any) -> Path:
    settings = tiny_run(
        data={"photographs": str(photographs), "scales": [1.0]},
        mix={"tasks": {"denoise": 1.0, "dehaze": 1.0}},
        optim={"warmup": 1},
    )
    path = folder / "run.yaml"
    path.write_text(yaml.safe_dump(settings | changes), encoding="utf-8")
    return path


@pytest.mark.slow
def test_from_a_run_file_to_a_bundle_and_a_report(command: Command, photographs: Path, bench: Path, tmp_path: Path) -> None:
    config, folder, bundle = run_file(tmp_path, photographs), tmp_path / "run", tmp_path / "bundles" / "tiny"
    assert command("train", config, "--folder", folder) == 0
    assert (folder / "checkpoint.pt").exists()
    assert {p.name for p in folder.iterdir()} >= {"config.yaml", "photographs.json", "logs"}
    assert command("resume", folder) == 0, "a finished run resumes and ends at once"

    figures = tmp_path / "figures.json"
    scope = ("--bench", bench, "--photographs", photographs, "--only", "CBSD68 s25", "--limit", 1, "--no-instructions")
    assert command("evaluate", folder / "checkpoint.pt", *scope, "--json", figures) == 0
    assert json.loads(figures.read_text())["sets"][0]["n"] == 1

    assert command("export", folder, "--to", bundle, "--results", figures, "--licence", "CC0-1.0") == 0
    manifest = load_bundle(bundle).manifest
    assert manifest.name == "tiny"
    assert manifest.tasks == ("denoise", "dehaze")
    assert manifest.licence == "CC0-1.0"
    assert "CC0-1.0 (4)" in manifest.training_data
    assert manifest.metrics["sets"]["CBSD68 s25"]["input_psnr"] > 19
    assert "photographs.json" in manifest.files

    again = tmp_path / "again.json"
    assert command("evaluate", bundle, *scope, "--json", again) == 0
    first, second = (json.loads(path.read_text())["sets"][0]["psnr"] for path in (figures, again))
    assert second == pytest.approx(first, abs=0.1), "half precision must cost next to nothing"

    readme = tmp_path / "README.md"
    readme.write_text(f"# Title\n{BEGIN}\n{END}\n", encoding="utf-8")
    page = tmp_path / "page.html"
    assert command("report", figures, "--out", page, "--run", folder, "--readme", readme) == 0
    assert "| CBSD68 s25 | 1 |" in readme.read_text(encoding="utf-8")
    assert "<h2>Training</h2>" in page.read_text(encoding="utf-8")

    effect = ["effect", bundle, "--count", 1, "--photographs", photographs]
    for which in (["rank", folder / "checkpoint.pt"], ["layers", bundle], effect):
        picture = tmp_path / f"{which[0]}.png"
        assert command("analyse", *which, "--out", picture) == 0
        assert picture.stat().st_size > 1000


@pytest.mark.slow
def test_preview_and_pack(command: Command, photographs: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheets" / "preview.jpg"
    assert command("preview", sheet, "--photographs", photographs, "--size", 48, "--columns", 2) == 0
    assert sheet.stat().st_size > 10_000
    assert command("pack", tmp_path / "pack", "--photographs", photographs) == 0
    config = run_file(tmp_path, tmp_path / "pack" / "photographs.json", steps=1)
    assert command("train", config, "--folder", tmp_path / "run") == 0, "a run reads a pack like a folder"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stepps": 3}, "stepps"),
        ({"optim": {"lr": "fast"}}, "optim.lr"),
        ({"data": {"photographs": "/nowhere/at/all"}}, "does not exist"),
        ({"model": {"family": "swift", "hyperparameters": {"wide": 3}}}, "wide"),
    ],
)
def test_a_wrong_run_file_is_one_sentence(
    command: Command,
    photographs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    words: str,
) -> None:
    assert command("train", run_file(tmp_path, photographs, **changes), "--folder", tmp_path / "run") == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said


def test_other_things_that_are_not_there(
    command: Command, photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.pt").write_bytes(b"nothing")
    for arguments, words in (
        (("train", tmp_path / "no.yaml"), "cannot read the run file"),
        (("resume", tmp_path), "no checkpoint"),
        (("export", tmp_path / "bad.pt", "--to", tmp_path / "b"), "not a checkpoint"),
        (("evaluate", "no-such-model", "--bench", photographs, "--photographs", photographs), "no-such-model"),
        (("evaluate", "x", "--bench", tmp_path / "nowhere"), "cannot find the bench"),
        (("preview", tmp_path / "p.png", "--photographs", tmp_path / "nowhere"), "cannot find the photographs"),
    ):
        assert command(*arguments) == 2, arguments
        said = capsys.readouterr().err
        assert words in said.replace("\n", " "), said
        assert "Traceback" not in said


def test_a_checkpoint_of_another_architecture_is_refused(
    command: Command, photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert command("train", run_file(tmp_path, photographs, steps=1), "--folder", folder) == 0
    wider = {"family": "swift", "hyperparameters": TINY | {"widths": [24, 24]}}
    before = (folder / "checkpoint.pt").read_bytes()
    assert command("train", run_file(tmp_path, photographs, model=wider), "--folder", folder) == 2
    assert "another architecture" in capsys.readouterr().err.replace("\n", " ")
    assert (folder / "checkpoint.pt").read_bytes() == before, "nothing lost"
