"""A text encoder that comes with a bundle: what its model was trained to listen to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F

from .base import ModelError

Tensors = dict[str, torch.Tensor]

INSTALLED: Final = "all-MiniLM-L6-v2"
"""The encoder that comes with this package: a head trained on it needs no encoder of its own."""


class TextHead:
    """Sentence -> (256,) float32, L2-normalised: a sentence encoder and the head's first layer (InstructIR, section 3.2).

    description: the manifest's `text_head`: "encoder" (its name), "file" (safetensors with fc1 and fc2), "folder" (the
    encoder's folder in the bundle, or None when it was not given or is `INSTALLED`), "classes" (task ids of fc2's rows).
    Raises ModelError when the encoder is missing.
    """

    def __init__(self, bundle: Path, description: Mapping[str, Any], tensors: Callable[[str], Tensors]) -> None:
        encoder, folder = description["encoder"], description.get("folder")
        self._layers = tensors(description["file"])
        if encoder == INSTALLED:
            self._sentence = _installed_encoder
            return
        if not folder:
            raise ModelError(
                f"This model listens through the text encoder “{encoder}”, which was not given when it was imported. "
                f"Import it again with the folder of {encoder}, or choose another model."
            )
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            str(bundle / folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )
        self._sentence = lambda text: model.encode(
            text, convert_to_tensor=True, normalize_embeddings=True, show_progress_bar=False
        )

    def __call__(self, text: str) -> np.ndarray:
        with torch.inference_mode():
            sentence = self._sentence(text).float().cpu()
            vector = F.linear(sentence, self._layers["fc1.weight"], self._layers["fc1.bias"])
            return F.normalize(vector, dim=0).numpy()


def _installed_encoder(text: str) -> torch.Tensor:
    """The sentence vector of the encoder that is installed with the package: (384,)."""
    from restored.instruction.encoder import encode

    return torch.from_numpy(encode([text]).pooled[0])
