"""Instruct-IPT's experiments on its two elementary tasks, noise and blur: Tables 1, 2, 3, 9, 10 and Figure 2, as one run."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch

from restored.models.instruct_ipt import preset

from .arms import Arm, GateArm, LowRankArm, PlainArm, PromptArm, ReplacementArm, SideArm, count
from .crop_archive import Crops
from .member_measures import energies, psnr_table, similarities
from .stacked import Stacked, TrainingArm, run_all, seconds_per_round, stack
from .toy_pairs import KINDS, SIGMAS, Batches, Kind, kept_out_pairs

PROPORTION: Final = 0.2
Table = dict[str, list[list[float]]]
"""PSNR in dB: {set: [member][picture]}."""

ORDER: Final = (
    "plain/1", "lowrank/1", "plain/2", "lowrank/2", "two-stage/1", "plain/4", "two-stage/2", "replacement/1", "replacement/2",
    "gate/1", "gate/2", "finetuned-deblur/1", "finetuned-denoise/1", "finetuned-mix/1", "proportional/1", "proportional/2",
    "wide/1", "wide/2", "prompt/1", "prompt/2", "side/1", "side/2",
)  # fmt: skip
"""Everything that is trained, the most telling first: an arm and the part of the steps that it gets."""


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """steps: of every arm, whole; each is also trained for half as many. batch: patches per task and step; rank: of the biases.
    rate: scales the optimiser's rates, the same for all arms: of 0.25, 0.5, 1 and 2 the one by which plain training ended at the
    least loss on batches of training photographs that it had not seen."""

    steps: int = 400
    batch: int = 8
    seeds: tuple[int, ...] = (0, 1, 2)
    preset: str = "toy"
    rank: int = 4
    rate: float = 0.5


def arms(settings: ExperimentSettings) -> dict[str, Arm]:
    """The arms of Tables 1, 3 and 9."""
    config = preset(settings.preset, tasks=())
    # as many parameters as the backbone with two tasks' biases has: an eighth wider is a quarter larger
    widths = tuple(width * 9 // 8 for width in config.widths)
    wide = replace(config, widths=widths, head_width=config.head_width * 9 // 8)
    every: list[Arm] = [
        PlainArm("plain", "plain mixed training", config),
        PlainArm("wide", "plain mixed training, as many parameters as low rank", wide),
        PromptArm("prompt", "PromptIR-like: prompts between stages", config),
        GateArm("gate", "InstructIR: gates on channels", config),
        SideArm("side", "External-Control: a parallel encoder", config),
        ReplacementArm("replacement", "an output layer per task", config),
        LowRankArm("lowrank", "low-rank biases, synchronous training", config, rank=settings.rank),
    ]
    return {arm.name: arm for arm in every}


def second_stage(settings: ExperimentSettings) -> dict[str, LowRankArm]:
    """The arms that begin from plain mixed training and train biases only (Tables 3 and 10)."""
    config = preset(settings.preset, tasks=())
    constant = LowRankArm("two-stage", "biases of constant rank, after plain training", config, rank=settings.rank)
    share = LowRankArm("proportional", "biases of proportional rank, after plain training", config, proportion=PROPORTION)
    return {arm.name: arm for arm in (constant, share)}


def base_of(name: str) -> str | None:
    """What a run of ORDER begins from: plain training of half its length, or nothing."""
    label, part = name.rsplit("/", 1)
    later = label in ("two-stage", "proportional") or label.startswith("finetuned-")
    return f"plain/{2 * int(part)}" if later else None


class Elementary:
    """The run: `train` all, then `results`. keep: a folder where trained arms wait for a resumed run; None keeps nothing."""

    def __init__(
        self,
        crops: Crops,
        settings: ExperimentSettings,
        device: str,
        *,
        keep: Path | None = None,
        tell: Callable[[str], None] = print,
    ) -> None:
        self.crops, self.settings, self.device, self._keep, self._tell = crops, settings, device, keep, tell
        self.trained: dict[str, Stacked] = {}
        self._tables: dict[str, Table] = {}
        self.every: dict[str, Arm] = {**arms(settings), **second_stage(settings)}
        self._batches: dict[tuple[Kind, Kind], Batches] = {}
        self.seconds = 0.0

    # -- training

    def train(
        self,
        *,
        budget: float | None = None,
        limit: float | None = None,
        choices: Sequence[int] = (),
        halfway: Callable[[], None] = lambda: None,
    ) -> bool:
        """Train every arm at full and half length; with a `budget` of seconds on a GPU, at the longest of `choices` that fits.
        limit: seconds after which it stops though it be unfinished (a shared GPU may become slower), the budget where not given;
        halfway: called when the arms that need no other are trained. On a CPU arm by arm in ORDER, so that what there was time
        for can be compared.

        Returns whether all was trained.
        """
        began = time.monotonic()
        longest = limit or budget
        until = None if longest is None else began + longest
        if not self.device.startswith("cuda"):
            return self._one_by_one(until)
        first = self._captured([self._job(name) for name in ORDER if base_of(name) is None])
        if choices and budget is not None:
            self._fit(first, budget, time.monotonic() - began, choices)
        done = self._side_by_side(first, until)
        if done:
            self.seconds = time.monotonic() - began
            halfway()
            second = self._captured([self._job(name) for name in ORDER if base_of(name) is not None])
            done = self._side_by_side(second, until)
        self.seconds = time.monotonic() - began
        return done

    def _job(self, name: str) -> TrainingArm:
        """One of ORDER, ready to train; what it begins from must have been trained."""
        label, part = name.rsplit("/", 1)
        steps, rate, base = self.settings.steps // int(part), self.settings.rate, base_of(name)
        if base is None:
            arm = self.every[label]
            return TrainingArm(name, arm, self._start(arm), self._batch(KINDS, 0), steps, rate=rate)
        rest = steps - steps // 2
        if label.startswith("finetuned-"):
            noise, blur = KINDS
            rows: dict[str, tuple[Kind, Kind]] = {"denoise": (noise, noise), "deblur": (blur, blur), "mix": KINDS}
            batch = self._batch(rows[label.removeprefix("finetuned-")], steps // 2)
            return TrainingArm(name, self.every["plain"], self.trained[base], batch, rest, rate=rate)
        arm = self.every[label]
        whole = {**self._start(arm), **self.trained[base]}
        batch = self._batch(KINDS, steps // 2)
        return TrainingArm(name, arm, whole, batch, rest, rate=rate, trained=lambda tensor: tensor.startswith("own."))

    def _start(self, arm: Arm) -> Stacked:
        return stack([arm.init(seed) for seed in self.settings.seeds], self.device)

    def _batch(self, rows: tuple[Kind, Kind], offset: int) -> Callable[[int], tuple[torch.Tensor, ...]]:
        if rows not in self._batches:
            s = self.settings
            self._batches[rows] = Batches(self.crops.train, s.seeds, s.batch, self.device, rows=rows)
        batches = self._batches[rows]
        return lambda step: batches(step + offset)

    def _captured(self, jobs: list[TrainingArm]) -> list[TrainingArm]:
        for job in jobs:
            job.try_to_capture(self._tell)
        return jobs

    def _fit(self, jobs: list[TrainingArm], budget: float, spent: float, choices: Sequence[int]) -> None:
        each = seconds_per_round(jobs, 20)
        # half of the arms end half-way, and the second stage costs about what is left then
        fits = [steps for steps in choices if 1.4 * steps * each < budget - spent] or [min(choices)]
        parts = {job.name: int(job.name.rsplit("/", 1)[1]) for job in jobs}
        self.settings = replace(self.settings, steps=max(fits))
        self._tell(f"a round of {len(jobs)} arms takes {1e3 * each:.1f} ms: {max(fits)} steps")
        for job in jobs:
            job.restart(self.settings.steps // parts[job.name])

    def _side_by_side(self, jobs: list[TrainingArm], until: float | None) -> bool:
        done = run_all(jobs, until=until, tell=self._tell)
        for job in jobs:
            if job.finished:
                self._finish(job, 0.0)
        return done

    def _one_by_one(self, until: float | None) -> bool:
        for name in ORDER:
            base = base_of(name)
            if self._found(name) or (base is not None and base not in self.trained):
                continue
            began = time.process_time()
            job = self._job(name)
            if not run_all([job], until=until, tell=self._tell):
                return False
            self._finish(job, time.process_time() - began)
        return True

    def _finish(self, job: TrainingArm, seconds: float) -> None:
        job.release()
        self.trained[job.name] = job.tensors
        self.seconds += seconds
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            state = {"settings": self._marks(), "tensors": job.tensors, "seconds": seconds}
            torch.save(state, self._kept(self._keep, job.name))

    def _found(self, name: str) -> bool:
        """Take what an earlier run of the same settings trained."""
        path = self._kept(self._keep, name) if self._keep is not None else None
        if path is None or not path.exists():
            return False
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["settings"] != self._marks():
            return False
        self.trained[name] = state["tensors"]
        self.seconds += state["seconds"]
        return True

    @staticmethod
    def _kept(folder: Path, name: str) -> Path:
        return folder / f"{name.replace('/', '-')}.pt"

    def _marks(self) -> list[Any]:
        return [[key, list(value) if isinstance(value, tuple) else value] for key, value in asdict(self.settings).items()]

    # -- results

    def results(self) -> dict[str, Any]:
        """Everything measured, as plain values, on every other kept-out crop (one of each photograph)."""
        crops, names = self.crops.test[::2], self.crops.names[::2]
        sets = {}
        for sigma in SIGMAS:
            sets[f"denoise s{sigma:.0f}"] = (0, *kept_out_pairs(crops, "denoise", self.device, sigma=sigma))
        sets["deblur"] = (1, *kept_out_pairs(crops, "deblur", self.device))
        figures = {
            name: self._table(name, tensors, sets)
            for name, tensors in self.trained.items()
            if name.split("/")[0] in self.every and name != "plain/4"
        }
        entry = {
            name: [[round(float(v), 3) for v in (-10 * (before - after).square().mean((1, 2, 3)).log10())]]
            for name, (_, before, after) in sets.items()
        }
        return {
            "experiment": "elementary",
            "settings": {**asdict(self.settings), "proportion": PROPORTION},
            "machine": machine(self.device),
            "seconds": round(self.seconds, 1),
            "finished": set(ORDER) <= set(self.trained),
            "pictures": list(names),
            "arms": {arm.name: {"words": arm.words, "parameters": count(arm.init(0))} for arm in self.every.values()},
            "input": entry,
            "psnr": {name.split("/")[0]: table for name, table in figures.items() if name.endswith("/1")},
            "psnr half": {name.split("/")[0]: table for name, table in figures.items() if name.endswith("/2")},
            **self._changes(),
        }

    def _table(self, name: str, tensors: Stacked, sets: Mapping[str, tuple[int, torch.Tensor, torch.Tensor]]) -> Table:
        """An arm's figures: measured, or taken from beside what is kept of it (and no older than that)."""
        arm = self.every[name.split("/")[0]]
        if self._keep is None:
            if name not in self._tables:
                self._tables[name] = psnr_table(arm, tensors, sets)
            return self._tables[name]
        kept = self._kept(self._keep, name)
        place = kept.with_suffix(".json")
        if place.exists() and place.stat().st_mtime >= kept.stat().st_mtime:
            return json.loads(place.read_text(encoding="utf-8"))
        table = psnr_table(arm, tensors, sets)
        place.write_text(json.dumps(table), encoding="utf-8")
        return table

    def weights(self) -> dict[str, torch.Tensor]:
        """Half-precision tensors of what the page draws from: the first seed of plain and of synchronous training."""
        kept = {name: self.trained[f"{name}/1"] for name in ("plain", "lowrank") if f"{name}/1" in self.trained}
        return {f"{arm}/{key}": value[0].half().cpu() for arm, tensors in kept.items() for key, value in tensors.items()}

    def _changes(self) -> dict[str, Any]:
        if "plain/2" not in self.trained:
            return {}
        config, before = preset(self.settings.preset, tasks=()), self.trained["plain/2"]
        after = {
            name: self.trained[f"finetuned-{name}/1"]
            for name in ("denoise", "deblur", "mix")
            if f"finetuned-{name}/1" in self.trained
        }
        rank = self.settings.rank
        return {
            "similarity": {name: similarities(config, before, tensors) for name, tensors in after.items()},
            "energy": {
                name: energies(config, before, tensors, rank=rank, proportion=PROPORTION)
                for name, tensors in after.items()
                if name != "mix"
            },
        }


def machine(device: str) -> str:
    """What a run was trained on, in words."""
    where = torch.cuda.get_device_name() if device.startswith("cuda") else "CPU"
    return f"{where}, torch {torch.__version__}"
