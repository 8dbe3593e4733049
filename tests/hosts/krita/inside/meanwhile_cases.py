"""What a person does to the picture while a job runs: nothing is lost without a word, nothing lands where it does not fit.

Python 3.9 and Krita only.
"""

import sys

from casekit import BLUE, NEGATIVE, RAIN, begin, finished, press, shows, undo


def meanwhile(kit, does, output=0):
    """Restore a blue layer with a dark patch, and have `does(document, node)` done while the job runs; leaves the job in
    `kit.job`."""
    kit.hold()
    yield from begin(kit, "held noise")
    kit.layers(kit.document)[0].setPixelData(bytes((1, 2, 3, 255)) * (9 * 9), 20, 20, 9, 9)
    kit.docker.output.setCurrentIndex(output)
    kit.job = yield from press(kit)
    yield lambda: kit.job.state == "running"
    does(kit.document, kit.layers(kit.document)[0])
    kit.document.waitForDone()
    kit.release()
    yield finished(kit, kit.job)
    kit.type("")


def case_a_document_closed_meanwhile_is_survived(kit):
    yield from begin(kit, "held noise")
    job = yield from press(kit)
    yield lambda: job.state == "running"
    kit.document.setModified(False)
    kit.app.action("file_close").trigger()
    yield lambda: kit.document not in kit.app.documents()
    kit.release()
    yield finished(kit, job)
    assert job.state == "failed"
    assert "closed" in job.message, job.message
    kit.type("")


def case_a_layer_deleted_meanwhile_is_survived(kit):
    yield from begin(kit, "held noise")
    node = kit.document.topLevelNodes()[0]
    kit.document.rootNode().addChildNode(kit.document.createNode("other", "paintlayer"), node)
    yield from kit.activate(kit.document, node)
    job = yield from press(kit)
    yield lambda: job.state == "running"
    node.remove()
    kit.document.waitForDone()
    kit.release()
    yield finished(kit, job)
    assert job.state == "failed"
    assert "deleted" in job.message, job.message
    assert kit.names(kit.document) == ["other"]
    kit.type("")


def case_strokes_made_meanwhile_are_kept(kit):
    yield from begin(kit, "held noise")
    kit.docker.output.setCurrentIndex(1)
    node = kit.document.topLevelNodes()[0]
    job = yield from press(kit)
    yield lambda: job.state == "running"
    node.setPixelData(bytes((1, 2, 3, 255)) * 4, 0, 0, 2, 2)
    kit.release()
    yield finished(kit, job)
    assert job.state == "done"
    assert "changed in the meantime" in job.message, job.message
    assert len(kit.document.topLevelNodes()) == 2
    assert bytes(kit.document.topLevelNodes()[0].pixelData(0, 0, 1, 1)) == bytes((1, 2, 3, 255))
    kit.type("")


def case_a_picture_resized_or_converted_meanwhile_gets_the_result_beside_it(kit):
    """The layer has other pixels by now, or pixels of another kind: the result opens as a picture of its own."""
    changes = (
        (0, lambda document, node: document.setColorSpace("RGBA", "U16", "sRGB-elle-V2-srgbtrc.icc")),
        (1, lambda document, node: document.setColorSpace("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc")),
        (0, lambda document, node: document.crop(10, 10, 30, 20)),
        (1, lambda document, node: document.scaleImage(128, 96, 72, 72, "Bicubic")),
    )
    for output, change in changes:
        yield from meanwhile(kit, change, output)
        assert kit.job.state == "done", kit.job.message
        assert "picture of its own" in kit.job.message, kit.job.message
        assert kit.names(kit.document) == ["Background"]
        yield lambda: len(kit.app.documents()) == 2
        own = next(each for each in kit.app.documents() if each != kit.document)
        assert (own.width(), own.height(), own.colorDepth()) == (64, 48, "U8")
        assert kit.pixels(kit.layers(own)[0], own)[: 4 * 64] == NEGATIVE * 64
        for document in (own, kit.document):
            document.setModified(False)
            document.waitForDone()
        yield 0.9
        kit.app.action("file_close_all").trigger()
        yield lambda: not kit.app.documents()
        yield 0.9


def case_a_result_goes_where_its_layer_was_moved_meanwhile(kit):
    for output in (0, 1):
        yield from meanwhile(kit, lambda document, node: node.move(7, 5), output)
        assert kit.job.state == "done", kit.job.message
        top = kit.layers(kit.document)[-1]
        assert len(kit.layers(kit.document)) == (1 if output else 2)
        assert bytes(top.pixelData(7, 5, 1, 1)) == bytes(top.pixelData(63, 47, 1, 1)) == NEGATIVE
        assert bytes(top.pixelData(6, 4, 1, 1)) != NEGATIVE
        kit.document.setModified(False)
        yield 0.9
        kit.app.action("file_close").trigger()
        yield 0.9


def case_more_canvas_meanwhile_changes_nothing_for_the_result(kit):
    yield from meanwhile(kit, lambda document, node: document.resizeImage(-10, -8, 100, 80))
    assert kit.job.state == "done", kit.job.message
    assert "New layer" in kit.job.message, kit.job.message
    below, above = kit.layers(kit.document)
    for x, y in ((12, 10), (70, 50)):
        assert bytes(below.pixelData(x, y, 1, 1)) == BLUE
        assert bytes(above.pixelData(x, y, 1, 1)) == NEGATIVE


def case_a_flattened_picture_says_so(kit):
    yield from meanwhile(kit, lambda document, node: document.flatten())
    assert kit.job.state == "failed"
    assert "flattened" in kit.job.message, kit.job.message
    assert len(kit.app.documents()) == 1


