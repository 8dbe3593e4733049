"""What the cases of a Krita with a window share: how they begin, what they expect. Python 3.9 and Krita only.

The daemon answers with negatives (negative.py), so "restored" means in them: every colour value v became 255 - v.
"""

BLUE, NEGATIVE = bytes((30, 60, 90, 255)), bytes((225, 195, 165, 255))
RAIN = "remove the rain and the noise"
STEADY = 20
"""Looks after which what has not changed has settled."""


def make_room(kit):
    """The docker has the whole column at the right, as on a large screen."""
    area = kit.main.dockWidgetArea(kit.docker)
    for other in kit.app.dockers():
        if other is not kit.docker and other.isVisible() and kit.main.dockWidgetArea(other) == area:
            other.setVisible(False)


def shows(look, wanted):
    """Wait until `look()` is what is wanted; a failure says what it was instead."""

    def there():
        there.said = found = look()
        return found == wanted

    return there


def settled(kit, widget=None):
    """Wait until the docker, or another widget, is laid out: nothing in it has come, gone, moved or been resized for a while."""
    of, seen = widget or kit.docker, []

    def on_screen(each):
        corner = each.mapToGlobal(each.rect().topLeft())
        return corner.x(), corner.y()

    def steady():
        now = [each for each in of.findChildren(kit.QtWidgets.QWidget) if each.isVisible()]
        places = [(*on_screen(each), each.width(), each.height()) for each in now]
        if seen and seen[-1] != places:
            seen.clear()
        seen.append(places)
        return len(seen) > STEADY

    return steady


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
    yield lambda: kit.docker.desk.text == text and looks_at(kit, kit.document) and not kit.docker.desk.pending


def looks_at(kit, document):
    """Whether the docker has seen that this document is in front: what it knew may be of one that was closed."""
    target = kit.docker.look.target
    return target is not None and target[0] == document.rootNode().uniqueId().toString()


def finished(kit, job):
    """Wait until a job is over, and the docker has heard of it."""
    assert job is not None, kit.docker.message.text()
    return lambda: job.number in kit.ended


def press(kit):
    """Press *Restore* once the plan of what stands there now has come, and give the job."""

    def planned():
        kit.docker.look.notice()  # another layer may ask for another plan
        return not kit.docker.desk.pending

    yield planned
    return kit.docker.restore()


def undo(kit, action="edit_undo"):
    kit.app.action(action).trigger()
    kit.document.waitForDone()
