"""What the user reads: one friendly sentence or two per outcome."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from restored.ground.tasks import Task, info

from .plan import Keep, Plan, Reason

ABILITIES: Final = (
    "I can remove noise, blur, rain, haze, snow and JPEG artefacts, brighten dark pictures, improve colours and add resolution"
)

LANGUAGES: Final = (
    "English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Ukrainian, Czech, Swedish, Turkish, Chinese, "
    "Japanese, Korean and Hindi"
)

NOTHING: Final[dict[Reason, str]] = {
    "empty": f"Tell me what is wrong with the picture, for example “remove the noise”. {ABILITIES}.",
    "off_topic": f"I only repair photographs, and this is something else, so nothing was changed. {ABILITIES}.",
    "asks_to_add": f"I only take damage away, I don't add it, so nothing was changed. {ABILITIES}.",
    "asks_to_keep": "You told me what to leave alone but not what to fix, so nothing was changed.",
    "not_understood": f"I am not sure what you would like, so nothing was changed. Please name what bothers you. {ABILITIES}.",
    "cannot_yet": f"I cannot do that yet, so nothing was changed. {ABILITIES}.",
    "not_english": f"Sorry, I could not read this, so nothing was changed. I understand {LANGUAGES}.",
}
"""Reason -> the sentence for the user."""

GENERAL: Final = f"Please name what is wrong, for example “it is too dark” – or show me the picture and I will look. {ABILITIES}."
PICTURE_FINE: Final = "I looked at the picture and found nothing that needs fixing. If something bothers you, please name it."
DIAGNOSIS: Final = "I looked at the picture. Wrong with it: {faults}."
DIAGNOSIS_AND: Final = "I looked at the picture. Wrong with it: {faults}. Perhaps also: {more}."
PERHAPS: Final = "I looked at the picture and am sure of nothing that is wrong. Perhaps: {more}. Name what bothers you."
STRAY: Final = "I left out the part of your wish that I cannot do."
KEPT: Final[dict[Keep, str]] = {"colours": "The colours stay as they are.", "texture": "Much of the fine texture stays."}
CUT: Final = "Your text is very long; I read only the beginning."


def keeping(plan: Plan, keeps: Collection[Keep]) -> Plan:
    """A plan that keeps these, too, and says so."""
    new = [sentence for keep, sentence in KEPT.items() if keep in keeps and keep not in plan.keeps]
    message = " ".join(filter(None, (plan.message, *(new if plan.steps else ()))))
    return replace(plan, keeps=tuple(keep for keep in KEPT if keep in {*plan.keeps, *keeps}), message=message)


def proposal(tasks: Sequence[Task], amounts: Mapping[Task, str] | None = None, taken: int | None = None) -> str:
    """ "I looked at the picture and propose to treat: noise (about 12 of 255) and haze. ..." tasks: everything that was found,
    the worst first; taken: how many of them are proposed."""
    said = [f"{info(task).seen} ({amounts[task]})" if amounts and task in amounts else info(task).seen for task in tasks]
    taken = len(said) if taken is None else taken
    more = f" I also see: {_listed(said[taken:])}." if said[taken:] else ""
    listed = _listed(said[:taken])
    return f"I looked at the picture and propose to treat: {listed}.{more} Change the steps if you see it differently."


def diagnosis(surely: Sequence[Task], perhaps: Sequence[Task], amounts: Mapping[Task, str]) -> str:
    """ "I looked at the picture. Wrong with it: noise (about 12 of 255). Perhaps also: haze (a veil of about 40 %)." By the names
    that chips have, so that a host has them in its language."""
    faults, more = (
        ", ".join(f"{info(task).label} ({amounts[task]})" if task in amounts else info(task).label for task in tasks)
        for tasks in (surely, perhaps)
    )
    if not surely:
        return PERHAPS.format(more=more) if perhaps else PICTURE_FINE
    return DIAGNOSIS_AND.format(faults=faults, more=more) if perhaps else DIAGNOSIS.format(faults=faults)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
