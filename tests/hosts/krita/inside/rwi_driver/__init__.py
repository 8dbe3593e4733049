"""Runs the cases $RWI_ONLY of the files $RWI_CASES, which lie in $RWI_BOX, inside a Krita with a window, then quits.

A case is a generator function `case_NAME(kit)`: it yields seconds to wait or a condition to wait for, and tells facts.
"""

import json
import os
import runpy
import sys
import time
import traceback

from krita import Extension, Krita

if any(name.startswith("PyQt6") for name in sys.modules):
    from PyQt6 import QtCore, QtGui, QtTest, QtWidgets, sip
else:
    from PyQt5 import QtCore, QtGui, QtTest, QtWidgets, sip

BOX = os.environ["RWI_BOX"]
PATIENCE = float(os.environ.get("RWI_PATIENCE", "90"))  # seconds for one condition
STEADY = 20
"""Looks, one every turn of Krita's and with some milliseconds between two, after which what has not changed has settled."""


def tell(**facts):
    with open(os.path.join(BOX, "facts.jsonl"), "a", encoding="utf-8") as file:
        file.write(json.dumps(facts, default=str) + "\n")


class Kit:
    """What cases use."""

    QtCore, QtGui, QtTest, QtWidgets = QtCore, QtGui, QtTest, QtWidgets
    box = BOX

    def __init__(self, ended):
        """ended: numbers of the jobs whose end the docker has heard of, filled by others."""
        self.app, self.ended = Krita.instance(), ended
        self.facts = {}
        self.hold()

    def tell(self, **facts):
        self.facts.update(facts)

    @property
    def docker(self):
        return next(docker for docker in self.app.dockers() if docker.objectName() == "restore_with_instruction")

    @property
    def window(self):
        """Krita's; on a busy machine the screen's manager may not have given it the keyboard yet."""
        return self.app.activeWindow() or self.app.windows()[0]

    @property
    def main(self):
        return self.window.qwindow()

    def open(self, name="photo.png"):
        document = self.app.openDocument(os.path.join(BOX, name))
        self.window.addView(document)
        return document

    def hold(self):
        """What is asked for with the word "held" takes until `release` from now on."""
        if os.path.exists(self._released):
            os.remove(self._released)

    def release(self):
        with open(self._released, "w"):
            pass

    @property
    def _released(self):
        return os.path.join(os.environ.get("RESTORED_RUNTIME_DIR", BOX), "released")  # negative.py looks for it

    def new(self, width=64, height=48, model="RGBA", depth="U8", profile="sRGB-elle-V2-srgbtrc.icc", fill=(30, 60, 90, 255)):
        document = self.app.createDocument(width, height, "case", model, depth, profile, 72.0)
        if fill is not None:
            self.layers(document)[0].setPixelData(bytes(fill) * (width * height), 0, 0, width, height)
        document.refreshProjection()
        document.waitForDone()
        self.window.addView(document)
        return document

    def layers(self, document):
        """A document's layers; before Krita 6 nobody owns what its lists hold, and each entry keeps its layer's pixels."""
        found = document.topLevelNodes()
        for each in found:
            if not sip.ispyowned(each):
                sip.transferback(each)
        return found

    def ready(self, document):
        """Whether Krita has made this document and a layer of it active."""
        active = self.app.activeDocument()
        return active is not None and active == document and active.activeNode() is not None

    def activate(self, document, node):
        """Make a node the active one. Krita makes a new one active by itself, some time after it came into the tree: asked for
        until it stays."""
        turns = []

        def stays():
            active = document.activeNode()
            if active is None or active.uniqueId() != node.uniqueId():
                turns.clear()
                document.setActiveNode(node)
                document.waitForDone()
            turns.append(node)
            return len(turns) > STEADY

        yield stays

    def history(self):
        """The undo history of the document in front, without its first, empty entry."""
        for widget in QtWidgets.QApplication.allWidgets():
            if widget.metaObject().className() in ("KisUndoView", "QUndoView"):
                model = widget.model()
                return [model.index(row, 0).data() for row in range(1, model.rowCount())]
        return None

    def pixels(self, node, document):
        return bytes(node.pixelData(0, 0, document.width(), document.height()))

    def names(self, document):
        return [node.name() for node in document.topLevelNodes()]

    def type(self, text):
        """Text as a person enters it, without waiting between the keys."""
        self.docker.edit.setPlainText(text)

    def idle(self):
        """Whether every job is over, and the docker has heard of it."""
        return not self.docker.queue.unfinished and not self.docker.jobs._lines

    def shoot(self, name, widget=None):
        screen = QtGui.QGuiApplication.primaryScreen()
        picture = widget.grab() if widget is not None else screen.grabWindow(0)
        picture.save(os.path.join(BOX, name + ".png"))


