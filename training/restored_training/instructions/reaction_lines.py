"""What independent writers said of a result (`phrases/reactions*.txt`): which steps of the plan it is about, and what is new."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from restored.instruction import explain
from restored.instruction.reaction_odds import ACTS, NAMES, WANTS

from .phrases import FOLDER

FILES: Final = tuple(FOLDER / f"reactions{part}.txt" for part in ("", "_more", "_third", "_fourth", "_fifth", "_sixth"))

FOREIGN: Final = FOLDER / "reactions_foreign.txt"
"""In sixteen other languages, after the same wishes in English."""

LOST: Final = FILES[:3]
"""Files whose places stand alone: those of a change ("less of it in the sky") were left out."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sentence with its act, the wants that it tells of, and what it counts for in acts and in wants.

    plan: the wants that the plan was made of that it was said of; None where there was none. drops: names of steps that are not
    wanted at all; placed: of those that are meant in one place. places: the words that say where, left_out: those of them where
    nothing shall be done; None where that is not known."""

    text: str
    act: str
    wants: tuple[str, ...] = ()
    act_weight: float = 1.0
    want_weight: float = 1.0
    plan: tuple[str, ...] | None = None
    drops: tuple[str, ...] = ()
    placed: tuple[str, ...] = ()
    places: frozenset[str] | None = None
    left_out: frozenset[str] = frozenset()

    @property
    def want(self) -> str | None:
        """The one want, where it is one."""
        return self.wants[0] if len(self.wants) == 1 else None

    @property
    def about(self) -> set[str]:
        """The names of all that it is about."""
        return {want[:-1] for want in self.wants} | {*self.drops, *self.placed}


@dataclass(frozen=True, slots=True)
class _Item:
    """kind: "", also, not; name: of a step, with its sign; "" for all of them; place: behind an @, with its !."""

    kind: str
    name: str
    place: str

    @property
    def bare(self) -> str:
        return name_of(self.name.rstrip("<>+-"))


def read_reactions(lines: Iterable[str], placed: bool = True) -> Iterator[Reaction]:
    """Lines of meaning|sentence after a line `= WISH`, what has just been done.

    meaning: less, more, undo, again, reset, why, praise; or what is to change, several with spaces between: `denoise<`,
    `exposure>` (a step back or further), `also contrast+` (something new), `not derain` (without a step); each with a place
    behind it, `denoise<@sky`, or a place alone, where only: `@sky`, `deblur@!face`. placed: whether a line without a place is
    known to mean none.
    """
    signs: dict[str, int] = {}
    for line in lines:
        if line.startswith("="):
            steps = explain(line[1:].strip()).steps
            signs = {name_of(step.task): -1 if step.amount is not None and step.amount < 0 else 1 for step in steps}
        elif line.strip() and not line.startswith("#"):
            meaning, text = line.split("|", 1)
            if meaning in ACTS:
                yield Reaction(text, meaning, plan=_plan(signs), places=frozenset() if placed else None)
            else:
                yield _reaction(text, list(_items(meaning)), signs, placed)


def _reaction(text: str, items: list[_Item], signs: dict[str, int], placed: bool) -> Reaction:
    changes = [item for item in items if item.kind == "also" or item.name[-1:] in ("<", ">") or (item.kind and not item.place)]
    wants = tuple(want for item in changes if (want := _want(item, signs)))
    drops = tuple(item.bare for item in items if item.kind == "not" and not item.place)
    limits = [item for item in items if item.place and item.kind != "also"]
    there = tuple(name[:-1] for name in _plan(signs)) if any(not item.name for item in limits) else ()
    there = there or tuple(item.bare for item in limits if item.bare in signs)
    act = "change" if changes else "limit"
    if len(items) == 1 and drops:
        act = "drop"
    places = frozenset(item.place.lstrip("!") for item in items if item.place)
    away = frozenset(
        item.place.lstrip("!") for item in items if item.place.startswith("!") or (item.place and item.kind == "not")
    )
    return Reaction(
        text,
        act,
        wants if len(wants) == len(changes) else (),
        plan=_plan(signs),
        drops=tuple(name for name in drops if name in NAMES),
        placed=tuple(name for name in there if name in NAMES),
        places=places if places or placed else None,
        left_out=away,
    )


def _items(meaning: str) -> Iterator[_Item]:
    kind = ""
    for word in meaning.split():
        if word in ("also", "not"):
            kind = word
        else:
            name, _, place = word.partition("@")
            yield _Item("" if name[-1:] in ("<", ">") else kind, name, place.replace("_", " "))


def _plan(signs: dict[str, int]) -> tuple[str, ...]:
    return tuple(want for name, sign in signs.items() if (want := f"{name}{'+' if sign > 0 else '-'}") in WANTS)


def name_of(task: str) -> str:
    """What a task is called here: light is light, whoever judges how much of it."""
    return "exposure" if task == "lowlight" else task


def _want(item: _Item, signs: dict[str, int]) -> str | None:
    """What a reaction on a step asks of the picture as it is now."""
    way = signs.get(item.bare, 1) * (-1 if item.kind == "not" or item.name.endswith("<") else 1)
    if item.kind == "also":
        way = -1 if item.name.endswith("-") else 1
    want = f"{item.bare}{'+' if way > 0 else '-'}"
    return want if want in WANTS else None


def new_want(item: str) -> str | None:
    """What a plain wish asks of the picture; item: a task, or a direction with its sign."""
    return _want(_Item("also", item, ""), {})
