"""What can be said of a result, and the stretch of words that says it."""

from dataclasses import dataclass
from typing import Final, Literal

from restored.regions.names import Region

from ..plan import Action
from . import amounts
from .concepts import Hit, Words
from .heard import Heard
from .interpret import hear
from .tokens import Token, tokens

LESS, MORE = 0.6, 1.4
"""What "less" and "more" do to a step where nothing says how much."""
WEAKER: Final = {"tiny": 0.9, "bit": 0.8, "much": 0.35, "extreme": 0.2, "half": 0.5}
STRONGER: Final = {"tiny": 1.1, "bit": 1.2, "much": 2.0, "extreme": 3.0, "half": 1.5, "twice": 2.0, "triple": 3.0}
REFUSALS: Final = frozenset({"no", "nein", "non", "nee", "nie", "нет", "ні", "ne", "nej", "hayir"})
"""Before anything else: "no, less"."""

Way = Literal["weaker", "stronger"]


@dataclass(frozen=True, slots=True)
class Said:
    """action: a word for the whole; praise: it may stay as it is. factor: of all steps, of `targets`, or of the wish `core`.
    drops, adds: tasks and adjustments; core and `drop`: a wish that is taken back; surely: also when the plan has no such step.
    adds may have a sign ("exposure-"). limit: a place, of all steps or of `targets`; only: there is one, which the words name.
    where: the place in which there is to be more or less ("stronger in the sky"). missed: what the picture had and has no more,
    by the ways that lead back to it ("temperature-"), or the tasks that took it away. everywhere: no place any more."""

    action: Action = ""
    praise: bool = False
    factor: float | None = None
    targets: tuple[str, ...] = ()
    core: str = ""
    drop: bool = False
    drops: tuple[str, ...] = ()
    surely: bool = True
    adds: tuple[str, ...] = ()
    limit: Region | None = None
    only: bool = False
    where: Region | None = None
    missed: tuple[str, ...] = ()
    everywhere: bool = False

    def __bool__(self) -> bool:
        return self != Said()


class SaidClause:
    """A stretch of what was said: its words, and what they stand for."""

    def __init__(self, text: str, words: Words) -> None:
        self.text, self.words = text, words
        self.row = words.repaired(tokens(text), None)
        self.heard: Heard = hear(text, words)

    def hits(self, *sections: str) -> list[Hit]:
        """The concepts of each section by itself: a word may mean something in several."""
        return [
            hit for section in sections for hit in self.words.find(self.row, frozenset({section})) if not self._means_also(hit)
        ]

    def _means_also(self, hit: Hit) -> bool:
        """The last word of "clean the noise too"; "that is too much" ends otherwise."""
        return hit.first > 0 and self.row[hit.first].word == "too" and all(token.mark for token in self.row[hit.last + 1 :])

    def modifiers(self, *names: str) -> list[Hit]:
        return [hit for hit in self.hits("modifier") if hit.name in names]

    def rest(self, *used: Hit) -> list[Token]:
        """The words that say something beyond `used`."""
        idle = [hit for hit in self.hits("modifier") if hit.name in ("is", "make", "also")] + self.hits("talk")
        taken = {i for hit in (*used, *idle) for i in range(hit.first, hit.last + 1)}
        return [
            token
            for i, token in enumerate(self.row)
            if not token.mark
            and i not in taken
            and token.word not in self.words.filler
            and token.word not in REFUSALS
            and amounts.number(token.word) is None
        ]

    def without(self, *left_out: Hit) -> str:
        """The text without some of its words."""
        kept = list(self.text)
        for hit in left_out:
            for token in self.row[hit.first : hit.last + 1]:
                kept[token.start : token.end] = " " * (token.end - token.start)
        return " ".join("".join(kept).split())

    def factor(self, way: Way) -> float:
        local = self.hits("amount")
        amount = amounts.read(self.row, local)
        of_it = any(token.word in self.words.pronouns for token in self.row)
        if way == "weaker" and amount.share is not None and amount.share < 0.5 and of_it:
            return round(amount.share, 4)  # "a third of that"
        table = WEAKER if way == "weaker" else STRONGER
        if amount.share is not None:
            return round(max(0.0, 1 - amount.share) if way == "weaker" else 1 + amount.share, 4)
        phrases = {hit.name for hit in local}
        for word in ("tiny", "bit", "half", "extreme", "twice", "triple", "much"):
            if word in phrases and word in table:
                return table[word]
        return LESS if way == "weaker" else MORE


def factor_in(text: str, words: Words, *, weaker: bool) -> float:
    """How much less or more a text says of something, as `LESS` and `MORE` where it does not say how much."""
    return SaidClause(text, words).factor("weaker" if weaker else "stronger")
