"""The queue as the user sees it: one line per job with its progress, its words, its place, and a button to cancel it."""

from __future__ import annotations

from typing import Dict

from . import icons, jobs
from .qt import Qt, QtCore, QtWidgets, Signal
from .restored_client.desk.plaintext import plain
from .words import catalogue, tr

IN_SIGHT = 3
"""Lines that are shown; what waits behind them is counted."""


class _Line(QtWidgets.QWidget):
    wanted = Signal(str, object)  # "cancel", "to_front" or "to_back", and the job

    def __init__(self, job: jobs.KritaJob, title: str, parent=None) -> None:
        super().__init__(parent)
        self._job = job
        self._bar = QtWidgets.QProgressBar()
        self._bar.setTextVisible(True)
        self._bar.setMinimumWidth(60)
        self._bar.setAccessibleName(title)
        self._words = QtWidgets.QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self._title = title
        self.cancel = icons.button("cross", tr("Cancel “%s”") % title)
        self.front = icons.button("front", tr("Do “%s” next") % title)
        self.back = icons.button("back", tr("Do “%s” last") % title)
        self.cancel.clicked.connect(self._cancel)
        self.front.clicked.connect(lambda: self.wanted.emit("to_front", self._job))
        self.back.clicked.connect(lambda: self.wanted.emit("to_back", self._job))
        grid = QtWidgets.QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2)
        grid.setVerticalSpacing(1)
        for column, widget in enumerate((self._bar, self.front, self.back, self.cancel)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self._words, 1, 0, 1, 4)
        grid.setColumnStretch(0, 1)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.wanted.emit("cancel", self._job)
        self.refresh()

    def refresh(self, several: bool = False) -> None:
        """several: more than one job waits, so that their order can be another one."""
        job, words = self._job, catalogue.sentence(self._job.words)
        if job.cancelled():
            words = tr("Cancelling…")
        elif job.state == jobs.WAITING:
            words = ""
        elif job.time_left:
            words = f"{words} · {job.time_left}"
        waits = job.state == jobs.WAITING and not job.cancelled()
        for button in (self.front, self.back):
            button.setVisible(waits and several)
        running = job.state == jobs.RUNNING and not job.cancelled()
        unknown = running and job.fraction is None
        self._bar.setRange(0, 0 if unknown else 100)
        if unknown:  # a bar that runs to and fro shows no text
            words = f"{self._title}: {words}"
        self._bar.setValue(round(100 * (job.fraction or 0.0)))
        self._cut_title()
        self._bar.setToolTip(tr("Waiting for its turn") if waits else plain(self._title))
        self._words.setText(words)
        self._words.setToolTip(plain(words))
        self._words.setVisible(bool(words))

    def _cut_title(self) -> None:
        """To the room that there is."""
        room = max(60, self._bar.width() - 8)
        self._bar.setFormat(self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event) -> None:
        self._cut_title()


class JobList(QtWidgets.QWidget):
    """Shows unfinished jobs of a queue in their order; empty and without height when there are none."""

    def __init__(self, queue: jobs.Jobs, parent=None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._lines: Dict[int, _Line] = {}
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.rest = QtWidgets.QLabel()
        self.rest.setWordWrap(True)
        self.rest.setVisible(False)
        self._column.addWidget(self.rest)

    @QtCore.pyqtSlot(object)
    def show_job(self, job: jobs.KritaJob) -> None:
        """A job is new, went on, took another place, or ended."""
        line = self._lines.get(job.number)
        if job.over:
            if line is not None:
                del self._lines[job.number]
                self._column.removeWidget(line)
                line.hide()
                line.deleteLater()
        elif line is None:
            line = self._lines[job.number] = _Line(job, job.title, self)
            line.wanted.connect(lambda verb, wanted: getattr(self._queue, verb)(wanted))
        self._arrange()

    def _arrange(self) -> None:
        unfinished = [each for each in self._queue.unfinished if each.number in self._lines]
        several = sum(each.state == jobs.WAITING for each in unfinished) > 1
        for place, each in enumerate(unfinished):
            line = self._lines[each.number]
            if self._column.indexOf(line) != place:
                self._column.insertWidget(place, line)
            line.setVisible(place < IN_SIGHT)
            line.refresh(several)
        behind, left = len(unfinished) - IN_SIGHT, self._queue.time_left
        words = [tr("%d more wait") % behind] if behind > 0 else []
        words += [tr("All of them: %s") % left] if left and len(unfinished) > 1 else []
        self.rest.setText(" · ".join(words))
        self.rest.setVisible(bool(words))
