"""`restored models`: from published files to a listed, verified model; and what a flipped byte does."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from restored import TASKS

from .conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own models, none yet; and none that ship, so that these tests know what is there."""
    monkeypatch.setenv("RESTORED_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("restored.models.files.SHIPPED", tmp_path / "shipped")
    return tmp_path


def small_model(folder: Path) -> None:
    """A real bundle, small and untrained."""
    import torch

    from restored.models.bundle import write_bundle
    from restored.models.instructir import InstructIR

    torch.manual_seed(0)
    network = InstructIR(width=4, encoder=(1,), middle=1, decoder=(1,))
    shape = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1]}
    write_bundle(folder, network, shape, licence="MIT", training_data="none", version="1")


@pytest.mark.slow
def test_import_tells_what_is_not_as_published_and_what_is_missing(restored: Run, data: Path) -> None:
    import torch

    from restored.models.instructir import InstructIR

    torch.save(InstructIR().state_dict(), data / "im.pt")
    shapes = {"fc1.weight": (256, 384), "fc1.bias": (256,), "fc2.weight": (7, 256), "fc2.bias": (7,)}
    torch.save({name: torch.zeros(shape) for name, shape in shapes.items()}, data / "lm.pt")
    said = json.loads(restored("models", "import", data / "im.pt", data / "lm.pt", "--json").out)
    assert said["name"] == "instructir-7d"
    words = " ".join(said["warnings"])
    assert "im.pt is not the published" in words
    assert "bge-micro-v2" in words
    (entry,) = json.loads(restored("models", "list", "--json").out)["models"]
    assert (entry["name"], entry["family"], entry["default"]) == ("instructir-7d", "instructir", True)


def test_a_flipped_byte_is_found(restored: Run, data: Path) -> None:
    small_model(data / "data" / "bundles" / "mine")
    assert restored("models", "verify").code == 0
    assert "licence" in restored("models", "info", "mine").out
    assert json.loads(restored("models", "info", "mine", "--json").out)["sha256"]
    weights = data / "data" / "bundles" / "mine" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    ran = restored("models", "verify")
    assert ran.code == 1
    assert "damaged" in ran.err
    assert json.loads(restored("models", "verify", "mine", "--json").out)["models"][0]["whole"] is False
    assert "damaged" in json.loads(restored("models", "list", "--json").out)["models"][0]["error"]
    assert "damaged" in restored("models", "info", "mine").err


def test_no_model_and_no_such_file_are_sentences(restored: Run, data: Path) -> None:
    assert "No model is installed" in restored("models", "verify").err
    assert json.loads(restored("models", "list", "--json").out) == {"models": []}
    assert "There is no model" in restored("models", "info", "nonsense").err
    assert "cannot be read" in restored("models", "import", data / "a.pt", data / "b.pt").err
    (data / "a.pt").write_bytes(b"not weights")
    assert "was not opened" in restored("models", "import", data / "a.pt", data / "a.pt").err


@pytest.mark.slow
@pytest.mark.parametrize("name", ["../../Pictures", ".", "..", "Pictures/../..", "/tmp", "", "a b"])
def test_import_takes_a_name_and_nothing_else(restored: Run, data: Path, name: str) -> None:
    """`--name ../../Pictures` deleted that folder, `--name .` all other models."""
    import torch

    from restored.models.instructir import InstructIR

    small_model(data / "data" / "bundles" / "mine")
    (data / "Pictures").mkdir()
    (data / "Pictures" / "holiday.jpg").write_bytes(b"precious")
    torch.save(InstructIR().state_dict(), data / "im.pt")
    torch.save({"fc1.weight": torch.zeros(256, 384)}, data / "lm.pt")
    ran = restored("models", "import", data / "im.pt", data / "lm.pt", "--name", name)
    assert ran.code == 1
    assert "cannot be a model's name" in ran.err
    assert (data / "Pictures" / "holiday.jpg").exists()
    assert "mine" in restored("models", "list").out


def test_a_shipped_models_name_is_not_taken_over(restored: Run, data: Path) -> None:
    small_model(data / "shipped" / "swift")
    assert "ships with restored" in restored("models", "import", data / "a.pt", data / "b.pt", "--name", "swift").err


def test_a_bad_model_is_named_and_the_others_are_listed(restored: Run, data: Path) -> None:
    small_model(data / "data" / "bundles" / "mine")
    (data / "data" / "bundles" / "bad").mkdir()
    (data / "data" / "bundles" / "bad" / "bundle.json").write_text('{"format": 2}')
    ran = restored("models", "list")
    assert ran.code == 0
    assert "mine" in ran.out
    assert "bad: This model is of the bundle format 2" in ran.err


def test_a_strangers_bundle_is_asked_about(restored: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from restored.cli import console

    small_model(data / "elsewhere" / "mine")
    ran = restored("models", "import", data / "elsewhere" / "mine")
    assert ran.code == 1
    assert "is not signed" in ran.err
    assert "--yes" in ran.err
    monkeypatch.setattr(console, "asks", lambda: True)
    asked: list[str] = []
    for answer, code in ((False, 1), (True, 0)):
        monkeypatch.setattr(console, "confirmed", lambda question, answer=answer: asked.append(question) or answer)
        assert restored("models", "import", data / "elsewhere" / "mine").code == code
    assert all("“mine”" in question for question in asked)
    assert "mine" in restored("models", "list").out
    said = json.loads(restored("models", "import", data / "elsewhere" / "mine", "--yes", "--json").out)
    assert (said["name"], said["replaced"], said["signed_by"]) == ("mine", True, None)


def test_a_trusted_makers_bundle_is_not(restored: Run, data: Path) -> None:
    pytest.importorskip("nacl")
    small_model(data / "elsewhere" / "mine")
    assert restored("models", "keygen", data / "key").code == 0
    assert (data / "key").stat().st_mode & 0o077 == 0
    assert restored("models", "keygen", data / "key").code == 1, "a key is never overwritten"
    assert restored("models", "sign", data / "elsewhere" / "mine", "--key", data / "key").code == 0
    assert restored("models", "trust", data / "key.pub", "--name", "../me", "--yes").code == 1
    assert restored("models", "trust", data / "key.pub", "--name", "me").code == 1, "nobody was there to ask"
    assert restored("models", "trust", data / "key.pub", "--name", "me", "--yes").code == 0
    ran = restored("models", "import", data / "elsewhere" / "mine")
    assert ran.code == 0
    assert "signed by me" in ran.out


@pytest.mark.slow
def test_the_kinds_of_networks_do_all_tasks_together(restored: Run) -> None:
    families = json.loads(restored("models", "families", "--json").out)["families"]
    named = [preset["tasks"] for family in families for preset in family["presets"] if isinstance(preset["tasks"], list)]
    assert {task for tasks in named for task in tasks} == set(TASKS)