def case_undo_and_another_picture_meanwhile_change_nothing(kit):
    def leave(document, node):
        document.rootNode().addChildNode(document.createNode("tmp", "paintlayer"), node)
        document.waitForDone()
        undo(kit)
        kit.other = kit.new(width=80, height=60)

    yield from meanwhile(kit, leave)
    assert kit.job.state == "done", kit.job.message
    assert kit.names(kit.document) == ["Background", "held noise"]
    assert kit.names(kit.other) == ["Background"]


def case_what_comes_while_krita_is_asked_which_layer_is_active_disturbs_nothing(kit):
    """From 5.3 on it lets events through then; here it always does: the docker looks again, and somebody paints."""
    yield from begin(kit, RAIN, width=400, height=300)
    docker, document = kit.docker, kit.document
    look, preview = docker.look, docker.preview
    target = sys.modules[type(look).__module__].target
    layer, ask, asked = kit.layers(document)[0], target._in_front, []

    def interrupted():
        asked.append(len(asked))
        if len(asked) < 30:
            colour = bytes((asked[-1], 60, 90, 255))
            layer.setPixelData(colour * (400 * 300), 0, 0, 400, 300)
            look.notice()
            look.adjust(False)
            if asked[-1] == 10:
                docker.go.click()
            if asked[-1] % 5 == 4:
                look._state = None  # as when the layer was hidden meanwhile
        return ask()

    target._in_front = interrupted
    try:
        yield lambda: len(asked) > 30 or look.notice()
    finally:
        target._in_front = ask
    yield shows(lambda: kit.names(document), ["Background", RAIN])
    yield kit.idle
    yield from kit.activate(document, layer)
    last = bytes(layer.pixelData(0, 0, 1, 1))
    yield shows(lambda: preview._before is not None and preview._before.pixelColor(5, 5).blue(), last[0])
    yield lambda: preview._after is not None
    yield shows(lambda: preview._after.pixelColor(5, 5).blue(), 255 - last[0])


def case_an_answer_under_way_is_not_taken_for_that_of_another_layer(kit):
    """The same crop under the same plan is wanted of both."""
    yield from begin(kit, RAIN, width=400, height=300)
    docker, document = kit.docker, kit.document
    layer, other = kit.layers(document)[0], document.createNode("other", "paintlayer")
    document.rootNode().addChildNode(other, None)
    for each, blue in ((layer, 10), (other, 200)):
        each.setPixelData(bytes((blue, 60, 90, 255)) * (400 * 300), 0, 0, 400, 300)
    yield from kit.activate(document, layer)
    yield shows(lambda: docker.preview._after is not None and docker.preview._after.pixelColor(5, 5).blue(), 245)

    post, held = docker.conversation._to_gui, []
    docker.conversation._to_gui = held.append
    layer.setPixelData(bytes((20, 60, 90, 255)) * (400 * 300), 0, 0, 400, 300)
    yield lambda: held or docker.look.notice()
    yield from kit.activate(document, other)
    yield lambda: docker.look.target[1] == other.uniqueId().toString() or docker.look.notice()
    docker.conversation._to_gui = post
    for each in held:
        post(each)
    yield shows(lambda: docker.preview._after is not None and docker.preview._after.pixelColor(5, 5).blue(), 55)
    yield 0.5
    assert docker.preview._after.pixelColor(5, 5).blue() == 55


def case_a_preview_that_is_wanted_while_another_layer_is_in_front_for_a_moment_still_comes(kit):
    """Krita makes a new layer the active one by itself, and the docker looks every 400 ms: it may miss that."""
    yield from begin(kit, RAIN, width=400, height=300)
    docker, document = kit.docker, kit.document
    layer, other = kit.layers(document)[0], document.createNode("other", "paintlayer")
    document.rootNode().addChildNode(other, None)
    yield from kit.activate(document, layer)
    yield lambda: docker.look.target[1] == layer.uniqueId().toString() or docker.look.notice()
    yield shows(lambda: docker.desk.phase, "fresh")
    often = docker.look._watched.interval()
    docker.look._watched.setInterval(10**6)
    yield from kit.activate(document, other)
    kit.type("noise")
    yield lambda: not docker.desk.pending
    yield from kit.activate(document, layer)
    docker.look._watched.setInterval(often)
    yield shows(lambda: docker.desk.phase, "fresh")


def case_what_is_painted_while_a_crop_is_converted_is_seen(kit):
    """While Krita converts colours it lets events through, a stroke too."""
    yield from begin(kit, RAIN, width=400, height=300)
    look, preview, layer = kit.docker.look, kit.docker.preview, kit.layers(kit.document)[0]
    yield shows(lambda: kit.docker.desk.phase, "fresh")
    target = sys.modules[type(look).__module__].target
    crop, asks = target.crop, []

    def interrupted(*asked):
        found = crop(*asked)
        asks.append(asked)
        if len(asks) < 2:
            return found  # that is shown; the next one is sent to be restored, and nothing reads it after that
        target.crop = crop
        layer.setPixelData(bytes((77, 60, 90, 255)) * (400 * 300), 0, 0, 400, 300)
        return found

    target.crop = interrupted
    layer.setPixelData(bytes((50, 60, 90, 255)) * (400 * 300), 0, 0, 400, 300)
    yield lambda: target.crop is crop
    yield shows(lambda: preview._before.pixelColor(5, 5).blue(), 77)
    yield shows(lambda: preview._after is not None and preview._after.pixelColor(5, 5).blue(), 255 - 77)
