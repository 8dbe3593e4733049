"""What the options of a command line ask for."""

import os
from pathlib import Path
from typing import Any

import typer

from restored.files import FileOrder
from restored.ground.limits import SCALES
from restored.instruction.scale import asked_scale
from restored_client.wire.order import AGAIN

from . import console
from .options import check_device
from .recipes import read_recipe


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


def _findable(model: str | None) -> str | None:
    """A model's folder as the daemon, which works in another folder, finds it; a name as it is."""
    return str(Path(model).absolute()) if model and ("/" in model or os.sep in model) else model
