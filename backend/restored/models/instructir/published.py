"""Import of the weights that InstructIR's authors published (MIT) into a bundle. Foreign `.pt` files are only ever read with
`weights_only=True`: tensors, no code."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import safetensors.torch
import torch

from restored.ground.bounded import read_bounded
from restored.ground.tasks import Task

from ..base import ModelError
from ..bundle import Bundle, write_bundle
from ..files import LARGEST_FILE
from ..installed import list_bundles, user_bundles
from ..manifest import check_name
from ..own_encoder import FILES, SentenceEncoder
from .network import InstructIR

IMAGE_GIT_BLOB: Final = "fdeec1492a2ea4a84200a7b05ca89168b6198bdb"
"""Git blob id of im_instructir-7d.pt in the authors' repository, commit 3c0299f."""
TEXT_SHA256: Final = "b239e5d5dbc811813a90e709f9647dead0e35a96a294a7d6c5263da549016fe6"
"""sha256 of lm_instructir-7d.pt."""
ENCODER: Final = "bge-micro-v2"
CLASSES: Final[tuple[Task, ...]] = ("denoise", "deblur", "derain", "dehaze", "lowlight", "superres", "enhance")
"""The published classes noise, blur, rain, haze, lol, sr, en as task ids, in the order of fc2's rows."""
TEXT_SHAPES: Final = {"fc1.weight": (256, 384), "fc1.bias": (256,), "fc2.weight": (7, 256), "fc2.bias": (7,)}


@dataclass(frozen=True, slots=True)
class Imported:
    """The new bundle, and sentences about everything that is not as published or is missing."""

    bundle: Bundle
    warnings: tuple[str, ...]


def import_published(
    image_pt: Path, text_pt: Path, encoder_dir: Path | None = None, *, name: str = "instructir-7d", into: Path | None = None
) -> Imported:
    """Turn the published pair (`im_*.pt`, `lm_*.pt`) into a bundle called `name` among the user's.

    encoder_dir: folder of the sentence encoder bge-micro-v2 (sentence-transformers format, safetensors). Without it the
    bundle is made, but can only be used with an embedding of the caller's. Raises ModelError when a file is not weights of
    this network.
    """
    check_name(name)
    if into is None and list_bundles().get(name, user_bundles() / name).parent != user_bundles():
        raise ModelError(f"“{name}” is a model that ships with restored. Give the imported one another name.")
    warnings = []
    if _git_blob(image_pt) != IMAGE_GIT_BLOB:
        warnings.append(f"{image_pt.name} is not the published im_instructir-7d.pt: its origin cannot be vouched for.")
    if _sha256(text_pt) != TEXT_SHA256:
        warnings.append(f"{text_pt.name} is not the published lm_instructir-7d.pt: its origin cannot be vouched for.")
    network = InstructIR()
    try:
        network.load_state_dict(_weights(image_pt), strict=True)
    except RuntimeError as wrong:
        raise ModelError(f"{image_pt.name} does not hold the weights of an InstructIR network.") from wrong
    head = _weights(text_pt)
    if {key: tuple(value.shape) for key, value in head.items()} != TEXT_SHAPES:
        raise ModelError(f"{text_pt.name} does not hold an InstructIR text head (layers fc1 and fc2).")
    extra = {"text_head.safetensors": safetensors.torch.save({key: value.contiguous() for key, value in head.items()})}
    if encoder_dir is None:
        warnings.append(
            f"The text encoder {ENCODER}, with which these weights were trained, was not given: without it this model cannot "
            "understand instructions. Import again with the folder of that encoder."
        )
    else:
        extra |= _encoder_files(encoder_dir)
    published = not any("vouched" in warning for warning in warnings)
    bundle = write_bundle(
        (into or user_bundles()) / name,
        network,
        InstructIR.PAPER,
        tasks=CLASSES,
        licence="MIT" if published else "unknown",
        training_data="As InstructIR 7D (Conde et al., ECCV 2024)." if published else "unknown",
        version="7d",
        text_head={
            "encoder": ENCODER,
            "file": "text_head.safetensors",
            "folder": "encoder" if encoder_dir else None,
            "classes": list(CLASSES),
        },
        extra=extra,
    )
    return Imported(bundle, tuple(warnings))


def _weights(path: Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as lost:
        raise ModelError(f"{path} cannot be read.") from lost
    except MemoryError as wrong:
        raise ModelError(f"{path.name} says it is larger than this computer's memory; it was not opened.") from wrong
    except Exception as wrong:  # the unpickler raises whatever a damaged file makes it stumble over
        raise ModelError(f"{path.name} is damaged, or holds more than weights; it was not opened.") from wrong
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ModelError(f"{path.name} is not a state dict.")
    return state


def _encoder_files(folder: Path) -> dict[str, bytes]:
    """The encoder's configuration, vocabulary and safetensors; pickled weights and programs are never taken along."""
    if not (folder / "model.safetensors").is_file():
        raise ModelError(f"{folder} holds no text encoder as safetensors.")
    content = {name: _read(folder / name) for name in FILES if (folder / name).is_file()}
    SentenceEncoder(content.get)
    return {f"encoder/{name}": value for name, value in content.items()}


def _read(path: Path) -> bytes:
    try:
        return read_bounded(path, LARGEST_FILE)
    except OSError as lost:
        raise ModelError(f"{path} cannot be read.") from lost


def _sha256(path: Path) -> str:
    return hashlib.sha256(_read(path)).hexdigest()


def _git_blob(path: Path) -> str:
    content = _read(path)
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
