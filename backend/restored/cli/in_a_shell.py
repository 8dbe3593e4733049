"""Sentences of the service in the words of a shell: there is no selection and no chip here, but `--mask` and another sentence."""

import re
from typing import Final

from restored.filling.holes import WHERE
from restored.instruction.grammar.sentences import ALL_BUT_BY_HAND, CANNOT, NOT_FOUND, ONLY_BY_HAND
from restored_client.desk.device import NO_MACHINE, in_short, name_of

SAID: Final[tuple[tuple[str, str], ...]] = (
    (
        ONLY_BY_HAND,
        "I cannot find “{place}” in a picture: show it with --mask FILE, a picture of the same size that is white there, and "
        "only that changes.",
    ),
    (
        ALL_BUT_BY_HAND,
        "I cannot find “{place}” in a picture: show what may change with --mask FILE, a picture of the same size that is black "
        "there and white everywhere else.",
    ),
    (
        NOT_FOUND,
        "I cannot find “{place}” in a picture, so the whole picture was meant. To limit it, add --mask FILE, a picture of the "
        "same size that is white there.",
    ),
    (WHERE, "Scratches and holes are only filled where a mask shows them."),
    (CANNOT["inverse"], "Only what is white in a --mask FILE changes. To leave a place alone, make it black there."),
    (
        CANNOT["kinds"],
        "I do not tell scratches, dust and folds apart: --propose-mask FILE.png writes the marks that I find; paint out those "
        "that should stay.",
    ),
    (
        CANNOT["drops"],
        "I cannot remove drops on the lens yet: mark them white in a --mask FILE, and ask to fill them (“remove the spots”).",
    ),
    (
        CANNOT["other"],
        "I cannot remove this yet. Mark it white in a --mask FILE and ask to fill it (“remove the spots”), or use your editor's "
        "healing tools.",
    ),
    (" Change the steps if you see it differently.", " If you see it differently, say what you want instead."),
)
"""What the service says to everybody, and what it says in a shell."""


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.escape(sentence).replace(re.escape("{place}"), "(?P<place>[^“”]*)"))


_PATTERNS: Final = tuple((_pattern(there), here) for there, here in SAID)


def in_a_shell(message: str) -> str:
    """A message, perhaps of several sentences, with those that only a program with a window can follow said for a shell."""
    for pattern, here in _PATTERNS:
        message = pattern.sub(lambda found, here=here: here.format(**found.groupdict()), message)
    return message


def device_words(line: str) -> str:
    """Where a picture was computed, for a photographer: "this machine's processor (AMD EPYC, 2 cores)". How, and why there, is
    for `--json` and `restored doctor`. line: the answer's device line."""
    if not line or line.startswith(NO_MACHINE):
        return "this machine, by formula" if line else ""
    short, name = in_short(line), name_of(line)
    because = short[len(name) :]
    if " in " in name:  # "H200 in the studio, 0.4 s; this machine would need 4.0 s"
        return short
    if re.search(r"\bcores?\b", name):
        return f"this machine's processor ({name}){because}"
    return f"this machine's graphics card ({name}){because}" if "GiB" in line or "GPU" in name else short
