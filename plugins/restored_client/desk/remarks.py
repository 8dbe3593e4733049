"""The one line under the plan: why nothing will be done, what was heard and cannot be done, what is left alone."""

from __future__ import annotations

from typing import Any, Collection, Dict, Iterable, List, Mapping, Sequence

from ..wire.plans import CANNOT_YET
from . import reasons
from .catalogue import Catalogue
from .deeds import deed
from .overlay import can_be_shown
from .planedit import PlanEdit

INVITATION = "Say what is wrong with the picture, for example “remove the noise and brighten it”."

SELECT_FIRST = (
    "Scratches and holes are only filled where a mask or selection shows them: "
    "mark them, or look at those that I find and take them."
)
"""The daemon says the same when nothing is selected; whoever is about to wish for it should know before."""


ONLY_BY_HAND = "I cannot find “{place}” in a picture: select it, and only what is selected changes."
ALL_BUT_BY_HAND = "I cannot find “{place}” in a picture: select everything else, and only what is selected changes."
"""The daemon says these two as well, of a place in a wish; here they are said as long as nothing is selected."""

GUESSED = (
    "I can only guess where “{place}” is: look at my guess, which its step shows, and make a selection of it, or select "
    "it yourself. Only what is selected changes."
)
SELECTED = "For “{place}”, only what is selected changes."


def on_plan(edit: PlanEdit, tasks: Sequence[Mapping[str, Any]], catalogue: Catalogue, selected: bool = False) -> str:
    """The line for a plan as edited, or "". `tasks` are the engine's, as [{"id", "label"}]; selected: whether something is."""
    tr, plan = catalogue.gettext, edit.understood
    steps = edit.steps()
    heard = [*unused(plan, catalogue, _shown_by_hand(plan.get("steps", ()))), *_by_hand(steps, catalogue, selected)]
    labels = {str(task.get("id")): tr(str(task.get("label"))) for task in tasks}
    if plan.get("action") == "why" and steps and not edit.edited:
        return _joined([_explained(steps, bool(plan.get("proposed")), catalogue), _left(edit, labels, catalogue), *heard])
    if plan.get("action") and not edit.edited and plan.get("message"):  # said of the plan that stood: "half of it", "why?"
        return _joined([*heard, catalogue.sentence(str(plan["message"]))])
    if not steps:
        if edit.edited:
            return tr("Every step was removed, so nothing will be done.")
        return _joined([*heard, _why(plan, catalogue)])
    if not edit.actionable:
        return tr("Every step is set to 0 %, so nothing will be done.")
    said = [*heard, _left(edit, labels, catalogue)]
    if not selected and any(step["task"] == "inpaint" and step["strength"] > 0 for step in steps):
        said.append(tr(SELECT_FIRST))
    if not _joined(said) and plan.get("proposed"):
        said.append(tr("Proposed after a look at the picture."))
    return _joined(said)


def _left(edit: PlanEdit, labels: Mapping[str, str], catalogue: Catalogue) -> str:
    """What is left alone, if anything is."""
    tr, tasks = catalogue.gettext, [labels.get(task, str(task)) for task in edit.to_dict()["excluded"]]
    return tr("Left alone: {tasks}.").format(tasks=tr(", ").join(tasks)) if tasks else ""


def _explained(steps: Sequence[Mapping[str, Any]], proposed: bool, catalogue: Catalogue) -> str:
    """The answer to “why?”: what is done, each step with the words that it was heard in."""
    tr, parts = catalogue.gettext, []
    for step in steps:
        words, what = str(step.get("words") or ""), deed(step, tr)
        by_hand, heard = tr("{step} (chosen by hand)"), tr("{step} (from “{words}”)")
        parts.append(heard.format(step=what, words=words) if words else by_hand.format(step=what))
    whole = tr("I looked at the picture and proposed: {steps}.") if proposed else tr("Done: {steps}.")
    return whole.format(steps=tr(", ").join(parts))


def unused(plan: Mapping[str, Any], catalogue: Catalogue, but: Iterable[Mapping[str, Any]] = ()) -> List[str]:
    """Sentences about what was heard and cannot be done; each entry of the plan's `unused` is a sentence or a map with one.
    but: regions that are spoken of elsewhere."""
    entries, places = plan.get("unused"), {region["by_hand"] for region in but}
    told = [entry for entry in (entries if isinstance(entries, (list, tuple)) else ()) if not _is_about(entry, places)]
    return [sentence for sentence in (_unused(entry, catalogue) for entry in told) if sentence]


def _is_about(entry: object, places: Collection[str]) -> bool:
    return isinstance(entry, dict) and entry.get("words") in places


def _shown_by_hand(steps: Iterable[Mapping[str, Any]]) -> List[Mapping[str, Any]]:
    """The regions that only a selection can show."""
    regions = (step.get("region") for step in steps)
    return [region for region in regions if isinstance(region, Mapping) and region.get("by_hand")]


def _by_hand(steps: Iterable[Mapping[str, Any]], catalogue: Catalogue, selected: bool) -> List[str]:
    """About each place that a hand has to show: how, or that it was."""
    said: List[str] = []
    for region in _shown_by_hand(steps):
        if selected:
            form = SELECTED
        elif region.get("outside"):
            form = ALL_BUT_BY_HAND
        else:
            form = GUESSED if can_be_shown({"region": region}) else ONLY_BY_HAND
        said.append(catalogue.gettext(form).format(place=region["by_hand"]))
    return list(dict.fromkeys(said))


def _unused(entry: object, catalogue: Catalogue) -> str:
    if isinstance(entry, str):
        return catalogue.sentence(entry)
    if not isinstance(entry, dict):
        return ""
    if entry.get("task") and entry.get("model"):
        label = catalogue.gettext(str(entry.get("label") or entry["task"]))
        return catalogue.gettext(CANNOT_YET).format(model=entry["model"], task=label)
    words = str(entry.get("words") or entry.get("text") or "")
    sentence = catalogue.sentence(str(entry.get("message") or entry.get("sentence") or ""))
    if not sentence:
        return catalogue.gettext("I cannot do anything about “{words}”.").format(words=words) if words else ""
    return f"“{words}”: {sentence}" if words and words not in sentence else sentence


def why_nothing(plan: Dict[str, Any], message: str, catalogue: Catalogue) -> str:
    """Why a restoration changed nothing, in the user's language where there is a translation."""
    said = unused(plan, catalogue)
    return _joined([*said, _why(plan, catalogue) or ("" if said else catalogue.sentence(message))]) or catalogue.gettext(
        "There was nothing to do."
    )


def _why(plan: Mapping[str, Any], catalogue: Catalogue) -> str:
    """Why a plan does nothing, unless that is just what `unused` says."""
    entries = plan.get("unused")
    said = [entry.get("message") for entry in (entries if isinstance(entries, (list, tuple)) else ()) if isinstance(entry, dict)]
    told = bool(said) and plan.get("message") == " ".join(str(each) for each in dict.fromkeys(said))
    return "" if told else reasons.sentence(dict(plan), catalogue)


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
