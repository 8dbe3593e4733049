"""`docs/papers.md`: our figures beside the papers', claim by claim, written from the results' files and nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from . import plots
from .bench import bench_tables
from .judging import EXPERIMENTS, LEFT_OUT, command, cut_short, figures, read_claims
from .statistics import difference

Results = Mapping[str, Mapping[str, Any]]

NOISE: Final = ("denoise s15", "denoise s25", "denoise s50")

INTRO: Final = """# The two papers, tested

Written by `restored-train papers report` from `training/results/papers/` and from `training/runs/papers/claims.json`, which was
committed before any of these runs. Nothing on this page is typed by hand.

The networks here are toys: what took the papers days on eight A100 is trained here in minutes. So these tables say whether an
effect shows at this size, with this data; an effect that needs size may be missed, and none of our decibels is comparable with
the papers' own. Photographs are free ones; test crops come from photographs that are never trained on; damage is made by formula.
"""

ADDING: Final = """## Add a task yourself

`training/results/papers/instruct_ipt-toy` is the low-rank arm of the first seed as a bundle (noise and blur). This teaches it
another task by training that task's biases alone, on any folder of photographs, in a minute or two; it compares the older tasks'
results byte for byte before it writes anything, and says by how much the bundle grew:

```
restored-train add-task training/results/papers/instruct_ipt-toy lowlight --to my-toy --photographs FOLDER --steps 200
```
"""


def write_page(page: Path, results: Results, tables: Sequence[Mapping[str, Any]]) -> None:
    """Write the page, and its plots into a folder of the page's name beside it."""
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    parts = [INTRO, _summary(tables), _runs(results), _criterion(), _verdicts(tables)]
    drawn = plots.differences(tables)
    if drawn:
        parts.append(_picture(drawn, folder, "claims", "Differences and their 95 % intervals, claim by claim"))
    if "elementary" in results:
        parts += _elementary(results["elementary"], folder)
    if "diffusion" in results:
        parts += _diffusion(results["diffusion"])
    if "instructed" in results:
        parts += _instructed(results["instructed"])
    if "nine" in results:
        parts += _nine(results["nine"])
    if "sequences" in results:
        parts += _sequences(results["sequences"], folder)
    parts += bench_tables()
    parts.append(ADDING)
    parts.append(_undone())
    page.write_text("\n".join(part.rstrip() + "\n" for part in parts if part), encoding="utf-8")


def _runs(results: Results) -> str:
    if not results:
        return "Nothing has been run yet: the claims below wait.\n"
    rows = []
    for name in EXPERIMENTS:
        result = results.get(name)
        if result is None:
            rows.append([name, "-", "-", "-", f"`{command(name, results)}`", "**not run**"])
            continue
        settings = ", ".join(f"{key} {value}" for key, value in result["settings"].items())
        rows.append(
            [name, result["machine"], f"{result['seconds']:.0f} s", settings, f"`{command(name, results)}`", _state(result)]
        )
    return "## Runs\n\n" + _table(["experiment", "machine", "time", "settings", "command", "state"], rows)


def _state(result: Mapping[str, Any]) -> str:
    return "cut short" if cut_short(result) else "whole" if result.get("finished", True) else "some of its arms"


def _criterion() -> str:
    return f"## Criterion\n\n{read_claims()[0]}\n"


