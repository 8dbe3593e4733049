"""What becomes of layers: undo, place, kinds, masks, sizes. Each case asserts for itself; Python 3.9 and Krita only."""

import os
import struct
import sys

from casekit import BLUE, NEGATIVE, RAIN, begin, finished, press, shows, undo

from krita import InfoObject, Selection


def case_a_new_layer_is_one_undo_step(kit):
    yield from begin(kit)
    node = kit.document.topLevelNodes()[0]
    assert kit.history() == []
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield shows(kit.history, ["Add Layer"])
    assert kit.names(kit.document) == ["Background", RAIN]
    yield shows(lambda: kit.document.activeNode().name(), RAIN)  # what the next stroke goes to
    assert kit.pixels(kit.document.topLevelNodes()[1], kit.document) == NEGATIVE * (64 * 48)
    yield lambda: bytes(kit.document.pixelData(0, 0, 64, 48)) == NEGATIVE * (64 * 48)  # the canvas shows it
    undo(kit)
    yield shows(lambda: kit.names(kit.document), ["Background"])
    assert kit.pixels(node, kit.document) == BLUE * (64 * 48)
    undo(kit, "edit_redo")
    yield shows(lambda: kit.names(kit.document), ["Background", RAIN])


def case_in_place_is_undone_and_redone_by_one_press(kit):
    """Krita's history has two entries for it, "Add Layer" and "Remove Layer"; nobody has to press twice."""
    yield from begin(kit)
    kit.docker.output.setCurrentIndex(1)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield shows(kit.history, ["Add Layer", "Remove Layer"])
    assert kit.names(kit.document) == ["Background"]
    assert "Undo brings it back" in job.message, job.message

    def stands(colour):
        return shows(
            lambda: (kit.names(kit.document), kit.pixels(kit.document.topLevelNodes()[0], kit.document)),
            (["Background"], colour * (64 * 48)),
        )

    for _ in range(2):
        yield stands(NEGATIVE)
        undo(kit)
        yield stands(BLUE)
        undo(kit, "edit_redo")
    yield stands(NEGATIVE)
    layer = kit.document.createNode("later", "paintlayer")
    kit.document.rootNode().addChildNode(layer, None)
    kit.document.waitForDone()
    yield shows(lambda: kit.names(kit.document), ["Background", "later"])
    undo(kit)
    yield stands(NEGATIVE)
    yield 0.1
    yield stands(NEGATIVE)  # another step is undone by itself


def case_converting_colours_leaves_the_history_and_the_documents_alone(kit):
    yield from begin(kit, depth="F16", profile="sRGB-elle-V2-g10.icc", fill=None)
    node = kit.document.topLevelNodes()[0]
    node.setPixelData(struct.pack("<4e", 0.25, 0.25, 0.25, 1.0) * (64 * 48), 0, 0, 64, 48)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield shows(kit.history, ["Add Layer"])
    yield lambda: len(kit.app.documents()) == 1  # a preview may still be on its way
    top = kit.document.topLevelNodes()[-1]
    value = struct.unpack("<4e", bytes(top.pixelData(5, 5, 1, 1)))
    assert abs(value[0] - 0.1818) < 0.002, value  # 0.25 is 0.5371 in sRGB; its negative is 0.4629, which is 0.1818 of light
    assert value[3] == 1.0


def case_the_layer_above_comes_after_its_source(kit):
    yield from begin(kit)
    bottom = kit.document.topLevelNodes()[0]
    kit.document.rootNode().addChildNode(kit.document.createNode("sky", "paintlayer"), bottom)
    kit.document.waitForDone()
    yield from kit.activate(kit.document, bottom)
    job = yield from press(kit)
    yield finished(kit, job)
    assert kit.names(kit.document) == ["Background", RAIN, "sky"]


def case_what_krita_lists_belongs_to_somebody(kit):
    """Else each entry keeps its layer, with all its pixels, until Krita quits: 8 MB for ten restorations of 500 x 400 pixels."""
    yield from begin(kit)
    lists, qt = (sys.modules["restore_with_instruction." + name] for name in ("lists", "qt"))
    found = lists.children(kit.document.rootNode()) + lists.top_level(kit.document) + lists.documents()
    found += lists.chosen(kit.app.activeWindow().activeView())
    assert len(found) >= 3
    assert all(qt.sip.ispyowned(each) for each in found), found


