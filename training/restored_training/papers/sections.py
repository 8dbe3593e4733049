"""The page's sections on experiments other than the elementary one."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from .cells import few, mean, spread, table
from .judging import LARGE, cut_short, figures, heard

Result = Mapping[str, Any]

BETTER: Final = 0.2
"""dB by which a second bundle has to be better somewhere to be worth its size."""


def diffusion(result: Result) -> str:
    """Table 8 of Instruct-IPT."""
    rows = []
    for task in ("inpainting", "outpainting"):
        for arm, words in result["arms"].items():
            key = f"{arm}/{task}"
            if key not in result["psnr"]:
                continue
            cells = [spread(result["psnr"][key]), spread(result["ssim"][key], 3), spread(result["seam"][key], 4)]
            distances = [few(result["frechet"][key], 3), few(result["kernel"][key], 4) if "kernel" in result else "-"]
            rows.append([task, f"{arm}: {words}", *cells, *distances])
    head = ["task", "arm", "PSNR in the hole", "SSIM in the hole", "seam error", "Fréchet distance", "kernel distance"]
    sizes = result["parameters"]
    return (
        "## Instruct-IPT, Table 8: a diffusion U-Net\n\n"
        "A flow-matching U-Net for 64 x 64 pictures "
        f"({sizes['base']:,} parameters, {sizes['biases']:,} in the biases of both tasks). Inpainting: a central rectangle is "
        "hidden; outpainting: only it is known (UniControl's definitions). The distances are between means over our own U-Net's "
        "deepest features and are no FID or KID; LPIPS, DISTS and IS need networks that are not here. A documented experiment: "
        "the product fills holes another way.\n\n" + _stopped(result) + table(head, rows) + _nearer(result)
    )


def _nearer(result: Result) -> str:
    """What the claims, which are about PSNR, leave open: the paper's figures are distances between many pictures."""
    found = result["frechet"]
    words = []
    for task in ("inpainting", "outpainting"):
        own = found.get(f"synchronous/{task}")
        for arm in ("bias only", "plain"):
            other = found.get(f"{arm}/{task}")
            if own and other:
                nearer = sum(one < two for one, two in zip(own, other, strict=True))
                words.append(f"{task}, than “{arm}” in {nearer} of {len(own)} seeds")
    if not words:
        return ""
    return (
        "\nThe claims are judged by PSNR in the hole, which is known per picture; the paper's figures are distances between sets "
        "of pictures: one per seed, and so no interval. By the Fréchet distance synchronous finetuning comes nearer: "
        f"{'; '.join(words)}.\n"
    )


def fills(product: Result, result: Result, folder: Path) -> str:
    """What the product makes of the same holes, beside the samples."""
    hidden = np.asarray(product["hidden"])
    arm = "synchronous"
    sampled = {key: np.mean(result[key][f"{arm}/inpainting"], axis=0) for key in ("psnr", "ssim", "seam")}
    rows = []
    for words, where in (("a quarter of the picture or more", hidden >= LARGE), ("less", hidden < LARGE)):
        for name, of in (("the product: a biharmonic filling and a network on it", product), (f"samples, {arm}", sampled)):
            shown = [f"{np.asarray(of[key])[where].mean():.{digits}f}" for key, digits in (("psnr", 2), ("ssim", 3), ("seam", 4))]
            rows.append([words, str(where.sum()), name, *shown])
    drawn = folder / "fills.jpg"
    sheet = (
        f"\n![Large holes: hidden, filled by the product, sampled, the photograph]({folder.name}/fills.jpg)\n\n"
        "The samples shown are of another run of the same experiment, whose weights were kept. Looked at: in grass and stubble "
        "they are nearer to what was there than a smooth filling is; on paper, a wall and a roof they invent what is not there, "
        "with an edge that shows. A restoration must not invent, so the product does not use them.\n"
        if drawn.exists()
        else ""
    )
    return (
        "### Would the product fill better with samples?\n\n"
        f"The very holes of inpainting, by what ships (`{product['command']}`). PSNR favours smooth fillings over invented ones, "
        "so the pictures count as well.\n\n"
        + table(["hidden", "holes", "filled by", "PSNR in the hole", "SSIM in the hole", "seam error"], rows)
        + sheet
    )


def _stopped(result: Mapping[str, Any]) -> str:
    if not cut_short(result):
        return ""
    return (
        "**Cut short**: the rented minutes ended before the arms' last steps. All of them had taken as many steps, at a rate "
        "that had not come down yet, so the figures are shown and no verdict is given.\n\n"
    )


