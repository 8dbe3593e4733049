"""`docs/papers.md`: our figures beside the papers', claim by claim, written from the results' files and nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from . import plots, sections
from .bench_tables import bench_tables
from .cells import gap, mean, picture, spread, table
from .judging import EARLIER, EXPERIMENTS, TABLES, command, cut_short, figures, judge, read_claims
from .left_out import left_out
from .statistics import difference

Results = Mapping[str, Mapping[str, Any]]

NOISE: Final = ("denoise s15", "denoise s25", "denoise s50")

INTRO: Final = """# The two papers, tested

Written by `restored-train papers report` from `training/results/papers/` and from `training/runs/papers/claims.json`, whose
criteria were committed before the runs that are shown; where one was written later, it says so itself. No figure of ours on this
page is typed by hand.

The networks here are toys: what took the papers days on eight A100 is trained here in minutes. So these tables say whether an
effect shows at this size, with this data; an effect that needs size may be missed, and none of our decibels is comparable with
the papers' own. Photographs are free ones; test crops come from photographs that are never trained on; damage is made by formula.
"""

RUNS: Final = """The machines did other things beside: a time says how long it took there and then. A run on a rented GPU takes
as many steps as its minutes allow, measured before the first; the command takes those of `training/runs/papers/`. Crops of
photographs that are kept out are the same ones in every run, to the byte.
"""

CHANCE: Final = """With so many intervals of 95 %, one or two lie on one side of 0 by chance alone; nothing is corrected for that.
Two or three seeds are few: an interval knows the pictures better than the seeds, so every seed's own mean has to agree.
“Not supported” says that a difference was not shown, not that there is none; “the other way round” is added where the same
criterion supports the opposite.
"""

ADDING: Final = """## Add a task yourself

`training/results/papers/instruct_ipt-toy` is a low-rank arm of 240 steps as a bundle (noise and blur). This teaches it
another task by training that task's biases alone, on any folder of photographs, in minutes; the older tasks' results of the
bundle that was written are compared with those of the one it began from, byte for byte, and it says by how much the bundle grew:

```
restored-train add-task training/results/papers/instruct_ipt-toy lowlight --to my-toy --photographs FOLDER --steps 200
```

To see it yourself, restore any picture with both for a task that both know (a folder is told from a name by its slash). The
pixels are the same; each file also says which model it was, so `cmp` would tell them apart:

```
restored run PHOTO "remove the noise" -o before.png --no-daemon --model training/results/papers/instruct_ipt-toy
restored run PHOTO "remove the noise" -o after.png --no-daemon --model ./my-toy
python -c "from PIL import Image; print(Image.open('before.png').tobytes() == Image.open('after.png').tobytes())"
```
"""


def write_page(page: Path, results: Results, tables: Sequence[Mapping[str, Any]]) -> None:
    """Write the page, and its plots into a folder of the page's name beside it."""
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    parts = [INTRO, _summary(tables), _runs(results), _criterion(), _verdicts(tables)]
    drawn = plots.differences(tables)
    if drawn:
        parts.append(picture(drawn, folder, "claims", "Differences and their 95 % intervals, claim by claim"))
    if "elementary" in results:
        parts += _elementary(results["elementary"], folder)
        if EARLIER in results:
            parts.append(_earlier(results))
    for name, section in sections.OF_EXPERIMENTS.items():
        if name in results:
            parts.append(section(results[name]))
        if name == "diffusion" and name in results and "fills" in results:
            parts.append(sections.fills(results["fills"], results[name], folder))
    if "beside" in results:
        parts.append(sections.beside(results["beside"]))
    if "sequences" in results:
        parts.append(sections.sequences(results["sequences"], folder))
    parts += bench_tables()
    parts.append(ADDING)
    parts.append(_undone(results))
    page.write_text("\n".join(part.rstrip() + "\n" for part in parts if part), encoding="utf-8")


def _runs(results: Results) -> str:
    if not results:
        return "Nothing has been run yet: the claims below wait.\n"
    rows = []
    for name in EXPERIMENTS:
        result = results.get(name)
        if result is None:
            rows.append([name, _for(name), f"`{command(name, results)}`", "-", "-", "-", "-", "**not run**"])
            continue
        settings = ", ".join(f"{key} {value}" for key, value in result["settings"].items())
        about = result.get("crops")
        whole = f" of {about['of']}" if about and "of" in about else ""
        crops = f"{about['train']}{whole}, {about['stored']}; {about['test']} kept out" if about else "-"
        seconds = f"{result['seconds']:.0f} s"
        rows.append(
            [name, _for(name), f"`{command(name, results)}`", result["machine"], seconds, settings, crops, _state(result)]
        )
    head = ["experiment", "for", "command", "machine", "time", "settings", "crops", "state"]
    return f"## Runs\n\n{RUNS}\n" + table(head, rows)


def _for(experiment: str) -> str:
    """Which tables an experiment is for."""
    found: dict[str, list[str]] = {}
    for (paper, number), (_, of) in TABLES.items():
        if of == experiment:
            found.setdefault(paper, []).append(number)
    return "; ".join(f"{paper}: {', '.join(numbers)}" for paper, numbers in found.items()) or "a bundle of all tasks"


def _state(result: Mapping[str, Any]) -> str:
    return "cut short" if cut_short(result) else "whole" if result.get("finished", True) else "some of its arms"


def _criterion() -> str:
    criterion, claims = read_claims()
    own: dict[str, list[str]] = {}
    for claim in claims:
        if "criterion" in claim:
            own.setdefault(claim["criterion"], []).append(f"{claim['paper']}, {_place(claim['table'])}")
    rows = [f"- {', '.join(dict.fromkeys(where))}: {words}" for words, where in own.items()]
    return (
        f"## Criterion\n\n{criterion}\n\n{CHANCE}\nWhere a claim is not of that kind, it has a criterion of its own:\n\n"
        + "\n".join(rows)
    )


