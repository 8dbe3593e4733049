"""What computes, in as many words as a photographer wants."""

from __future__ import annotations

import re
from typing import Final, Tuple

from .catalogue import Catalogue

SAID: Final[Tuple[Tuple[str, str], ...]] = (
    (r"\b1 core\b", "1 core"),
    (r"\b(?P<count>\d+) cores\b", "{count} cores"),
    (r" when that is faster, else ", " when that is faster, else "),
    (r"; this machine would need (?P<time>[^;]+)$", "; this machine would need {time}"),
    (r"; (?!this machine )(?P<name>[^;]+) would need (?P<time>[^;]+)$", "; {name} would need {time}"),
)
"""Words in the daemon's device line that are ours to translate; the rest are names."""


NO_MACHINE: Final = "by formula, without a model"
"""The device line of an answer that needed no model."""


def in_short(line: str) -> str:
    """The machine's part of the daemon's device line, which goes on with how it computes and why: that is for a tooltip.

    "AMD EPYC, 2 cores: OpenVINO in bfloat16, …; no GPU was found." -> "AMD EPYC, 2 cores"
    """
    return re.split(r": | \(|, [\d.]+ of ", line, maxsplit=1)[0]


def name_of(line: str) -> str:
    """What computes, the same in every answer.

    "H200 in the studio, 0.4 s; this machine would need 4.0 s" -> "H200 in the studio"
    """
    return re.split(r"; |, [\d.]+ s\b|, because | when that is faster", in_short(line), maxsplit=1)[0]


def in_words(line: str, catalogue: Catalogue) -> str:
    """The same in the user's language."""
    short = in_short(line)
    for pattern, message in SAID:
        translated = catalogue.gettext(message)
        if translated != message:
            short = re.sub(pattern, lambda found, form=translated: form.format(**found.groupdict()), short)
    return short
