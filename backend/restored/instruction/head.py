"""The shipped head: its files, their checks, and one reading of one sentence."""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from restored.ground.errors import InstallationError

from . import encoder, encoding
from .arithmetic import sigmoid, softmax
from .head_config import KINDS, HeadConfig
from .reader import HeadsReader
from .spelling import Normalised, Speller
from .tasks import TASKS

if TYPE_CHECKING:
    from .network import Heads

FOLDER: Final = Path(__file__).with_name("head_files")
LOCK = threading.Lock()
"""Loading happens once, whichever thread is first."""


class HeadError(InstallationError):
    """The head's files are missing or damaged; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """Tuned on validation sentences after training.

    temperature: divides the task logits so that confidences are calibrated; wanted / excluded: thresholds of probability;
    wary: the threshold for a wish in a sentence that is likelier something else (off-topic, adding damage);
    kind: threshold of the four kinds.
    """

    temperature: float = 1.0
    wanted: float = 0.5
    excluded: float = 0.5
    wary: float = 0.8
    kind: float = 0.5

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "HeadSettings":
        """Known keys only."""
        return cls(**{name: float(data[name]) for name in cls.__dataclass_fields__ if name in data})


@dataclass(frozen=True, slots=True)
class Judgement:
    """One sentence as probabilities.

    wanted, excluded: (9,) in [0, 1]; strength: (9,) in (0, 1); kinds: name -> probability; tokens: (start, end) per token in
    the text that was read; attention: (9, T), rows sum to 1; marks: (T, 9) probability that the token asks for the task;
    sentence: (384,) the encoder's vector of the whole.
    """

    wanted: np.ndarray
    excluded: np.ndarray
    strength: np.ndarray
    kinds: dict[str, float]
    tokens: list[tuple[int, int]]
    attention: np.ndarray
    marks: np.ndarray
    truncated: bool
    sentence: np.ndarray


class LoadedHead:
    """Heads, speller and settings, ready to read sentences. Thread-safe: nothing changes after construction."""

    def __init__(
        self, head: HeadsReader, speller: Speller, settings: HeadSettings, info: Mapping[str, Any] | None = None
    ) -> None:
        self.head = head
        self.speller = speller
        self.settings = settings
        self.info = dict(info or {})

    def read(self, text: str) -> tuple[Judgement, Normalised]:
        """Judge one sentence (at least one letter or digit)."""
        normalised = self.speller.normalise(text)
        encoded = encoder.encode([normalised.text])
        reading = self.head.read(encoded.tokens[0], encoded.pooled[0])
        state = softmax(reading.state / np.float32(self.settings.temperature))
        judgement = Judgement(
            wanted=state[:, 1],
            excluded=state[:, 2],
            strength=sigmoid(reading.strength),
            kinds=dict(zip(KINDS, sigmoid(reading.kinds).tolist(), strict=True)),
            tokens=encoded.offsets[0],
            attention=reading.attention,
            marks=sigmoid(reading.marks[:, :, 0]),
            truncated=encoded.mask.shape[1] >= encoding.MAX_TOKENS,
            sentence=encoded.pooled[0],
        )
        return judgement, normalised

    def embed(self, text: str) -> np.ndarray:
        """(256,) float32, L2-normalised."""
        encoded = encoder.encode([self.speller.normalise(text).text])
        return self.head.embed(encoded.pooled[0])


def _checked_files(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What head.json says, and the files that it names, each with the sha256 it says. Raises HeadError."""
    try:
        info = json.loads((folder / "head.json").read_text(encoding="utf-8"))
        files = {name: (folder / name).read_bytes() for name in info["sha256"]}
    except (OSError, ValueError, KeyError) as error:
        raise HeadError("The files that understand instructions are missing or damaged. Please reinstall restored.") from error
    for name, data in files.items():
        if hashlib.sha256(data).hexdigest() != info["sha256"][name]:
            raise HeadError(f"The file {name} that understands instructions is damaged. Please reinstall restored.")
    if tuple(info["tasks"]) != TASKS or info["encoder_sha256"] != encoder.SHA256:
        raise HeadError("The files that understand instructions belong to another version of restored. Please reinstall it.")
    return info, files


@cache
def _load(folder: Path) -> LoadedHead:
    from safetensors.numpy import load as load_tensors

    info, files = _checked_files(folder)
    head = HeadsReader(load_tensors(files["head.safetensors"]), HeadConfig(**info["config"]), info["members"])
    speller = Speller(json.loads(files["lexicon.json"]), encoder.vocabulary)
    return LoadedHead(head, speller, HeadSettings.from_dict(info["settings"]), info)


def load(folder: Path | None = None) -> LoadedHead:
    """The heads in `folder` (default: the shipped one), loaded once. Every file's sha256 is checked first; raises HeadError."""
    with LOCK:
        return _load(folder or FOLDER)


def network(folder: Path | None = None) -> "Heads":
    """The same heads as the network that was trained, in evaluation mode: the reference of `load`. Raises HeadError."""
    from safetensors.torch import load as load_tensors

    from .network import Head, Heads

    info, files = _checked_files(folder or FOLDER)
    head = Heads(Head(HeadConfig(**info["config"])) for _ in range(info["members"]))
    head.load_state_dict({name: tensor.float() for name, tensor in load_tensors(files["head.safetensors"]).items()})
    return head.eval().requires_grad_(False)


def save(head: "Heads", lexicon: Mapping[str, int], settings: HeadSettings, folder: Path, notes: Mapping[str, Any]) -> None:
    """Write head.safetensors (float16), lexicon.json and head.json with the sha256 of both."""
    import torch
    from safetensors.torch import save as save_tensors

    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in head.state_dict().items()}
    files = {
        "head.safetensors": save_tensors(tensors),
        "lexicon.json": json.dumps(dict(lexicon), ensure_ascii=False, separators=(",", ":")).encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    info = {
        "tasks": list(TASKS),
        "kinds": list(KINDS),
        "encoder": "all-MiniLM-L6-v2",
        "encoder_sha256": encoder.SHA256,
        "members": len(head.members),
        "config": head.config.to_dict(),
        "parameters": sum(parameter.numel() for parameter in head.parameters()),
        "settings": {name: getattr(settings, name) for name in HeadSettings.__dataclass_fields__},
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        **notes,
    }
    (folder / "head.json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
