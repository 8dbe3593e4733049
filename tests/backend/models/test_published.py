"""Importing the published InstructIR pair: tensors only, verified by their ids, and plain about what is missing."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from restored import engine
from restored.instruction.plan import Plan
from restored.models.base import ModelError
from restored.models.bundle import load_bundle
from restored.models.instructir import InstructIR
from restored.models.instructir.published import CLASSES, TEXT_SHAPES, import_published

from .encoders import write_encoder

SHARED = Path(os.environ.get("RESTORED_SHARED") or Path(__file__).resolve().parents[4] / "shared")
TEXT = SHARED / "data" / "reference" / "lm_instructir-7d.pt"


pytestmark = pytest.mark.filterwarnings("ignore:Detected pickle protocol")


@pytest.fixture(scope="module")
def image_pt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights in the published file's format."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("published") / "im_instructir-7d.pt"
    torch.save(InstructIR().state_dict(), path)
    return path


@pytest.fixture
def text_pt(tmp_path: Path) -> Path:
    path = tmp_path / "lm_instructir-7d.pt"
    torch.save({name: torch.zeros(shape) for name, shape in TEXT_SHAPES.items()}, path)
    return path


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESTORED_DATA_DIR", str(tmp_path / "data"))


@pytest.mark.slow
def test_the_published_text_head_is_recognised(image_pt: Path) -> None:
    if not TEXT.exists():
        assert not os.environ.get("CI"), f"{TEXT} is missing"
        pytest.skip(f"{TEXT} is not here")
    imported = import_published(image_pt, TEXT)
    assert not any("lm_instructir-7d.pt is not" in warning for warning in imported.warnings)
    assert any("im_instructir-7d.pt is not the published" in warning for warning in imported.warnings)
    assert any("bge-micro-v2" in warning and "not given" in warning for warning in imported.warnings)
    published = torch.load(TEXT, weights_only=True, map_location="cpu")
    assert all(torch.equal(value, published[name]) for name, value in imported.bundle.tensors("text_head.safetensors").items())


@pytest.mark.slow
def test_the_bundle_computes_what_the_weights_say(image_pt: Path, text_pt: Path) -> None:
    bundle = import_published(image_pt, text_pt, name="mine").bundle
    assert bundle.manifest.tasks == CLASSES
    assert bundle.manifest.licence == "unknown"
    assert bundle.manifest.family == "instructir"
    again = load_bundle("mine")
    weights = torch.load(image_pt, weights_only=True)
    assert all(torch.equal(value, weights[name]) for name, value in again.network().state_dict().items())

    layer = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    vector = np.full(256, 1 / 16, np.float32)
    # light may move local means, as these random weights do; a denoiser would be held to keep them (test_physics)
    result = engine.run(layer, Plan.of("lowlight"), model=again, embedding=vector, device="cpu")
    with torch.no_grad():
        wanted = again.model(torch.from_numpy(layer / np.float32(255)).permute(2, 0, 1)[None], torch.from_numpy(vector)[None])
    wanted = np.rint(np.clip(wanted[0].permute(1, 2, 0).numpy(), 0, 1) * 255)
    assert np.abs(result.image - wanted).max() <= 2
    engine.unload()


@pytest.mark.slow
def test_without_its_text_encoder_it_says_what_is_missing(image_pt: Path, text_pt: Path) -> None:
    bundle = import_published(image_pt, text_pt).bundle
    with pytest.raises(ModelError, match=r"bge-micro-v2.*not given"):
        engine.run(np.zeros((9, 9, 3), np.uint8), Plan.of("denoise"), model=bundle)
    engine.unload()


@pytest.mark.slow
def test_an_encoder_given_is_taken_along_without_pickles(image_pt: Path, text_pt: Path, tmp_path: Path) -> None:
    encoder = write_encoder(tmp_path / "bge", width=384)
    (encoder / "pytorch_model.bin").write_bytes(b"pickle")
    (encoder / "modules.json").write_text('[{"type": "evil.Transformer"}]')
    (encoder / "evil.py").write_text("raise SystemExit")
    bundle = import_published(image_pt, text_pt, encoder).bundle
    assert {name for name in bundle.manifest.files if name.startswith("encoder/")} == {
        "encoder/model.safetensors",
        "encoder/config.json",
        "encoder/vocab.txt",
        "encoder/modules.json",
    }
    assert bundle.embed("remove the noise").shape == (256,)
    (encoder / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(ModelError, match="cannot be read"):
        import_published(image_pt, text_pt, encoder)
    shutil.rmtree(encoder)
    encoder.mkdir()
    with pytest.raises(ModelError, match="no text encoder"):
        import_published(image_pt, text_pt, encoder)


def test_code_in_a_weights_file_is_never_run(image_pt: Path, text_pt: Path, tmp_path: Path) -> None:
    trap = tmp_path / "ran"

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {trap}",)

    evil = tmp_path / "im_instructir-7d.pt"
    torch.save({"intro.weight": Evil()}, evil)
    with pytest.raises(ModelError, match="not opened"):
        import_published(evil, text_pt)
    evil.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(ModelError, match="not opened"):
        import_published(evil, text_pt)
    assert not trap.exists()


@pytest.mark.slow
def test_other_files_get_sentences(image_pt: Path, text_pt: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        import_published(tmp_path / "absent.pt", text_pt)
    with pytest.raises(ModelError, match="does not hold the weights of an InstructIR"):
        import_published(text_pt, text_pt)
    with pytest.raises(ModelError, match="text head"):
        import_published(image_pt, image_pt)
    torch.save([1, 2], tmp_path / "list.pt")
    with pytest.raises(ModelError, match="not a state dict"):
        import_published(tmp_path / "list.pt", text_pt)
    assert not (tmp_path / "data").exists()


ODD_PT = {
    "empty": b"",
    "text": b"just text\n",
    "umlaut": "täxt".encode(),
    "no zip": b"PK\x03\x04 no zip",
    "deep": b"\x80\x04" + b"(" * 100_000,
    "a list": b"\x80\x02]q\x00.",
    "a function": b"\x80\x02c__builtin__\neval\n.",
}


@pytest.mark.slow
@pytest.mark.parametrize("content", ODD_PT.values(), ids=ODD_PT)
def test_a_pt_that_is_none_gets_a_sentence(image_pt: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.pt").write_bytes(content)
    for pair in ((tmp_path / "odd.pt", image_pt), (image_pt, tmp_path / "odd.pt")):
        with pytest.raises(ModelError, match=r"\.$"):
            import_published(*pair)
