"""One experiment by name, on a CPU or GPU at home."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
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
    """Train and measure. changes: settings by name; minutes: train only so long, then measure what there is (`elementary`: arm by
    arm). keep: where what a processor trained waits for a run that goes on.
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
    from .kept import Kept
    from .sentence_vectors import SentenceVectors, load_all

    if name == "elementary":
        experiment = elementary.Elementary(read, settings, device, keep=keep / name, tell=tell)
        experiment.train(budget=None if minutes is None else 60 * minutes)
        torch.save(experiment.weights(), keep / "elementary.pt")
        return experiment.results()
    vectors: dict[str, SentenceVectors] = {}
    if name == "instructed":
        vectors = {"minilm": SentenceVectors.load(words)}
    elif name == "encoders":
        vectors = load_all(words, encoders.ENCODERS)
    read_from = {f"{encoder}/{task}": rows for encoder, of in vectors.items() for task, rows in of.train.items()}
    kept = None if device.startswith("cuda") else Kept(keep / name, asdict(settings), {"crops": read.train, **read_from})
    budget = None if minutes is None else 60 * minutes
    if name == "instructed":
        return instructed.run(read, vectors["minilm"], settings, device, budget=budget, kept=kept, tell=tell)
    if name == "encoders":
        return encoders.run(read, vectors, settings, device, budget=budget, kept=kept, tell=tell)
    if name == "diffusion":
        return diffusion.run(read, settings, device, budget=budget, kept=kept, tell=tell)[0]
    keep.mkdir(parents=True, exist_ok=True)
    weights = keep / "nine.pt"
    found, carried = nine.run(read, settings, device, begun=weights, budget=budget, kept=kept, tell=tell)
    torch.save(carried, weights)
    if kept is not None and found["finished"]:
        kept.forget("nine")  # the next run goes on from its weights
    return found
