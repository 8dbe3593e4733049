"""docs/studio.md is what is said between two machines: its tables are walked against the code."""

import re
from pathlib import Path

from restored.daemon.wire import Wire
from restored.sockets.newcomers import MOST
from restored.studio import callers, code_words, delivery, forms, pace
from restored.studio.book import PORT
from restored.studio.wire import StudioWire
from restored_client.wire.messages import MAX_FRAME

PAGE = (Path(__file__).parents[3] / "docs" / "studio.md").read_text("utf-8")
LINK = PAGE[PAGE.index("## Between two machines") :]


def table(heading: str) -> list[list[str]]:
    after = LINK[LINK.index(f"| {heading} |") :]
    rows = after.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]


def names(cell: str) -> set[str]:
    return set(re.findall(r"`(.*?)`", cell))


def test_what_may_be_asked() -> None:
    rows = {next(iter(names(row[0]))): row[1:] for row in table("type")}
    assert set(rows) == set(forms.FORMS)
    for kind, form in forms.FORMS.items():
        needs, may, frames = (names(cell) for cell in rows[kind])
        assert (needs, may, frames) == (set(form.needs), set(form.may), set(form.frames)), kind


def test_numbers() -> None:
    for name, value in table("name"):
        assert float(value) == getattr(forms, name.strip("`"))
    assert "pieces of at most 1 MiB" in PAGE
    assert MAX_FRAME == 1 << 20
    assert (forms.WINDOW, StudioWire.most_jobs, StudioWire.share) == (8, 8, 0.5)
    assert "each may have eight unfinished jobs and half of the memory" in PAGE
    assert f"{PORT}, and {PORT + 1} for pairing" in PAGE
    assert len(code_words.WORDS) ** code_words.COUNT == 2**24
    assert "16.8 million" in PAGE
    assert delivery.KEPT_FOR == 30
    assert pace.SLOW * 8 == 480e6
    assert "slower than 480 Mbit/s" in PAGE
    assert pace.HELD == 30
    assert callers.LIFETIME == 300
    assert f"at most {MOST} such connections" in PAGE
    assert Wire.most_jobs > StudioWire.most_jobs


def test_errors_and_greeting() -> None:
    assert {next(iter(names(code))): sentence for code, sentence in table("code")} == dict(forms.ERRORS)
    greeting = LINK[LINK.index("`hello` says less") :].partition(". ")[0]
    assert names(greeting) == {"hello", "link", "packs", *forms.TOLD}
    assert set(forms.ERRORS) <= set(forms.CLAUSES)
