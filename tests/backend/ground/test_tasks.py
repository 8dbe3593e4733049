"""One table of tasks: complete, ordered, and open to a row more."""

import pytest

from restored.ground import tasks
from restored.ground.tasks import APPLY_ORDER, FIRST_TASKS, KINDS, LABELS, TASKS, TaskInfo


def test_every_row_is_complete():
    for row in tasks.every():
        assert all((row.id, row.label, row.seen, row.doing, row.phrase))
        assert row.kind in KINDS
        assert LABELS[row.id] == row.label
    assert len({row.label for row in tasks.every()}) == len(TASKS)


def test_the_order_of_tensors_and_of_steps_never_changes():
    nine = ("denoise", "deblur", "derain", "dehaze", "desnow", "lowlight", "superres", "enhance", "dejpeg")
    assert nine == FIRST_TASKS
    assert APPLY_ORDER == (
        "inpaint", "dejpeg", "denoise", "deblur", "derain", "desnow", "dehaze", "lowlight", "enhance", "superres",
    )  # fmt: skip
    assert len({tasks.place(task) for task in TASKS}) == len(TASKS)


def test_a_row_more(monkeypatch):
    monkeypatch.setattr(tasks, "_rows", dict(tasks._rows))
    moire = TaskInfo("demoire", "moiré", "moiré", "Removing the moiré", "Remove the moiré from this photo", "noise", 1)
    tasks.add(moire)
    tasks.add(moire)  # a package may be imported twice
    assert tasks.is_task("demoire")
    assert LABELS["demoire"] == "moiré"
    assert tasks.every()[-1] is moire
    with pytest.raises(ValueError, match="already"):
        tasks.add(TaskInfo("denoise", "grain", "grain", "Removing", "Remove", "noise"))
    with pytest.raises(ValueError, match="kinds"):
        tasks.add(TaskInfo("dekind", "kind", "kind", "Removing", "Remove", "unkind"))  # type: ignore[arg-type]