def case_layers_that_cannot_be_restored_get_a_sentence(kit):
    yield from begin(kit)
    document, docker = kit.document, kit.docker
    paint = document.topLevelNodes()[0]
    root = document.rootNode()
    vector = document.createVectorLayer("shapes")
    group = document.createGroupLayer("trip")
    filled = document.createFillLayer("paper", "color", InfoObject(), Selection())
    for node in (vector, group, filled):
        root.addChildNode(node, None)
    document.waitForDone()

    def said(node, output, word):
        yield from kit.activate(document, node)
        docker.output.setCurrentIndex(output)
        job = yield from press(kit)
        assert job is None, node.name()
        assert word in docker.message.text(), docker.message.text()

    yield from said(vector, 0, "vector layer")
    yield from said(group, 1, "no pixels of its own")
    yield from said(filled, 0, "no picture of its own")
    paint.setLocked(True)
    yield from said(paint, 1, "is locked")
    paint.setLocked(False)
    paint.setVisible(False)
    yield from said(paint, 0, "not visible")
    paint.setVisible(True)
    paint.enableAnimation()
    yield from said(paint, 1, "animated")
    assert all(node.name() != RAIN for node in document.topLevelNodes())


def case_a_layer_that_lies_mostly_beside_the_picture_or_is_gone(kit):
    """Krita's thumbnail is of all of a layer. Of one that was just removed, and which it still calls the active one for a moment,
    it had no end: it wrote assertions about tiles beyond two million pixels for ever."""
    yield from begin(kit, "remove the noise", fill=None)
    target, miniature = (sys.modules["restore_with_instruction." + name] for name in ("target", "miniature"))
    docker, document, asked = kit.docker, kit.document, []
    former = kit.layers(document)[0]
    former.setPixelData(bytes((30, 60, 90, 255)) * (900 * 700), 0, 0, 900, 700)
    document.waitForDone()
    assert former.bounds().getRect() == (0, 0, 900, 700)

    class Counting:
        def __getattr__(self, name):
            return getattr(former, name)

        def thumbnail(self, width, height):
            asked.append(width * height)
            return former.thumbnail(width, height)

    canvas = kit.QtCore.QRect(0, 0, document.width(), document.height())
    small = miniature.thumbnail(Counting(), canvas)
    assert (small.width, small.height, bytes(small.view[:3])) == (64, 48, bytes((90, 60, 30)))
    assert sum(asked) <= 16 * 64 * 48, asked
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield from kit.activate(document, former)

    twin = former.duplicate()
    former.parentNode().addChildNode(twin, former)
    document.waitForDone()
    former.remove()
    kit.tell(still_active=target.is_gone(target.as_named()[1]), says=former.bounds().getRect())
    assert target.is_gone(former)
    docker.look.notice()
    assert target.active()[1] is None or not target.is_gone(target.active()[1])
    small = miniature.thumbnail(former, canvas)
    assert small is None or max(small.width, small.height) <= 256
    yield from kit.activate(document, twin)
    yield lambda: docker.look.target is not None and docker.look.target[1] == twin.uniqueId().toString()
    yield lambda: docker.desk.phase == "fresh"


def case_a_layer_with_clones_is_not_replaced_behind_their_back(kit):
    """Krita makes ordinary layers of a layer's clones when it goes."""
    yield from begin(kit)
    document = kit.document
    if not hasattr(document, "createCloneLayer"):
        return
    paint = document.topLevelNodes()[0]
    document.rootNode().addChildNode(document.createCloneLayer("twin", paint), paint)
    document.waitForDone()
    yield from kit.activate(document, paint)
    kit.docker.output.setCurrentIndex(1)
    assert kit.docker.restore() is None
    assert "clone layers" in kit.docker.message.text(), kit.docker.message.text()
    assert [node.type() for node in document.topLevelNodes()] == ["paintlayer", "clonelayer"]
    kit.docker.output.setCurrentIndex(0)


