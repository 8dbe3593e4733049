"""A bundle's own text encoder is read without anything that could execute it, and computes what sentence-transformers does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from restored.models.base import ModelError
from restored.models.bundle import load_bundle, write_bundle
from restored.models.own_encoder import SentenceEncoder
from restored.models.swift import Swift, SwiftConfig

from .encoders import write_encoder

SENTENCES = ["remove the noise", "Brightener, it", "x" * 200, "", "the " * 100, "naïve Zoë 雨"]


def reader(folder: Path) -> Callable[[str], bytes | None]:
    return lambda name: (folder / name).read_bytes() if (folder / name).is_file() else None


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_it_computes_what_sentence_transformers_computes(tmp_path: Path, pooling: Any) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from transformers import AutoTokenizer, BertModel

    folder = write_encoder(tmp_path / "bert")
    AutoTokenizer.from_pretrained(folder, do_lower_case=True, model_max_length=16).save_pretrained(folder)
    BertModel.from_pretrained(folder).save_pretrained(folder)
    words = modules.Transformer(str(folder), max_seq_length=16)
    parts: list[Any] = [words, modules.Pooling(12, pooling_mode=pooling)]
    reference = SentenceTransformer(modules=parts, device="cpu")
    reference.save(str(tmp_path / "saved"), create_model_card=False)
    ours = SentenceEncoder(reader(tmp_path / "saved"))
    for sentence in SENTENCES:
        expected = reference.encode(sentence, normalize_embeddings=True)
        assert np.abs(ours(sentence) - expected).max() < 1e-5, sentence


def test_the_vocabulary_alone_is_enough(tmp_path: Path) -> None:
    vector = SentenceEncoder(reader(write_encoder(tmp_path / "bert")))("remove the noise")
    assert vector.shape == (12,)
    assert np.isclose(np.linalg.norm(vector), 1)


def change(name: str, edit: Callable[[Any], Any]) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(json.dumps(edit(json.loads((folder / name).read_text()))))


def drop(tensor: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        del tensors[tensor]
        save_file(tensors, folder / "model.safetensors")

    return edit


ODD: dict[str, Callable[[Path], object]] = {
    "another family": change("config.json", lambda config: config | {"model_type": "qwen2"}),
    "its own code": change("config.json", lambda config: config | {"model_type": "x", "auto_map": {"AutoModel": "evil.Evil"}}),
    "another activation": change("config.json", lambda config: config | {"hidden_act": "tanh"}),
    "other places": change("config.json", lambda config: config | {"position_embedding_type": "relative_key"}),
    "a billion layers": change("config.json", lambda config: config | {"num_hidden_layers": 10**9}),
    "a true layer": change("config.json", lambda config: config | {"num_hidden_layers": True}),
    "heads that do not fit": change("config.json", lambda config: config | {"num_attention_heads": 5}),
    "a list for a config": lambda folder: (folder / "config.json").write_text("[]"),
    "no config": lambda folder: (folder / "config.json").unlink(),
    "nested without end": lambda folder: (folder / "config.json").write_text("[" * 100_000),
    "weights that are none": lambda folder: (folder / "model.safetensors").write_bytes(b"\x80\x04K."),
    "a missing tensor": drop("encoder.layer.1.output.dense.bias"),
    "no words": lambda folder: (folder / "vocab.txt").write_text(""),
    "a word twice": lambda folder: (folder / "vocab.txt").write_text("[UNK]\n[CLS]\n[SEP]\na\na\n"),
    "more words than vectors": lambda folder: (folder / "vocab.txt").write_text(
        "\n".join(["[UNK]", "[CLS]", "[SEP]", *map(str, range(99))])
    ),
    "words that are no text": lambda folder: (folder / "vocab.txt").write_bytes(b"\xff\xfe"),
    "another part": lambda folder: (folder / "modules.json").write_text('[{"type": "sentence_transformers.models.Dense"}]'),
    "a maximum": lambda folder: (
        (folder / "1_Pooling").mkdir(),
        (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode": "max"}'),
    ),
    "a mean and a maximum": lambda folder: (
        (folder / "1_Pooling").mkdir(),
        (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}'),
    ),
    "a weighted sum": lambda folder: (
        (folder / "1_Pooling").mkdir(),
        (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_weightedmean_tokens": true}'),
    ),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_encoder_that_is_none_gets_a_sentence(tmp_path: Path, kind: str) -> None:
    folder = write_encoder(tmp_path / "bert")
    ODD[kind](folder)
    with pytest.raises(ModelError, match=r"\.$"):
        SentenceEncoder(reader(folder))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["config.json", "vocab.txt", "model.safetensors", "tokenizer.json"]))
def test_any_bytes_get_a_sentence_or_work(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    folder = write_encoder(tmp_path_factory.getbasetemp() / "any")
    read = reader(folder)
    try:
        SentenceEncoder(lambda asked: content if asked == name else None if name == "tokenizer.json" else read(asked))("noise")
    except ModelError as error:
        message = str(error)
        assert message


# --- nothing that executes is reachable from a bundle ---

EVIL = "open({trap!r}, 'w').write('ran'); raise SystemExit"


def test_code_beside_an_encoder_is_neither_taken_along_nor_run(tmp_path: Path) -> None:
    """What ran before: a module that modules.json names, or that config.json maps to."""
    trap = tmp_path / "ran"
    folder = write_encoder(tmp_path / "bert")
    (folder / "evil.py").write_text(EVIL.format(trap=str(trap)))
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "evil.Transformer"}]))
    config = json.loads((folder / "config.json").read_text()) | {
        "auto_map": {"AutoModel": "evil.Evil", "AutoConfig": "evil.Evil"}
    }
    (folder / "config.json").write_text(json.dumps(config))
    tiny = SwiftConfig(widths=(4, 6), encoder=(1,), middle=1, decoder=(1,), rank=1, context_width=4, grid_channels=2)
    files = {f"encoder/{path.name}": path.read_bytes() for path in folder.iterdir() if path.suffix != ".py"}
    head = {"fc1.weight": np.ones((256, 12), np.float32), "fc1.bias": np.zeros(256, np.float32)}
    save_file(head, tmp_path / "head.safetensors")
    files["head.safetensors"] = (tmp_path / "head.safetensors").read_bytes()
    described = {"encoder": "mine", "file": "head.safetensors", "folder": "encoder"}
    torch.manual_seed(0)
    facts = {"licence": "MIT", "training_data": "none", "version": "1", "text_head": described}
    bundle = write_bundle(tmp_path / "bundle", Swift(tiny), tiny.to_dict(), extra=files, **facts)
    (bundle.folder / "encoder" / "evil.py").write_text(EVIL.format(trap=str(trap)))
    assert load_bundle(bundle.folder).embed("remove the noise").shape == (256,)
    assert not trap.exists()
    with pytest.raises(ModelError, match="made of"):
        write_bundle(tmp_path / "other", Swift(tiny), tiny.to_dict(), extra=files | {"encoder/evil.py": b""}, **facts)


def test_no_loader_of_programs_is_imported_by_the_models() -> None:
    """Neither sentence-transformers nor transformers, whose loaders import what a folder names."""
    import ast

    import restored.models

    for path in Path(next(iter(restored.models.__path__))).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = getattr(node, "module", None) or ""
            found = {module.partition(".")[0], *(name.partition(".")[0] for name in names)}
            assert not found & {"sentence_transformers", "transformers", "huggingface_hub", "runpy"}, path
