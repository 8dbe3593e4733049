"""One labelled sentence."""

from dataclasses import dataclass, field
from typing import Any, Literal

from restored.instruction import Task

Split = Literal["train", "val", "test"]

KINDS = ("wish", "general", "off_topic", "add", "foreign")
"""What a sentence may contain, several at once: a wish for tasks, a wish that names none, something else, damage to add,
another language. A sentence that only excludes has none of them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence and what it means.

    wanted: task -> strength in (0, 1]; excluded: tasks the user forbids or declares absent; kinds: a subset of KINDS;
    spans: (start, end, task, wanted) character ranges of `text` that say so (empty when unknown);
    template, phrases: what the grammar made it from, so that a split can keep them apart.
    """

    text: str
    wanted: dict[Task, float] = field(default_factory=dict)
    excluded: tuple[Task, ...] = ()
    kinds: tuple[str, ...] = ()
    stratum: str = ""
    spans: tuple[tuple[int, int, Task, bool], ...] = ()
    template: str = ""
    phrases: tuple[str, ...] = ()
    split: Split = "train"

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready map."""
        return {
            "text": self.text,
            "wanted": self.wanted,
            "excluded": list(self.excluded),
            "kinds": list(self.kinds),
            "stratum": self.stratum,
            "spans": [list(span) for span in self.spans],
            "template": self.template,
            "phrases": list(self.phrases),
            "split": self.split,
        }
