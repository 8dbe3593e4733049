"""The shipped files: small, checked before they are read, refused with a sentence when damaged."""

import json
import shutil

import pytest

from restored.instruction import TASKS, damage_estimator, encoder, head
from restored.instruction.network import KINDS


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "head"
    shutil.copytree(head.FOLDER, folder)
    return folder


def test_size_and_contents():
    info = json.loads((head.FOLDER / "head.json").read_text())
    assert sum(path.stat().st_size for path in head.FOLDER.iterdir()) <= 14_000_000
    assert info["parameters"] <= 2_000_000
    assert tuple(info["tasks"]) == TASKS
    assert tuple(info["kinds"]) == KINDS
    assert info["encoder_sha256"] == encoder.SHA256


@pytest.mark.parametrize("name", ["head.safetensors", "lexicon.json"])
def test_one_flipped_byte_is_refused(copy, name):
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    with pytest.raises(head.HeadError, match="damaged"):
        head.load(copy)


def test_missing_file_is_refused(copy):
    (copy / "lexicon.json").unlink()
    with pytest.raises(head.HeadError, match="reinstall"):
        head.load(copy)


def test_other_tasks_are_refused(copy):
    info = json.loads((copy / "head.json").read_text())
    info["tasks"] = info["tasks"][::-1]
    (copy / "head.json").write_text(json.dumps(info))
    with pytest.raises(head.HeadError, match="another version"):
        head.load(copy)


@pytest.mark.slow
def test_a_good_copy_loads(copy):
    assert head.load(copy).settings == head.load().settings


def test_damaged_picture_file_is_refused(copy):
    file = copy / damage_estimator.FILE.name
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(damage_estimator.EstimatorError, match="damaged"):
        damage_estimator.load(file)


def test_missing_encoder_is_a_sentence(monkeypatch):
    monkeypatch.setattr(encoder.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(encoder.EncoderError, match="install"):
        encoder.model_folder()
