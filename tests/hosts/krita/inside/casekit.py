"""What the cases of a Krita with a window share: how they begin, what they expect. Python 3.9 and Krita only.

The daemon answers with negatives (negative.py), so "restored" means in them: every colour value v became 255 - v.
"""

BLUE, NEGATIVE = bytes((30, 60, 90, 255)), bytes((225, 195, 165, 255))
RAIN = "remove the rain and the noise"


def make_room(kit):
    """The docker has the whole column at the right, as on a large screen."""
    area = kit.main.dockWidgetArea(kit.docker)
    for other in kit.app.dockers():
        if other is not kit.docker and other.isVisible() and kit.main.dockWidgetArea(other) == area:
            other.setVisible(False)


def begin(kit, text=RAIN, **new):
    """A small document in front, the docker open, the plan of the text on show; the way most cases start."""
    kit.document = kit.new(**new)
    yield lambda: kit.ready(kit.document)
    kit.docker.setVisible(True)
    kit.docker.raise_()
    make_room(kit)
    kit.docker.scale.setCurrentIndex(0)
    kit.docker.output.setCurrentIndex(0)
    kit.docker.strength.setValue(100)
    kit.type("")
    kit.type(text)
    yield lambda: kit.docker.desk.text == text and not kit.docker.desk.pending and kit.docker.look.target is not None


def finished(kit, job):
    assert job is not None, kit.docker.message.text()
    return lambda: job.over


def undo(kit, action="edit_undo"):
    kit.app.action(action).trigger()
    kit.document.waitForDone()
