"""Claims are judged by what was written beforehand, and the page says nothing that the results do not."""

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from restored_training.cli.app import app
from restored_training.data.paths import repository
from restored_training.papers import sections
from restored_training.papers.judging import EXPERIMENTS, TABLES, judge, read_claims, read_results, tables
from restored_training.papers.left_out import left_out
from restored_training.papers.page import write_page
from restored_training.papers.sequences import sequences

NOISE = ("denoise s15", "denoise s25", "denoise s50")


def elementary(gain: float) -> dict[str, Any]:
    """Results in which low rank deblurs better than all others by `gain`, and nothing else differs."""
    arms = ("plain", "wide", "prompt", "gate", "side", "replacement", "lowrank", "two-stage", "proportional")

    def table(arm: str) -> dict[str, Any]:
        blur = [[20.0 + picture + (gain if arm == "lowrank" else 0) for picture in range(6)] for _ in range(3)]
        return {**{name: [[25.0] * 6] * 3 for name in NOISE}, "deblur": blur}

    roles = ("embedder", "output", "resampling", "reduction", "qkv", "projection", "ffn", "layernorm")
    still = dict.fromkeys(roles, [0.99] * 3)
    row = {
        "layer": "down0",
        "role": "resampling",
        "level": 0,
        "full": 32,
        "ranks": {},
        "constant": [0.9] * 3,
        "proportional": [0.5] * 3,
    }
    return {
        "experiment": "elementary",
        "settings": {"steps": 4, "batch": 2, "seeds": [0, 1, 2]},
        "machine": "a test",
        "seconds": 1.0,
        "pictures": list("abcdef"),
        "arms": {arm: {"words": f"the arm {arm}", "parameters": 10} for arm in arms},
        "input": {name: [[20.0] * 6] for name in (*NOISE, "deblur")},
        "psnr": {arm: table(arm) for arm in arms},
        "psnr half": {arm: table(arm) for arm in arms},
        "similarity": {"denoise": {**still, "output": [0.5] * 3}, "deblur": {**still, "output": [0.6] * 3}, "mix": still},
        "energy": {"denoise": [row], "deblur": [row]},
    }


@pytest.fixture
def claims() -> dict[str, Any]:
    return {claim["id"]: claim for claim in read_claims()[1]}


def test_every_claim_belongs_to_a_table_and_names_figures(claims: dict[str, Any]) -> None:
    assert len(claims) == len(read_claims()[1]), "ids are unique"
    for claim in claims.values():
        assert (claim["paper"], claim["table"]) in TABLES
        assert TABLES[claim["paper"], claim["table"]][1] == claim["experiment"]
        assert claim["figures"]
    assert {(claim["paper"], claim["table"]) for claim in claims.values()} == set(TABLES)


def test_a_gain_is_seen_and_none_is_not(claims: dict[str, Any]) -> None:
    found = judge(claims["ipt-1a"], {"elementary": elementary(0.3)})
    assert found.verdict == "supported"
    assert found.full is not None
    assert found.full.mean == pytest.approx(0.3)
    assert judge(claims["ipt-1b"], {"elementary": elementary(0.3)}).verdict == "not supported", "noise did not gain"
    assert judge(claims["ipt-1a"], {"elementary": elementary(-0.3)}).verdict == "not supported"
    assert judge(claims["ipt-1a"], {}).verdict is None


def test_a_gain_that_turns_with_the_length_is_none(claims: dict[str, Any]) -> None:
    results = elementary(0.3)
    results["psnr half"] = elementary(-0.3)["psnr"]
    assert judge(claims["ipt-1a"], {"elementary": results}).verdict == "not supported"


def test_without_its_half_length_a_claim_has_no_verdict(claims: dict[str, Any]) -> None:
    results = elementary(0.3)
    del results["psnr half"]["lowrank"]
    found = judge(claims["ipt-1a"], {"elementary": results}).to_dict()
    assert found["verdict"] == "no verdict"
    assert found["full"]["mean"] == pytest.approx(0.3)


def test_similarity_needs_the_control(claims: dict[str, Any]) -> None:
    results = elementary(0)
    assert judge(claims["ipt-2"], {"elementary": results}).verdict == "supported"
    control = copy.deepcopy(results)
    control["similarity"]["mix"]["output"] = [0.4] * 3
    assert judge(claims["ipt-2"], {"elementary": control}).verdict == "not supported", "the mix moves it as much"


def test_energy_is_judged_at_the_finest_level(claims: dict[str, Any]) -> None:
    results = elementary(0)
    assert judge(claims["ipt-f2"], {"elementary": results}).verdict == "supported"
    results["energy"]["deblur"][0]["proportional"] = [0.8] * 3
    assert judge(claims["ipt-f2"], {"elementary": results}).verdict == "not supported"