def _place(number: str) -> str:
    return number if number.startswith("Figure") else f"Table {number}"


def _verdicts(tables: Sequence[Mapping[str, Any]]) -> str:
    """The verdict stands first: a narrow window cuts a wide table on its right."""
    rows = []
    for of in tables:
        for claim in of["verdicts"]:
            full, half = claim["full"], claim["half"]
            ours = claim["facts"] if full is None else gap(full) + (f"; {claim['facts']}" if claim["facts"] else "")
            seeds = "-" if full is None else ", ".join(f"{value:+.2f}" for value in full["seeds"])
            rows.append(
                [
                    f"{of['paper']}, {_place(of['table'])}",
                    claim["says"],
                    f"**{claim['verdict']}**{', the other way round' if claim['opposite'] else ''}",
                    ours or "-",
                    claim["figures"],
                    seeds if half is None else f"{seeds}; half length {half['mean']:+.2f}",
                ]
            )
    head = ["where", "claim", "verdict", "ours, dB (95 % interval)", "the paper's", "each seed"]
    return "## Claims\n\nWhich command a table is from stands under Runs.\n\n" + table(head, rows)


def _elementary(result: Mapping[str, Any], folder: Path) -> list[str]:
    arms = result["arms"]
    plain = {key: figures(result, "plain", sets) for key, sets in (("noise", NOISE), ("blur", ("deblur",)))}
    rows = [["(the damaged picture)", "-", *(mean(result["input"][name]) for name in (*NOISE, "deblur")), "-", "-"]]
    for name, about in arms.items():
        if name not in result["psnr"]:
            continue
        cells = [spread(result["psnr"][name][key]) for key in (*NOISE, "deblur")]
        gaps = []
        for key, sets in (("noise", NOISE), ("blur", ("deblur",))):
            own, base = figures(result, name, sets), plain[key]
            gaps.append("-" if name == "plain" or own is None or base is None else gap(difference(own, base).to_dict()))
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
    parts = [text + table(head, rows)]
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
            "rate as much as on the task: the last column, finetuned on the same mix, is what has to be compared with. "
            f"{_most(result['similarity'])}\n\n" + table(["layers", "paper", "on noise", "on blur", "on the same mix"], body)
        )
    if result.get("energy"):
        drawn = plots.energies(result["energy"])
        parts.append(
            "## Instruct-IPT, Figure 2\n\n"
            "The share of the energy of a finetuned weight's change that a rank holds, from the finest layers to the deepest. "
            f"{_deepest(result['energy'])}\n\n" + picture(drawn, folder, "energy", "Energy under constant and proportional rank")
        )
    return parts


def _most(similarity: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """Which layers moved most of all: the claim asks only whether some moved more than others."""
    least = {task: min(roles, key=lambda role: np.mean(roles[role])) for task, roles in similarity.items()}
    return f"Most of all moved: on noise {least['denoise']}, on blur {least['deblur']}, on the mix {least['mix']}."


def _deepest(energy: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """What the claim, which is about the finest layers, leaves unsaid."""
    rows = [row for found in energy.values() for row in found]
    last = max(row["level"] for row in rows)
    held = [np.mean([row[kind] for row in rows if row["level"] == last]) for kind in ("constant", "proportional")]
    return f"At the deepest level a constant rank holds {held[0]:.2f}, a proportional one {held[1]:.2f}."


def _earlier(results: Results) -> str:
    """What a shorter run of the same arms had said, and whether it still holds."""
    before, now = results[EARLIER], results["elementary"]
    rows, turned = [], 0
    for claim in read_claims()[1]:
        if claim["experiment"] != "elementary":
            continue
        old, new = (judge(claim, {"elementary": result}).to_dict() for result in (before, now))
        if old["full"] is None or new["full"] is None:
            continue
        turned += old["verdict"] != new["verdict"]
        rows.append([claim["says"], *(f"{gap(of['full'])}: **{of['verdict']}**" for of in (old, new))])
    lengths = [f"{of['settings']['steps']} steps of {of['settings']['batch']}" for of in (before, now)]
    return (
        "## Instruct-IPT, a shorter run before\n\n"
        f"Some of the arms were trained before on {before['machine']} for {lengths[0]}, judged by the same criterion. "
        f"{turned} of {len(rows)} verdicts turned with the length: how sure the others are can be seen from that.\n\n"
        + table(["claim", lengths[0], lengths[1]], rows)
    )


def _summary(tables: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(claim["verdict"] for table in tables for claim in table["verdicts"])
    words = ("supported", "not supported", "not testable at this scale", "no verdict", "not run")
    opposite = sum(claim["opposite"] for table in tables for claim in table["verdicts"])
    round_ = {"not supported": f" ({opposite} of them the other way round)"} if opposite else {}
    told = ", ".join(f"{counts[word]} {word}{round_.get(word, '')}" for word in words if counts[word])
    return (
        f"**{counts.total()} claims: {told}.** The same for a program, with every difference, interval and seed: "
        "`restored-train papers list --json`.\n"
    )


def _undone(results: Results) -> str:
    rows = [
        [f"{left['paper']}, {left['table']}", f"**{left['state']}**", left["why"], _code(left["command"])]
        for left in left_out(results)
    ]
    return "## What the claims leave out\n\n" + table(["what", "state", "why", "command"], rows)


def _code(words: str) -> str:
    return words if words == "-" else f"`{words}`"
