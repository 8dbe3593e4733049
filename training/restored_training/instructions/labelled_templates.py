"""Labelled templates: whole sentences with slots, what they mean written in front (`phrases/labelled_templates.txt`)."""

import random
from dataclasses import dataclass, replace
from functools import cache

from .example import Example, Split
from .phrases import FOLDER, parse_label, split_of
from .semantic_fields import SLOT


@cache
def read_labelled_templates() -> tuple[tuple[Example, ...], dict[str, tuple[str, ...]]]:
    """The templates as examples whose text still has slots, and the lists the slots draw from."""
    templates: list[Example] = []
    lists: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in (FOLDER / "labelled_templates.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith("[@"):
            name = line[2:-1]
        elif name:
            lists[name] = tuple(item.strip() for item in line.split(" | "))
        else:
            template = parse_label(*line.split("|", 2))
            # the sides are drawn by this text: another first word would move sentences between training and test
            templates.append(replace(template, template=f"mould:{template.text}"))
    return tuple(templates), lists


@dataclass(frozen=True, slots=True)
class LabelledTemplates:
    """Draws sentences of one side. As in fields.txt, templates are held out whole and a part of each longer list's words too."""

    split: Split
    rng: random.Random
    templates: tuple[Example, ...]
    lists: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, split: Split, seed: int) -> "LabelledTemplates":
        """The templates of one side of the split."""
        templates, lists = read_labelled_templates()
        kept = {name: tuple(item for item in items if split_of(f"{name}:{item}") == split) for name, items in lists.items()}
        lists = {name: (kept[name] or items) if len(items) >= 8 else items for name, items in lists.items()}
        mine = tuple(template for template in templates if split_of(template.template) == split)
        return cls(split, random.Random(f"moulds:{split}:{seed}"), mine, lists)

    def wish(self) -> Example | None:
        """A sentence that asks for something we can do."""
        return self._draw(tuple(template for template in self.templates if template.wanted))

    def other(self) -> Example | None:
        """A sentence that asks for nothing we can do."""
        return self._draw(tuple(template for template in self.templates if not template.wanted))

    def _draw(self, templates: tuple[Example, ...]) -> Example | None:
        if not templates:
            return None
        template = self.rng.choice(templates)
        text = SLOT.sub(lambda match: self.rng.choice(self.lists[match.group(1)]), template.text)
        spans = tuple((0, len(text), task, True) for task in template.wanted) if len(template.wanted) == 1 else ()
        return replace(template, text=text, spans=spans, split=self.split)
