"""The README as the page of a package index: no link and no picture of it is dead there."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.sources import script

ROOT = Path(__file__).parents[1]
HOME = "https://example.org/somebody/restore"

building = script("hatch_build.py")


def described(monkeypatch: pytest.MonkeyPatch, home: str) -> dict[str, Any]:
    monkeypatch.setenv("RESTORED_REPOSITORY", home)
    metadata: dict[str, Any] = {"version": "1.2.3"}
    building.PageHook(str(ROOT), {}).update(metadata)
    return metadata


def test_links_and_pictures_lead_to_the_repository_at_its_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = described(monkeypatch, HOME + "/")
    text = metadata["readme"]["text"]
    assert f"({HOME}/raw/v1.2.3/docs/before-after.jpg)" in text
    assert f"({HOME}/blob/v1.2.3/docs/studio.md)" in text
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert targets
    assert [target for target in targets if not target.startswith((HOME, "https://", "#"))] == []
    assert metadata["urls"]["Issues"] == f"{HOME}/issues"


def test_where_no_repository_is_named_they_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = described(monkeypatch, "")
    assert metadata["urls"] == {}
    assert re.findall(r"\]\((?!https://|#)", metadata["readme"]["text"]) == []
    assert "you paired the two by hand" in metadata["readme"]["text"]


def test_what_leads_elsewhere_or_within_the_page_stays() -> None:
    text = "[a](https://example.org/x) [b](#there) `[c](d)`"
    assert building.page(text, "", "v1").startswith("[a](https://example.org/x) [b](#there)")
