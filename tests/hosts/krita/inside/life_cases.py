"""Cases of which each has a Krita of its own. Run inside Krita with a window."""

import os

from casekit import finished, press, settled, shows


def listen(desk, words):
    """Note what is said to be waited for."""
    known = desk.waiting_for

    def noting(said):
        words.append(said)
        known(said)

    desk.waiting_for = noting


def case_quit_with_work_to_do(kit):
    """Leaves a job running and another waiting when Krita quits."""
    document = kit.new()
    yield lambda: kit.ready(document)
    docker = kit.docker
    docker.setVisible(True)
    kit.type("held noise")
    yield lambda: docker.plan.actionable and docker.look.target is not None
    docker.restore()
    docker.restore()
    yield lambda: docker.queue.unfinished[0].state == "running" and docker.queue.unfinished[0].fraction is not None
    kit.tell(queued=len(docker.queue.unfinished))


def case_is_it_there(kit):
    yield 0.2
    ours = [docker for docker in kit.app.dockers() if docker.objectName() == "restore_with_instruction"]
    names = ("restore_with_instruction", "restore_with_instruction_repeat")
    kit.tell(
        docker=ours[0].windowTitle() if ours else "",
        actions=sum(kit.app.action(name) is not None for name in names),
    )


def case_not_installed(kit):
    """No program to start, nowhere."""
    document = kit.new()
    yield lambda: kit.ready(document)
    docker = kit.docker
    docker.setVisible(True)
    kit.type("remove the noise")
    yield lambda: docker.message.text()
    yield settled(kit)
    kit.shoot("not-installed", docker)
    message = docker.message
    kit.tell(
        said=message.text(),
        can_restore=docker.go.isEnabled(),
        device=docker.device.text(),
        all_of_it=message.height() >= message.heightForWidth(message.width()),
    )


def case_cold_start(kit):
    """No daemon runs: the docker starts one at the first words."""
    docker, words = kit.docker, []
    listen(docker.desk, words)
    document = kit.new()
    yield lambda: kit.ready(document)
    docker.setVisible(True)
    kit.type("remove the noise")
    job = docker.restore()
    assert job is None, "asked for before the plan is there: it waits"
    yield lambda: len(document.topLevelNodes()) == 2 and kit.idle()
    kit.tell(words=words, device=docker.device.text())


def case_quit_while_the_daemon_starts(kit):
    """The program that should become the daemon takes its time when Krita quits."""
    words = []
    listen(kit.docker.desk, words)
    document = kit.new()
    yield lambda: kit.ready(document)
    kit.docker.setVisible(True)
    kit.type("remove the noise")
    yield lambda: words
    kit.tell(words=words)


def case_start_type_restore_quit(kit):
    """A short visit."""
    document = kit.new()
    yield lambda: kit.ready(document)
    kit.docker.setVisible(True)
    haste = os.environ.get("RWI_HASTE") == "1"  # a quick job would be done while Krita quits, which then asks whether to save
    kit.type("held noise" if haste else "remove the noise")
    yield lambda: kit.docker.plan.actionable and kit.docker.look.target is not None
    job = yield from press(kit)
    if not haste:
        yield finished(kit, job)
        assert job.state == "done", job.message


def case_failure_is_explained(kit):
    """The plug-in was broken before Krita started."""
    docker = kit.docker
    docker.setVisible(True)
    yield settled(kit)
    words = " ".join(edit.toPlainText() for edit in docker.findChildren(kit.QtWidgets.QPlainTextEdit))
    kit.tell(words=words, title=docker.windowTitle())
    kit.shoot("failure", docker)


