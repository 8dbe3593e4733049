"""Labelled moulds: whole sentences with slots, what they mean written in front (`phrases/moulds.txt`)."""

import random
from dataclasses import dataclass, replace
from functools import cache

from .example import Example, Split
from .fields import SLOT
from .phrases import FOLDER, parse_label, split_of


@cache
def read_moulds() -> tuple[tuple[Example, ...], dict[str, tuple[str, ...]]]:
    """The moulds as examples whose text still has slots, and the lists the slots draw from."""
    moulds: list[Example] = []
    lists: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in (FOLDER / "moulds.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith("[@"):
            name = line[2:-1]
        elif name:
            lists[name] = tuple(item.strip() for item in line.split(" | "))
        else:
            mould = parse_label(*line.split("|", 2))
            moulds.append(replace(mould, template=f"mould:{mould.text}"))
    return tuple(moulds), lists


@dataclass(frozen=True, slots=True)
class Moulds:
    """Draws sentences of one side. As in fields.txt, moulds are held out whole and a part of each longer list's words too."""

    split: Split
    rng: random.Random
    moulds: tuple[Example, ...]
    lists: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, split: Split, seed: int) -> "Moulds":
        """The moulds of one side of the split."""
        moulds, lists = read_moulds()
        kept = {name: tuple(item for item in items if split_of(f"{name}:{item}") == split) for name, items in lists.items()}
        lists = {name: (kept[name] or items) if len(items) >= 8 else items for name, items in lists.items()}
        mine = tuple(mould for mould in moulds if split_of(mould.template) == split)
        return cls(split, random.Random(f"moulds:{split}:{seed}"), mine, lists)

    def wish(self) -> Example | None:
        """A sentence that asks for something we can do."""
        return self._draw(tuple(mould for mould in self.moulds if mould.wanted))

    def other(self) -> Example | None:
        """A sentence that asks for nothing we can do."""
        return self._draw(tuple(mould for mould in self.moulds if not mould.wanted))

    def _draw(self, moulds: tuple[Example, ...]) -> Example | None:
        if not moulds:
            return None
        mould = self.rng.choice(moulds)
        text = SLOT.sub(lambda match: self.rng.choice(self.lists[match.group(1)]), mould.text)
        spans = tuple((0, len(text), task, True) for task in mould.wanted) if len(mould.wanted) == 1 else ()
        return replace(mould, text=text, spans=spans, split=self.split)
