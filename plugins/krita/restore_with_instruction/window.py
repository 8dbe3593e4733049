"""The docker: puts the pieces together. It shows what the desk says and tells it what the user does; nothing here waits."""

from __future__ import annotations

import functools
from typing import Optional

from krita import DockWidget, Krita

from . import clipboard, headless, help, icons, inputs, jobs, layers, opening, outputs, recipes, steps, target, turns
from .chips import Chips
from .enlarged import PreviewPlace
from .field import InstructionEdit
from .filling import Filling
from .guicalls import GuiPost
from .lastvalues import LastValues
from .layerjob import LayerJob
from .layout import Scroll, column
from .learning import Learning
from .looking import Looking
from .oncanvas import OnCanvas
from .options import Options
from .origin import OriginChoice
from .places import Places
from .preview import PreviewPanel
from .qt import Qt, QtCore, QtWidgets
from .recall import Recall
from .restored_client.desk.conversation import Conversation
from .restored_client.desk.desk import Desk
from .restored_client.desk.history import History, LastWish, Presets
from .restored_client.desk.wish import Wish
from .restoring import Restoring
from .saying import Saying
from .sentence import Sentence
from .status import StatusLine
from .watching import Watching
from .words import catalogue, tr


class Docker(DockWidget):
    """One per Krita window."""

    def __init__(self, queue: Optional[jobs.Jobs] = None) -> None:
        super().__init__()
        self.setWindowTitle(tr("Restore with instruction"))
        self.queue = queue or jobs.shared()
        self.conversation = Conversation("krita " + Krita.instance().version(), GuiPost(self).post)
        self.preview = PreviewPanel()
        self.over_canvas = OnCanvas(self)
        self.look = Watching(self.conversation, self.preview, self.over_canvas, self)
        self.desk = self.look.desk = Desk(self.look.line, catalogue, self._show, lambda wish: self.restoring.give(wish))
        self.desk.outputs = outputs.possible()
        self.conversation.serve(self.desk)
        self._last_values = LastValues()
        self._history, self._presets, self._last = History(), Presets(), LastWish()
        self._saying, self._learning = Saying(self._show), Learning(self.desk, self._history, self._last)
        self.restoring = Restoring(self.queue, self.look, self.desk, self._last, self._saying.refuse, self._remember)
        self.repeat, self.script = self.restoring.repeat, functools.partial(headless.script, self.queue)
        self._sought = False  # whether the daemon was looked for
        self._in_sight = False
        self._look_now = turns.Afterwards(self._visible, self)
        self._restore_soon = turns.Afterwards(self.restore, self)
        self._build()
        self._connect()
        self._last_values.bring_back(self.desk)
        self.look.compare(self._last_values.compare)
        self.desk.look_at(None, tr("Open a picture first."))

    @property
    def plan(self):
        """The plan as edited."""
        return self.desk.plan

    # --- building ---

    def _build(self) -> None:
        self.edit = InstructionEdit()
        self.filling = Filling(self.edit, self.desk)
        self.input = inputs.InputChoice()
        self.recall_button = icons.button("history", tr("Earlier instructions and presets"))
        self.help_button = icons.button("help", tr("Help (F1)"))
        self.recall = Recall(self._history, self._presets, self)
        self.chips = Chips(self.recall_button)
        self.places = Places(self.desk, self.look, self.chips, self.queue, self._saying.refuse, self)
        self.remark = Sentence()
        self.remark.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.place = PreviewPlace(self.preview)
        self.options = Options(self.desk)
        self.strength, self.scale, self.output = self.options.strength, self.options.scale, self.options.output
        self.looking = Looking(self.look, self.place, self.options, self._last_values)
        self.origin = OriginChoice()
        self.go = QtWidgets.QPushButton(tr("Restore"))
        self.go.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
        self.again = icons.button("repeat", tr("Repeat the last restoration on the active layer"))
        self.setWidget(self._arrange())
        self._help = help.key_for(self)

    def _arrange(self) -> QtWidgets.QWidget:
        head = QtWidgets.QHBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.input, 1)
        for button in (self.recall_button, self.help_button):
            head.addWidget(button)
        buttons = QtWidgets.QHBoxLayout()
        buttons.setSpacing(4)
        buttons.addWidget(self.go, 1)
        buttons.addWidget(self.again)
        self.scrolled = Scroll()
        self.scrolled.setWidget(
            column((6, 4, 6, 2), head, self.origin, self.edit, self.chips, self.remark, self.place, self.options)
        )
        self.scrolled.resized.connect(self.place.fit)
        self.status = StatusLine(self.queue, buttons)
        self.message, self.retry, self.report = self.status.message, self.status.retry, self.status.report
        self.jobs, self.device = self.status.jobs, self.status.device
        for before, after in ((self.edit, self.recall_button), (self.recall_button, self.help_button)):
            QtWidgets.QWidget.setTabOrder(before, after)
        return column((0, 0, 0, 0), self.scrolled, self.status)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._text_changed)
        self.edit.submitted.connect(self.restore)
        self.recall_button.clicked.connect(self._show_recall)
        self.help_button.clicked.connect(help.open_manual)
        self.recall.chosen.connect(self.filling.choose)
        self.recall.command_wanted.connect(self.copy_command)
        self.chips.weighed.connect(lambda task, weight: self.desk.edit("weigh", task, weight))
        self.chips.removed.connect(lambda task: self.desk.edit("remove", task))
        self.chips.moved.connect(lambda task, places: self.desk.edit("move", task, places))
        self.chips.added.connect(lambda task, label: self.desk.edit("add", task, label))
        self.options.changed.connect(lambda: self._last_values.keep(self.desk))
        self.options.changed.connect(self._saying.forget_refusal)
        self.options.way_chosen.connect(self.show_as)
        self.place.back_wanted.connect(lambda: self.show_as("canvas"))
        self.options.zoomed.connect(self.look.zoom)
        self.input.chosen.connect(self.look.take)
        self.origin.clicked.connect(self.look.adjust)
        self.go.clicked.connect(self.restore)
        self.again.clicked.connect(self.repeat)
        self.status.retry_wanted.connect(self._try_again)
        self.status.report_wanted.connect(self.copy_report)
        self.look.turned.connect(self._turned)
        self.look.chose.connect(self._show)
        self.queue.over.connect(self._job_over)
        self.visibilityChanged.connect(self._visibility)

    # --- what Krita and the user do ---

    def canvasChanged(self, canvas) -> None:
        """Krita's call when another document or view comes to the front."""
        steps.of_krita().listen()
        self._look_now.ask()

    def focus_instruction(self) -> None:
        """Bring the docker up, ready to type."""
        self.show()
        self._place_first()
        self.raise_()
        self.edit.setFocus()
        self.edit.selectAll()

    def _visibility(self, visible: bool) -> None:
        self._in_sight = visible
        self._look_now.ask()

    def _visible(self) -> None:
        if self._in_sight != self.look.watching:
            self.look.watch(self._in_sight)
        elif self._in_sight:
            self.look.notice()
        if self._in_sight:
            self._find_daemon()

    def _find_daemon(self) -> None:
        """Start the daemon once there is a picture to restore, so that it is ready when the first words are typed."""
        if not self._sought and self.isVisible() and self.look.target is not None:
            self._sought = True
            self.conversation.open()

    def _place_first(self) -> None:
        """The first time that the user asks for it."""
        if not self._last_values.read("placed", False):
            self._last_values.write("placed", True)
            QtCore.QTimer.singleShot(0, lambda: opening.float_if_low(self))

    def _text_changed(self) -> None:
        self._saying.words = ""
        self.desk.type(self.edit.toPlainText())

    def _show_recall(self) -> None:
        document, node = target.active()
        recipe = recipes.read(document, node) if node is not None else None
        self.recall.pop_up(self.edit, self.desk.settings(), recipe)

    def _turned(self) -> None:
        """Another layer is active."""
        self._find_daemon()
        self._saying.turned(self.look.target[1] if self.look.target and self.desk.preview else "")
        self.filling.turned(self.look.origin)
        self._show()

    # --- showing ---

    def _show(self) -> None:
        """Show the desk's state. Called after every change of it."""
        if not hasattr(self, "_help"):
            return  # not built yet
        desk, adjusting = self.desk, self.look.adjusting
        self.chips.set_tasks(desk.tasks)
        self.chips.show_steps(desk.plan.steps())
        self.chips.show_place(desk.overlay.step)
        self.remark.setText("" if not self.edit.toPlainText().strip() else desk.remark)
        self.remark.setVisible(bool(self.remark.text()))
        self.options.show_state(adjusting)
        self.look.show()
        self.looking.show_state()
        self.origin.setVisible(self.look.origin is not None)
        self.origin.setChecked(adjusting)
        self.go.setText(tr("Adjust") if adjusting else inputs.deed(self.look.input, self.look.facts))
        self.go.setToolTip(tr("Restore the active layer, or its selected part (Return in the instruction)"))
        self.go.setEnabled(desk.can_restore)
        self.again.setEnabled(desk.preview is not None)
        facts = self.look.facts
        self.input.show_state(facts.name, self.look.input, len(facts.times), facts.pictures)
        self.status.show_state(desk, self._saying.words, "" if adjusting else desk.estimate)  # another strength may take no time

    def _try_again(self) -> None:
        self.desk.forgive()
        self.desk.waiting_for("Looking for the restoration engine…")
        self.conversation.open()

    # --- restoring ---

    def restore(self) -> Optional[LayerJob]:
        """Queue a restoration of what is chosen; what stands in the way is said instead.

        Asked for before the plan of the last words is there, it waits for that plan.
        """
        if turns.asking():  # a click in the middle of looking which layer is active
            self._restore_soon.ask()
            return None
        self.look.notice()  # the timer may not have seen yet which layer is active now
        if self.desk.preview is None:
            document, node = self.look.source()
            try:
                layers.check(document, node, self.desk.output)
                self._saying.refuse(self.desk.no_picture)
            except layers.Refused as problem:
                self._saying.refuse(str(problem))
            return None
        wish = self.desk.restore()
        if wish is None:
            self._show()
            return None
        return self.restoring.give(wish)

    def show_as(self, way: str) -> None:
        """Show before and after in another way, as `looking.Looking.choose`."""
        self.looking.choose(way)
        self._show()

    def toggle_adjusting(self) -> None:
        """Work on what the active layer was made of, or on itself."""
        self.look.adjust(not self.look.adjusting)
        self._show()

    def cancel(self, everything: bool = False) -> None:
        """Cancel the job that runs, or all."""
        for job in self.queue.unfinished[: None if everything else 1]:
            self.queue.cancel(job)

    def copy_command(self) -> None:
        """What the docker would do now, as a command line, to the clipboard."""
        self.recall.hide()
        clipboard.copy_command(self.desk)
        self._saying.say(tr("The command is in the clipboard."))

    def copy_report(self) -> None:
        """What a problem report needs, to the clipboard."""
        clipboard.copy_report(self.desk)
        self._saying.say(tr("The report is in the clipboard."))

    def _remember(self, wish: Wish) -> None:
        self.filling.carried_out = wish.instruction
        self._learning.given(wish)

    def _job_over(self, job: jobs.KritaJob) -> None:
        if job.then is not None:
            job.then, then = None, job.then  # once, however many windows there are
            then(job)
        self._learning.over(job)
        self._saying.became(f"{job.of}: {job.message}" if job.of else job.message, getattr(job, "result", ""))
        self.look.notice()
        self._show()

    def close_down(self) -> None:
        """Krita quits: give up what is running. The widgets are gone already when it says so."""
        self.conversation.close(0.5)
