"""The docker: puts the pieces together. It shows what it is told and asks; nothing here waits for the daemon."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Optional

from krita import DockWidget, Krita

from . import annotate, colour, jobs, layers, target
from .chips import Bar, Chips
from .i18n import catalogue, tr
from .instruction import InstructionEdit
from .joblist import JobList
from .live import Live
from .look import Asked, Look
from .preview import Preview
from .qt import Qt, QtCore, QtWidgets
from .recall import Recall
from .restored_client.desk.device import in_short
from .restored_client.desk.history import History, Presets
from .restored_client.desk.planedit import EMPTY_PLAN, PlanEdit
from .restored_client.desk.reasons import sentence
from .sentence import Sentence
from .settings import Settings

SCALES = (1, 2, 4)


class Docker(DockWidget):
    """One per Krita window."""

    def __init__(self, queue: Optional[jobs.Jobs] = None) -> None:
        super().__init__()
        self.setWindowTitle(tr("Restore with instruction"))
        self.queue = queue or _shared_queue()
        self.live = Live(self)
        self.plan = PlanEdit()
        self._settings = Settings()
        self._history, self._presets = History(), Presets()
        self._last_wish: Optional[jobs.Wish] = None
        self._made: Dict[str, Any] = {}  # layers that were made here, and by which plan
        self._preset_plan: Optional[Dict[str, Any]] = None
        self._failure = self._words_of_start = ""
        self._text = ""  # what the plan on show was understood from
        self._eager = False  # the user asked to restore before the plan was there
        self._build()
        self.look = Look(self.live, self.preview, self._asked, self)
        self._connect()
        self._restore_settings()

    # --- building ---

    def _build(self) -> None:
        self.edit = InstructionEdit()
        self.recall_button = QtWidgets.QToolButton()
        self.recall_button.setIcon(Krita.instance().icon("view-history"))
        if self.recall_button.icon().isNull():
            self.recall_button.setText("☰")
        self.recall_button.setAutoRaise(True)
        self.recall_button.setToolTip(tr("Earlier instructions and presets"))
        self.recall_button.setAccessibleName(self.recall_button.toolTip())
        self.recall = Recall(self._history, self._presets, self)
        self.chips = Chips(self.recall_button)
        self.message = Sentence()
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.preview = Preview()
        self.strength = Bar(tr("Strength"))
        self.scale = QtWidgets.QComboBox()
        for factor in SCALES:
            self.scale.addItem(tr("Size %d×") % factor, factor)
        self.scale.setToolTip(tr("Above 1× the result opens as a new document."))
        self.output = QtWidgets.QComboBox()
        self.output.addItem(tr("New layer"), layers.NEW_LAYER)
        self.output.addItem(tr("In place"), layers.IN_PLACE)
        self.output.setToolTip(tr("A new layer is one step in the undo history, in place is two."))
        self.go = QtWidgets.QPushButton(tr("Restore"))
        self.go.setToolTip(tr("Restore the active layer, or its selected part (Return in the instruction)"))
        self.again = QtWidgets.QToolButton()
        self.again.setText("↻")
        self.again.setToolTip(tr("Repeat the last restoration on the active layer"))
        self.again.setAccessibleName(self.again.toolTip())
        self.again.setEnabled(False)
        self.jobs = JobList()
        self.device = Sentence()
        self.device.setEnabled(False)
        for box in (self.scale, self.output):
            box.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setWidget(self._arrange())

    def _arrange(self) -> QtWidgets.QWidget:
        top = QtWidgets.QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(self.edit, 1)
        top.addWidget(self.recall_button, 0, Qt.AlignmentFlag.AlignTop)
        options = QtWidgets.QHBoxLayout()
        options.setSpacing(4)
        options.addWidget(self.scale, 2)
        options.addWidget(self.output, 3)
        buttons = QtWidgets.QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.go, 1)
        buttons.addWidget(self.again)
        scroll = _Scroll()
        scroll.setWidget(_column((6, 6, 6, 2), top, self.chips, self.preview, self.strength, options))
        foot = _column((6, 2, 6, 6), buttons, self.jobs, self.message, self.device)
        return _column((0, 0, 0, 0), scroll, foot)  # the foot stays in sight in a docker that is not high enough

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._text_changed)
        self.edit.submitted.connect(self.restore)
        self.recall_button.clicked.connect(self._show_recall)
        self.recall.chosen.connect(self._use)
        self.chips.weighed.connect(self._weigh)
        self.chips.removed.connect(lambda task: self._edit_plan(self.plan.remove, task))
        self.chips.moved.connect(lambda task, places: self._edit_plan(self.plan.move, task, places))
        self.chips.added.connect(lambda task, label: self._edit_plan(self.plan.add, task, label))
        self.strength.valueChanged.connect(lambda _: self._strength_changed())
        self.scale.currentIndexChanged.connect(lambda _: self._options_changed())
        self.output.currentIndexChanged.connect(lambda _: self._options_changed())
        self.go.clicked.connect(self.restore)
        self.again.clicked.connect(self.repeat)
        self.look.turned.connect(self._refresh_buttons)
        self.look.shown.connect(self._recovered)
        self.live.understood.connect(self._understood)
        self.live.failed.connect(self._failed)
        self.live.greeted.connect(self._greeted)
        self.live.computed.connect(self._computed)
        self.live.said.connect(self._starting)
        self.queue.changed.connect(self.jobs.show_job)
        self.queue.over.connect(self._job_over)
        self.jobs.unwanted.connect(self.queue.cancel)
        self.visibilityChanged.connect(self._visible)

    # --- what Krita and the user do ---

    def canvasChanged(self, canvas) -> None:
        """Krita's call when another document or view comes to the front."""
        if self.isVisible():
            self.look.notice()

    def focus_instruction(self) -> None:
        """Bring the docker up, ready to type."""
        self.show()
        self.raise_()
        self.edit.setFocus()
        self.edit.selectAll()

    def _visible(self, visible: bool) -> None:
        if visible:
            self.live.greet()
        self.look.watch(visible)

    def _text_changed(self) -> None:
        text = self.edit.toPlainText()
        if text.strip():
            self.live.ask_plan(text, self.look.context)
        else:
            self.live.drop_plan()
            self.plan.forget()
            self._understood(text, dict(EMPTY_PLAN))

    def _show_recall(self) -> None:
        current = {"instruction": self.edit.toPlainText(), "strength": self.strength.fraction}
        if self.plan.edited:
            current["plan"] = self.plan.to_dict()
        document, node = target.active()
        recipe = annotate.read(document, node) if node is not None else None
        self.recall.pop_up(self.edit, current, recipe)

    def _use(self, settings: Dict[str, Any]) -> None:
        """Take settings from the history, a preset or a layer's recipe."""
        self.plan.forget()
        if isinstance(settings.get("strength"), (int, float)):
            self.strength.setValue(round(settings["strength"] * 100))
        self._preset_plan = settings.get("plan")
        self.edit.setPlainText(str(settings.get("instruction", "")))
        self.edit.setFocus()

    def _understood(self, text: str, plan: Dict[str, Any]) -> None:
        chosen, self._preset_plan = self._preset_plan, None
        self.plan.take(plan if chosen is None else chosen)
        self._text = text
        self._show_plan()
        if self._eager:
            self.restore()

    def _edit_plan(self, change, *arguments) -> None:
        change(*arguments)
        self._show_plan()

    def _weigh(self, task: str, weight: float) -> None:
        self.plan.weigh(task, weight)
        self._show_plan()

    def _show_plan(self) -> None:
        plan = self.plan.to_dict()
        self.chips.show_steps(plan["steps"], plan["excluded"])
        if not plan["steps"] and self.edit.toPlainText().strip():
            self._say(sentence(plan, catalogue))
        else:
            self._say("")
        self._refresh_buttons()
        self.look.ask()

    def _refresh_buttons(self) -> None:
        self.go.setEnabled(self.plan.actionable and self.look.target is not None)
        self.again.setEnabled(self._last_wish is not None and self.look.target is not None)

    def _strength_changed(self) -> None:
        self._settings.write("strength", self.strength.fraction)
        self.look.ask()

    def _options_changed(self) -> None:
        self.output.setEnabled(self.scale.currentData() == 1)
        self._settings.write("scale", self.scale.currentData())
        self._settings.write("output", self.output.currentData())

    def _restore_settings(self) -> None:
        self.strength.setValue(round(100 * self._settings.read("strength", 1.0)))
        self.scale.setCurrentIndex(max(0, self.scale.findData(int(self._settings.read("scale", 1)))))
        self.output.setCurrentIndex(max(0, self.output.findData(self._settings.read("output", layers.NEW_LAYER))))
        self._show_plan()

    def _asked(self) -> Asked:
        key = self.plan.key()
        # a result is active as soon as it is there: restoring it once more is hardly what the user wants to look at
        again = self.look.target is not None and self._made.get(self.look.target[1]) == key
        return Asked(self.plan.to_dict(), key, self.strength.fraction, self.plan.actionable and not again)

    # --- restoring ---

    def wish(self) -> jobs.Wish:
        """What the docker's settings ask for now."""
        scale = self.scale.currentData()
        output = self.output.currentData() if scale == 1 else layers.NEW_DOCUMENT
        return jobs.Wish(self.plan.to_dict(), self.plan.key(), self.strength.fraction, scale, output)

    def restore(self) -> Optional[jobs.Job]:
        """Queue a restoration of the active layer; what stands in the way is said instead.

        Asked for before the plan of the last words is there, it waits for that plan.
        """
        self._eager = self.edit.toPlainText().strip() != self._text.strip()
        if self._eager:
            return None
        if not self.plan.actionable:
            self._say(sentence(self.plan.to_dict(), catalogue))
            return None
        return self._give(self.wish())

    def repeat(self) -> Optional[jobs.Job]:
        """The last restoration once more, on the layer that is active now."""
        if self._last_wish is None:
            self._say(tr("There is no restoration to repeat yet."))
            return None
        return self._give(self._last_wish)

    def _give(self, wish: jobs.Wish) -> Optional[jobs.Job]:
        document, node = target.active()
        try:
            job = jobs.Job(layers.capture(document, node, wish.output), wish)
        except (layers.Refused, colour.ColourError) as problem:
            self._say(str(problem))
            return None
        self._say("")
        self._last_wish = wish
        self._refresh_buttons()
        self._remember(wish.instruction)
        self.queue.give(job)
        return job

    def _remember(self, instruction: str) -> None:
        with contextlib.suppress(OSError):  # a full disk or a read-only home must not keep anyone from restoring
            self._history.add(instruction)

    def _job_over(self, job: jobs.Job) -> None:
        self._say(job.message)
        self._computed(job.device)
        if job.result:
            self._made[job.result] = job.wish.key
        self.look.notice()
        self.look.ask()

    # --- what the daemon says ---

    def _greeted(self, hello: Dict[str, Any]) -> None:
        self._computed(str(hello.get("device", "")))
        self.chips.set_tasks(list(hello.get("tasks", ())))

    def _computed(self, device: str) -> None:
        if device:
            self.device.setText(in_short(device))
            self.device.setToolTip(device)

    def _starting(self, words: str) -> None:
        """Words while the daemon starts, where its device is named otherwise."""
        self._words_of_start = tr(words)
        self.device.setText(self._words_of_start)

    def _failed(self, words: str) -> None:
        if self.device.text() == self._words_of_start:
            self.device.setText("")  # it did not
        self.preview.set_busy(False)
        self._eager = False
        self._say(words)
        self._failure = words

    def _recovered(self) -> None:
        """What failed while looking works again; what was said of a job stays."""
        if self._failure and self.message.text() == self._failure:
            self._say("")

    def _say(self, words: str) -> None:
        self._failure = ""
        self.message.setText(words)
        self.message.setVisible(bool(words))

    def close_down(self) -> None:
        """Krita quits: give up what is running. The widgets are gone already when it says so."""
        self.live.close()


class _Scroll(QtWidgets.QScrollArea):
    """Scrolls up and down only, and asks Krita for enough height to show a plan and a preview."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(250, 420)

    def minimumSizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(200, 120)


def _column(margins, *items) -> QtWidgets.QWidget:
    """A widget with items below each other."""
    widget = QtWidgets.QWidget()
    column = QtWidgets.QVBoxLayout(widget)
    column.setContentsMargins(*margins)
    column.setSpacing(6)
    for item in items:
        if isinstance(item, QtWidgets.QLayout):
            column.addLayout(item)
        else:
            column.addWidget(item)
    return widget


_queue: Optional[jobs.Jobs] = None


def _shared_queue() -> jobs.Jobs:
    """The one queue of this Krita: restorations take turns, whichever window they were given in."""
    global _queue
    if _queue is None:
        from .connection import Line

        _queue = jobs.Jobs(Line())
    return _queue


def stop_queue() -> None:
    """Krita quits: cancel its jobs."""
    if _queue is not None:
        _queue.stop()
