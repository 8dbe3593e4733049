"""Where a step applies: on the preview and the canvas, changed, as a selection and as a mask. Python 3.9 and Krita only."""

from casekit import begin, settled

LEFT = "remove the noise on the left"


def red(image, x, y):
    """How much redder than gray a pixel of an image is."""
    ratio = image.devicePixelRatio()
    colour = image.pixelColor(round(x * ratio), round(y * ratio))
    return colour.red() - colour.blue()


def grays(kit, text=LEFT):
    yield from begin(kit, text, width=400, height=300, fill=(100, 100, 100, 255))
    yield lambda: kit.docker.preview._after is not None


def case_a_place_is_shown_changed_and_selected(kit):
    yield from grays(kit)
    docker, preview, popup = kit.docker, kit.docker.preview, kit.docker.places.popup
    chip = docker.chips._chips[0]
    assert chip.place.isVisible()
    assert chip.place.accessibleName()
    chip.place.click()
    assert popup.isVisible()
    assert popup.show_it.isChecked()
    assert popup.border.isVisible()
    assert not popup.reach.isVisible(), "a side needs no finding"
    yield lambda: docker.desk.overlay.mask is not None
    kit.shoot("place", docker)
    kit.shoot("place-popup", popup)
    state, mask = docker.look._state, bytes(docker.desk.overlay.mask.view)
    x, _y, width, height = state.box
    row = mask[height // 2 * width : (height // 2 + 1) * width]
    assert row[max(0, 100 - x)] == 255
    assert row[min(width - 1, 300 - x)] == 0
    image, sight = preview.grab().toImage(), preview._sight()
    assert red(image, sight.left() + 5, sight.center().y()) > 60, "red where it applies"
    assert abs(red(image, sight.right() - 5, sight.top() + 5)) < 10
    popup.outside.click()
    yield lambda: docker.desk.overlay.mask is not None and bytes(docker.desk.overlay.mask.view)[:1] == b"\0"
    assert "not" in chip.bar.label, chip.bar.label
    assert chip.bar.accessibleName() == chip.bar.label, "a screen reader says what it does now"
    assert chip.bar.toolTip().startswith(chip.bar.label)
    assert popup.border.width() >= popup.border.whole_width, "its words are not cut off"
    popup.outside.click()
    popup.select.click()
    yield lambda: kit.document.selection() is not None and kit.document.selection().width() > 0
    chosen = kit.document.selection()
    values = bytes(chosen.pixelData(0, 150, 400, 1))
    assert (values[20], values[380]) == (255, 0), list(values[::20])
    yield lambda: "selected now" in docker.message.text()
    kit.document.setSelection(None)
    popup.shown_wanted.emit(False)
    yield lambda: docker.desk.overlay.mask is None
    assert preview._place is None


def case_what_opens_beside_something_is_on_the_screen(kit):
    """All of what changes a place, and all earlier instructions, are in sight and beside what they belong to, also where that
    stands at the end of the screen."""
    yield from grays(kit)
    docker = kit.docker
    screen = kit.QtGui.QGuiApplication.primaryScreen().availableGeometry()
    docker.setFloating(True)
    for corner in (screen.topLeft(), screen.bottomRight()):
        chip = docker.chips._chips[0].place
        for of, popup, opens in (
            (chip, docker.places.popup, chip.click),
            (docker.edit, docker.recall, docker.recall_button.click),
        ):
            at = of.mapTo(docker, kit.QtCore.QPoint(0, 0))
            docker.move(corner - at - (kit.QtCore.QPoint(40, 40) if corner != screen.topLeft() else kit.QtCore.QPoint(0, 0)))
            yield settled(kit)
            opens()
            yield settled(kit, popup)
            there = popup.frameGeometry()
            assert screen.contains(there), (screen, there)
            mine = kit.QtCore.QRect(of.mapToGlobal(kit.QtCore.QPoint(0, 0)), of.size()).adjusted(1, 1, -1, -1)
            assert not there.intersects(mine), (mine, there)
            kit.shoot("place-at-the-end" if of is chip else "recall-at-the-end")
            popup.hide()
    docker.setFloating(False)
    docker.desk.show_region("")


def case_a_place_becomes_a_transparency_mask(kit):
    yield from grays(kit)
    docker, document = kit.docker, kit.document
    docker.chips._chips[0].place.click()
    popup = docker.places.popup
    if not hasattr(document, "createTransparencyMask"):
        assert not popup.make_mask.isVisible(), "what this Krita cannot do is not offered"
        popup.hide()
        return
    steps = len(kit.history())
    popup.make_mask.click()
    node = document.topLevelNodes()[0]
    yield lambda: node.childNodes()
    assert [child.type() for child in node.childNodes()] == ["transparencymask"]
    assert len(kit.history()) == steps + 1
    document.waitForDone()
    yield lambda: bytes(document.pixelData(380, 150, 1, 1))[3] == 0
    assert bytes(document.pixelData(20, 150, 1, 1))[3] == 255


def case_a_place_on_the_canvas(kit):
    yield from grays(kit)
    docker = kit.docker
    docker.show_as("canvas")
    yield lambda: docker.over_canvas._after is not None
    docker.desk.show_region(docker.chips._chips[0].task)
    yield lambda: docker.over_canvas._meant is not None
    canvas, area = docker.over_canvas, docker.over_canvas._area.viewport()

    def drawn():
        image = kit.QtGui.QGuiApplication.primaryScreen().grabWindow(0).toImage()
        ways = [canvas._camera.transform(400, 300).map(kit.QtCore.QPointF(x, 150)) for x in (60, 340)]
        drawn.said = reds = [red(image, at.x(), at.y()) for at in (area.mapToGlobal(way.toPoint()) for way in ways)]
        return reds[0] > 60 >= reds[1]

    yield drawn
    kit.shoot("place-canvas")
    docker.show_as("canvas")
    docker.desk.show_region("")


def case_marks_are_seen_first_and_become_the_selection(kit):
    """A scratch down a gray picture: shown, not turned round and with no border to soften, and the selection is just that."""
    width, height = 400, 300
    row = bytearray(bytes((100, 100, 100, 255)) * width)
    row[4 * 200 : 4 * 203] = bytes((250, 250, 250, 255)) * 3
    yield from begin(kit, "", width=width, height=height, fill=(100, 100, 100, 255))
    node = kit.document.topLevelNodes()[0]
    node.setPixelData(kit.QtCore.QByteArray(bytes(row) * height), 0, 0, width, height)
    kit.document.refreshProjection()
    docker, popup = kit.docker, kit.docker.places.popup
    kit.type("remove the scratches")
    yield lambda: docker.chips._chips and not docker.desk.pending
    assert "selection" in docker.desk.remark, docker.desk.remark
    chip = docker.chips._chips[0]
    chip.place.click()
    assert popup.isVisible()
    assert not popup.outside.isVisible()
    assert not popup.border.isVisible()
    assert not popup.reach.isVisible()
    yield lambda: docker.desk.overlay.mask is not None
    kit.shoot("marks", docker)
    kit.shoot("marks-popup", popup)
    popup.select.click()
    yield lambda: kit.document.selection() is not None and kit.document.selection().width() > 0
    yield lambda: "Add to the selection" in docker.message.text()
    values = bytes(kit.document.selection().pixelData(0, 150, width, 1))
    assert values[201] == 255, list(values[190:212])
    assert not any(values[:190] + values[212:]), "and nothing else"
    kit.document.setSelection(None)


def case_a_search_says_how_far_it_is_and_can_be_cancelled(kit):
    """A large picture is looked through for as long as a job takes: that stands among the jobs, with a button to cancel. One 333
    pixels wide takes negative.py for ever."""
    yield from begin(kit, "remove the scratches", width=333, height=250, fill=(100, 100, 100, 255))
    docker = kit.docker
    yield lambda: docker.chips._chips and not docker.desk.pending
    docker.chips._chips[0].place.click()
    docker.places.popup.select.click()
    (job,) = docker.queue.unfinished
    yield lambda: job.over or (job.state == "running" and job.fraction is not None)
    assert not job.over, job.message
    line = docker.jobs._lines[job.number]
    yield lambda: "Looking for scratches" in line._words.text()
    yield settled(kit)
    assert "scratches" in line._bar.toolTip().lower(), line._bar.toolTip()
    kit.shoot("search", docker)
    line.cancel.click()
    yield lambda: job.over
    assert job.state == "cancelled", job.message
    yield lambda: docker.message.text() == job.message
    assert kit.document.selection() is None
    kit.type("")


def case_a_place_that_is_nowhere_is_said(kit):
    yield from grays(kit, "remove the scratches")
    docker = kit.docker
    docker.chips._chips[0].place.click()
    docker.places.popup.select.click()
    (job,) = docker.queue.unfinished
    yield lambda: job.over
    assert job.state == "nothing", job.message
    yield lambda: "could not be found" in docker.message.text()
    assert kit.document.selection() is None
