"""What the claims leave out, in which state it is, why, and what repeats it or would."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from .judging import command


def _left(paper: str, table: str, why: str, state: str = "not run", by: str = "-") -> dict[str, str]:
    return {"paper": paper, "table": table, "state": state, "why": why, "command": by}


_EVALUATE: Final = "restored-train evaluate backend/restored/bundles/swift --bf16 --json training/results/swift.json"

LEFT_OUT: Final = (
    _left(
        "Instruct-IPT",
        "Tables 4, 5, 6, 11 and 12",
        "shown with what ships, on BSD68 whole and on samples of the others; no verdict: the paper's 27.8 M take days",
        "in part",
        _EVALUATE,
    ),
    _left("Instruct-IPT", "Table 7", "its test set of snow is not here"),
    _left("Instruct-IPT", "Figures 3 and 4", "pictures of the paper's own weights, which are not public"),
    _left(
        "InstructIR",
        "Tables 5, 7, 9 and 10",
        "shown with what ships, on BSD68 and LOL whole and on samples of the others; no verdict: the paper's 15.8 M take days",
        "in part",
        _EVALUATE,
    ),
    _left(
        "InstructIR",
        "all tables, by its published weights",
        "the image weights could not be had here; who has them imports them, and evaluates the model by its name",
        by="restored models import FILE",
    ),
    _left(
        "InstructIR",
        "Table 11",
        "`restored models families --json` prints each network's multiplications",
        "shown",
        "restored models families --json",
    ),
    _left(
        "InstructIR",
        "Table 8, BGE-micro and CLIP",
        "in no package registry: other encoders stand in for them",
        "in part",
        "restored-train papers run encoders",
    ),
    _left(
        "InstructIR",
        "Figure 6",
        "it is a matter of looking: a sheet is shown, with figures and no verdict",
        "shown",
        "restored-train papers sheet",
    ),
    _left(
        "ours",
        "`instruct_ipt-desktop` (7.4 M) on all tasks",
        "needs a GPU for hours; its run file is there, and a few steps of it train in the tests",
        by="restored-train train training/runs/papers/instruct_ipt-desktop.yaml --device cuda",
    ),
)


def left_out(results: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """LEFT_OUT, and in which state the bundle of all tasks is."""
    beside, name, by = results.get("beside"), "`instruct_ipt-small` on all tasks", command("nine", results)
    if "nine" not in results:
        return [*LEFT_OUT, _left("ours", name, "there was no time for it", by=by)]
    if beside is None:
        return [*LEFT_OUT, _left("ours", name, "trained, not yet measured beside the bundle that ships", "in part", by)]
    gaps = [row["own"] - row["shipped"] for row in beside["rows"]]
    span = f"{min(gaps):+.2f} to {max(gaps):+.2f} dB on {len(gaps)} sets, {np.mean(gaps):+.2f} on average"
    why = f"not shipped: against `{beside['shipped']}` {span}"
    return [*LEFT_OUT, _left("ours", name, why, "measured", by)]
