"""The same encoder through sentence-transformers: what `minilm` is proven equal to, and what training encodes corpora with."""

import os
from functools import cache
from typing import Any

from . import encoder
from .encoding import LAYERS, MAX_TOKENS, Encoded


class Reference:
    """all-MiniLM-L6-v2 in evaluation mode on the CPU, in batches. Its file's sha256 is checked first; raises EncoderError."""

    def __init__(self) -> None:
        encoder.checked_weights(encoder.package_folder())
        self._model: Any = _open()

    def encode(self, texts: list[str]) -> Encoded:
        """See `TextEncoder.encode`; inside `torch.autocast` in that precision."""
        import torch

        batch = self._model.tokenizer(
            texts, return_tensors="pt", padding=True, truncation=True, max_length=MAX_TOKENS, return_offsets_mapping=True
        )
        spans = batch.pop("offset_mapping").tolist()
        with torch.inference_mode():
            states = self._model[0].auto_model(**batch, output_hidden_states=True).hidden_states
            mask = batch["attention_mask"].bool()
            weights = mask.unsqueeze(-1).float()
            pooled = torch.nn.functional.normalize((states[-1] * weights).sum(1) / weights.sum(1), dim=-1)
            tokens = torch.cat([states[layer] for layer in LAYERS], dim=-1) * weights
        counts = mask.sum(1).tolist()
        offsets = [[(int(s), int(e)) for s, e in row[:count]] for row, count in zip(spans, counts, strict=True)]
        return Encoded(tokens.float().numpy(), mask.numpy(), offsets, pooled.float().numpy())

    def offsets(self, texts: list[str]) -> list[list[tuple[int, int]]]:
        """`Encoded.offsets` alone, without computing anything."""
        return self._model.tokenizer(texts, truncation=True, max_length=MAX_TOKENS, return_offsets_mapping=True)["offset_mapping"]

    def vocabulary(self) -> list[str]:
        """See `TextEncoder.vocabulary`."""
        return [word for word in self._model.tokenizer.get_vocab() if not word.startswith("##")]


@cache
def load() -> Reference:
    """Loaded once; fourteen seconds of processor time."""
    return Reference()


def _open() -> Any:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(str(encoder.package_folder()), device="cpu", local_files_only=True)
    finally:
        if bars:
            logging.enable_progress_bar()
    return model.eval().requires_grad_(False)
