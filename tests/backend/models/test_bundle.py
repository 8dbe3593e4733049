"""Bundles: written whole, checked before anything is read, found by name; one flipped byte is refused."""

import json
from pathlib import Path

import psutil
import pytest
import torch

from restored.instruction.tasks import TASKS
from restored.models import files
from restored.models.base import ModelError
from restored.models.bundle import Bundle, load_bundle, write_bundle
from restored.models.installed import default_bundle, list_bundles
from restored.models.manifest import Manifest
from restored.models.registry import build
from restored.models.swift import Swift, SwiftConfig

TINY = SwiftConfig(widths=(4, 6), encoder=(1,), middle=1, decoder=(1,), rank=1, context_width=4, grid_channels=2)


def _write(folder: Path, *, dtype: torch.dtype = torch.float32, seed: int = 0) -> Bundle:
    torch.manual_seed(seed)
    return write_bundle(
        folder,
        Swift(TINY),
        TINY.to_dict(),
        licence="MIT",
        training_data="random numbers",
        version="1",
        metrics={"nothing": 1.5},
        dtype=dtype,
    )


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty user data folder, and no shipped bundles."""
    monkeypatch.setenv("RESTORED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(files, "SHIPPED", tmp_path / "shipped")
    return tmp_path / "data" / "bundles"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = _write(tmp_path / "one")
    read = load_bundle(tmp_path / "one")
    assert read.manifest == written.manifest
    assert read.fingerprint == written.fingerprint
    assert (read.name, read.manifest.family, read.manifest.tasks) == ("one", "swift", TASKS)
    assert read.manifest.metrics == {"nothing": 1.5}
    torch.manual_seed(0)
    fresh = Swift(TINY).state_dict()
    network = read.network()
    assert all(torch.equal(value, fresh[name]) for name, value in network.state_dict().items())
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert read.model is read.model
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one"]


def test_half_precision_on_disk_is_float32_in_memory(tmp_path: Path) -> None:
    small = _write(tmp_path / "small", dtype=torch.float16)
    assert all(value.dtype == torch.float32 for value in small.network().state_dict().values())
    large = _write(tmp_path / "large")
    assert (small.folder / "model.safetensors").stat().st_size < 0.7 * (large.folder / "model.safetensors").stat().st_size


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_one_flipped_byte_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    folder = _write(tmp_path / "one").folder
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[{"first": 0, "middle": len(content) // 2, "last": -1}[place]] ^= 1
    path.write_bytes(content)
    monkeypatch.setattr("safetensors.torch.load", lambda content: pytest.fail("parsed before it was checked"))
    with pytest.raises(ModelError, match=r"damaged: model.safetensors .*\.$"):
        load_bundle(folder)


def test_a_file_changed_after_opening_is_refused_too(tmp_path: Path) -> None:
    opened = _write(tmp_path / "one")
    (opened.folder / "model.safetensors").write_bytes(b"other")
    with pytest.raises(ModelError, match="damaged"):
        opened.network()
    (opened.folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="incomplete"):
        opened.verify()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 99}, "format 99"),
        ({"name": "../up"}, "model's name"),
        ({"tasks": ["fly"]}, "tasks"),
        ({"files": {}}, "does not list"),
        ({"files": {"model.safetensors": "0", "../../secret": "0"}}, "outside its folder"),
        ({"files": None}, "does not list"),
        ({"family": None}, "not text"),
        ({"licence": "L" * 300_000}, "more than 1,000 characters"),
        ({"version": "1" * 65}, "more than 64 characters"),
        ({"tasks": ["denoise"] * 2}, "tasks"),
        ({"family": "bird"}, "not known"),
        ({"architecture": []}, "another form"),
        ({"files": {"model.safetensors": "0"}}, "no sha256"),
        ({"files": {"model.safetensors": "0", "head.py": "0"}}, "made of"),
        ({"text_head": {"encoder": "x", "file": "../../head.safetensors"}}, "text encoder"),
        ({"text_head": {"encoder": "x", "file": "model.safetensors", "folder": "../.."}}, "does not list"),
        ({"text_head": {"encoder": "x", "file": "model.safetensors", "folder": "/tmp"}}, "does not list"),
        ({"text_head": {"encoder": "x", "file": "model.safetensors", "folder": "encoder"}}, "does not list"),
    ],
)
def test_a_wrong_manifest_gets_a_sentence(tmp_path: Path, change: dict, words: str) -> None:
    folder = _write(tmp_path / "one").folder
    manifest = json.loads((folder / "bundle.json").read_text()) | change
    (folder / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=words):
        load_bundle(folder).network()


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"format": 1}'])
def test_a_manifest_that_is_none_gets_a_sentence(content: str) -> None:
    with pytest.raises(ModelError, match=r"\.$"):
        Manifest.from_json(content)


def test_weights_of_another_shape_get_a_sentence(tmp_path: Path) -> None:
    folder = _write(tmp_path / "one").folder
    manifest = json.loads((folder / "bundle.json").read_text())
    manifest["architecture"]["widths"] = [4, 8]
    (folder / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="do not fit"):
        load_bundle(folder).network()
    with pytest.raises(ModelError, match="hyperparameters"):
        build("swift", {"wings": 2})
    with pytest.raises(ModelError, match="family"):
        build("bird", {})


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "change",
    [
        {"widths": [10**9, 10**9]},
        {"widths": [4096, 4096], "middle": 128},
        {"middle": 10**8},
        {"encoder": [10**7]},
        {"rank": 10**9},
        {"context_width": 10**12},
        {"widths": [2] * 1000, "encoder": [1] * 999, "decoder": [1] * 999},
        {"widths": {"a": 1}},
        {"middle": -1},
        {"middle": [[[1]]]},
        {"middle": float("nan")},
        {"context_width": 0},
        {"grid_channels": 0},
    ],
    ids=str,
)
def test_an_enormous_architecture_takes_no_memory(tmp_path: Path, change: dict) -> None:
    """A few bytes asked for a network of terabytes, before its weights were looked at."""
    folder = _write(tmp_path / "one").folder
    manifest = json.loads((folder / "bundle.json").read_text())
    manifest["architecture"] |= change
    (folder / "bundle.json").write_text(json.dumps(manifest))
    before = psutil.Process().memory_info().rss
    with pytest.raises(ModelError, match=r"do not fit|hyperparameters|whole number|levels|not valid|is no number"):
        load_bundle(folder).network()
    assert psutil.Process().memory_info().rss - before < 500 << 20


def test_bundles_are_found_by_name_and_shipped_names_stay_theirs(tmp_path: Path, data: Path) -> None:
    with pytest.raises(ModelError, match="No model is installed"):
        default_bundle()
    _write(tmp_path / "shipped" / "mine", seed=0)
    _write(data / "mine", seed=1)
    other = _write(data / "other", seed=2)
    assert list_bundles() == {"mine": tmp_path / "shipped" / "mine", "other": data / "other"}
    assert load_bundle("other").fingerprint == other.fingerprint
    assert default_bundle() == "mine"
    _write(data / "swift")
    assert default_bundle() == "swift"
    with pytest.raises(ModelError, match="Installed: mine, other, swift"):
        load_bundle("absent")


def test_a_name_is_not_looked_for_where_one_happens_to_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "stranger")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="There is no model"):
        load_bundle("stranger")
    assert load_bundle("./stranger").name == load_bundle(Path("stranger")).name == "stranger"


def test_names_that_no_file_can_have_get_the_sentence_too() -> None:
    for name in ("x" * 10_000, "x/" + "y" * 10_000, "a/\0"):
        with pytest.raises(ModelError, match="There is no model"):
            load_bundle(name)


def test_a_bundle_is_replaced_whole(tmp_path: Path) -> None:
    first = _write(tmp_path / "one", seed=0)
    second = _write(tmp_path / "one", seed=1)
    assert first.fingerprint != second.fingerprint
    assert load_bundle(tmp_path / "one").fingerprint == second.fingerprint
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
