"""How instructions matter: the wrong one, and the same wish in other words."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.resources import files as resource_files
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, Final

import numpy as np
import torch

from restored.instruction.plan import Plan, Step
from restored.instruction.tasks import TASKS, Task

from ..data.photographs import PhotoSet
from ..runs.yaml_files import parse_yaml
from .metrics import crop_to, psnr
from .samples import Sample, Set
from .subjects import Subject, context_of
from .synthetic import Recipe, damage

Explain = Callable[[str, np.ndarray | None, np.ndarray | None], Plan]
"""`restored.explain`: text, context frame, the picture itself (looked at only when a wish names no damage)."""

_PRESENT: Final = (
    Recipe(
        name="noise s25",
        tasks=("denoise",),
        seed=2000,
        override={"denoise": {"kind": 0, "sigma": 25 / 255, "eight_bit": 1}},
    ),
    Recipe(name="rain", tasks=("derain",), seed=2001),
    Recipe(name="haze", tasks=("dehaze",), seed=2002),
    Recipe(name="JPEG q20", tasks=("dejpeg",), seed=2003, override={"dejpeg": {"quality": 20, "twice": 0}}),
)

_WORDING_SETS: Final[dict[Task, str]] = {
    "denoise": "CBSD68 s25",
    "deblur": "blur (synthetic)",
    "derain": "Rain100L",
    "dehaze": "RESIDE_outdoor_sample20",
    "desnow": "snow (synthetic)",
    "lowlight": "LOLv1_eval15",
    "superres": "Set14 x2",
    "enhance": "FiveK_CURL8",
    "dejpeg": "LIVE1 q10",
}


def plan_for(*tasks: Task) -> Plan:
    """The plan that names exactly these tasks."""
    return Plan(steps=tuple(Step(task) for task in tasks))


def wrong_on_clean(subject: Subject, photographs: Path, limit: int | None = None) -> list[dict[str, Any]]:
    """Ask for each task on clean kept-out photographs, where it has nothing to remove.

    Returns one row per task: mean and worst PSNR in dB of the result to the input (100 = the same bytes).
    """
    photos = [crop_to(photo, 16) for photo in PhotoSet(photographs, "heldout", longest=512, limit=limit).images]
    rows = []
    for task in TASKS:
        values = [psnr(subject.restore(photo, plan_for(task)), photo) for photo in photos]
        rows.append({"asked": task, "n": len(values), "psnr_to_input": fmean(values), "worst": min(values)})
    return rows


def wrong_on_damaged(subject: Subject, photographs: Path, limit: int | None = 6) -> list[dict[str, Any]]:
    """Ask for every task on pictures that have another problem: what does “remove the rain” do to a noisy picture?

    Returns one row per (present, asked): PSNR of the result to the input and to the clean picture, and of input to clean.
    """
    photos = [crop_to(photo, 16) for photo in PhotoSet(photographs, "heldout", longest=512, limit=limit).images]
    rows = []
    for recipe in _PRESENT:
        generator = torch.Generator().manual_seed(recipe.seed)
        pairs = [(damage(photo, recipe, generator, 0.5)[0], photo) for photo in photos]
        for task in TASKS:
            results = [(subject.restore(bad, plan_for(task)), bad, clean) for bad, clean in pairs]
            rows.append(
                {
                    "present": recipe.name,
                    "asked": task,
                    "right": task in recipe.tasks,
                    "psnr_to_input": fmean(psnr(out, bad) for out, bad, _ in results),
                    "psnr": fmean(psnr(out, clean) for out, _, clean in results),
                    "input_psnr": fmean(psnr(bad, clean) for _, bad, clean in results),
                }
            )
    return rows


def wordings() -> dict[str, Any]:
    """`wordings.yaml`: per task ten precise and ten ambiguous instructions; `off_topic`: ten that ask for nothing."""
    text = resource_files(__package__ or "").joinpath("wordings.yaml").read_text(encoding="utf-8")
    return parse_yaml(text)


def sensitivity(subject: Subject, sets: Sequence[Set], explain: Explain, limit: int | None = 5) -> list[dict[str, Any]]:
    """The same wish in ten precise and ten ambiguous wordings, each understood by `explain` with the picture's context frame.

    Returns one row per (task, style): share understood (the plan has exactly that task), share with it among others, mean
    PSNR over pictures and wordings, its standard deviation over wordings, and the PSNR under the exact plan.
    """
    known = {item.title: item for item in sets}
    phrases = wordings()
    rows = []
    for task, name in _WORDING_SETS.items():
        if name not in known:
            continue
        samples = list(known[name].samples(limit))
        exact = fmean(psnr(subject.restore(s.damaged, plan_for(task)), s.clean) for s in samples)
        before = fmean(psnr(s.damaged, s.clean) for s in samples)
        for style in ("precise", "ambiguous"):
            per_wording, understood, included = _per_wording(subject, samples, phrases[task][style], task, explain)
            rows.append(
                {
                    "task": task,
                    "set": name,
                    "style": style,
                    "n": len(samples),
                    "understood": understood,
                    "included": included,
                    "psnr": fmean(per_wording),
                    "spread": pstdev(per_wording),
                    "exact": exact,
                    "input_psnr": before,
                }
            )
    return rows


def _per_wording(
    subject: Subject, samples: Sequence[Sample], phrases: Sequence[str], task: Task, explain: Explain
) -> tuple[list[float], float, float]:
    cache: dict[tuple[int, tuple[float, ...]], float] = {}
    scores: dict[str, list[float]] = defaultdict(list)
    exact = included = 0
    for text in phrases:
        for index, sample in enumerate(samples):
            plan = explain(text, _frame(sample.damaged), sample.damaged)
            named = {step.task for step in plan.steps}
            exact += named == {task}
            included += task in named
            key = (index, plan.strengths(TASKS))
            if key not in cache:
                cache[key] = psnr(subject.restore(sample.damaged, plan), sample.clean)
            scores[text].append(cache[key])
    total = len(phrases) * len(samples)
    return [fmean(values) for values in scores.values()], exact / total, included / total


def off_topic(subject: Subject, image: np.ndarray, explain: Explain) -> dict[str, Any]:
    """Instructions that ask for nothing: how many left every byte as it was."""
    texts = wordings()["off_topic"]
    same = [bool(np.array_equal(subject.restore(image, explain(text, _frame(image), image)), image)) for text in texts]
    return {"n": len(texts), "unchanged": sum(same), "changed": [t for t, ok in zip(texts, same, strict=True) if not ok]}


def _frame(image: np.ndarray) -> np.ndarray:
    x = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 255
    return context_of(x)[0].permute(1, 2, 0).numpy()
