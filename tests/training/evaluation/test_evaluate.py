"""Evaluation of subjects whose figures are known, on a small bench."""

import json
from pathlib import Path

import numpy as np
import pytest

from restored.instruction.plan import Plan, Step
from restored.instruction.tasks import TASKS
from restored_training.data.photographs import DataError
from restored_training.evaluation.instructions import sensitivity, wordings, wrong_on_damaged
from restored_training.evaluation.run import Scope, all_sets, evaluate, one_line, read_results, write_results
from restored_training.evaluation.samples import bench_sets
from restored_training.evaluation.subjects import Unchanged
from restored_training.evaluation.synthetic import recipes, synthetic_sets


class Brighter:
    """Doubles every value when asked to brighten, else changes nothing."""

    name = "brighter"

    def restore(self, image: np.ndarray, plan: Plan) -> np.ndarray:
        if any(step.task == "lowlight" for step in plan.steps):
            return np.clip(image.astype(int) * 2, 0, 255).astype(np.uint8)
        return image


@pytest.mark.slow
def test_doing_nothing_gives_the_inputs_figures(bench: Path, photographs: Path) -> None:
    results = evaluate(Unchanged(), Scope(bench, photographs, instructions=False))
    titles = {f"{row['set']} {row['level']}".strip() for row in results["sets"]}
    assert {"CBSD68 s15", "CBSD68 s50", "Rain100L", "LIVE1 q10", "Set14 x2", "snow (synthetic)"} <= titles
    for row in results["sets"]:
        assert row["psnr"] == row["input_psnr"], row["set"]
        assert row["n"] == 2
        assert one_line(row)
    noise = {row["level"]: row["psnr"] for row in results["sets"] if row["set"] == "CBSD68"}
    assert noise["s15"] > noise["s25"] > noise["s50"]
    assert noise["s25"] == pytest.approx(20.4, abs=0.6), "the published input figure, on other pictures"


def test_a_right_answer_is_credited_and_a_wrong_instruction_shows(bench: Path, photographs: Path) -> None:
    results = evaluate(Brighter(), Scope(bench, photographs, ("LOL", "Rain"), limit=1))
    rows = {row["set"]: row for row in results["sets"]}
    assert rows["LOLv1_eval15"]["psnr"] > 40 > rows["LOLv1_eval15"]["input_psnr"]
    assert rows["Rain100L"]["psnr"] == rows["Rain100L"]["input_psnr"]
    assert "psnr_y" in rows["Rain100L"]
    wrong = {row["asked"]: row["psnr_to_input"] for row in results["wrong_clean"]}
    assert wrong["lowlight"] < 30
    assert wrong["denoise"] == 100
    asked = {(row["present"], row["asked"]): row for row in results["wrong_damaged"]}
    assert asked["noise s25", "derain"]["psnr_to_input"] == 100
    assert asked["noise s25", "lowlight"]["psnr_to_input"] < 30


def test_only_the_named_tasks_pictures_are_damaged_in_the_wrong_table(photographs: Path) -> None:
    rows = wrong_on_damaged(Unchanged(), photographs, limit=1)
    assert {row["present"] for row in rows} == {"noise s25", "rain", "haze", "JPEG q20"}
    assert len(rows) == 4 * len(TASKS)
    assert sum(row["right"] for row in rows) == 4


def test_synthetic_sets_are_the_same_every_time(photographs: Path) -> None:
    first, second = ([next(s.samples(1)) for s in synthetic_sets(photographs)] for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a.damaged, b.damaged)
        assert not np.array_equal(a.damaged, a.clean)
    dark = next(sample for sample in first if sample.baseline is not None)
    assert dark.damaged.mean() < dark.clean.mean()


def test_recipes_have_names_and_seeds_of_their_own() -> None:
    found = recipes()
    assert {"snow (synthetic)", "blur (synthetic)", "rain + noise s25 (synthetic)", "dark + noise (synthetic)"} <= {
        r.name for r in found
    }
    assert len({r.seed for r in found}) == len(found)


def test_wordings_are_ten_and_ten_for_every_task() -> None:
    table = wordings()
    for task in TASKS:
        for style in ("precise", "ambiguous"):
            assert len(set(table[task][style])) == 10, (task, style)
    assert len(table["off_topic"]) == 10


def test_sensitivity_counts_what_was_understood(bench: Path) -> None:
    precise = set(wordings()["lowlight"]["precise"])

    def explain(text: str, _context: np.ndarray | None, _sample: np.ndarray | None) -> Plan:
        return Plan(text=text, steps=(Step("lowlight"),)) if text in precise else Plan(text=text, reason="not_understood")

    rows = sensitivity(Brighter(), bench_sets(bench), explain, limit=1)
    table = {(row["task"], row["style"]): row for row in rows}
    good, bad = table["lowlight", "precise"], table["lowlight", "ambiguous"]
    assert good["understood"] == 1
    assert bad["understood"] == 0
    assert good["psnr"] == pytest.approx(good["exact"])
    assert bad["psnr"] == pytest.approx(bad["input_psnr"])


def test_results_survive_the_disk(bench: Path, tmp_path: Path) -> None:
    results = evaluate(Unchanged(), Scope(bench, only=("CBSD68 s15",), limit=1))
    write_results(results, tmp_path / "r.json")
    assert read_results(tmp_path / "r.json") == json.loads(json.dumps(results))
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


def test_a_missing_or_foreign_bench_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        bench_sets(tmp_path / "no")
    with pytest.raises(DataError, match="none of the sets"):
        bench_sets(tmp_path)


def test_only_narrows_the_sets(bench: Path, photographs: Path) -> None:
    assert [s.title for s in all_sets(Scope(bench, photographs, ("s25",)))] == ["CBSD68 s25", "rain + noise s25 (synthetic)"]
