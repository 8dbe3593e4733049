"""A plan from what the grammar heard and what was read as tasks: places, amounts, exclusions and what cannot be done included."""

from dataclasses import replace
from typing import TYPE_CHECKING

from restored.adjustments.names import family, is_adjustment, is_plain
from restored.regions.names import MARKS, Region

from . import outcomes
from .grammar.sentences import CANNOT, NOT_READ, by_hand
from .plan import Plan, Reason, Step, Unused
from .pointing import place_of
from .sanitize import Cleaned

if TYPE_CHECKING:
    from .grammar import Heard
    from .head_reading import HeadReading


def put_together(cleaned: Cleaned, heard: "Heard", reading: "HeadReading", alone: bool) -> tuple[Plan, bool]:
    """The plan, and whether the picture should decide more of it. alone: the grammar read all there was."""
    text = cleaned.text
    turns = [
        Step(turn.name, 0.95, 1.0, turn.words, amount=turn.amount, region=turn.region or heard.limit(turn.clause))
        for turn in heard.turns
    ]
    steps = [_placed(step, heard) for step in reading.steps]
    lit = {step.region for step in turns if step.task == "exposure" and (step.amount or 0) > 0}
    if lit:
        steps = [step for step in steps if step.task != "lowlight" or not lit & {None, step.region}]
    if any(step.task == "exposure" and (step.amount or 0) < 0 and step.region is None for step in turns):
        steps = [step for step in steps if step.task != "lowlight" or step.region is not None]
    blackened = {step.region for step in turns if step.task == "blacks" and (step.amount or 0) < 0}
    if blackened and all(item.task != "lowlight" for item in heard.named):  # "a sky that is black, not this grey soup"
        steps = [step for step in steps if step.task != "lowlight" or step.region not in blackened]
    if heard.scale is not None and all(step.task != "superres" for step in steps):
        steps.append(Step("superres", 0.95, 1.0, text.strip(), region=None))
    steps += [_marked(_placed(Step(item.task, 0.95, 1.0, item.words.strip()), heard)) for item in heard.holes]
    steps = [] if heard.inverse else [*steps, *_distinct(turns)]
    unused = list(heard.unused)
    filled = {item.task for item in heard.holes}
    unused += [Unused(item.words, CANNOT["kinds"]) for item in heard.kept_holes if item.task in filled]
    unused += [
        Unused(step.region.by_hand, by_hand(step.region.by_hand, True, step.region.outside))
        for step in steps
        if step.region and step.region.by_hand
    ]
    unread = reading.reason in ("off_topic", "asks_to_add", "not_understood", "not_english")
    if not alone and unread and turns and not reading.general:
        left = heard.rest.strip(" ,.;:!?\n")
    else:
        left = ""
    if left and all(left != turn.words.strip(" ,.;:!?\n") for turn in heard.turns):
        # the sentences of `NOTHING` say that nothing was changed, and here something is
        unused.append(Unused(left, outcomes.STRAY if reading.reason == "asks_to_add" else NOT_READ))
    done = {step.task for step in steps} | {family(turn.name, turn.amount) for turn in heard.turns}
    excluded = tuple(
        dict.fromkeys(
            task
            for task in (*reading.excluded, *(item.task for item in heard.kept_holes), *heard.excluded_turns)
            if task not in done
        )
    )
    cut = cleaned.cut or reading.truncated
    limited = {step.region.by_hand for step in steps if step.region}
    unused = [item for item in unused if item.words not in limited or item.message != by_hand(item.words, False)]
    notes = tuple({(item.words, item.message): item for item in unused}.values())
    if not steps:
        notes = tuple(item for item in notes if item.message != by_hand(item.words, False))  # nothing was done anywhere
        reason: Reason = reading.reason or "not_understood"
        if (heard.kept_holes or heard.barred or heard.excluded_turns) and reason in ("not_understood", "off_topic"):
            reason = "asks_to_keep"
        elif heard.unused and reason in ("not_understood", "off_topic", "asks_to_keep"):
            reason = "cannot_yet"
        message = " ".join(dict.fromkeys(item.message for item in notes)) if reason == "cannot_yet" else outcomes.NOTHING[reason]
        if reading.general:
            reason, message = "not_understood", outcomes.GENERAL
        return Plan(text, (), excluded, reason, _sentence(message, cut=cut), unused=notes), reading.general
    said = " ".join(dict.fromkeys(item.message for item in notes)) or (outcomes.STRAY if reading.stray else "")
    plan = Plan(text, tuple(steps), excluded, message=_sentence(said, cut=cut), unused=notes, scale=heard.scale)
    return plan.in_apply_order(), reading.general


def _sentence(message: str, *, cut: bool) -> str:
    return " ".join(part for part in (message, outcomes.CUT if cut else "") if part)


def _placed(step: Step, heard: "Heard") -> Step:
    """A step with the place and the part that its clause names."""
    at = max(0, heard.text.find(step.words))
    region = heard.region_at(at) or place_of(heard, step.task, heard.clause_at(at))
    # "natural skin tones" is no wish for the skin alone
    if step.task == "superres" or (step.task == "enhance" and region is not None and region.places == ("skin",)):
        region = None
    return replace(step, region=region, part=heard.part if step.task == "denoise" else "")


def _marked(step: Step) -> Step:
    """A step that fills, with what can be looked at first: the marks that are found, there or anywhere."""
    return replace(step, region=step.region.marked() if step.region else Region((MARKS,)))


def _distinct(steps: list[Step]) -> list[Step]:
    """One step per adjustment and place: the last word counts, but what says how much before what does not ("a touch warmer, it
    feels chilly")."""
    found: dict[tuple[str, Region | None], Step] = {}
    for step in steps:
        before, amount = found.get((step.task, step.region)), step.amount or 0.0
        turns_back = before is not None and (before.amount or 0.0) * amount < 0
        if before is None or turns_back or not (is_adjustment(step.task) and is_plain(step.task, amount)):
            found[step.task, step.region] = step
    return list(found.values())
