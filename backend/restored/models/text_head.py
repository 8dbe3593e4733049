"""A text encoder that comes with a bundle: what its model was trained to listen to."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import torch
import torch.nn.functional as F

from .base import ModelError
from .own_encoder import SentenceEncoder

Tensors = dict[str, torch.Tensor]

INSTALLED: Final = "all-MiniLM-L6-v2"
"""The encoder that comes with this package: a head trained on it needs no encoder of its own."""


class TextHead:
    """Sentence -> (256,) float32, L2-normalised: a sentence encoder and the head's first layer (InstructIR, section 3.2).

    description: the manifest's `text_head`: "encoder" (its name), "file" (safetensors with fc1 and fc2), "folder" (the
    encoder's folder in the bundle, or None when it was not given or is `INSTALLED`), "classes" (task ids of fc2's rows).
    tensors, read: the bundle's files by name, as tensors or as they are, checked; None for what it does not list.
    Raises ModelError when the encoder is missing, or is none that can be read.
    """

    def __init__(
        self, description: Mapping[str, Any], tensors: Callable[[str], Tensors], read: Callable[[str], bytes | None]
    ) -> None:
        encoder, folder = description["encoder"], description.get("folder")
        self._layers = tensors(description["file"])
        if any(name not in self._layers for name in ("fc1.weight", "fc1.bias")):
            raise ModelError("This model's text head is not one: it lacks the layer fc1.")
        if encoder == INSTALLED:
            self._sentence = _installed_encoder
        elif folder:
            self._sentence = SentenceEncoder(lambda name: read(f"{folder}/{name}"))
        else:
            raise ModelError(
                f"This model listens through the text encoder “{encoder}”, which was not given when it was imported. "
                f"Import it again with the folder of {encoder}, or choose another model."
            )

    def __call__(self, text: str) -> np.ndarray:
        sentence = torch.from_numpy(self._sentence(text)).float()
        try:
            with torch.inference_mode():
                vector = F.linear(sentence, self._layers["fc1.weight"], self._layers["fc1.bias"])
                return F.normalize(vector, dim=0).numpy()
        except RuntimeError as wrong:
            raise ModelError("This model's text head does not fit its text encoder.") from wrong


def _installed_encoder(text: str) -> np.ndarray:
    """The sentence vector of the encoder that is installed with the package: (384,)."""
    from restored.instruction.encoder import encode

    return encode([text]).pooled[0]
