"""What stands at the bottom of the docker: the jobs, what became of them, what went wrong, and what computes."""

from __future__ import annotations

from typing import Any

from . import jobs
from .joblist import JobList
from .qt import Qt, QtWidgets, Signal
from .restored_client.desk.desk import Desk
from .restored_client.desk.plaintext import plain
from .sentence import Sentence
from .words import tr


class StatusLine(QtWidgets.QWidget):
    """Stays in sight in a docker that is not high enough for everything."""

    retry_wanted = Signal()
    report_wanted = Signal()

    def __init__(self, queue: jobs.Jobs, buttons: Any) -> None:
        """buttons: a layout, above all else."""
        super().__init__()
        self.jobs = JobList(queue)
        self.message = Sentence()
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.retry = QtWidgets.QPushButton(tr("Try again"))
        self.report = QtWidgets.QPushButton(tr("Copy a report"))
        self.trouble_buttons = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(self.trouble_buttons)
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self.retry, self.report):
            row.addWidget(button)
        self.trouble_buttons.setVisible(False)
        self.device = Sentence(quiet=True)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(6, 2, 6, 6)
        column.setSpacing(6)
        column.addLayout(buttons)
        for widget in (self.jobs, self.message, self.trouble_buttons, self.device):
            column.addWidget(widget)
        self.retry.clicked.connect(self.retry_wanted)
        self.report.clicked.connect(self.report_wanted)
        queue.changed.connect(self.jobs.show_job)

    def show_state(self, desk: Desk, said: str, estimate: str) -> None:
        """said: what became of the last job, or of what was asked for. estimate: how long *Restore* would take, if known."""
        trouble = desk.trouble
        words = [said, trouble.sentence if trouble is not None else ""]
        self._set_message(" ".join(dict.fromkeys(each for each in words if each)))  # what became of a job stays in sight
        self.trouble_buttons.setVisible(trouble is not None)
        self.retry.setVisible(trouble is not None and trouble.retry)
        self.device.setText(desk.waiting or ("" if trouble is not None and trouble.retry else estimate or desk.device_short))
        self.device.setToolTip(plain(desk.device))

    def _set_message(self, words: str) -> None:
        if self.message.text() != words:
            self.message.setText(words)
        self.message.setVisible(bool(words))
