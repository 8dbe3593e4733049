"""InstructIR's Table 8 at toy scale: one trained image model, left as it is, told through one sentence encoder after another."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import torch
from torch import Generator, Tensor
from torch.func import vmap

from .crop_archive import Crops
from .elementary import machine
from .instructed import Pool, Who, damage, psnr, rounded
from .kept import Kept
from .sentence_vectors import STYLES, TASKS, SentenceVectors
from .stacked import Stacked, TrainingArm, run_all, seconds_per_round, stack
from .textarm import TextArm
from .toy_pairs import KERNEL

ENCODERS: Final = {
    "minilm": "all-MiniLM-L6-v2, a head trained anew",
    "use": "multilingual Universal Sentence Encoder, a head trained anew",
    "bag": "control: which words there are, no network, a head trained anew",
}
FIRST: Final = "own head"
"""What the image model was trained with: the head on all-MiniLM that learnt along."""
COUNT: Final = 5
"""The paper's 5D model: the first five of TASKS."""
WRONG: Final = "wrong"
"""Told precisely to undo another damage: what that costs says how much the image model listens."""
UNTAUGHT: Final = "untaught"
"""Told precisely to retouch, which is none of the five tasks."""
_EDGE: Final = KERNEL // 2
Table = dict[str, list[list[float]]]


@dataclass(frozen=True, slots=True)
class ExperimentSettings:
    """steps: of the image model with its first head; heads: of each head afterwards, the image model frozen; batch: patches."""

    steps: int = 400
    heads: int = 200
    batch: int = 16
    seeds: tuple[int, ...] = (0, 1, 2)
    width: int = 16
    rate: float = 0.5


def run(
    crops: Crops,
    words: Mapping[str, SentenceVectors],
    settings: ExperimentSettings,
    device: str,
    *,
    budget: float | None = None,
    choices: Sequence[int] = (),
    kept: Kept | None = None,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Train the image model and the heads, and measure; plain values. words: by the names of ENCODERS. With a budget of seconds
    on a GPU: at the longest of `choices` that fits, the heads half as long."""
    began = time.monotonic()
    until = None if budget is None else began + budget
    who = [Who(COUNT, True, seed) for seed in settings.seeds]

    def arm(name: str) -> TextArm:
        return TextArm(COUNT, width=settings.width, words=words[name].width)

    first = arm("minilm")
    start = stack([first.init(seed) for seed in settings.seeds], device)
    pools = {name: Pool(crops.train, words[name], who, settings.batch, device) for name in ENCODERS}
    image = TrainingArm(FIRST, first, start, pools["minilm"], settings.steps, rate=settings.rate)
    image.try_to_capture(tell)
    if choices and budget is not None and device.startswith("cuda"):
        each = seconds_per_round([image], 24)
        # three heads of half the length cost about one and a half times what the image model does
        fits = [steps for steps in choices if 3.2 * steps * each < budget - (time.monotonic() - began)]
        settings = replace(settings, steps=max(fits or [min(choices)]), heads=max(fits or [min(choices)]) // 2)
        tell(f"a step of the image model takes {1e3 * each:.1f} ms: {settings.steps} steps, {settings.heads} per head")
        image.restart(settings.steps)
    done = run_all([image], until=until, kept=kept, tell=tell)
    image.release()
    jobs = [_head(name, arm(name), image.tensors, pools[name], settings, device) for name in ENCODERS]
    for job in jobs:
        job.try_to_capture(tell)
    done = run_all(jobs, until=until, kept=kept, tell=tell) and done
    told = {FIRST: (first, image.tensors, words["minilm"])}
    for job in jobs:
        job.release()
        told[job.name] = (arm(job.name), job.tensors, words[job.name])
    measured = {name: _measured(*of, crops, device, first=name == FIRST) for name, of in told.items()}
    return {
        "experiment": "encoders",
        "settings": asdict(settings),
        "machine": machine(device),
        "finished": done,
        "seconds": round(time.monotonic() - began + (kept.spent if kept else 0.0), 1),
        "first": FIRST,
        "arms": {FIRST: "all-MiniLM-L6-v2, the head that learnt along with the image model", **ENCODERS},
        "pictures": list(crops.names[::2]),
        "psnr": {name: found for name, (found, _, _) in measured.items()},
        "intent": {name: found for name, (_, found, _) in measured.items()},
        "kept": measured[FIRST][2],
    }


def _head(name: str, arm: TextArm, image: Stacked, pool: Pool, settings: ExperimentSettings, device: str) -> TrainingArm:
    """A new head before a trained image model; only the head learns."""
    fresh = stack([arm.init(seed + 50) for seed in settings.seeds], device)
    whole = {key: fresh[key] if key.startswith("head.") else value for key, value in image.items()}
    return TrainingArm(name, arm, whole, pool, settings.heads, rate=settings.rate, trained=lambda key: key.startswith("head."))


@torch.no_grad()
def _measured(
    arm: TextArm, tensors: Stacked, words: SentenceVectors, crops: Crops, device: str, *, first: bool
) -> tuple[Table, dict[str, list[float]], Table]:
    """PSNR {task/style: [seed][picture]}, told precisely; the share of sentences whose task the head gets {task/style: [seed]};
    and PSNR to the damaged picture, how much of it was kept. first: also told to undo another damage (task/wrong), and to do what
    it never learned (task/untaught)."""
    clean = torch.from_numpy(crops.test[::2]).permute(0, 3, 1, 2).float().to(device) / 255
    padded = torch.nn.functional.pad(clean, (_EDGE,) * 4, mode="reflect")
    told = torch.ones((), device=device)

    # one after the other: a convolution over all members at once takes a processor two and a half times as long
    members = [{key: value[seed] for key, value in tensors.items()} for seed in range(len(next(iter(tensors.values()))))]

    def each_of(images: Tensor, said: Tensor) -> Tensor:
        return torch.stack([arm.restore(member, images, arm.read(member, said, told)[0]) for member in members])

    found: Table = {}
    intent: dict[str, list[float]] = {}
    kept: Table = {}
    for index, task in enumerate(TASKS[:COUNT]):
        before, after = damage(task, padded, Generator(device).manual_seed(31 + index))
        for style in STYLES:
            said = torch.from_numpy(words.test[task][style]).to(device)
            logits = vmap(arm.read, in_dims=(0, None, None))(tensors, said, told)[1]
            intent[f"{task}/{style}"] = rounded((logits.argmax(-1) == index).float().mean(-1))
        asked = {"precise": task}
        if first:
            asked |= {WRONG: TASKS[(index + 1) % COUNT], UNTAUGHT: "enhance"}
        for style, whose in asked.items():
            said = torch.from_numpy(words.test[whose]["precise"]).to(device)
            each = said[torch.arange(len(before), device=device) % len(said)]
            parts = [each_of(before[start : start + 8], each[start : start + 8]) for start in range(0, len(before), 8)]
            results = torch.cat(parts, 1)
            found[f"{task}/{style}"] = [rounded(row) for row in psnr(results, after)]
            kept[f"{task}/{style}"] = [rounded(row) for row in psnr(results, before)]
    return found, intent, kept
