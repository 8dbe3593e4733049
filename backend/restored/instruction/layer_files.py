"""Small trained layers on an encoder's vectors as they ship: their tensors, and beside them what they were made from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from restored.ground.errors import InstallationError
from restored.ground.shipped import shipped


def read_tensors(
    file: Path, what: str, classes: Sequence[str], error: type[InstallationError]
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors in float32, and the notes, of a layer for these classes. what it does, for the sentence: "reads other
    languages". Raises `error` when the file is missing, damaged, or was made for other classes."""
    from safetensors.numpy import load

    tensors = load(shipped(file, what, error))
    info = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    if info.get("classes") != list(classes):
        raise error(f"The file that {what} belongs to another version. Please reinstall restored.")
    return {name: value.astype(np.float32) for name, value in tensors.items()}, info


def write_tensors(
    file: Path, tensors: Mapping[str, np.ndarray], classes: Sequence[str], *, encoder: str, made_from: str, **notes: Any
) -> None:
    """Write tensors in half precision. encoder: whose vectors they read; notes: what else is known about them."""
    from safetensors.numpy import save

    data = save({name: np.ascontiguousarray(value, np.float16) for name, value in tensors.items()})
    file.write_bytes(data)
    info = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "classes": list(classes),
        "encoder": encoder,
        "made_from": made_from,
        **notes,
    }
    file.with_suffix(".json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
