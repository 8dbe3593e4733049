"""What can be restored besides the active layer: all that is visible, every open picture, frames, file layers."""

import os

from casekit import BLUE, NEGATIVE, RAIN, begin, finished, press, shows, undo

RED = bytes((20, 40, 200, 255))


def choose(kit, what):
    box = kit.docker.input
    kit.docker.look.notice()
    kit.docker._show()
    row = box.findData(what)
    assert row >= 0, [box.itemText(each) for each in range(box.count())]
    box.setCurrentIndex(row)
    box.activated.emit(row)


def case_all_that_is_visible_becomes_a_layer_on_top(kit):
    yield from begin(kit)
    document, docker = kit.document, kit.docker
    patch = document.createNode("patch", "paintlayer")
    patch.setPixelData(RED * (10 * 10), 0, 0, 10, 10)
    document.rootNode().addChildNode(patch, document.topLevelNodes()[0])
    document.refreshProjection()
    document.waitForDone()
    yield from kit.activate(document, document.topLevelNodes()[0])
    choose(kit, "visible")
    yield lambda: docker.preview._before is not None and docker.preview._before.pixelColor(2, 2).getRgb()[:3] == (200, 40, 20)
    yield lambda: docker.preview._after is not None and docker.preview._after.pixelColor(2, 2).getRgb()[:3] == (55, 215, 235)
    kit.shoot("visible", docker)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "above all others" in job.message
    assert kit.names(document) == ["Background", "patch", RAIN]
    top = document.topLevelNodes()[-1]
    assert bytes(top.pixelData(2, 2, 1, 1)) == bytes((235, 215, 55, 255))
    assert bytes(top.pixelData(40, 40, 1, 1)) == NEGATIVE
    yield shows(lambda: kit.history()[-1:], ["Add Layer"])
    undo(kit)
    yield shows(lambda: kit.names(document), ["Background", "patch"])
    choose(kit, "layer")


def case_every_open_picture_takes_its_turn(kit):
    others = []
    for _ in range(2):
        others.append(kit.new(width=32, height=24))
        yield lambda: kit.ready(others[-1])
        yield 0.5
    yield from begin(kit)
    docker = kit.docker
    assert docker.go.text() == "Restore"
    choose(kit, "pictures")
    yield shows(docker.go.text, "Restore 3 pictures")
    docker.restore()
    assert len(docker.queue.unfinished) == 3
    yield kit.idle
    for document in [kit.document, *others]:
        assert kit.names(document) == ["Background", RAIN], docker.message.text()
        assert kit.pixels(document.topLevelNodes()[1], document)[:4] == NEGATIVE
        assert kit.pixels(document.topLevelNodes()[0], document)[:4] == BLUE
    choose(kit, "layer")


def animated(kit):
    """A document whose top layer has three frames, each of another gray. It was made in Krita 5.1, whose own import of frames
    mostly crashes 5.2 on a busy machine, with no plug-in of ours there."""
    yield from begin(kit)
    kit.document = kit.open("animation.kra")
    yield lambda: kit.ready(kit.document)
    node = next(node for node in kit.document.topLevelNodes() if node.animated())
    yield from kit.activate(kit.document, node)
    return node


def case_a_frame_and_all_frames_of_an_animation(kit):
    node = yield from animated(kit)
    document, docker = kit.document, kit.docker
    document.setCurrentTime(2)
    document.waitForDone()
    yield shows(lambda: (document.currentTime(), bytes(node.pixelData(5, 5, 1, 1))), (2, bytes((80, 80, 80, 255))))
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "frame on show" in job.message, job.message
    still = next(each for each in document.topLevelNodes() if each.name() == RAIN)
    assert not still.animated()
    assert bytes(still.pixelData(5, 5, 1, 1)) == bytes((175, 175, 175, 255))
    undo(kit)
    yield lambda: all(each.name() != RAIN for each in document.topLevelNodes())
    yield from kit.activate(document, node)
    choose(kit, "frames")
    yield lambda: docker.go.text() == "Restore 3 frames"
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "3 frames" in job.message, job.message
    made = next(each for each in document.topLevelNodes() if each.name() == RAIN)
    assert made.animated()
    assert [time for time in range(8) if made.hasKeyframeAtTime(time)] == [0, 2, 4]
    got = [bytes(made.pixelDataAtTime(5, 5, 1, 1, time)) for time in (0, 2, 4)]
    assert got == [bytes((255 - 40 * (n + 1),) * 3 + (255,)) for n in range(3)], got
    kept = [bytes(node.pixelDataAtTime(5, 5, 1, 1, time)) for time in (0, 2, 4)]
    assert kept == [bytes((40 * (n + 1),) * 3 + (255,)) for n in range(3)], kept
    assert document.currentTime() == 2, "the time line stands where it stood"
    yield shows(kit.history, ["Switch current time", "Add Layer"])
    undo(kit)
    yield lambda: all(each.name() != RAIN for each in document.topLevelNodes())
    choose(kit, "layer")


def case_a_file_layer_is_restored_into_a_new_layer(kit):
    yield from begin(kit)
    document, docker = kit.document, kit.docker
    image = kit.QtGui.QImage(64, 48, kit.QtGui.QImage.Format.Format_ARGB32)
    image.fill(kit.QtGui.QColor(90, 60, 30))
    path = os.path.join(kit.box, "outside.png")
    image.save(path)
    layer = document.createFileLayer("outside", path, "None")
    document.rootNode().addChildNode(layer, document.topLevelNodes()[0])
    document.waitForDone()
    yield lambda: bytes(layer.projectionPixelData(5, 5, 1, 1)) == BLUE
    yield from kit.activate(document, layer)
    docker.output.setCurrentIndex(1)
    assert docker.restore() is None
    assert "no pixels of its own" in docker.message.text(), docker.message.text()
    docker.output.setCurrentIndex(0)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "file that it shows was left" in job.message, job.message
    assert kit.names(document) == ["Background", "outside", RAIN]
    assert bytes(document.topLevelNodes()[2].pixelData(5, 5, 1, 1)) == NEGATIVE
