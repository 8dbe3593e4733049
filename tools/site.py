"""What `mkdocs` builds beside the pages of docs/ (`make docs`): the repository's own pages, and the API out of its docstrings.

A hook (`mkdocs.yml`). README.md is the site's first page; a link to a file that is no page of the site becomes its name, since a
site has no sources beside it.
"""

import ast
import posixpath
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).resolve().parents[1]

PAGES: Final = {
    "README.md": "index.md",
    **{name: name for name in ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "RELEASING.md")},
}
"""Pages of the repository, and where they stand on the site."""

PACKAGES: Final = {"restored": "backend/restored", "restored_client": "plugins/restored_client"}
"""Packages whose public names are written down, each on a page."""

MODULES: Final = {
    "families": (
        "A model family, a task",
        (
            "restored.ground.tasks",
            "restored.models.base",
            "restored.models.restorer",
            "restored.models.family",
            "restored.models.registry",
        ),
    ),
    "hosts": (
        "A host",
        (
            "restored_client.desk.desk",
            "restored_client.desk.conversation",
            "restored_client.desk.requests",
            "restored_client.desk.state",
            "restored_client.desk.planedit",
            "restored_client.desk.previewstate",
            "restored_client.desk.wish",
            "restored_client.session.talk",
        ),
    ),
    "wire": (
        "What is asked and what comes back",
        (
            "restored_client.wire.order",
            "restored_client.wire.pixels",
            "restored_client.wire.limits",
            "restored_client.wire.errors",
            "restored_client.wire.recipe",
        ),
    ),
    "service": (
        "Another engine",
        (
            "restored.service.protocol",
            "restored.engine.engine",
            "restored.engine.work.job",
            "restored.engine.work.outcome",
        ),
    ),
}
"""What a package, an adapter, a client or an engine of somebody's own stands on (CONTRIBUTING.md), whole modules at a time."""

LINK: Final = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def exported(package: str) -> list[str]:
    """A package's `__all__`, read from its source."""
    for node in ast.parse((ROOT / PACKAGES[package] / "__init__.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
            return list(ast.literal_eval(node.value))
    raise ValueError(f"{package} has no __all__")


def summary(package: str) -> str:
    """What a package says of itself."""
    return ast.get_docstring(ast.parse((ROOT / PACKAGES[package] / "__init__.py").read_text("utf-8"))) or ""


def api_pages() -> dict[str, str]:
    """Path on the site -> page, in the words of mkdocstrings."""
    pages = {
        f"api/{package}.md": "\n\n".join(
            [f"# {package}", summary(package), *(f"::: {package}.{name}" for name in exported(package) if name != "__version__")]
        )
        for package in PACKAGES
    }
    for name, (title, modules) in MODULES.items():
        pages[f"api/{name}.md"] = "\n\n".join([f"# {title}", *(f"::: {module}" for module in modules)])
    return pages


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for source, place in PAGES.items():
        files.append(File.generated(config, place, content=(ROOT / source).read_text("utf-8")))
    for place, content in api_pages().items():
        files.append(File.generated(config, place, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    place = page.file.src_uri
    source = next((name for name, there in PAGES.items() if there == place), f"docs/{place}")
    return LINK.sub(lambda link: _led(link, source, place, files), markdown)


def _led(link: re.Match[str], source: str, place: str, files: Files) -> str:
    """A link of the repository as one of the site; the name alone where the site has no such page."""
    picture, words, target, part = link[1], link[2], link[3], link[4] or ""
    if ":" in target:
        return link[0]
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
    there = PAGES.get(meant, meant.removeprefix("docs/") if meant.startswith("docs/") else "")
    if files.get_file_from_path(there) is None and files.get_file_from_path(f"{there}/README.md") is not None:
        there += "/README.md"
    if not there or files.get_file_from_path(there) is None:
        return words
    return f"{picture}[{words}]({posixpath.relpath(there, posixpath.dirname(place) or '.')}{part})"