def test_where_the_opposite_holds_is_said(claims: dict[str, Any]) -> None:
    """By the same criterion turned round: a sign that flips with the length shows nothing either way."""
    worse = elementary(-0.3)
    assert judge(claims["ipt-1a"], {"elementary": worse}).opposite
    assert not judge(claims["ipt-1a"], {"elementary": {**worse, "psnr half": elementary(0.3)["psnr"]}}).opposite
    assert not judge(claims["ipt-1a"], {"elementary": elementary(0.3)}).opposite
    assert not judge(claims["ipt-1b"], {"elementary": worse}).opposite, "noise is the same"


def test_what_moves_most_has_to_move_more_than_all_others(claims: dict[str, Any]) -> None:
    results = elementary(0)
    assert judge(claims["ipt-2b"], {"elementary": results}).verdict == "not supported", "resampling moves as little as qkv"
    for task, least in (("denoise", 0.8), ("deblur", 0.7)):
        results["similarity"][task]["resampling"] = [least] * 3
    found = judge(claims["ipt-2b"], {"elementary": results})
    assert found.verdict == "supported"
    assert "deblur: output 0.600 (seeds 0.600 to 0.600), resampling 0.700" in found.facts
    results["similarity"]["deblur"]["qkv"] = [0.99, 0.99, 0.69]
    assert judge(claims["ipt-2b"], {"elementary": results}).verdict == "not supported", "one seed says otherwise"


def test_a_rank_that_is_good_where_it_is_shallow_only_is_not_uniformly_good(claims: dict[str, Any]) -> None:
    def deeper(constant: float, proportional: float) -> dict[str, Any]:
        results = elementary(0)
        for rows in results["energy"].values():
            rows.append({**rows[0], "level": 1, "constant": [constant] * 3, "proportional": [proportional] * 3})
        return {"elementary": results}

    assert judge(claims["ipt-f2b"], deeper(0.8, 0.7)).verdict == "supported"
    assert judge(claims["ipt-f2b"], deeper(0.6, 0.7)).verdict == "not supported"
    assert judge(claims["ipt-f2b"], deeper(0.6, 0.5)).verdict == "not supported", "it falls, and the other one does not"
    assert "denoise: constant 0.90 / 0.60, proportional 0.50 / 0.70" in judge(claims["ipt-f2b"], deeper(0.6, 0.7)).facts


def encoders(wrong: float, **quality: float) -> dict[str, Any]:
    """Results in which the image model restores so well through each encoder, and so much worse when told something else."""
    tasks = ("denoise", "derain", "dehaze", "deblur", "lowlight")
    lost = {"precise": 0.0, "ambiguous": 0.0, "wrong": wrong}

    def table(value: float) -> dict[str, Any]:
        return {f"{task}/{style}": [[value - less] * 3] * 2 for task in tasks for style, less in lost.items()}

    return {
        "experiment": "encoders",
        "settings": {"steps": 4, "heads": 2, "seeds": [0, 1]},
        "machine": "a test",
        "seconds": 1.0,
        "first": "own head",
        "arms": {name: f"told by {name}" for name in ("own head", *quality)},
        "psnr": {name: table(value) for name, value in {"own head": 25.0, **quality}.items()},
        "intent": {
            name: {f"{task}/{style}": [0.9] * 2 for task in tasks for style in ("precise", "ambiguous")}
            for name in ("own head", *quality)
        },
    }


def test_a_model_that_does_not_listen_says_nothing_about_encoders(claims: dict[str, Any]) -> None:
    """A test of likeness that could not have failed is none."""
    deaf = judge(claims["ir-8a"], {"encoders": encoders(0.01, minilm=25.0, use=25.0, bag=25.0)})
    assert deaf.verdict == "not testable at this scale"
    assert "loses 0.01 dB" in deaf.facts
    older = {key: value for key, value in encoders(0.0, minilm=25.0, use=25.0).items() if key != "first"}
    assert judge(claims["ir-8a"], {"encoders": older}).verdict == "not testable at this scale"
    listens = encoders(1.5, minilm=25.0, use=25.0, bag=24.0)
    assert judge(claims["ir-8a"], {"encoders": listens}).verdict == "supported"
    assert judge(claims["ir-8b"], {"encoders": listens}).verdict == "not supported"


def test_a_picture_that_comes_back_changed_was_not_left_alone(claims: dict[str, Any]) -> None:
    def kept(told: float, precise: float) -> dict[str, Any]:
        styles = {"precise": precise, "wrong": told, "untaught": told}
        rows = {f"{task}/{style}": [[value] * 3] * 2 for task in ("derain", "deblur") for style, value in styles.items()}
        return {"encoders": {**encoders(1.5, minilm=25.0), "kept": rows}}

    for name in ("ir-f5b", "ir-f5c"):
        assert judge(claims[name], kept(40.0, 20.0)).verdict == "supported"
        assert judge(claims[name], kept(30.0, 20.0)).verdict == "not supported"
        assert judge(claims[name], kept(40.0, 38.0)).verdict == "not testable at this scale", "it changes nothing anyway"
        assert judge(claims[name], {"encoders": encoders(1.5, minilm=25.0)}).verdict is None
    assert "told so 30.0 (30.0 to 30.0; seeds 30.0, 30.0)" in judge(claims["ir-f5b"], kept(30.0, 20.0)).facts


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
