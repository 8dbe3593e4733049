"""What a command says to a person when its work is done."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.text import Text

from restored.files import FileOrder, Report
from restored.ground.tasks import LABELS, is_task
from restored.instruction.grammar.sentences import WISHES
from restored.regions.names import LABELS as PLACES
from restored.regions.names import MARKS

from . import console
from .going_on import WentOn
from .in_a_shell import device_words, in_a_shell

FOUND: Final = (
    "Nobody has looked at what was filled: what belongs to the picture (a rim, a rope, a twig) may be among it. "
    "To look and choose: {look} writes the marks; paint black what is to stay, and restore with --mask instead of --find."
)

OLD: Final = re.compile(
    r"\b(?:old|vintage|antique|album|scan(?:ned)?|alte[nrsm]?|vieux|vieil(?:le)?|ancien(?:ne)?|viej[oa]|antigu[oa]|vecchi[ao]|velh[oa]"
    r"|antig[oa]|oude?|star[aeyéý]\w*|стар\w+)\b|老照片|旧照片|古い|오래된|पुरान[ीाे]",
    re.IGNORECASE,
)
"""Words for a print that has been through something; what is scratched is looked for only when that is asked for."""

PRINT: Final = "Is it scratched, dusty or folded, too? {look} writes what I would fill as a mask to look at."

ALL_INSIDE: Final = (
    "The mask limits everything: beside the filling, the rest was done only where it is white. For the rest everywhere, "
    "restore the result once more with those words and without --mask."
)

FOUND_PLACE: Final = f"only the {PLACES[MARKS]}"
SHOWN_PLACE: Final = "only where the mask is white"

ASKED_FOR: Final = {**WISHES, "dejpeg": "remove the JPEG artefacts", "superres": "add detail", "enhance": "improve the colours"}
"""Task -> how to ask for it."""


def tell(report: Report, source: Path, output: Path | None, wish: FileOrder, *, masked: bool = False) -> None:
    """What happened. output: where a result was to go, if anywhere. masked: a mask said where anything may change."""
    done, message = report.done, in_a_shell(report.done.message)
    if done.changed:
        console.out.print(Text.assemble(("Plan     ", "dim"), plan_words(done.plan, shown=masked and not wish.find)))
        console.out.print(Text.assemble(("Done by  ", "dim"), device_words(done.device)))
        console.out.print(Text.assemble(("Time     ", "dim"), f"{done.seconds:.1f} s"))
        console.out.print(Text.assemble(("Result   ", "dim"), f"{output} ({report.width} x {report.height})"))
    elif done.plan.get("action") == "diagnose":
        _tell_diagnosis(done.plan, message, source)
    else:
        console.out.print(Text.assemble(("Nothing to do. ", "bold"), message))
        said = f"{output}, an unchanged copy of {source.name}" if report.written and output else "none: no file was written"
        console.out.print(Text.assemble(("Result   ", "dim"), said))
    if "mask or selection" in done.message:
        console.warn("Show where with --mask FILE. --propose-mask FILE.png writes what I would mark; --find fills that at once.")
    if done.changed and wish.find and any(step["task"] == "inpaint" for step in done.plan.get("steps", ())):
        console.warn(FOUND.format(look=shlex.join(["restored", "run", str(source), "--propose-mask", "marks.png"])))
    if done.plan.get("proposed") and OLD.search(wish.instruction or "") and not (masked or wish.find):
        console.warn(PRINT.format(look=shlex.join(["restored", "run", str(source), "--propose-mask", "marks.png"])))
    if done.changed and masked and _is_more_than_filling(done.plan):
        console.warn(ALL_INSIDE)
    for note in ((message,) if done.changed and message else ()) + report.notes:
        console.warn(note)


def _is_more_than_filling(plan: Mapping[str, Any]) -> bool:
    """Whether marks are filled and something else is done beside it, which a mask of the marks is seldom meant for."""
    tasks = {step["task"] for step in plan.get("steps", ())}
    return "inpaint" in tasks and len(tasks) > 1


def tell_kept(gone: WentOn, output: Path, *, json: bool) -> None:
    """Why the result that was spoken of stays as it is."""
    if json:
        console.print_json({"changed": False, "message": gone.message, "plan": gone.plan, "output": None})
        return
    console.out.print(in_a_shell(gone.message))
    console.out.print(Text.assemble(("Result   ", "dim"), f"{output}, as it was"))


def _tell_diagnosis(plan: Mapping[str, Any], message: str, source: Path) -> None:
    """What is wrong with a picture, and the command that treats it."""
    console.out.print(message)
    wishes = [ASKED_FOR[step["task"]] for step in plan.get("steps", ()) if step["task"] in ASKED_FOR]
    if not wishes:
        return
    words = f"{', '.join(wishes[:-1])} and {wishes[-1]}" if len(wishes) > 1 else wishes[0]
    then = ["restored", "run", str(source), words, "-o", f"{source.stem}-restored{_ending(source)}"]
    console.out.print("Nothing was changed. To have it treated, or only what of it bothers you:")
    console.out.print(shlex.join(then))


def _ending(source: Path) -> str:
    """Of a result beside its original: its own, where that is written."""
    return source.suffix if source.suffix.lower() in (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".webp") else ".png"


def plan_words(plan: Mapping[str, Any], *, shown: bool = False) -> Text:
    """A plan as its chips: `rain · too dark 60 %`, and what was left out on purpose. shown: a mask shows what is to be filled."""
    chips = []
    for step in plan.get("steps", []):
        weight = "" if step["strength"] == 1 else f" {step['strength']:.0%}"
        label = step["label"].replace(FOUND_PLACE, SHOWN_PLACE) if shown else step["label"]
        chips.append((f"{label}{weight}", "bold"))
    text = Text(" · ").join(Text(words, style) for words, style in chips)
    if plan.get("keeps"):
        text.append(f"  ({' and '.join(plan['keeps'])} kept)", "dim")
    if plan.get("excluded"):
        text.append(f"  (not: {', '.join(LABELS[task] if is_task(task) else task for task in plan['excluded'])})", "dim")
    return text
