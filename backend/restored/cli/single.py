"""`restored run`: one photograph and a sentence."""

import filecmp
import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from restored.files import FileOrder, Report, restore_file
from restored.files.makingway import place_mark
from restored.files.owned import Owner, digest_of, owner_of, recipe_of
from restored.ground.limits import SCALES
from restored.ground.tasks import LABELS, is_task
from restored.instruction.scale import asked_scale
from restored_client.wire.order import AGAIN

from . import console
from .options import Device, Json, Model, NoDaemon, Output, Quality, Recipe, Scale, Strength, check_device, qualities
from .recipes import read_recipe
from .workers import worker


def run(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="The photograph.")],
    instruction: Annotated[
        str | None, typer.Argument(metavar="INSTRUCTION", help='What to do, such as "remove the rain and brighten it".')
    ] = None,
    output: Output = None,
    strength: Strength = None,
    mask: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A picture of the same size: white may change, black must not.")
    ] = None,
    propose_mask: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Write what seems to be scratched or dusty as a mask, and change nothing."),
    ] = None,
    find: Annotated[
        bool, typer.Option("--find", help="Fill what seems to be scratched or dusty, without asking; with --mask, there only.")
    ] = False,
    scale: Scale = None,
    model: Model = None,
    device: Device = None,
    recipe: Recipe = None,
    picture: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Of a TIFF with several pictures, only this one.")
    ] = None,
    quality: Quality = None,
    go_on: Annotated[
        bool,
        typer.Option(
            "--continue", help='The words are said of the result in --output: "a bit less", "not the colours", "undo that".'
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another picture without keeping it.")] = False,
    no_daemon: NoDaemon = False,
    json: Json = False,
) -> None:
    """Restore one photograph as a sentence says."""
    if propose_mask is not None:
        others = {"--output": output, "--mask": mask, "--find": find, "--recipe": recipe, "--continue": go_on}
        given = [name for name, value in others.items() if value]
        if given:
            raise typer.BadParameter(
                f"It changes nothing and needs no {given[0]}: look at the mask first.", param_hint="--propose-mask"
            )
        _propose(source, propose_mask, picture, overwrite=overwrite, json=json)
        return
    if output is None:
        raise typer.BadParameter("Say where the result goes, such as: -o result.png", param_hint="--output")
    work, written = qualities(quality)
    if go_on:
        wish = going_on(instruction, output, strength=strength, model=model, device=device, quality=work, find=find or None)
        if wish.plan is not None and wish.plan.get("action") == "why":
            console.out.print(wish.plan["message"])
            return
    else:
        wish = make_wish(
            instruction, recipe, strength=strength, scale=scale, model=model, device=device, quality=work, find=find or None
        )
    there = place_mark(output)
    keep = not overwrite and _somebody_elses(source, output, wish)
    if keep and not json and console.asks() and not console.confirmed(f"“{output}” was not made from this picture. Replace it?"):
        raise console.Failure(f"“{output}” was left as it is. Give the result another name.")
    with (
        console.progress("Starting") as show,
        worker(no_daemon, lambda words: show(None, words)) as who,
        console.interruptible() as stop,
    ):
        report = restore_file(
            source,
            output,
            wish,
            who.restore,
            mask=mask,
            page=picture,
            quality=written,
            keep=keep,
            there=there,
            progress=show,
            cancelled=stop,
        )
    if json:
        console.print_json({**report.to_dict(), "output": str(output)})
    else:
        tell(report, output)
        if wish.scale == 1 and any(step["task"] == "superres" for step in report.done.plan.get("steps", [])):
            console.warn("The picture keeps its size. For a larger one, add --scale 2 or --scale 4.")


def _propose(source: Path, target: Path, page: int | None, *, overwrite: bool, json: bool) -> None:
    from restored.files.marks import propose

    share = propose(source, target, page=page, overwrite=overwrite)
    if json:
        console.print_json({"mask": str(target), "marked": round(share, 6)})
        return
    if share == 0:
        console.out.print(f"I find nothing that is scratched or dusty. {target} is black: paint white what is to be filled.")
        return
    console.out.print(Text.assemble(("Marked   ", "dim"), f"{share:.2%} of the picture, white in {target}"))
    then = ["restored", "run", str(source), "remove the scratches", "--mask", str(target), "-o", f"{source.stem}-filled.png"]
    console.out.print(f"Look at it and paint in it, then: {shlex.join(then)}", soft_wrap=True)


def make_wish(instruction: str | None, recipe: Path | None = None, **options: Any) -> FileOrder:
    """What the options ask for, by an order's names; those given beside a recipe, which are not None, win over it. Raises usage
    errors and Failure."""
    if (instruction is None) == (recipe is None):
        raise typer.BadParameter(
            'Say what to do, such as "remove the noise", or give a --recipe (not both).', param_hint="INSTRUCTION"
        )
    if recipe is not None:
        found = read_recipe(recipe)
        said = {name: found[name] for name in (*AGAIN, "mask") if name in found}
        said |= {"instruction": found.get("instruction") or None, "made_with": found.get("sha256")}
    else:
        said = {"instruction": console.repaired(instruction or ""), "scale": asked_scale(instruction or "") or 1}
    said |= {name: value for name, value in options.items() if value is not None}
    if said.get("scale", 1) not in SCALES:
        raise typer.BadParameter("A picture can be enlarged 2 or 4 times.", param_hint="--scale")
    check_device(said.get("device"))
    return FileOrder(**{**said, "model": _findable(said.get("model") or None)})


def going_on(instruction: str | None, output: Path, **options: Any) -> FileOrder:
    """What is wished once `instruction` was said of the result in `output`, whose recipe has the plan that stands."""
    if instruction is None:
        raise typer.BadParameter('Say what to change, such as "a bit less".', param_hint="INSTRUCTION")
    if not os.path.exists(output):
        raise console.Failure(f"“{output}” does not exist yet: --continue goes on from a result. Leave it out the first time.")
    from restored.instruction.following import follow
    from restored.instruction.plan import Plan

    said = read_recipe(output)
    plan = follow(Plan.from_dict(said["plan"]), console.repaired(instruction) or "")
    wish = make_wish(None, output, **options)
    return replace(wish, plan=plan.to_dict(), instruction=plan.text or wish.instruction, scale=plan.scale or wish.scale)


def _findable(model: str | None) -> str | None:
    """A model's folder as the daemon, which works in another folder, finds it; a name as it is."""
    return str(Path(model).absolute()) if model and ("/" in model or os.sep in model) else model


def _somebody_elses(source: Path, output: Path, wish: FileOrder) -> bool:
    """Whether a file would be lost that is neither a result of this picture nor a copy of it."""
    if not os.path.isfile(output) or not os.path.isfile(source):
        return False
    digest = digest_of(source)
    owner = owner_of(output, source, wish, digest)
    if owner is Owner.OURS:  # another wish for this picture, or a result of another picture
        return (recipe_of(output) or {}).get("source") != digest
    return owner is Owner.OTHER and not filecmp.cmp(source, output, shallow=False)


def tell(report: Report, output: Path) -> None:
    """What happened, for a person."""
    done = report.done
    if done.changed:
        console.out.print(Text.assemble(("Plan     ", "dim"), plan_words(done.plan)))
        console.out.print(Text.assemble(("Device   ", "dim"), done.device))
        console.out.print(Text.assemble(("Time     ", "dim"), f"{done.seconds:.1f} s"))
        console.out.print(Text.assemble(("Result   ", "dim"), f"{output} ({report.width} x {report.height})"))
    else:
        console.out.print(Text.assemble(("Nothing to do. ", "bold"), done.message))
        console.out.print(Text.assemble(("Result   ", "dim"), f"{output}, the same picture"))
    if "mask or selection" in done.message:
        console.warn("Show where with --mask FILE. --propose-mask FILE.png writes what I would mark; --find fills that at once.")
    for note in ((done.message,) if done.changed and done.message else ()) + report.notes:
        console.warn(note)


def plan_words(plan: Mapping[str, Any]) -> Text:
    """A plan as its chips: `rain · too dark 60 %`, and what was left out on purpose."""
    chips = []
    for step in plan.get("steps", []):
        weight = "" if step["strength"] == 1 else f" {step['strength']:.0%}"
        chips.append((f"{step['label']}{weight}", "bold"))
    text = Text(" · ").join(Text(words, style) for words, style in chips)
    if plan.get("excluded"):
        text.append(f"  (not: {', '.join(LABELS[task] if is_task(task) else task for task in plan['excluded'])})", "dim")
    return text
