"""A text encoder as bundles carry them: a BERT of one layer with random weights."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "remove", "the", "noise", "bright", "##en", "##er", "it", ",", "."]


def write_encoder(folder: Path, *, width: int = 12, heads: int = 3, layers: int = 2, places: int = 16, **config: Any) -> Path:
    """Its folder, in the format of sentence-transformers."""
    random = np.random.default_rng(0)

    def tensor(*shape: int) -> np.ndarray:
        return random.normal(0, 0.3, shape).astype(np.float32)

    def linear(name: str, outputs: int, inputs: int) -> dict[str, np.ndarray]:
        return {f"{name}.weight": tensor(outputs, inputs), f"{name}.bias": tensor(outputs)}

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.weight": 1 + tensor(width), f"{name}.bias": tensor(width)}

    tensors = {
        "embeddings.word_embeddings.weight": tensor(len(WORDS), width),
        "embeddings.position_embeddings.weight": tensor(places, width),
        "embeddings.token_type_embeddings.weight": tensor(2, width),
        **norm("embeddings.LayerNorm"),
    }
    for index in range(layers):
        layer = f"encoder.layer.{index}."
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            tensors |= linear(layer + name, width, width)
        tensors |= linear(layer + "intermediate.dense", 4 * width, width) | linear(layer + "output.dense", width, 4 * width)
        tensors |= norm(layer + "attention.output.LayerNorm") | norm(layer + "output.LayerNorm")
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    described = {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": 4 * width,
        "max_position_embeddings": places,
        "vocab_size": len(WORDS),
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
    }
    (folder / "config.json").write_text(json.dumps(described | config))
    return folder
