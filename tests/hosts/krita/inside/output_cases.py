"""Where a result can go besides a new layer and in place, and how long it will take. Python 3.9 and Krita only."""

from casekit import BLUE, NEGATIVE, RAIN, begin, finished, press, shows, undo

from krita import Selection

SOFT = 128
"""How much is selected at one place of `selected`."""


def selected(kit, output):
    """A part of a blue picture is selected, some of it by half, and this output chosen; whether this Krita has it."""
    yield from begin(kit)
    chosen, half = Selection(), Selection()
    chosen.select(20, 10, 30, 20, 255)
    half.select(50, 10, 5, 20, SOFT)
    chosen.add(half)
    kit.document.setSelection(chosen)
    yield lambda: kit.document.selection() is not None and kit.document.selection().width() == 35
    row = kit.docker.output.findData(output)
    kit.docker.output.setCurrentIndex(max(0, row))
    return row >= 0


def layers(kit, document):
    """The document's own: what is selected is a node there, too."""
    return [node for node in kit.layers(document) if not node.type().endswith("mask")]


def names(kit, document):
    return [node.name() for node in layers(kit, document)]


def case_a_new_document_holds_all_of_the_layer_and_only_what_is_selected_differs(kit):
    assert (yield from selected(kit, "new-image"))
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "new document" in job.message, job.message
    yield lambda: kit.app.activeDocument() not in (None, kit.document)
    made = kit.app.activeDocument()
    yield lambda: kit.ready(made)
    assert (made.width(), made.height()) == (64, 48)
    assert names(kit, made) == [RAIN]
    (layer,) = layers(kit, made)
    assert [bytes(layer.pixelData(x, 15, 1, 1)) for x in (5, 30, 60)] == [BLUE, NEGATIVE, BLUE]
    assert bytes(layer.pixelData(52, 15, 1, 1))[0] in range(126, 129)
    assert names(kit, kit.document) == ["Background"]
    assert kit.pixels(layers(kit, kit.document)[0], kit.document) == BLUE * (64 * 48)
    kit.docker.output.setCurrentIndex(0)


def case_a_layer_is_masked_by_the_selection(kit):
    """All of the layer is restored, the canvas shows what was selected of it, and one press undoes and redoes both."""
    there = yield from selected(kit, "masked-layer")
    document = kit.document
    assert there == hasattr(document, "createTransparencyMask"), "what this Krita cannot do is not offered"
    if not there:
        return
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "masked" in job.message, job.message
    assert names(kit, document) == ["Background", RAIN]
    layer = layers(kit, document)[1]
    assert kit.pixels(layer, document) == NEGATIVE * (64 * 48)
    assert [child.type() for child in layer.childNodes()] == ["transparencymask"]
    yield shows(lambda: [bytes(document.pixelData(x, 15, 1, 1)) for x in (5, 30, 60)], [BLUE, NEGATIVE, BLUE])
    assert bytes(document.pixelData(52, 15, 1, 1))[0] in range(125, 130)
    yield shows(lambda: document.activeNode().name(), RAIN)  # and not its mask
    kit.shoot("masked")
    undo(kit)
    yield shows(lambda: names(kit, document), ["Background"])
    undo(kit, "edit_redo")
    yield shows(lambda: [len(each.childNodes()) for each in layers(kit, document)], [0, 1])
    yield from without_its_mask(kit)


def without_its_mask(kit):
    """Somebody takes the mask away, and undoes another step later: that one and no other."""
    document = kit.document
    layers(kit, document)[1].childNodes()[0].remove()
    yield shows(lambda: [len(each.childNodes()) for each in layers(kit, document)], [0, 0])
    document.rootNode().addChildNode(document.createNode("later", "paintlayer"), None)
    document.waitForDone()
    yield shows(lambda: names(kit, document), ["Background", RAIN, "later"])
    undo(kit)
    for _ in range(2):
        yield shows(lambda: (names(kit, document), len(layers(kit, document)[1].childNodes())), (["Background", RAIN], 0))
        yield 0.1
    kit.docker.output.setCurrentIndex(0)


def case_a_masked_layer_with_nothing_selected_is_a_new_layer(kit):
    yield from begin(kit)
    kit.docker.output.setCurrentIndex(max(0, kit.docker.output.findData("masked-layer")))
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield shows(kit.history, ["Add Layer"])
    assert kit.pixels(layers(kit, kit.document)[1], kit.document) == NEGATIVE * (64 * 48)
    kit.docker.output.setCurrentIndex(0)


def case_how_long_it_takes_is_said_once_it_was_seen(kit):
    """Of the same steps on a picture large enough to tell; the device is in the tooltip then."""
    yield from begin(kit, "remove the blur and the snow", width=1000, height=600)
    docker = kit.docker
    yield shows(docker.device.text, "CPU, in negative")
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield lambda: docker.look.adjusting
    assert docker.device.text() == "CPU, in negative", "another strength may take no time"
    yield from kit.activate(kit.document, layers(kit, kit.document)[0])
    yield lambda: docker.device.text().startswith("Takes ")
    assert "CPU, in negative" in docker.device.toolTip()
    kit.type("remove the blur and the haze")
    yield lambda: not docker.desk.pending
    yield shows(docker.device.text, "CPU, in negative")  # nobody has seen that yet