def case_first_use(kit):
    """A fresh profile, and nothing arranged by hand: everything is in sight, and on the screen."""
    document = kit.new(width=900, height=700)
    yield lambda: kit.ready(document)
    docker, qt = kit.docker, kit.QtCore
    kit.app.action("restore_with_instruction").trigger()
    yield lambda: docker.isVisible()
    yield settled(kit)
    kit.type("remove the rain and the noise")
    yield lambda: docker.preview._after is not None and docker.device.text()
    yield settled(kit)
    kit.shoot("first-use")
    screen = kit.QtGui.QGuiApplication.primaryScreen().availableGeometry()
    hidden = []
    for name in ("edit", "preview", "strength", "scale", "output", "go", "again"):
        widget = getattr(docker, name)
        rect = qt.QRect(widget.mapToGlobal(qt.QPoint(0, 0)), widget.size())
        seen = widget.visibleRegion().boundingRect().size() == widget.size()
        if not (seen and screen.contains(rect) and widget.height() >= 16):
            hidden.append((name, rect.getRect(), seen))
    kit.tell(hidden=hidden, floating=docker.isFloating(), preview=[docker.preview.width(), docker.preview.height()])
    docker.setFloating(False)  # the user puts it elsewhere: it stays there
    yield settled(kit)
    docker.setVisible(False)
    kit.app.action("restore_with_instruction").trigger()
    yield lambda: docker.isVisible()
    yield settled(kit)
    kit.tell(floats_again=docker.isFloating(), low=docker.height())
    kit.shoot("low-docker", docker)
    button = docker.place._button
    kit.tell(offered=docker.preview.isVisible() or button.isVisible())


def case_german(kit):
    document = kit.new()
    yield lambda: kit.ready(document)
    docker = kit.docker
    docker.setVisible(True)
    docker.setFloating(True)
    docker.resize(280, 640)
    kit.type("remove the rain and the noise")
    yield lambda: docker.plan.actionable
    yield shows(lambda: len(docker.chips._chips), 2)
    yield settled(kit)
    kit.tell(
        title=docker.windowTitle(),
        button=docker.go.text(),
        chips=[chip.bar.label for chip in docker.chips._chips],
        actions=[kit.app.action("restore_with_instruction").text().replace("&", "")],
    )
    kit.shoot("german", docker)
    docker.setFloating(False)


def case_legible(kit):
    """The contrast of every word in the docker with what it stands on, as WCAG counts it."""
    import sys

    document = kit.new(width=900, height=700)
    yield lambda: kit.ready(document)
    docker = kit.docker
    docker.setVisible(True)
    docker.setFloating(True)
    docker.resize(320, 680)
    kit.type("remove the rain and the noise")
    yield lambda: docker.preview._after is not None and docker.device.text()
    yield settled(kit)
    contrast = sys.modules["restore_with_instruction.contrast"]
    gui, widgets = kit.QtGui, kit.QtWidgets
    role = gui.QPalette.ColorRole
    found = {}

    def note(name, text, ground):
        found[name] = round(contrast.ratio(text, ground), 2)

    for each in docker.findChildren(widgets.QWidget):
        if not each.isVisible() or not each.isEnabled():
            continue
        palette, kind = each.palette(), type(each).__name__
        words = each.text() if hasattr(each, "text") else ""
        if isinstance(each, widgets.QLabel) and words:
            note(f"{kind} {words[:20]}", palette.color(role.WindowText), palette.color(role.Window))
        elif isinstance(each, (widgets.QPushButton, widgets.QComboBox)):
            note(f"{kind} {each.accessibleName() or words}", palette.color(role.ButtonText), palette.color(role.Button))
        elif isinstance(each, widgets.QPlainTextEdit):
            note(kind, palette.color(role.Text), palette.color(role.Base))
        elif kind == "Bar":
            note(f"Bar {each.label} empty", palette.color(role.Text), palette.color(role.Base))
            note(f"Bar {each.label} full", palette.color(role.Text), each.fill())
    ink = contrast.mixed(gui.QColor("white"), gui.QColor("black"), 235 / 255)
    note("Before, After on a white picture", ink, contrast.mixed(gui.QColor("black"), gui.QColor("white"), 150 / 255))
    palette = docker.preview.palette()
    note("hint", contrast.quiet(palette.color(role.Text), palette.color(role.Base)), palette.color(role.Base))
    kit.tell(contrast=found, window=widgets.QApplication.palette().color(role.Window).lightness())
    kit.shoot("legible", docker)
    docker.setFloating(False)
