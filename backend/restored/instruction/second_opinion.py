"""A sentence of which the table of words knows only a part: what the encoder makes of it is put beside what the words say."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from restored.adjustments.names import Adjustment, clamp, is_plain
from restored.regions.names import Region

from . import multilingual
from .grammar import Clause, Heard, Named, Turn, Words, amount_in
from .grammar.amounts import FACTORS, STRENGTHS
from .grammar.sentences import about_places
from .tasks import TASKS, Task
from .tones import SIGNED
from .wish_classes import FORBIDDEN, WISHES

WANTED: Final = 0.55
"""Probability from which a wish counts where the words name none."""

BESIDE: Final = 0.85
"""The same beside what the words name."""

WITH_NAME: Final = 0.3
"""The same where its noun stands in the sentence, in whichever construction."""

CLEARLY: Final = 0.8
"""A sentence that is off-topic with this probability asks for nothing that is said in passing."""

OFF: Final = 0.7
"""Of that probability, a wish that the table heard has to have so much itself."""

FORBIDS: Final = 0.5
"""Probability from which a task is forbidden."""

CERTAIN: Final = 0.9
"""A wish of this probability stands beside or instead of what the table heard."""

DENIED: Final = 0.3
"""But not where it is denied with this probability."""

UNHEARD: Final = 0.1
"""What the table heard and the encoder gives less than this goes, where that is certain of something else."""

SO_MUCH: Final = 0.6
"""Share of a wish's probability from which it is one for a little, or for much."""

LEAST: Final = 0.9
"""A wish counts for at least so much there."""

SURE: Final = 0.95
SURER: Final = 0.985
UNSURE: Final = 0.05
"""Where the encoder gives so much to a direction, and so little to the task that words of the table name, it is believed."""

IS_KIND: Final = 0.5
"""From here on a sentence is off-topic, asks to add damage, or is a general wish."""

ALIKE: Final = (
    frozenset({"lowlight", "exposure+", "shadows+"}),
    frozenset({"exposure-", "highlights-", "whites-"}),
    frozenset({"enhance", "contrast+", "saturation+", "vibrance+", "blacks-"}),
    frozenset({"enhance", "temperature-", "tint-", "saturation-"}),
    frozenset({"enhance", "temperature+", "tint+"}),
    frozenset({"deblur", "superres", "dejpeg"}),
)
"""Wishes of which one may stand for another: of a sentence without its keyword each has only a part of the probability."""

ONE_OF: Final = (
    frozenset({"lowlight", "exposure+"}),
    frozenset({"lowlight", "shadows+"}),
    frozenset({"exposure-", "highlights-"}),
    frozenset({"saturation+", "vibrance+"}),
    frozenset({"enhance", "saturation+"}),
    frozenset({"enhance", "contrast+"}),
    *(frozenset({name, f"{name[:-1]}-"}) for name in SIGNED if name.endswith("+") and f"{name[:-1]}-" in SIGNED),
)
"""Of two that the same words stand for, or that undo each other, the one that was heard is meant, else the likelier one."""


def agree(heard: Heard, said: dict[str, float], words: Words) -> None:
    """Bring what the table heard into line with the probability of each class."""
    certain = {name for name in WISHES if said[name] >= CERTAIN and said.get(f"not {name}", 0.0) < DENIED}
    not_excluded(heard, said)
    heard.adding = heard.adding and not takes_away(heard, said)
    forbidden = [task for task, name in zip(TASKS, FORBIDDEN, strict=True) if said[name] >= FORBIDS and said[name] > said[task]]
    heard.excluded += [task for task in forbidden if task not in heard.excluded]
    whole = {index for index, clause in enumerate(heard.clauses) if clause.covered}
    heard.named = [item for item in heard.named if item.clause in whole or item.task not in forbidden]
    if said["off_topic"] >= CLEARLY:  # it may be of the day, word for word ("it snowed and we sang")
        least = said["off_topic"] * OFF
        heard.named = [item for item in heard.named if _backing(item.task, said) >= least]
        heard.turns = [turn for turn in heard.turns if _backing(signed(turn), said) >= least]
        heard.holes = [item for item in heard.holes if said["inpaint"] >= least]
    if heard.adding or heard.inverse or is_refused(heard) or not heard.clauses:
        return
    for item in [item for item in heard.named if item.task in TASKS]:
        better = named_better(item.task, said)
        if better and better not in _found(heard):
            heard.named.remove(item)
            add(heard, better, words, multilingual.read)
    before = _found(heard)
    kept = "keep" in heard.modifiers and all(clause.covered for clause in heard.clauses)
    if not kept and any(not is_alike(name, other) for name in certain - before - {*heard.excluded} for other in before):
        _drop(heard, said)
    missing = _missing(heard, said)
    if heard.known and _found(heard) == before:  # but "Rauschen und Dunst entfernen" names two
        missing = [name for name in missing if name in certain and ("task", name) in heard.concepts]
    for name in missing:
        item = add(heard, name, words, multilingual.read)
        heard.named += [item] if item else []
    if not heard.known:
        _leave_one(heard, said)


