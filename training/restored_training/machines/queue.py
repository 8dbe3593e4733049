"""A queue of runs, taken in turns: what a machine trains in the background, for as long as it is left alone.

Every run keeps its own folder and goes on from there, so the queue can be stopped at any time, and a run that is new in the file
joins in. The order is that of the file; a run that is done is passed over.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..runs.config import ConfigError, RunConfig, load_config
from ..runs.folder import RunFolder
from ..runs.yaml_files import read_yaml
from ..training.start import open_trainer


@dataclass(frozen=True, slots=True)
class RunQueue:
    """runs: the run files, most urgent first; minutes: how long a turn is."""

    runs: tuple[Path, ...]
    minutes: float = 15.0


def load_queue(path: Path) -> RunQueue:
    """Read a queue file, whose run files' names are relative to it. Raises ConfigError with a sentence."""
    try:
        data = read_yaml(path)
        files = tuple(path.parent / name for name in data["runs"])
        minutes = float(data.get("minutes", RunQueue.minutes))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"{path} is not a queue: it needs a list “runs” of run files, and may have “minutes” ({error})."
        ) from error
    if not files or minutes <= 0:
        raise ConfigError(f"{path} names no run, or turns of no length.")
    return RunQueue(files, minutes)


def steps_done(config: RunConfig) -> int:
    """How far a run has come, from its folder."""
    return RunFolder.of(config).step()


def work(
    queue: RunQueue,
    *,
    seconds: float | None = None,
    device: str = "cpu",
    tell: Callable[[str], None] = print,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Train the runs in turns until all are done, `stopped` says so, or `seconds` are over."""
    end = None if seconds is None else time.monotonic() + seconds
    configs = [load_config(path) for path in queue.runs]

    def over() -> bool:
        return stopped() or (end is not None and time.monotonic() >= end)

    while not over():
        open_runs = [config for config in configs if steps_done(config) < config.steps]
        if not open_runs:
            tell("All runs of the queue are done.")
            return
        for config in open_runs:
            if over():
                return
            folder = RunFolder.of(config)
            trainer = open_trainer(config, folder, device=device)
            turn = time.monotonic() + 60 * queue.minutes
            trainer.run(stop=lambda turn=turn: over() or time.monotonic() >= turn)
            trainer.save(folder.checkpoint)
            tell(f"{config.name}: step {trainer.step} of {config.steps}.")
