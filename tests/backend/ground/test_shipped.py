"""A file of the program is read only when it is the one that was shipped."""

import hashlib
import json
from pathlib import Path

import pytest

from restored.ground.errors import InstallationError
from restored.ground.shipped import shipped


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "small.safetensors"
    found.write_bytes(b"weights")
    found.with_suffix(".json").write_text(json.dumps({"sha256": hashlib.sha256(b"weights").hexdigest()}), "utf-8")
    return found


def test_what_was_shipped_is_read(file: Path) -> None:
    assert shipped(file, "judges pictures", InstallationError) == b"weights"


@pytest.mark.parametrize("gone", [".safetensors", ".json"])
def test_a_missing_file_is_a_sentence(file: Path, gone: str) -> None:
    file.with_suffix(gone).unlink()
    with pytest.raises(InstallationError, match="The file that judges pictures is missing"):
        shipped(file, "judges pictures", InstallationError)


@pytest.mark.parametrize("note", ["{}", "no JSON", "[]", "null", "7", '"sha256"', "\x00"])
def test_a_note_that_says_nothing_counts_as_missing(file: Path, note: str) -> None:
    file.with_suffix(".json").write_text(note, "utf-8")
    with pytest.raises(InstallationError, match="missing"):
        shipped(file, "judges pictures", InstallationError)


def test_other_bytes_are_damage(file: Path) -> None:
    file.write_bytes(b"heavier")
    with pytest.raises(InstallationError, match="is damaged"):
        shipped(file, "judges pictures", InstallationError)