def add(heard: Heard, name: str, words: Words, read: Callable[[str], Mapping[str, float] | None]) -> Named | None:
    """Put a wish that was not heard into the clause that it is likeliest to stand in, as `read` judges them: a direction, or
    marks to fill, into `heard`; a task is returned."""
    index, clause = _clause_of(heard, name, read)
    text = heard.text[clause.start : clause.end]
    amount = amount_in(text, words)
    if name in SIGNED:
        adjustment: Adjustment = name[:-1]  # type: ignore[assignment]
        size = amount.of(adjustment, 1 if name.endswith("+") else -1, False)
        place = _beside(clause.place, adjustment)
        heard.turns.append(Turn(adjustment, round(size, 4), text.strip(), index, amount.plain, False, place))
        return None
    if name == "inpaint":
        heard.holes.append(Named("inpaint", text, index))
        return None
    task: Task = name  # type: ignore[assignment]
    return Named(task, text, index, amount.strength, clause.place)


def not_excluded(heard: Heard, said: Mapping[str, float]) -> set[Task]:
    """Damage that a table took for excluded, and that shall certainly go ("not happy with the noise", "без снега"): taken out of
    what is excluded, and returned."""
    said_else = heard.turns or any(item.task not in heard.excluded for item in heard.named)  # "rain out, fog in"
    if said_else or {"keep", "only", "too", "less", "enough"} & heard.modifiers or said["add"] >= UNSURE:
        return set()
    least = SURER if "praise" in heard.modifiers else CERTAIN
    sure = {task for task in TASKS if said[task] >= least and said[f"not {task}"] < UNSURE} - {"enhance", "lowlight"}
    heard.excluded = [task for task in heard.excluded if task not in sure]
    return sure


def takes_away(heard: Heard, said: Mapping[str, float]) -> bool:
    """Whether a sentence that seems to ask for damage certainly complains of it ("there's more noise than photo")."""
    return not {"less", "too"} & heard.modifiers and said["add"] < UNSURE and any(said[task] >= CERTAIN for task in TASKS)


def named_better(task: str, said: Mapping[str, float]) -> str | None:
    """The direction that what was heard as a task certainly is ("a tad lighter", "colours more strong"), if it is one."""
    if said[task] >= UNSURE:
        return None
    return next((name for name in SIGNED if said[name] >= SURE and is_alike(task, name)), None)


def says_how_much(turn: Turn) -> bool:
    """Whether the words of a direction say how far, or it has no degrees."""
    return not is_plain(turn.name, turn.amount) or turn.name == "black_and_white"


def sized(turn: Turn, said: Mapping[str, float]) -> Turn:
    """A direction as far as its sentence asks for it, where no word of it that the table knows says how far."""
    name = signed(turn)
    if not turn.plain or says_how_much(turn) or f"{name}<" not in said:
        return turn
    factor = FACTORS["bit"] if _is_so(said, name, "<") else FACTORS["much"] if _is_so(said, name, ">") else 1.0
    return replace(turn, amount=clamp(turn.name, round(turn.amount * factor, 4)))


def strength_of(task: str, strength: float, said: Mapping[str, float]) -> float:
    """The same of a task, that is done whole where nothing says how much."""
    return STRENGTHS["bit"] if strength == 1.0 and f"{task}<" in said and _is_so(said, task, "<") else strength


def _is_so(said: Mapping[str, float], name: str, size: str) -> bool:
    """Whether a wish is one for a little, or for much: of how likely it is one at all."""
    return said[name + size] >= SO_MUCH * max(said[name], LEAST)


