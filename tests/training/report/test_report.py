"""Tables, goals and the page, from results that are known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from restored_training.data.photographs import DataError
from restored_training.evaluation.run import Scope, all_sets, evaluate
from restored_training.evaluation.subjects import Unchanged
from restored_training.report import readme_table, replace_table, write_page
from restored_training.report.curves import smooth, training_curve
from restored_training.report.sheets import sheets
from restored_training.report.tables import BEGIN, END, goals


def row(name: str, level: str = "", **figures: float) -> dict[str, Any]:
    return {"set": name, "level": level, "tasks": ["denoise"], "n": 3, "synthetic": False, "note": "", **figures}


RESULTS: dict[str, Any] = {
    "subject": "swift",
    "conventions": "as the field does",
    "sets": [
        row("CBSD68", "s15", psnr=33.2, input_psnr=24.8, ssim=0.9, input_ssim=0.6, flip=0.04, input_flip=0.11),
        row("CBSD68", "s25", psnr=30.0, input_psnr=20.5, ssim=0.8, input_ssim=0.5),
        row("PolyU100", psnr=36.3, input_psnr=35.9, ssim=0.9, input_ssim=0.9),
        row("FiveK_CURL8", psnr=20, input_psnr=18, ssim=0.9, input_ssim=0.9, delta_e=9.0, input_delta_e=12.0),
        row("dark + noise (synthetic)", psnr=22, input_psnr=12, baseline_psnr=21.5, ssim=0.5, input_ssim=0.2),
    ],
    "wrong_clean": [{"asked": "denoise", "n": 2, "psnr_to_input": 44.0, "worst": 40.0}],
}


def test_goals_are_measured_in_their_own_terms() -> None:
    found = {goal.title: goal for goal in goals(RESULTS)}
    assert found["CBSD68 s15"].met(0)
    assert not found["CBSD68 s15"].met(1)
    assert not found["CBSD68 s25"].met(0)
    assert found["PolyU100"].reached == pytest.approx(0.4)
    fivek = found["FiveK_CURL8"]
    assert fivek.reached == pytest.approx(-25)
    assert [fivek.met(i) for i in range(3)] == [True, True, False], "a smaller delta E is better"
    assert found["dark + noise (synthetic)"].reached == pytest.approx(0.5), "against the known gamma, not the input"
    assert found["wrong instruction on clean pictures"].met(1)


def test_readme_table_stands_between_its_markers() -> None:
    table = readme_table([RESULTS, {**RESULTS, "subject": "instructir"}])
    assert "| set | pictures | figure | input | swift | instructir | FLIP |" in table
    assert "| CBSD68 s15 | 3 | PSNR | 24.80 | 33.20 | 33.20 | 0.110 → 0.040 |" in table
    assert "| FiveK_CURL8 | 3 | ΔE 2000 | 12.00 | 9.00 | 9.00 |  |" in table
    page = f"# Title\n{BEGIN}\nold\n{END}\nafter\n"
    new = replace_table(page, table)
    assert "old" not in new
    assert new.startswith("# Title\n")
    assert new.endswith("after\n")
    assert replace_table(new, table) == new
    with pytest.raises(ValueError, match="has no lines"):
        replace_table("# no markers", table)


def test_page_holds_everything_and_needs_nothing(bench: Path, photographs: Path, tmp_path: Path) -> None:
    scope = Scope(bench, photographs, ("CBSD68 s25", "snow"), limit=1)
    results = evaluate(Unchanged("the <input>"), scope)
    shown = sheets([Unchanged()], all_sets(scope), bench, count=1, height=60)
    write_page(tmp_path / "r.html", [RESULTS, results], shown, curve=Image.new("RGB", (30, 20)), notes="Look & see")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "the &lt;input&gt;" in page
    assert "Look &amp; see" in page
    assert page.count("data:image/jpeg;base64,") == 1 + 2 + 1, "the curve, two sets, and the real noise of RNI15"
    assert "http" not in page
    assert "A quick look" in page


def test_running_mean() -> None:
    assert smooth(np.array([1.0, 3.0, 5.0, 7.0]), 2).tolist() == [1, 2, 4, 6]


def test_curve_from_tensorboard_logs(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path / "logs")) as writer:
        for step in range(5):
            writer.add_scalar("loss/denoise", 1 / (step + 1), step)
            writer.add_scalar("validation/denoise", 20 + step, step)
    assert training_curve(tmp_path / "logs").width > 500
    with pytest.raises(DataError, match="no training logs"):
        training_curve(tmp_path / "nowhere")
