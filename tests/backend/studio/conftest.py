"""A studio's two machines, each with folders of its own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This machine's settings, and nobody else's."""
    monkeypatch.setenv("RESTORED_CONFIG_DIR", str(tmp_path / "here"))
    return tmp_path / "here" / "studio"


@pytest.fixture
def at(tmp_path: Path) -> Callable[[str], "AbstractContextManager[None]"]:
    """For a block, settings are those of the machine of that name."""

    @contextmanager
    def visit(name: str) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RESTORED_CONFIG_DIR", str(tmp_path / name))
            yield

    return visit
