"""`restored run`: one photograph and a sentence."""

import filecmp
import os
import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from restored.files import FileOrder, look_at_file, restore_file
from restored.files.makingway import place_mark
from restored.files.owned import Owner, digest_of, owner_of, recipe_of
from restored.instruction.outcomes import GENERAL

from . import console
from .going_on import going_on
from .options import Device, Json, Model, NoDaemon, Output, Quality, Recipe, Scale, Strength, qualities
from .reporting import tell, tell_kept
from .wishes import make_wish
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
    work, written = qualities(quality)
    if go_on:
        if output is None:
            raise typer.BadParameter("Say which result the words are about, such as: -o result.png", param_hint="--output")
        masked, look = mask is not None, find or None
        gone = going_on(
            instruction, source, output, masked=masked, strength=strength, model=model, device=device, quality=work, find=look
        )
        if gone.wish is None:
            tell_kept(gone, output, json=json)
            return
        wish = gone.wish
    else:
        wish = make_wish(
            instruction, recipe, strength=strength, scale=scale, model=model, device=device, quality=work, find=find or None
        )
    if output is None:
        _answer(source, wish, picture, no_daemon=no_daemon, json=json)
        return
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
        console.print_json({**report.to_dict(), "output": str(output) if report.written else None})
    else:
        tell(report, source, output, wish, masked=mask is not None or wish.mask is not None)
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
    console.out.print(
        "Look at it beside the picture: what belongs to the picture (a rim, a rope, a twig) may be marked, too. Paint black what "
        "is to stay and white what I missed, in any program, then:",
        soft_wrap=True,
    )
    console.out.print(shlex.join(then), soft_wrap=True)


def _answer(source: Path, wish: FileOrder, page: int | None, *, no_daemon: bool, json: bool) -> None:
    """`run` without a place for a result: a question is answered, and so is what leaves nothing to do. Raises a usage error where
    there would be a result."""
    with console.progress("Starting", quiet=json) as show, worker(no_daemon, lambda words: show(None, words)) as who:
        plan = who.explain(wish.instruction) if wish.instruction and wish.plan is None else None
        asked = plan is not None and plan.get("action") == "diagnose"
        if plan is None or (not asked and (plan["steps"] or wish.scale > 1 or plan["message"] == GENERAL)):
            raise typer.BadParameter("Say where the result goes, such as: -o result.png", param_hint="--output")
        with console.interruptible() as stop:
            report = look_at_file(source, wish, who.restore, page=page, progress=show, cancelled=stop)
    if json:
        console.print_json({**report.to_dict(), "output": None})
    else:
        tell(report, source, None, wish)


def _somebody_elses(source: Path, output: Path, wish: FileOrder) -> bool:
    """Whether a file would be lost that is neither a result of this picture nor a copy of it."""
    if not os.path.isfile(output) or not os.path.isfile(source):
        return False
    digest = digest_of(source)
    owner = owner_of(output, source, wish, digest)
    if owner is Owner.OURS:  # another wish for this picture, or a result of another picture
        return (recipe_of(output) or {}).get("source") != digest
    return owner is Owner.OTHER and not filecmp.cmp(source, output, shallow=False)
