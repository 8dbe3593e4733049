"""The preview on Krita's canvas, and before and after side by side. Each case asserts for itself; Python 3.9 and Krita only."""

from casekit import RAIN, begin, finished, press, settled

COLOURS = ((200, 40, 20), (30, 160, 60), (20, 60, 190), (190, 190, 40))
"""Of the four quarters of the picture."""


def quarters(kit, width, height):
    """A picture whose quarters have these colours."""
    node, half = kit.document.topLevelNodes()[0], (width // 2, height // 2)
    for number, (red, green, blue) in enumerate(COLOURS):
        x, y = number % 2 * half[0], number // 2 * half[1]
        node.setPixelData(bytes((blue, green, red, 255)) * (half[0] * half[1]), x, y, *half)
    kit.document.refreshProjection()
    kit.document.waitForDone()


def seen(kit, point):
    """The colour on the screen where a pixel of the picture is."""
    canvas = kit.docker.over_canvas
    where = canvas._camera.transform(kit.document.width(), kit.document.height()).map(kit.QtCore.QPointF(*point))
    area = canvas._area.viewport()
    if not kit.QtCore.QRectF(area.rect()).adjusted(4, 4, -4, -4).contains(where):
        return None
    at = area.mapToGlobal(where.toPoint())
    image = kit.QtGui.QGuiApplication.primaryScreen().grabWindow(0).toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(at.x() * ratio), round(at.y() * ratio)).getRgb()[:3]


def close(colour, wanted):
    return colour is not None and all(abs(colour[each] - wanted[each]) <= 12 for each in range(3))


def drawn(kit, wanted):
    """Wait until the screen shows these colours at points of the picture; at least four of them are in sight."""

    def there():
        found = [(point, seen(kit, point), colour) for point, colour in wanted]
        there.said = wrong = [each for each in found if each[1] is not None and not close(each[1], each[2])]
        return not wrong and sum(each[1] is not None for each in found) >= 4

    return there


def probes(width, height, near):
    """Points beside the borders of the quarters, with the quarter that they lie in."""
    for number in range(4):
        x, y = number % 2, number // 2
        for dx, dy in ((near, height // 5), (width // 5, near), (near, near)):
            yield (width // 2 + (dx if x else -dx), height // 2 + (dy if y else -dy)), COLOURS[number]


def case_the_canvas_shows_the_result_where_it_will_be(kit):
    """At every zoom, rotation and place, the overlay lies where the canvas shows the same pixels; and it leaves no trace."""
    width, height = 400, 300
    yield from begin(kit, RAIN, width=width, height=height)
    docker, document = kit.docker, kit.document
    quarters(kit, width, height)
    docker.look.notice()
    document.setModified(False)
    history, names = kit.history(), kit.names(document)
    kit.app.action("restore_with_instruction_canvas").trigger()
    assert docker.look.on_canvas
    yield lambda: docker.over_canvas._after is not None
    canvas = kit.app.activeWindow().activeView().canvas()
    ways = ((1.0, 0, False), (0.5, 0, False), (2.0, 0, False), (1.0, 30, False), (0.8, -90, True), (1.5, 200, True))
    for zoom, turned, mirrored in ways:
        canvas.setRotation(turned)
        canvas.setMirror(mirrored)
        canvas.setZoomLevel(zoom)
        yield lambda: docker.over_canvas._look() == docker.over_canvas._camera and not docker.over_canvas._settling.isActive()
        yield lambda: docker.over_canvas._after is not None and docker.desk.phase == "fresh"
        near = max(4, round(3 / zoom))
        for held, turn in ((True, lambda v: v), (False, lambda v: 255 - v)):
            docker.over_canvas.hold_before(held)
            wanted = [(point, tuple(map(turn, colour))) for point, colour in probes(width, height, near)]
            yield drawn(kit, wanted)
    canvas.setMirror(False)
    canvas.resetRotation()
    kit.shoot("canvas")
    assert kit.history() == history
    assert kit.names(document) == names
    assert not document.modified(), "nothing to be saved"
    kit.app.action("restore_with_instruction_canvas").trigger()
    assert not docker.look.on_canvas
    assert not docker.over_canvas.shown
    yield lambda: docker.preview._after is not None
    assert docker.preview.isVisible()


def case_the_canvas_follows_a_large_picture_and_another_document(kit):
    width, height = 3000, 2000
    yield from begin(kit, RAIN, width=width, height=height)
    docker, first = kit.docker, kit.document
    quarters(kit, width, height)
    docker.look.notice()
    canvas = kit.app.activeWindow().activeView().canvas()
    canvas.setZoomLevel(1.0)
    yield settled(kit, kit.main.centralWidget())
    docker.show_as("canvas")
    yield lambda: docker.over_canvas._after is not None
    box = docker.look._state.box
    assert box[2] < width, "only what is in sight is restored"
    area = docker.over_canvas._area
    area.horizontalScrollBar().setValue(area.horizontalScrollBar().value() - 900)
    yield lambda: docker.look._state.box != box and docker.over_canvas._after is not None
    assert docker.look._state.box[0] < box[0]
    canvas.setZoomLevel(0.1)
    yield lambda: docker.look._state.box == (0, 0, width, height) and docker.over_canvas._after is not None
    assert docker.over_canvas._after.width() < 400, "and small where it is seen small"
    other = kit.new(width=200, height=100)
    yield lambda: kit.ready(other)
    yield lambda: docker.look._state is not None and docker.look._state.width == 200 and docker.over_canvas._after is not None
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    other.setModified(False)
    other.waitForDone()
    kit.app.action("file_close").trigger()
    yield 0.9
    yield lambda: kit.ready(first)
    docker.setVisible(False)
    yield lambda: not docker.look.on_canvas and not docker.over_canvas.shown
    docker.setVisible(True)


def case_before_and_after_side_by_side_and_by_turns(kit):
    yield from begin(kit, RAIN, width=1600, height=1200)
    docker, preview = kit.docker, kit.docker.preview
    yield lambda: preview._after is not None
    whole = preview._before.width()
    docker.options.ways["beside"].trigger()
    yield lambda: docker.desk.phase == "fresh" and preview._before.width() < 0.55 * whole and preview._after is not None
    left, right = (pane.center().toPoint() for pane in preview._panes())
    image = preview.grab().toImage()
    ratio = image.devicePixelRatio()

    def colour(point):
        return image.pixelColor(round(point.x() * ratio), round(point.y() * ratio)).getRgb()[:3]

    assert colour(left) == (90, 60, 30)
    assert colour(right) == (165, 195, 225)
    kit.shoot("beside", docker)
    docker.options.ways["split"].trigger()
    yield lambda: preview._after is not None and preview._before.width() == whole
    kit.QtTest.QTest.keyClick(preview, kit.QtCore.Qt.Key.Key_Space)
    assert docker.look.held
    image = preview.grab().toImage()
    assert colour(kit.QtCore.QPoint(round(preview.width() * 0.8), preview.height() // 2)) == (90, 60, 30), "only before"
    kit.app.action("restore_with_instruction_before").trigger()
    assert not docker.look.held
