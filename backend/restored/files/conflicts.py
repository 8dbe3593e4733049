"""What happens when a result's place is taken."""

import filecmp
import itertools
import os
from pathlib import Path
from typing import Literal

from .orders import FileOrder
from .owned import Owner, owner_of

Policy = Literal["ask", "skip", "rename", "overwrite"]
"""`ask` counts as `skip` where nobody can be asked."""


class Taken(Exception):
    """The place is taken and stays so; the message is a sentence."""


class Already(Exception):
    """The very result is there already."""


def place(target: Path, source: Path, wish: FileOrder, policy: Policy, *, again: bool = False, made: bool = False) -> Path:
    """Where the result of `source` goes. made: the batch knows that it wrote the very file that is there.

    Replaced without a word is only what the batch made itself, and what carries our recipe for this very source. Raises Already
    and Taken.
    """
    owner = owner_of(target, source, wish)
    if owner is Owner.NOBODY or (made and owner is not Owner.THIS) or (again and owner is Owner.OURS and _same(target, source)):
        return target
    if owner is Owner.THIS:
        if again:
            return target
        raise Already
    if policy == "overwrite":
        return target
    if policy == "rename":
        return _free(target, source, wish, again)
    if owner is Owner.OTHER and os.path.isfile(target) and filecmp.cmp(source, target, shallow=False):
        if again:
            return target  # nothing is lost: the original is where it was
        raise Taken(f"“{target.name}” is there already, a copy of the original; it was left as it is. See --on-conflict.")
    whose = "is the result of another picture or wish" if owner is Owner.OURS else "was not made from this picture"
    raise Taken(f"“{target.name}” is there already and {whose}; it was left as it is. See --on-conflict.")


def _free(target: Path, source: Path, wish: FileOrder, again: bool) -> Path:
    for number in itertools.count(2):
        other = target.with_name(f"{target.stem} ({number}){target.suffix}")
        owner = owner_of(other, source, wish)
        if owner is Owner.NOBODY or (owner is Owner.THIS and again):
            return other
        if owner is Owner.THIS:
            raise Already
    raise AssertionError("there is always another number")


def _same(target: Path, source: Path) -> bool:
    from .owned import digest_of, recipe_of

    recipe = recipe_of(target)
    return recipe is not None and recipe.get("source") == digest_of(source)
