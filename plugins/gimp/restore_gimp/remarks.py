"""Sentences about a plan: why nothing will be done, or was; and what is left alone."""

from restored_client import reasons

from .words import CATALOGUE, _


def on(edit, tasks):
    """The line under the chips of a PlanEdit, or ""; `tasks` are the engine's, as [{"id", "label"}]."""
    plan = edit.understood
    if not edit.steps():
        return _("Every step was removed, so nothing will be done.") if edit.edited else reasons.sentence(plan, CATALOGUE)
    if not edit.actionable:
        return _("Every step is set to 0 %, so nothing will be done.")
    labels = {task["id"]: _(task["label"]) for task in tasks}
    left = [labels.get(task, task) for task in edit.to_dict()["excluded"]]
    if left:
        return _("Left alone: {tasks}.").format(tasks=", ".join(left))
    return _("Proposed after a look at the picture.") if plan.get("proposed") else ""


def why(outcome):
    """Why nothing was changed, in the user's language where there is a translation."""
    return reasons.sentence(outcome.plan, CATALOGUE) or outcome.message or _("There was nothing to do.")