class Driver(Extension):
    def setup(self):
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.windowCreated.connect(lambda: QtCore.QTimer.singleShot(800, self.wait_for_window))

    def createActions(self, window):
        pass

    def wait_for_window(self, patience=200):
        """What a person does is done to the window that has the keyboard."""
        if Krita.instance().activeWindow() is None and patience:
            QtCore.QTimer.singleShot(100, lambda: self.wait_for_window(patience - 1))
        else:
            self.begin()

    def begin(self):
        self.ended = set()
        for window in Krita.instance().windows():
            window.qwindow().setAnimated(False)  # Qt 6 crashes now and then in the middle of moving dockers about
        for docker in Krita.instance().dockers():
            if docker.objectName() == "restore_with_instruction" and hasattr(docker, "queue"):
                docker.queue.over.connect(lambda job: self.ended.add(job.number))  # after the docker itself
        sys.path.insert(0, BOX)  # what the cases import lies beside them
        found = {}
        for name in os.environ["RWI_CASES"].split():
            found.update(runpy.run_path(os.path.join(BOX, name)))
        self.cases = [(name, found["case_" + name]) for name in os.environ["RWI_ONLY"].split()]
        self.next_case()

    def next_case(self):
        if not self.cases:
            tell(end=True)
            QtCore.QTimer.singleShot(50, lambda: Krita.instance().action("file_quit").trigger())
            return
        self.name, function = self.cases.pop(0)
        self.kit = Kit(self.ended)
        self.started = time.perf_counter()
        self.steps = iter(function(self.kit) or ())
        self.step()

    def step(self):
        if self.within():
            QtCore.QTimer.singleShot(15, self.step)
            return None
        try:
            self.wait = next(self.steps)
        except StopIteration:
            return self.done(None)
        except BaseException:
            return self.done(traceback.format_exc())
        self.since = time.perf_counter()
        return self.poll()

    def poll(self):
        try:
            if not callable(self.wait):
                QtCore.QTimer.singleShot(int(1000 * (self.wait or 0)), self.step)
            elif not self.within() and self.wait():
                QtCore.QTimer.singleShot(0, self.step)
            elif time.perf_counter() - self.since > PATIENCE:
                said = (getattr(self.wait, "said", ""), self.kit.docker.message.text(), self.kit.docker.device.text())
                raise AssertionError(f"waited for {PATIENCE} s in vain (line {self.steps.gi_frame.f_lineno}); {said}")
            else:
                QtCore.QTimer.singleShot(15, self.poll)
        except BaseException:
            self.done(traceback.format_exc())

    def within(self):
        """Whether Krita lets us through in the middle of what the docker does: what a case looks at is not settled then."""
        return any(name.endswith("restore_with_instruction.turns") and each.asking() for name, each in sys.modules.items())

    def done(self, error):
        tell(case=self.name, error=error, seconds=round(time.perf_counter() - self.started, 2), facts=self.kit.facts)
        self.tidy()

    def tidy(self):
        """Close what is open, as a person does and no faster: the list of layers in Krita 5.1 still redraws rows of the document
        that was in front a moment ago, and crashes when that one is gone."""
        document = Krita.instance().activeDocument()
        if document is None:
            QtCore.QTimer.singleShot(50, self.next_case)
            return
        document.waitForDone()
        document.setModified(False)
        several = len(Krita.instance().documents()) > 1
        QtCore.QTimer.singleShot(900 if several else 100, self.close_front)

    def close_front(self):
        several = len(Krita.instance().documents()) > 1
        Krita.instance().action("file_close").trigger()
        QtCore.QTimer.singleShot(900 if several else 100, self.tidy)


Krita.instance().addExtension(Driver(Krita.instance()))
