"""What computes, in as many words as a photographer wants."""

from __future__ import annotations

import re


def in_short(line: str) -> str:
    """The machine's part of the daemon's device line, which goes on with how it computes and why: that is for a tooltip.

    "AMD EPYC, 2 cores: OpenVINO in bfloat16, …; no GPU was found." -> "AMD EPYC, 2 cores"
    """
    return re.split(r": | \(|, [\d.]+ of ", line, maxsplit=1)[0]