def case_a_locked_layer_can_be_restored_into_a_new_one(kit):
    yield from begin(kit)
    kit.document.topLevelNodes()[0].setLocked(True)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert kit.names(kit.document) == ["Background", RAIN]


def case_masks_opacity_and_blending_come_along(kit):
    yield from begin(kit)
    node = kit.document.topLevelNodes()[0]
    node.setOpacity(128)
    node.setBlendingMode("multiply")
    if hasattr(kit.document, "createTransparencyMask"):  # from 5.2 on
        node.addChildNode(kit.document.createTransparencyMask("hole"), None)
    kit.document.waitForDone()
    yield from kit.activate(kit.document, node)
    before = len(kit.history())
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    top = kit.document.topLevelNodes()[-1]
    assert (top.name(), top.opacity(), top.blendingMode()) == (RAIN, 128, "multiply")
    assert [each.type() for each in top.childNodes()] == [each.type() for each in node.childNodes()]
    yield shows(lambda: kit.history()[before:], ["Add Layer"])


def case_twice_the_size_opens_a_document(kit):
    yield from begin(kit)
    docker = kit.docker
    docker.scale.setCurrentIndex(1)
    assert not docker.output.isEnabled()
    before = len(kit.app.documents())
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert len(kit.app.documents()) == before + 1

    def front():
        made = kit.app.activeDocument()
        return made is not None and (made.width(), made.height())

    yield shows(front, (128, 96))
    made = kit.app.activeDocument()
    yield lambda: kit.ready(made)
    assert bytes(made.topLevelNodes()[0].pixelData(0, 0, 1, 1)) == NEGATIVE
    selection = Selection()
    selection.select(3, 3, 9, 9, 255)
    made.setSelection(selection)
    assert docker.restore() is None
    assert "selection" in docker.message.text().lower()
    docker.scale.setCurrentIndex(0)


def case_strange_instructions_and_the_smallest_layer(kit):
    yield from begin(kit, "", width=1, height=1)
    docker = kit.docker
    for text in ("", "   \n\t "):
        kit.type(text)
        assert docker.restore() is None
        assert not docker.go.isEnabled()
    wide = docker.minimumSizeHint().width()
    kit.type("\u05d4\u05e1\u05e8 \u05e8\u05e2\u05e9")  # Hebrew
    start, end = docker.edit.textCursor(), docker.edit.textCursor()
    start.setPosition(0)
    end.movePosition(end.MoveOperation.End)

    def leftwards():
        leftwards.said = begins, ends = docker.edit.cursorRect(start).x(), docker.edit.cursorRect(end).x()
        return begins > max(ends, docker.edit.width() / 2)

    yield leftwards  # it begins at the right, and is written to the left
    endless = "remove the noise " * 2000
    bad = "noise\n\n\tand\x0b\x1b <b>rain</b> & \u202e %s %d {}\uffff"
    emoji = "🌧️ please remove the noise 🔥👨‍👩‍👧‍👦"
    for text, name in ((emoji, emoji), (bad, "noise and <b>rain</b> & %s %d {}"), (endless, endless[:59] + "…")):
        kit.type(text)
        text = docker.edit.toPlainText()  # Qt makes line ends of its own
        yield lambda text=text: docker.desk.text == text and not docker.desk.pending
        before = len(kit.document.topLevelNodes())
        job = yield from press(kit)
        yield finished(kit, job)
        assert job.state == "done", job.message
        assert len(kit.document.topLevelNodes()) == before + 1
        made = kit.document.topLevelNodes()[1]  # right above its source, below the earlier ones
        assert made.name() == name, ascii(made.name())
        assert bytes(made.pixelData(0, 0, 1, 1)) == NEGATIVE
        yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
        assert docker.minimumSizeHint().width() <= wide, "no words make the docker wider"
    assert endless.strip() not in docker._history.list(), "what nobody wrote by hand is not kept"
    path = os.path.join(kit.box, "names.kra")
    kit.document.setBatchmode(True)
    assert kit.document.saveAs(path)
    again = kit.app.openDocument(path)
    assert again is not None, "a name must not break the file"
    assert kit.names(again)[-1] == emoji
    assert len(kit.names(again)) == 4
    again.close()
    kit.type("")
