"""A wish as a command for the shell: what was tried in the window is done to a folder of photographs the same way."""

from __future__ import annotations

import shlex
from dataclasses import replace

from ..wire.recipe import encode_recipe, make_recipe
from .wish import QUALITIES, Wish


def command_line(wish: Wish, edited: bool, picture: str = "photo.jpg", result: str = "restored.png") -> str:
    """The `restored run` that does the same to the file `picture`, for a POSIX shell.

    edited: the plan is not what the instruction alone would be understood as; then the command writes it into a recipe first.
    """
    if (edited or wish.texture > 0) and wish.plan is not None:
        plan = {name: value for name, value in wish.plan.items() if name != "history"}
        recipe = make_recipe(replace(wish, plan=plan), sha256=None, version="")
        words = ["restored", "run", picture, "--recipe", "recipe.json", "--output", result]
        return f"printf %s {shlex.quote(encode_recipe(recipe))} > recipe.json && {shlex.join(words)}"
    words = ["restored", "run", picture, wish.instruction.strip()]
    if wish.strength != 1.0:
        words += ["--strength", f"{wish.strength:g}"]
    if wish.scale != 1:
        words += ["--scale", str(wish.scale)]
    if wish.quality != QUALITIES[0]:
        words += ["--quality", wish.quality]
    if wish.model:
        words += ["--model", wish.model]
    return shlex.join([*words, "--output", result])
