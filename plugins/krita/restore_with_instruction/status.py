"""The queue as the user sees it: one line per job with its progress, its words and a button to cancel it."""

from __future__ import annotations

from typing import Dict

from . import icons, jobs
from .qt import Qt, QtCore, QtWidgets, Signal
from .words import tr


class _Line(QtWidgets.QWidget):
    unwanted = Signal(object)

    def __init__(self, job: jobs.Job, title: str, parent=None) -> None:
        super().__init__(parent)
        self._job = job
        self._bar = QtWidgets.QProgressBar()
        self._bar.setTextVisible(True)
        self._bar.setMinimumWidth(60)
        self._bar.setAccessibleName(title)
        self._words = QtWidgets.QLabel()
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Preferred)
        self._title = title
        self.cancel = icons.button("cross", tr("Cancel “%s”") % title)
        self.cancel.clicked.connect(self._cancel)
        grid = QtWidgets.QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.addWidget(self._bar, 0, 0)
        grid.addWidget(self.cancel, 0, 1)
        grid.addWidget(self._words, 1, 0, 1, 2)

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.unwanted.emit(self._job)
        self.refresh()

    def refresh(self) -> None:
        job, words = self._job, tr(self._job.words)
        if job.cancelled():
            words = tr("Cancelling…")
        elif job.state == jobs.WAITING:
            words = tr("Waiting for its turn")
        elif job.time_left:
            words = f"{words} · {job.time_left}"
        running = job.state == jobs.RUNNING and not job.cancelled()
        unknown = running and job.fraction is None
        self._bar.setRange(0, 0 if unknown else 100)
        if unknown:  # a bar that runs to and fro shows no text
            words = f"{self._title}: {words}"
        self._bar.setValue(round(100 * (job.fraction or 0.0)))
        self._bar.setFormat(self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, max(60, self.width() - 60)))
        self._words.setText(words)
        self._words.setToolTip(words)

    def resizeEvent(self, event) -> None:
        self.refresh()


class JobList(QtWidgets.QWidget):
    """Shows unfinished jobs; empty and without height when there are none."""

    unwanted = Signal(object)  # a Job that the user does not want any more

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._lines: Dict[int, _Line] = {}
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    @QtCore.pyqtSlot(object)
    def show_job(self, job: jobs.Job) -> None:
        """A job is new, went on, or ended."""
        line = self._lines.get(job.number)
        if job.over:
            if line is not None:
                del self._lines[job.number]
                self._column.removeWidget(line)
                line.hide()
                line.deleteLater()
            return
        if line is None:
            line = self._lines[job.number] = _Line(job, job.title)
            line.unwanted.connect(self.unwanted)
            self._column.addWidget(line)
        line.refresh()
