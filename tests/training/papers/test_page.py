"""The page says nothing that the results do not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_results import elementary, encoders
from PIL import Image
from typer.testing import CliRunner

from restored_training.cli.app import app
from restored_training.data.paths import repository
from restored_training.papers import sections
from restored_training.papers.judging import EXPERIMENTS, TABLES, read_claims, read_results, tables
from restored_training.papers.left_out import left_out
from restored_training.papers.page import write_page
from restored_training.papers.sequences import sequences


def test_the_table_of_encoders_says_how_much_is_listened_to() -> None:
    section = sections.encoders(encoders(1.5, minilm=25.0, use=25.0, bag=24.0))
    assert "told to undo another damage it loses 1.50 dB" in section
    assert "| told by bag | 24.00 ± 0.00 |" in section
    assert "| 23.50 | 90% | 90% |" in section, "only the first head is told another damage"


@pytest.mark.slow
def test_what_a_shorter_run_had_said_stands_beside(tmp_path: Path) -> None:
    results = tmp_path / "results"
    (results / "earlier").mkdir(parents=True)
    (results / "elementary.json").write_text(json.dumps(elementary(0.3)))
    (results / "earlier" / "elementary.json").write_text(json.dumps(elementary(-0.3)))
    write_page(tmp_path / "papers.md", read_results(results), tables(results))
    text = (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert "-0.300 (-0.300 to -0.300): **not supported** | +0.300 (+0.300 to +0.300): **supported**" in text


def test_two_bundles_are_set_side_by_side_picture_by_picture(tmp_path: Path) -> None:
    def measured(subject: str, *sets: list[float]) -> dict[str, Any]:
        def pictures(of: list[float]) -> list[dict[str, Any]]:
            return [{"name": f"p{i}", "psnr": value, "input_psnr": 20.0} for i, value in enumerate(of)]

        rows = [{"set": f"set {i}", "level": "", "pictures": pictures(of)} for i, of in enumerate(sets)]
        return {"subject": subject, "sets": rows}

    (tmp_path / "own.json").write_text(json.dumps(measured("x/small", [25.0, 27.0], [24.0], [30.0])))
    (tmp_path / "swift.json").write_text(json.dumps(measured("swift", [24.5, 26.5, 50.0], [26.0, 60.0])))
    line = ["papers", "beside", str(tmp_path / "own.json"), "--shipped", str(tmp_path / "swift.json"), "--results", str(tmp_path)]
    assert CliRunner().invoke(app, line).exit_code == 0
    found = read_results(tmp_path)
    section = sections.beside(found["beside"])
    assert "`small` is on **1 of 2** sets" in section
    assert "| set 0 | 2 | 20.00 | 26.00 | 25.50 | +0.50 |" in section, "only pictures that both were asked for"
    assert "| set 1 | 1 | 20.00 | 24.00 | 26.00 | -2.00 |" in section
    said = left_out({**found, "nine": {}})[-1]
    assert said["state"] == "measured"
    assert "-2.00 to +0.50 dB on 2 sets, -0.75 on average" in said["why"]


@pytest.mark.slow
def test_the_page_is_written_from_the_results(tmp_path: Path) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "elementary.json").write_text(json.dumps(elementary(0.3)))
    write_page(tmp_path / "papers.md", {"elementary": elementary(0.3)}, tables(results))
    text = (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert "+0.300 (+0.300 to +0.300)" in text
    assert "**supported**" in text
    assert "**not run**" in text
    for name in ("instructed", "diffusion", "nine"):
        assert f"| `restored-train papers run {name}` | - | - | - | - | **not run** |" in text
    assert "| InstructIR: 2, 3, 4, 6, Figure 5 | `restored-train papers run instructed` |" in text
    assert f"**{len(read_claims()[1])} claims: " in text
    assert "| InstructIR, Table 8, BGE-micro and CLIP | **in part** | in no package registry" in text
    for name in ("claims", "energy"):
        assert (tmp_path / "papers" / f"{name}.png").stat().st_size > 1000
        assert f"(papers/{name}.png)" in text


@pytest.mark.slow
def test_the_page_that_is_shown_is_of_the_results_that_are_committed(tmp_path: Path) -> None:
    """Each run as its results say, and every verdict; `restored-train papers report` makes it so."""
    found = tables()
    write_page(tmp_path / "papers.md", read_results(), found)
    fresh = (tmp_path / "papers.md").read_text(encoding="utf-8")
    shown = (repository() / "docs" / "papers.md").read_text(encoding="utf-8")
    runs = [line for line in fresh.splitlines() if line.endswith(("| whole |", "| cut short |", "| **not run** |"))]
    assert len(runs) >= len(EXPERIMENTS)
    for line in runs:
        assert line in shown
    for claim in (claim for table in found for claim in table["verdicts"]):
        (row,) = [line for line in shown.splitlines() if f"| {claim['says']} | **" in line]
        assert f"| **{claim['verdict']}**{', the other way round' if claim['opposite'] else ''} |" in row, row


def test_the_list_is_json_for_whoever_checks(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["papers", "list", "--json", "--results", str(tmp_path)])
    assert result.exit_code == 0
    said = json.loads(result.output)
    assert all(set(left) == {"paper", "table", "state", "why", "command"} for left in said["left_out"])
    found = said["tables"]
    assert {(table["paper"], table["table"]) for table in found} == set(TABLES)
    assert all(table["state"] == "not run" for table in found)
    assert all(table["command"].startswith("restored-train papers run ") for table in found)


def test_an_archive_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    line = ["papers", "run", "elementary", "--crops", str(tmp_path / "none.npz"), "--out", str(tmp_path)]
    result = CliRunner().invoke(app, line)
    assert "Make it with “restored-train papers pack" in str(result.exception)


def test_a_sheet_of_sequences_is_shown_with_its_figures(tmp_path: Path) -> None:
    """Each instruction begins from what the one before has left."""
    for kind, value in (("clean", 200), ("damaged", 100)):
        Image.new("RGB", (40, 30), (value, value, value)).save(tmp_path / f"one-{kind}.jpg", quality=100)
    heard: list[tuple[int, str]] = []

    def restore(picture: np.ndarray, words: str) -> np.ndarray:
        heard.append((int(picture[0, 0, 0]), words))
        return picture + 20

    found = sequences(tmp_path, restore, asked=[("one", [["a", "b"], ["both"]])])
    assert heard == [(100, "a"), (120, "b"), (100, "both")]
    assert [len(row["psnr"]) for row in found.rows] == [3, 2]
    assert found.rows[0]["psnr"] == sorted(found.rows[0]["psnr"]), "brighter is nearer"
    (tmp_path / "papers").mkdir()
    found.sheet.save(tmp_path / "papers" / "sequences.jpg")
    write_page(tmp_path / "papers.md", {"sequences": found.to_dict()}, tables(tmp_path))
    text = (tmp_path / "papers.md").read_text(encoding="utf-8")
    assert "| one | a → b | " in text
    assert "(papers/sequences.jpg)" in text