def is_refused(heard: Heard) -> bool:
    """Whether a part of it cannot be done: that is the answer, then. A place that only a hand can show is none."""
    return any(item.message not in about_places(item.words) for item in heard.unused)


def is_alike(one: str, other: str) -> bool:
    """Whether one wish may stand for the other."""
    return any({one, other} <= group for group in ALIKE)


def _beside(place: Region | None, adjustment: Adjustment) -> Region | None:
    """Where an adjustment applies, beside the tones that it is of: shadows are lifted where the shadows are."""
    if place is None or place.outside or adjustment not in place.places:
        return place
    left = tuple(each for each in place.places if each != adjustment)
    return replace(place, places=left, both=place.both and len(left) > 1) if left else None


def signed(turn: Turn) -> str:
    """The adjustment and which way."""
    return f"{turn.name}{'+' if turn.amount > 0 else '-'}"


def _backing(name: str, said: Mapping[str, float]) -> float:
    """How likely a wish is, or one that it may stand for."""
    return max(said.get(name, 0.0), *(said[other] for group in ALIKE if name in group for other in group), 0.0)


def _against(name: str) -> set[str]:
    """Wishes that go the other way."""
    others = {"exposure-"} if name == "lowlight" else {"lowlight"} if name == "exposure-" else set[str]()
    return others | ({name.translate(str.maketrans("+-", "-+"))} if name in SIGNED else set())


def _found(heard: Heard) -> set[str]:
    """What the table heard, as the classes name it."""
    return {item.task for item in (*heard.named, *heard.holes)} | {signed(turn) for turn in heard.turns}


def _drop(heard: Heard, said: Mapping[str, float]) -> None:
    """Without what the table heard and the encoder does not at all."""
    heard.named = [item for item in heard.named if _backing(item.task, said) >= UNHEARD]
    heard.turns = [turn for turn in heard.turns if _backing(signed(turn), said) >= UNHEARD]
    heard.holes = [item for item in heard.holes if said["inpaint"] >= UNHEARD]


def _leave_one(heard: Heard, said: Mapping[str, float]) -> None:
    """Of two that the same words stand for the likelier one, unless both are certain."""
    for two in ONE_OF:
        less = min(two, key=lambda name: said[name])
        if two <= _found(heard) and said[less] < CERTAIN:
            heard.named = [item for item in heard.named if item.task != less]
            heard.turns = [turn for turn in heard.turns if signed(turn) != less]


def _missing(heard: Heard, said: dict[str, float]) -> list[str]:
    """Wishes that the words do not name, the likeliest first, one of each kind."""
    found = _found(heard)
    barred = {*heard.excluded, *(item.task for item in heard.kept_holes)}
    missing: list[str] = []
    if said["off_topic"] >= max(CLEARLY, *(said[name] for name in WISHES)):
        return missing
    known = all(clause.covered for clause in heard.clauses)  # "it is not dark": whose words are known, and ask for nothing
    usual = BESIDE if found or barred or heard.excluded_turns or known else WANTED
    for name in sorted(WISHES, key=lambda name: -said[name]):
        near = set().union(*(group for group in ALIKE if name in group)) - {name}
        named = ("task", name) in heard.concepts or (name == "inpaint" and bool(heard.dropped))
        least = WITH_NAME if named else usual
        if near & (found | barred):
            least = BESIDE
        elif not known and sum(said[other] for other in near) + said[name] >= usual:
            least /= 2  # one of two that stand for the same
        denied = name in barred or bool(_against(name) & found) or (name in SIGNED and name[:-1] in heard.excluded_turns)
        against = max(said["off_topic"], said.get(f"not {name}", 0.0))
        if said[name] >= max(least, against) and name not in found and not denied:
            found.add(name)
            missing.append(name)
    return missing


def _clause_of(heard: Heard, name: str, read: Callable[[str], Mapping[str, float] | None]) -> tuple[int, Clause]:
    """The clause that a wish is likeliest to stand in: of those that the table does not know whole, if there are any."""
    numbered = list(enumerate(heard.clauses))
    clauses = [(index, clause) for index, clause in numbered if not clause.covered] or numbered
    if len(clauses) == 1:
        return clauses[0]
    said = [read(heard.text[clause.start : clause.end]) or {} for _, clause in clauses]
    return clauses[max(range(len(clauses)), key=lambda i: said[i].get(name, 0.0))]
