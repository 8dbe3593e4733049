"""What a grammar hears in a sentence, before a network or a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from restored.adjustments.names import Adjustment
from restored.ground.tasks import Task
from restored.regions.names import Region

from ..plan import Part, Unused


@dataclass(frozen=True, slots=True)
class Turn:
    """An adjustment with its signed amount; plain: the words gave no amount or unit; sure: the direction was
    said, not only a state ("it is blue"); said: the state is said of something ("went blue"), it does not only name it ("the blue
    car is dull"). region: where."""

    name: Adjustment
    amount: float
    words: str
    clause: int
    plain: bool = True
    sure: bool = True
    region: Region | None = None
    said: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A task that the words name, and how much of it, as far as they say."""

    task: Task
    words: str
    clause: int
    strength: float | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of the text between two borders. covered: every word of it is known; cut: it needs no further reading;
    acts: a wish or complaint stands in it; told: it complains of a state;
    bars: all that it says is what must not be done."""

    start: int
    end: int
    covered: bool
    cut: bool
    acts: bool
    place: Region | None = None
    told: bool = False
    bars: bool = False


@dataclass(frozen=True, slots=True)
class Pointed:
    """A place that an encoder found in a clause, the wishes that may be meant there, and how likely each is."""

    clause: int
    region: Region
    wishes: Mapping[str, float]


@dataclass(slots=True)
class Heard:
    """Everything that was heard.

    concepts: (section, name) of every concept found, wherever it stands.
    limits: regions that a clause of its own asks for ("only the sky", "not the sky"), and which clause that is.
    holes: tasks that fill what a mask shows, and kept_holes: those that must not.
    bare: a noun or a look stands alone.
    trap: a verb of ours with an object that is no picture. scale: the enlargement asked for. part: only luminance or colour.
    adding: a damage is asked for. inverse: everything but the selection is meant, which only its owner can turn round.
    barred: excluded tasks of clauses that say nothing else.
    refused: tasks that a short "no" follows. instead: one noun was denied and another named.
    listed: qualities that the last clause only named ("the saturation and the contrast down").
    pending: tasks whose noun the last clause had, without a wish. waiting: a tone that it named so, and its words.
    measured: strengths of tasks that were given as a number ("dehaze 40").
    pointed: places that an encoder found beside those that the grammar heard; see `restored.instruction.pointing`.
    """

    text: str
    concepts: frozenset[tuple[str, str]] = frozenset()
    clauses: list[Clause] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    excluded: list[Task] = field(default_factory=list)
    excluded_turns: list[Adjustment] = field(default_factory=list)
    limits: list[tuple[int, Region]] = field(default_factory=list)
    holes: list[Named] = field(default_factory=list)
    kept_holes: list[Named] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)
    dropped: list[tuple[int, int]] = field(default_factory=list)
    bare: Task | None = None
    trap: bool = False
    adding: bool = False
    inverse: bool = False
    refused: list[Task] = field(default_factory=list)
    instead: bool = False
    barred: list[Task] = field(default_factory=list)
    pending: list[Task] = field(default_factory=list)
    waiting: tuple[Adjustment, str] | None = None
    listed: list[Adjustment] = field(default_factory=list)
    scale: int | None = None
    part: Part = ""
    measured: dict[Task, float] = field(default_factory=dict)
    pointed: list[Pointed] = field(default_factory=list)

    @property
    def modifiers(self) -> set[str]:
        """The modifiers among the concepts."""
        return {name for section, name in self.concepts if section == "modifier"}

    @property
    def known(self) -> bool:
        """Whether every word is known, something is done with every clause, and none of it is of another world."""
        off = any(section == "off" for section, _ in self.concepts)
        return not off and bool(self.clauses) and all(c.covered and (c.acts or c.bars) for c in self.clauses)

    @property
    def rest(self) -> str:
        """The text without the clauses that need no further reading, and without the words that went into `unused`."""
        kept = list(self.text)
        for start, end in [(c.start, c.end) for c in self.clauses if c.cut] + self.dropped:
            kept[start:end] = " " * (end - start)
        return "".join(kept)

    def region_at(self, start: int) -> Region | None:
        """The place that the clause around a position names, or a limit that holds there."""
        for index, clause in enumerate(self.clauses):
            if clause.start <= start < clause.end:
                return clause.place or self.limit(index)
        return self.limit(len(self.clauses))

    def clause_at(self, start: int) -> int:
        """The clause around a position; -1 for none."""
        return next((i for i, clause in enumerate(self.clauses) if clause.start <= start < clause.end), -1)

    def limit(self, clause: int) -> Region | None:
        """The limit that holds in a clause: one said after it ("too noisy, but not the sky"), or before every wish ("only the
        sky: sharpen it")."""
        first = min((i for i, c in enumerate(self.clauses) if c.acts), default=0)
        return next((region for index, region in self.limits if index > clause or index < first), None)