def instructed(result: Result) -> str:
    """Tables 2, 3, 4 and 6 and Figure 5 of InstructIR."""
    tasks = list(result["input"])
    rows = [["(the damaged picture)", *(mean([result["input"][task]]) for task in tasks)]]
    for name in dict.fromkeys(result["members"]):
        cells = []
        for task in tasks:
            found = figures(result, name, [f"{task}/precise"])
            cells.append("-" if found is None else spread(found.tolist()))
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
    return (
        "## InstructIR, Tables 2, 3 and 6\n\n"
        f"Networks of {result['parameters']:,} parameters, one architecture; told by sentences (all-MiniLM, a head that learns "
        "along) or always the same. Columns a model was not trained for are there to be seen, not to be compared.\n\n"
        + warning
        + table(["model", *tasks], rows)
        + "\n## InstructIR, Table 4 and Figure 5\n\n"
        "The seven-task model told precisely, ambiguously (sentences it never saw), and told to "
        "undo another damage; and the share of sentences whose task its head gets right.\n\n"
        + table(["task", "precise", "ambiguous", "asked for another", "head, precise", "head, ambiguous"], styles)
    )


def encoders(result: Result) -> str:
    """Table 8 of InstructIR."""
    tasks = list(dict.fromkeys(key.split("/")[0] for key in next(iter(result["psnr"].values()))))
    rows = []
    for name, words in result["arms"].items():
        shown = [spread(result["psnr"][name][f"{task}/precise"]) for task in tasks]
        right = [mean([result["intent"][name][f"{task}/{style}"] for task in tasks]) for style in ("precise", "ambiguous")]
        others = [result["psnr"][name][f"{task}/wrong"] for task in tasks] if name == result.get("first") else []
        wrong = mean(others) if others else "-"
        rows.append([words, *shown, wrong, *(f"{float(share):.0%}" for share in right)])
    steps = result["settings"]
    return (
        "## InstructIR, Table 8: the sentence encoder\n\n"
        f"One image model for five tasks, trained for {steps['steps']} steps with the first head and then left as it is; each "
        f"encoder has a head of its own, trained for {steps['heads']}. PSNR in dB; the mean when told to undo another damage; "
        f"the share of sentences whose task the head gets right. {_sentence(heard(result))}.\n\n"
        + table(["told through", *tasks, "told another", "head, precise", "head, ambiguous"], rows)
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def nine(result: Result) -> str:
    """The bundle that learns all tasks at once."""
    rows = [
        [task, mean([result["input"][task]]), mean([values]), f"{np.mean(values) - np.mean(result['input'][task]):+.2f}"]
        for task, values in result["psnr"].items()
    ]
    return (
        "## `instruct_ipt-small`, all tasks at once\n\n"
        f"Synchronous training on {len(rows)} tasks, {result['steps']:,} steps in {result['seconds']:.0f} s "
        f"on {result['machine']}; kept-out crops, damage as in training. The paper trains only noise and blur so and gives the "
        "other tasks biases afterwards; `instruct_ipt-small.yaml` and `instruct_ipt-small-derain.yaml` are its run files.\n\n"
        + table(["task", "damaged", "restored", "gain"], rows)
    )


def beside(result: Result) -> str:
    """A bundle that is not shipped beside the one that is."""
    rows = []
    for row in result["rows"]:
        shown = [f"{row[key]:.2f}" for key in ("input", "own", "shipped")]
        gap = f"{row['own'] - row['shipped']:+.2f}"
        rows.append([f"{row['set']} {row['level']}".strip(), str(row["n"]), *shown, gap])
    better = sum(row["own"] - row["shipped"] >= BETTER for row in result["rows"])
    return (
        f"### Beside `{result['shipped']}`\n\n"
        "PSNR in dB, RGB, of the first pictures of some sets (`restored-train evaluate`, `papers beside`). A second bundle is "
        f"worth its size if it is better somewhere by {BETTER} dB: `{result['own']}` is on **{better} of {len(rows)}** sets.\n\n"
        + table(["set", "pictures", "damaged", result["own"], result["shipped"], "difference"], rows)
    )


def sequences(result: Result, folder: Path) -> str:
    """Figure 6 of InstructIR."""
    rows = [
        [row["photograph"], " → ".join(row["instructions"]), " → ".join(f"{figure:.2f}" for figure in row["psnr"])]
        for row in result["rows"]
    ]
    picture = f"![One instruction after another, in both orders, and in one sentence]({folder.name}/sequences.jpg)\n\n"
    return (
        "## InstructIR, Figure 6: one instruction after another\n\n"
        "With the model that ships, on `examples/` (nothing was trained on them); made by "
        f"`{result['command']}`. Several tasks in one sentence are put in an order that the engine knows; asked for one by one "
        "they are done in the order in which they come, and each begins from what the one before has left.\n\n"
        + (picture if (folder / "sequences.jpg").exists() else "")
        + table(["photograph", "instructions", "PSNR in dB, before and after each"], rows)
    )


OF_EXPERIMENTS: Final[dict[str, Callable[[Result], str]]] = {
    "diffusion": diffusion,
    "instructed": instructed,
    "encoders": encoders,
    "nine": nine,
}
"""In the page's order."""
