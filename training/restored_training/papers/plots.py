"""The page's plots."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from PIL import Image

from ..report.curves import to_image

_COLOURS: Final = {"supported": "#2a7f3f", "not supported": "#b0413e", "not testable at this scale": "#888888"}
_TICKS: Final = (-1, -0.3, -0.1, -0.05, 0, 0.05, 0.1, 0.3, 1)


def differences(tables: Sequence[Mapping[str, Any]]) -> Image.Image | None:
    """Each claim's difference with its interval, and the half-length one as a hollow point; None when nothing was measured."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    claims = [claim for table in tables for claim in table["verdicts"] if claim["full"] and claim["verdict"] in _COLOURS]
    if not claims:
        return None
    figure, axis = plt.subplots(figsize=(11, 1.4 + 0.46 * len(claims)))
    for row, claim in enumerate(reversed(claims)):
        full, half = claim["full"], claim["half"]
        colour = _COLOURS[claim["verdict"]]
        axis.plot([full["low"], full["high"]], [row, row], color=colour)
        axis.plot(full["mean"], row, "o", color=colour)
        if half:
            axis.plot(half["mean"], row, "o", color=colour, fillstyle="none")
    axis.axvline(0, color="black", linewidth=0.8)
    # small differences are the subject; one large one must not press them into a line
    axis.set_xscale("symlog", linthresh=0.1)
    axis.set_xticks(_TICKS, [f"{tick:g}" for tick in _TICKS])
    axis.set_yticks(range(len(claims)), [_label(claim) for claim in reversed(claims)], fontsize=9)
    axis.set_ylim(-0.7, len(claims) - 0.3)
    axis.set_xlabel("dB in favour of the claim (filled: full length, hollow: half); linear up to 0.1 dB")
    for verdict, colour in _COLOURS.items():
        axis.plot([], [], "o", color=colour, label=verdict)
    axis.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return to_image(figure)


def _label(claim: Mapping[str, Any]) -> str:
    """Where and what, on as many lines as it takes; what the claim adds in brackets stands in the table."""
    place = claim["table"] if claim["table"].startswith("Figure") else f"Table {claim['table']}"
    return textwrap.fill(re.sub(r" \([^)]*\)", "", f"{claim['paper']}, {place}: {claim['says']}"), 76)


def energies(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> Image.Image:
    """Figure 2: energy held by a constant and by a proportional rank, layers sorted by level, shaded by level."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(len(found), 1, figsize=(11, 3.9 * len(found)), squeeze=False)
    for axis, (task, rows) in zip(axes[:, 0], found.items(), strict=True):
        order = sorted(rows, key=lambda row: row["level"])
        for index, row in enumerate(order):
            axis.axvspan(index - 0.5, index + 0.5, color="black", alpha=0.04 + 0.07 * row["level"], linewidth=0)
        for kind, marker in (("constant", "o-"), ("proportional", "s--")):
            axis.plot([float(np.mean(row[kind])) for row in order], marker, markersize=3, linewidth=1, label=f"{kind} rank")
        axis.set(
            xlim=(-0.5, len(order) - 0.5),
            ylim=(0, 1.02),
            ylabel="energy held",
            title=f"finetuned on {task}; darker: deeper level",
        )
        axis.set_xticks(range(len(order)), [row["layer"] for row in order], rotation=90, fontsize=7)
        axis.legend(fontsize=8)
    figure.tight_layout()
    return to_image(figure)
