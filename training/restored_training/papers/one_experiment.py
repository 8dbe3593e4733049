"""One experiment by name, on a CPU or GPU at home."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..data.photographs import DataError
from ..runs.config import ConfigError
from .crop_archive import Crops


def run(
    name: str,
    crops: Path,
    words: Path,
    changes: Mapping[str, Any],
    device: str,
    *,
    keep: Path,
    minutes: float | None = None,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train and measure. changes: settings by name; minutes: only so long, and then what there is (`elementary`, arm by arm).
    Raises DataError for missing archives, ConfigError for unknown settings."""
    from . import diffusion, elementary, encoders, instructed, nine
    from .sentence_vectors import file_of

    needed = [crops]
    if name in ("instructed", "encoders"):
        needed += [file_of(words, one) for one in (encoders.ENCODERS if name == "encoders" else ["minilm"])]
    for path in needed:
        if not path.exists():
            raise DataError(f"I cannot find {path}. Make it with “restored-train papers pack {path.parent}”.")
    own = {key: tuple(value) if isinstance(value, list) else value for key, value in changes.items()}
    rooms = {"elementary": elementary, "instructed": instructed, "encoders": encoders, "diffusion": diffusion, "nine": nine}
    kind = rooms[name].ExperimentSettings
    try:
        settings = kind(**own)
    except TypeError as error:
        raise ConfigError(f"The experiment {name} has no such setting: {error}.") from error
    read = Crops.load(crops)
    found = _train(name, read, words, settings, device, keep=keep, minutes=minutes, tell=tell)
    return {**found, "crops": read.about()}


def _train(
    name: str,
    read: Crops,
    words: Path,
    settings: Any,
    device: str,
    *,
    keep: Path,
    minutes: float | None,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    import torch

    from . import diffusion, elementary, encoders, instructed, nine
    from .sentence_vectors import SentenceVectors, load_all

    if name == "elementary":
        experiment = elementary.Elementary(read, settings, device, keep=keep / name, tell=tell)
        experiment.train(budget=None if minutes is None else 60 * minutes)
        torch.save(experiment.weights(), keep / "elementary.pt")
        return experiment.results()
    if name == "instructed":
        return instructed.run(read, SentenceVectors.load(words), settings, device, tell=tell)
    if name == "encoders":
        return encoders.run(read, load_all(words, encoders.ENCODERS), settings, device, tell=tell)
    if name == "diffusion":
        return diffusion.run(read, settings, device, tell=tell)[0]
    keep.mkdir(parents=True, exist_ok=True)
    weights = keep / "nine.pt"
    found, carried = nine.run(read, settings, device, begun=weights, tell=tell)
    torch.save(carried, weights)
    return found
