"""What `bundle.json` says, and what it may say: checked before anything of the bundle is opened."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from restored.ground.bounded import parse_json
from restored.ground.tasks import LABELS, Task, is_task

from .base import ModelError

FORMAT: Final = 1
MANIFEST: Final = "bundle.json"
WEIGHTS: Final = "model.safetensors"

SUFFIXES: Final = (".safetensors", ".json", ".txt", ".md")
"""What a bundle is made of: numbers and text. Nothing that any program would execute or unpickle."""

MOST_FILES: Final = 256
MOST_WORDS: Final = {"family": 64, "version": 64, "licence": 1000, "training_data": 20_000}
"""Characters of each text: a list of models is told to every plug-in that says hello. A licence's whole text is a file."""

# one word that is the same folder's name on every system: no separators, no leading dot, no trailing dot
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def check_name(name: object) -> str:
    """The name, when it can be a model's; raises ModelError otherwise. Names are names: nothing that a path could be made of."""
    if isinstance(name, str) and _NAME.fullmatch(name) and not _DEVICES.fullmatch(name):
        return name
    raise ModelError(f"“{str(name)[:80]}” cannot be a model's name: use letters, digits, dots, dashes and underscores.")


def is_name(name: object) -> bool:
    """Whether `check_name` accepts it."""
    try:
        check_name(name)
    except ModelError:
        return False
    return True


def check_file(name: object) -> str:
    """A file's name inside a bundle, when it is plain, relative and of a harmless kind. Raises ModelError."""
    path = PurePosixPath(name) if isinstance(name, str) else PurePosixPath("/")
    plain = str(path) == name and not path.is_absolute() and ".." not in path.parts
    if not plain or any(odd in str(name) for odd in "\\:\0") or any(part.startswith(".") for part in path.parts):
        raise ModelError(f"The model's {MANIFEST} names a file outside its folder: {str(name)[:80]}")
    if path.suffix.lower() not in SUFFIXES:
        raise ModelError(f"A model is made of {', '.join(SUFFIXES)} files only, and this one lists {str(name)[:80]}.")
    return str(name)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `bundle.json` says.

    family: which network; architecture: its hyperparameters; tasks: what it can treat; text_head: None for models that need
    no text or use the engine's own embedding, else the encoder's name and files (see `TextHead`); files: every other file of
    the bundle and its sha256; training_data: what the weights were made from, in words; metrics: figures on named test sets.
    """

    name: str
    family: str
    architecture: Mapping[str, Any]
    tasks: tuple[Task, ...]
    files: Mapping[str, str]
    licence: str
    training_data: str
    version: str
    text_head: Mapping[str, Any] | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Manifest":
        """Raises ModelError with a sentence for anything that is not a manifest of this format."""
        try:
            data = parse_json(text)
            if data["format"] != FORMAT:
                found = str(data["format"])[:20]
                raise ModelError(f"This model is of the bundle format {found}; this version of restored reads {FORMAT}.")
            manifest = cls(
                **{name: data[name] for name in cls.__slots__ if name not in ("text_head", "metrics", "tasks")},
                tasks=tuple(data["tasks"]),
                text_head=data.get("text_head"),
                metrics=data.get("metrics") or {},
            )
            manifest.check()
        except ModelError:
            raise
        except (ValueError, KeyError, TypeError) as wrong:
            raise ModelError(f"The model's {MANIFEST} cannot be read ({type(wrong).__name__}: {str(wrong)[:80]}).") from wrong
        return manifest

    def check(self) -> None:
        """Raises ModelError unless names are plain, types right, tasks known, and everything that is read is listed."""
        check_name(self.name)
        for about in MOST_WORDS:
            if not isinstance(getattr(self, about), str):
                raise ModelError(f"The model's {MANIFEST} has a “{about}” that is not text.")
            if len(getattr(self, about)) > MOST_WORDS[about]:
                raise ModelError(f"The model's {MANIFEST} has a “{about}” of more than {MOST_WORDS[about]:,} characters.")
        if not isinstance(self.architecture, Mapping) or not isinstance(self.metrics, Mapping):
            raise ModelError(f"The model's {MANIFEST} has an architecture or metrics of another form.")
        if not self.tasks or not all(is_task(task) for task in self.tasks) or len(set(self.tasks)) < len(self.tasks):
            raise ModelError(f"A model's tasks must be some of {', '.join(LABELS)}.")
        if not isinstance(self.files, Mapping) or WEIGHTS not in self.files:
            raise ModelError(f"The model's {MANIFEST} does not list {WEIGHTS}.")
        if len(self.files) > MOST_FILES:
            raise ModelError(f"A model has at most {MOST_FILES} files, and this one lists {len(self.files)}.")
        for name in self.files:
            check_file(name)
        for name, digest in self.files.items():
            if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
                raise ModelError(f"The model's {MANIFEST} gives no sha256 for {name}.")
        self._check_text_head()

    def _check_text_head(self) -> None:
        if self.text_head is None:
            return
        if not isinstance(self.text_head, Mapping):
            raise ModelError(f"The model's {MANIFEST} describes its text encoder in another form.")
        if not isinstance(self.text_head.get("encoder"), str) or self.text_head.get("file") not in self.files:
            raise ModelError(f"The model's {MANIFEST} names a text encoder, but not by name and a listed file.")
        folder = self.text_head.get("folder")
        if folder is None:
            return
        plain = isinstance(folder, str) and is_name(folder)
        if not plain or not any(name.startswith(f"{folder}/") for name in self.files):
            raise ModelError(f"The model's {MANIFEST} names a text encoder whose files it does not list.")
