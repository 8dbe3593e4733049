"""Nothing in the repository points to a document that is not in it, and every decision is listed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [
    path
    for path in ROOT.rglob("*.md")
    if not {".venv", "node_modules", "out", "build", "dist"} & set(path.relative_to(ROOT).parts)
    and ".pytest_cache" not in str(path)
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """Screenshots are taken in the real hosts, some time after the words that show them."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    lost = [target for target in targets if ":" not in target and not (page.parent / target).exists()]
    lost = [target for target in lost if not target.startswith("docs/screenshots/")]
    assert lost == []


def test_no_source_cites_a_document_that_did_not_come_along() -> None:
    """Notes that lie beside the repository are nobody's who has only the repository."""
    outside = re.compile(r"\bfacts/[\w-]+|\bDESIGN\.md|\breference\.md")
    found = []
    for path in [*ROOT.glob("backend/**/*.py"), *ROOT.glob("plugins/**/*.py"), *ROOT.glob("training/**/*.py"), *PAGES]:
        found += [f"{path.relative_to(ROOT)}: {match}" for match in outside.findall(path.read_text("utf-8"))]
    assert found == []


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\((\d\d-.*?\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))


def test_the_version_is_written_once() -> None:
    import tomllib

    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    folders = ("backend", "plugins", "training", "installer")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py") if "vendor" not in path.parts]
    assert [path for path in files if f'"{version}"' in path.read_text("utf-8")] == []


def test_every_test_that_a_page_names_is_there() -> None:
    """A claim and the test that shows it part when one of them moves."""
    names = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    lost = []
    for page in PAGES:
        for said in re.findall(r"`((?:[\w-]+/)*test_\w+\.py)`", page.read_text("utf-8")):
            there = (ROOT / said).exists() if said.startswith("tests/") else Path(said).name in names
            lost += [] if there else [f"{page.relative_to(ROOT)}: {said}"]
    assert lost == []
