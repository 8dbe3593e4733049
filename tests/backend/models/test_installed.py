"""A bad neighbour is listed as bad, with its name and why, and nothing else changes."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from restored.models import files
from restored.models.base import ModelError
from restored.models.bundle import load_bundle, write_bundle
from restored.models.installed import default_bundle, list_bundles, survey
from restored.models.manifest import check_name
from restored.models.swift import Swift, SwiftConfig
from restored.service.local import LocalService

TINY = SwiftConfig(widths=(4, 6), encoder=(1,), middle=1, decoder=(1,), rank=1, context_width=4, grid_channels=2)


def write(folder: Path) -> None:
    torch.manual_seed(0)
    write_bundle(folder, Swift(TINY), TINY.to_dict(), licence="MIT", training_data="random numbers", version="1")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's bundles, with a good one called "mine", beside a shipped "swift"."""
    monkeypatch.setenv("RESTORED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(files, "SHIPPED", tmp_path / "shipped")
    write(tmp_path / "shipped" / "swift")
    write(tmp_path / "data" / "bundles" / "mine")
    return tmp_path / "data" / "bundles"


def _text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content)


def _link(path: Path) -> None:
    path.symlink_to(path.parents[1] / "mine" / "bundle.json")


NEIGHBOURS: dict[str, Callable[[Path], object]] = {
    "another format": _text('{"format": 2}'),
    "nothing in it": _text(""),
    "no json": lambda path: path.write_bytes(bytes(range(256))),
    "nested without end": _text("[" * 200_000),
    "a list": _text("[]"),
    "a folder": lambda path: path.mkdir(),
    "a pipe": lambda path: os.mkfifo(path),
    "a link out of the bundle": _link,
    "a link to itself": lambda path: path.symlink_to(path),
    "a device without end": lambda path: path.symlink_to("/dev/zero"),
    "too large": lambda path: path.write_bytes(b" " * (files.LARGEST_MANIFEST + 1)),
    "another's name": lambda path: shutil.copy(path.parents[1] / "mine" / "bundle.json", path),
}


@pytest.mark.parametrize("kind", NEIGHBOURS)
@pytest.mark.timeout(30)
def test_a_bad_neighbour_is_listed_as_bad_and_nothing_else_changes(data: Path, kind: str) -> None:
    (data / "bad").mkdir()
    NEIGHBOURS[kind](data / "bad" / "bundle.json")
    found = {model.name: model for model in survey()}
    assert list(found) == ["swift", "bad", "mine"], "the default first"
    assert found["mine"].problem is None
    assert found["swift"].problem is None
    problem = found["bad"].problem
    assert problem is not None
    assert problem.endswith(".")
    assert default_bundle() == "swift"
    assert load_bundle("mine").name == "mine"
    with pytest.raises(ModelError, match=r"\.$"):
        load_bundle("bad")
    daemon = {entry["name"]: entry for entry in LocalService().models()}
    assert daemon["bad"]["error"] == problem
    assert daemon["swift"]["default"]
    assert "error" not in daemon["mine"]


def test_a_folder_whose_name_is_none_is_listed_too(data: Path) -> None:
    for name in ("con", "it is\nmine", "\x1b]0;x\x07"):
        shutil.copytree(data / "mine", data / name)
    problems = {model.name for model in survey() if model.problem}
    assert problems == {"con", "it is\nmine", "\x1b]0;x\x07"}


def test_without_a_good_one_there_is_no_default(data: Path) -> None:
    shutil.rmtree(files.SHIPPED)
    (data / "mine" / "bundle.json").write_text("{}")
    with pytest.raises(ModelError, match="No model"):
        default_bundle()
    assert [model.name for model in survey()] == ["mine"]


def test_a_folder_that_cannot_be_listed_leaves_the_shipped_ones(data: Path) -> None:
    shutil.rmtree(data)
    data.write_text("a file")
    assert list(list_bundles()) == ["swift"]


@pytest.mark.parametrize(
    "name", ["../../Pictures", ".", "..", "", "a/b", "a\\b", "/abs", "a\0", "con", "nul.txt", "a.", " a", "a" * 65, "-rf"]
)
def test_names_are_names(name: str) -> None:
    with pytest.raises(ModelError, match="cannot be a model's name"):
        check_name(name)


@pytest.mark.parametrize("name", ["swift", "instructir-7d", "a", "A.b_c-9", "a" * 64])
def test_these_are(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize("file", ["model.safetensors", "bundle.json"])
def test_nothing_outside_the_bundle_is_opened(data: Path, file: str) -> None:
    """Even with the right hash."""
    moved = data.parent / file
    (data / "mine" / file).rename(moved)
    (data / "mine" / file).symlink_to(moved)
    with pytest.raises(ModelError, match="cannot be read"):
        load_bundle("mine")


def test_a_linked_folder_inside_is_not_followed_either(data: Path, tmp_path: Path) -> None:
    manifest = json.loads((data / "mine" / "bundle.json").read_text())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.json").write_text("")
    (data / "mine" / "encoder").symlink_to(tmp_path / "elsewhere")
    manifest["files"]["encoder/a.json"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (data / "mine" / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="cannot be read"):
        load_bundle("mine")


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "Pictures").mkdir()
    (tmp_path / "Pictures" / "holiday.jpg").write_bytes(b"precious")
    with pytest.raises(ModelError, match="left as it is"):
        write(tmp_path / "Pictures")
    assert (tmp_path / "Pictures" / "holiday.jpg").read_bytes() == b"precious"
