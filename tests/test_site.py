"""The site that `make docs` builds: strictly, with every public name on it, and no link that leads nowhere."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.sources import known, script

import restored
import restored_client

ROOT = Path(__file__).parents[1]


class Page(HTMLParser):
    """What a page links to, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name in ("id", "name") and value:
                self.places.add(value)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    # of 404.html only a server at its own root knows where it stands
    return {path: Page(path) for path in folder.rglob("*.html") if path.name != "404.html"}


@pytest.mark.slow
@pytest.mark.parametrize("package", [restored, restored_client], ids=lambda package: package.__name__)
def test_every_public_name_has_its_place(pages: dict[Path, Page], package: object) -> None:
    name = getattr(package, "__name__", "")
    places = next(page.places for path, page in pages.items() if path.match(f"api/{name}.html"))
    assert {f"{name}.{each}" for each in getattr(package, "__all__", ()) if each != "__version__"} - places == set()


def public(module: str) -> Iterator[str]:
    """The public classes and functions of a module with the classes' own methods, as their places on a page."""
    tree = ast.parse(known()[module].read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield f"{module}.{node.name}"
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield f"{module}.{node.name}.{inner.name}"


@pytest.mark.slow
@pytest.mark.parametrize("name", script("tools/site.py").MODULES)
def test_all_of_a_module_has_its_place(pages: dict[Path, Page], name: str) -> None:
    places = next(page.places for path, page in pages.items() if path.match(f"api/{name}.html"))
    _, modules = script("tools/site.py").MODULES[name]
    assert {each for module in modules for each in public(module)} - places == set()


@pytest.mark.slow
def test_no_link_leads_nowhere(pages: dict[Path, Page]) -> None:
    """Nor out of the folder: the site works from a disk without a network."""
    lost = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link == "/":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            fragment = unquote(parts.fragment)
            known = pages[target].places if target in pages else set()
            if not target.exists() or (fragment and target in pages and fragment not in known):
                lost.append(f"{path.name}: {link}")
    assert lost == []