def _verdicts(tables: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for table in tables:
        number = table["table"] if table["table"].startswith("Figure") else f"Table {table['table']}"
        for claim in table["verdicts"]:
            full, half = claim["full"], claim["half"]
            ours = claim["facts"] if full is None else _gap(full) + (f"; {claim['facts']}" if claim["facts"] else "")
            seeds = "" if full is None else ", ".join(f"{value:+.2f}" for value in full["seeds"])
            rows.append(
                [
                    f"{table['paper']}, {number}",
                    table["experiment"],
                    claim["says"],
                    claim["figures"],
                    ours or "-",
                    seeds or "-",
                    "-" if half is None else f"{half['mean']:+.3f}",
                    f"**{claim['verdict']}**",
                ]
            )
    head = ["where", "run", "claim", "the paper's figures", "ours, dB (95 % interval)", "each seed", "half length", "verdict"]
    return "## Claims\n\n" + _table(head, rows)


def _elementary(result: Mapping[str, Any], folder: Path) -> list[str]:
    arms = result["arms"]
    plain = {key: figures(result, "plain", sets) for key, sets in (("noise", NOISE), ("blur", ("deblur",)))}
    rows = [["(the damaged picture)", "-", *(_mean(result["input"][name]) for name in (*NOISE, "deblur")), "-", "-"]]
    for name, about in arms.items():
        if name not in result["psnr"]:
            continue
        cells = [_spread(result["psnr"][name][key]) for key in (*NOISE, "deblur")]
        gaps = []
        for key, sets in (("noise", NOISE), ("blur", ("deblur",))):
            own, base = figures(result, name, sets), plain[key]
            gaps.append("-" if name == "plain" or own is None or base is None else _gap(difference(own, base).to_dict()))
        rows.append([about["words"], f"{about['parameters']:,}", *cells, *gaps])
    head = ["arm", "parameters", *NOISE, "blur", "noise, against plain", "blur, against plain"]
    text = (
        "## Instruct-IPT, Tables 1, 3, 9 and 10\n\n"
        "PSNR in dB on kept-out crops, mean over pictures, ± the standard deviation of the seeds' means "
        f"({len(result['settings']['seeds'])} seeds, {len(result['pictures'])} crops). All arms take as many steps; "
        "“after plain training” is half of them plain and half biases.\n\n"
    )
    blur = [name for name in arms if name in result["psnr"] and name != "wide"]
    below = [name for name in blur if np.mean(result["psnr"][name]["deblur"]) < np.mean(result["input"]["deblur"])]
    if below:
        text += (
            f"After {result['settings']['steps']} steps these arms still leave blurred pictures worse than they came: "
            f"{', '.join(arms[name]['words'] for name in below)}. What is said about blur below is about how fast they learn.\n\n"
        )
    parts = [text + _table(head, rows)]
    if result.get("similarity"):
        roles = list(next(iter(result["similarity"].values())))
        paper = {
            "embedder": "0.97", "output": "0.68", "resampling": "0.52", "reduction": "0.73", "qkv": "0.72", "projection": "0.80",
            "ffn": "0.73", "layernorm": "0.99",
        }  # fmt: skip
        body = [
            [role, paper.get(role, "-"), *(f"{np.mean(result['similarity'][t][role]):.3f}" for t in ("denoise", "deblur", "mix"))]
            for role in roles
        ]
        parts.append(
            "## Instruct-IPT, Table 2\n\n"
            "Mean cosine similarity of weights before and after finetuning from plain mixed training. It depends on steps and "
            "rate as much as on the task: the last column, finetuned on the same mix, is what has to be compared with.\n\n"
            + _table(["layers", "paper", "on noise", "on blur", "on the same mix"], body)
        )
    if result.get("energy"):
        drawn = plots.energies(result["energy"])
        parts.append(
            "## Instruct-IPT, Figure 2\n\n"
            "The share of the energy of a finetuned weight's change that a rank holds, from the finest layers to "
            "the deepest.\n\n" + _picture(drawn, folder, "energy", "Energy under constant and proportional rank")
        )
    return parts


def _diffusion(result: Mapping[str, Any]) -> list[str]:
    rows = []
    for task in ("inpainting", "outpainting"):
        for arm, words in result["arms"].items():
            key = f"{arm}/{task}"
            if key not in result["psnr"]:
                continue
            cells = [_spread(result["psnr"][key]), _spread(result["ssim"][key], 3), _spread(result["seam"][key], 4)]
            distances = [_few(result["frechet"][key], 3), _few(result["kernel"][key], 4) if "kernel" in result else "-"]
            rows.append([task, f"{arm}: {words}", *cells, *distances])
    head = ["task", "arm", "PSNR in the hole", "SSIM in the hole", "seam error", "Fréchet distance", "kernel distance"]
    sizes = result["parameters"]
    return [
        "## Instruct-IPT, Table 8: a diffusion U-Net\n\n"
        "A flow-matching U-Net for 64 x 64 pictures "
        f"({sizes['base']:,} parameters, {sizes['biases']:,} in the biases of both tasks). Inpainting: a central rectangle is "
        "hidden; outpainting: only it is known (UniControl's definitions). The distances are between means over our own U-Net's "
        "deepest features and are no FID or KID; LPIPS, DISTS and IS need networks that are not here. A documented experiment: "
        "the product fills holes another way.\n\n" + _stopped(result) + _table(head, rows)
    ]


def _stopped(result: Mapping[str, Any]) -> str:
    if not cut_short(result):
        return ""
    return (
        "**Cut short**: the rented minutes ended before the arms' last steps. All of them had taken as many steps, at a rate "
        "that had not come down yet, so the figures are shown and no verdict is given.\n\n"
    )


def _instructed(result: Mapping[str, Any]) -> list[str]:
    tasks = list(result["input"])
    rows = [["(the damaged picture)", *(_mean([result["input"][task]]) for task in tasks)]]
    for name in dict.fromkeys(result["members"]):
        cells = []
        for task in tasks:
            found = figures(result, name, [f"{task}/precise"])
            cells.append("-" if found is None else _spread(found.tolist()))
        rows.append([name, *cells])
    last = "7D"
    below = [
        task
        for task in tasks
        if (found := figures(result, last, [f"{task}/precise"])) is not None and found.mean() < np.mean(result["input"][task])
    ]
    warning = (
        f"After {result['settings']['steps']} steps the seven-task model still leaves {', '.join(below)} worse than the damaged "
        "picture: these networks have only begun to learn, so read differences between them, and those with care.\n\n"
        if below
        else ""
    )
    styles = []
    for task in tasks:
        each = [figures(result, last, [f"{task}/{style}"]) for style in ("precise", "ambiguous", "wrong")]
        shown = ["-" if value is None else f"{value.mean():.2f}" for value in each]
        who = [index for index, member in enumerate(result["members"]) if member == last]
        heard = [
            float(np.mean([result["intent"][f"{task}/{style}"][index] for index in who])) for style in ("precise", "ambiguous")
        ]
        styles.append([task, *shown, *(f"{share:.0%}" for share in heard)])
    return [
        "## InstructIR, Tables 2, 3 and 6\n\n"
        f"Networks of {result['parameters']:,} parameters, one architecture; told by sentences (all-MiniLM, a head that learns "
        "along) or always the same. Columns a model was not trained for are there to be seen, not to be compared.\n\n"
        + warning
        + _table(["model", *tasks], rows),
        "## InstructIR, Table 4 and Figure 5\n\n"
        "The seven-task model told precisely, ambiguously (sentences it never saw), and told to "
        "undo another damage; and the share of sentences whose task its head gets right.\n\n"
        + _table(["task", "precise", "ambiguous", "asked for another", "head, precise", "head, ambiguous"], styles),
    ]


def _nine(result: Mapping[str, Any]) -> list[str]:
    rows = [
        [task, _mean([result["input"][task]]), _mean([values]), f"{np.mean(values) - np.mean(result['input'][task]):+.2f}"]
        for task, values in result["psnr"].items()
    ]
    return [
        "## `instruct_ipt-small`, all tasks at once\n\n"
        f"Synchronous training on {len(rows)} tasks, {result['steps']:,} steps in {result['seconds']:.0f} s "
        f"on {result['machine']}; kept-out crops, damage as in training.\n\n"
        + _table(["task", "damaged", "restored", "gain"], rows)
    ]


def _summary(tables: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(claim["verdict"] for table in tables for claim in table["verdicts"])
    words = ("supported", "not supported", "not testable at this scale", "no verdict", "not run")
    told = ", ".join(f"{counts[word]} {word}" for word in words if counts[word])
    return (
        f"**{counts.total()} claims: {told}.** The same for a program, with every difference, interval and seed: "
        "`restored-train papers list --json`.\n"
    )


def _sequences(result: Mapping[str, Any], folder: Path) -> list[str]:
    rows = [
        [row["photograph"], " → ".join(row["instructions"]), " → ".join(f"{figure:.2f}" for figure in row["psnr"])]
        for row in result["rows"]
    ]
    picture = f"![One instruction after another, in both orders, and in one sentence]({folder.name}/sequences.jpg)\n\n"
    return [
        "## InstructIR, Figure 6: one instruction after another\n\n"
        "With the model that ships, on `examples/` (nothing was trained on them); made by "
        f"`{result['command']}`. Several tasks in one sentence are put in an order that the engine knows; asked for one by one "
        "they are done in the order in which they come, and each begins from what the one before has left.\n\n"
        + (picture if (folder / "sequences.jpg").exists() else "")
        + _table(["photograph", "instructions", "PSNR in dB, before and after each"], rows)
    ]


def _undone() -> str:
    rows = [[f"{left['paper']}, {left['table']}", f"**{left['state']}**", left["why"]] for left in LEFT_OUT]
    return "## What the claims leave out\n\n" + _table(["what", "state", "why"], rows)


def _gap(found: Mapping[str, Any]) -> str:
    return f"{found['mean']:+.3f} ({found['low']:+.3f} to {found['high']:+.3f})"


def _mean(rows: Sequence[Any], digits: int = 2) -> str:
    return f"{np.mean(rows):.{digits}f}"


def _spread(rows: Sequence[Sequence[float]], digits: int = 2) -> str:
    return _few([float(np.mean(row)) for row in rows], digits)


def _few(values: Sequence[float], digits: int) -> str:
    if len(values) < 2:
        return f"{values[0]:.{digits}f}"
    return f"{np.mean(values):.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


def _picture(image: Any, folder: Path, name: str, words: str) -> str:
    image.save(folder / f"{name}.png", optimize=True)
    return f"![{words}]({folder.name}/{name}.png)\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
