"""What a person does with the docker, done inside a Krita with a window. Each case asserts for itself; Python 3.9 and Krita only.

The daemon answers with negatives (negative.py), so "restored" here means: every colour value v became 255 - v.
"""

import json
import os
import struct
import time

from krita import InfoObject, Selection

BLUE, NEGATIVE = bytes((30, 60, 90, 255)), bytes((225, 195, 165, 255))
RAIN = "remove the rain and the noise"


def begin(kit, text=RAIN, **new):
    """A small document in front, the docker open, the plan of the text on show; the way most cases start."""
    kit.document = kit.new(**new)
    yield lambda: kit.ready(kit.document)
    kit.docker.setVisible(True)
    kit.docker.raise_()
    kit.docker.scale.setCurrentIndex(0)
    kit.docker.output.setCurrentIndex(0)
    kit.docker.strength.setValue(100)
    kit.type("")
    kit.type(text)
    yield lambda: kit.docker._text == text and kit.docker.look.target is not None


def finished(kit, job):
    assert job is not None, kit.docker.message.text()
    return lambda: job.over


def undo(kit, action="edit_undo"):
    kit.app.action(action).trigger()
    kit.document.waitForDone()


def case_without_a_document(kit):
    docker = kit.docker
    docker.setVisible(True)
    kit.type(RAIN)
    yield lambda: len(docker.chips._chips) == 2
    assert docker.restore() is None
    assert "Open a picture" in docker.message.text()
    assert not docker.go.isEnabled()


def case_a_plan_appears_while_typing(kit):
    yield from begin(kit, "")
    docker = kit.docker
    docker.edit.setFocus()
    kit.QtTest.QTest.keyClicks(docker.edit, "remove the nois")
    kit.QtTest.QTest.keyClicks(docker.edit, "e")
    begun = time.perf_counter()
    yield lambda: docker.chips._chips
    kit.tell(plan_ms=round(1000 * (time.perf_counter() - begun)))
    assert [chip.task for chip in docker.chips._chips] == ["denoise"]
    yield lambda: docker.device.text() == "CPU, in negative"
    kit.type("make me a sandwich")
    yield lambda: not docker.chips._chips
    assert "nothing will be changed" in docker.message.text(), docker.message.text()
    assert not docker.go.isEnabled()


def case_chips_are_weighed_moved_removed_and_added_by_keyboard(kit):
    yield from begin(kit, "remove the rain and the noise and the haze")
    docker, key = kit.docker, kit.QtTest.QTest.keyClick
    qt = kit.QtCore.Qt
    chips = docker.chips._chips
    assert [chip.task for chip in chips] == ["derain", "denoise", "dehaze"]
    chips[1].bar.setFocus()
    key(chips[1].bar, qt.Key.Key_Left)
    assert docker.plan.steps()[1]["strength"] == 0.95
    key(chips[1].bar, qt.Key.Key_Up, qt.KeyboardModifier.AltModifier)
    assert [step["task"] for step in docker.plan.steps()] == ["denoise", "derain", "dehaze"]
    assert docker.chips._chips[0].bar.hasFocus(), "the moved chip keeps the keyboard"
    key(docker.chips._chips[0].bar, qt.Key.Key_Delete)
    assert [step["task"] for step in docker.plan.steps()] == ["derain", "dehaze"]
    assert docker.chips._chips[0].bar.hasFocus(), "the next chip takes over"
    assert len(kit.document.topLevelNodes()) == 1, "Delete must not reach the canvas"
    assert bytes(kit.document.topLevelNodes()[0].pixelData(0, 0, 1, 1)) == BLUE
    snow = next(action for action in docker.chips._menu.actions() if action.text() == "snow")
    snow.trigger()
    assert [step["task"] for step in docker.plan.steps()] == ["derain", "dehaze", "desnow"]
    kit.shoot("chips", docker)
    yield 0


def case_a_new_layer_is_one_undo_step(kit):
    yield from begin(kit)
    node = kit.document.topLevelNodes()[0]
    assert kit.history() == []
    job = kit.docker.restore()
    yield finished(kit, job)
    yield 0.2
    assert job.state == "done", job.message
    assert kit.history() == ["Add Layer"], kit.history()
    assert kit.names(kit.document) == ["Background", RAIN]
    assert kit.document.activeNode().name() == RAIN, "the result is what the next stroke goes to"
    assert kit.pixels(kit.document.topLevelNodes()[1], kit.document) == NEGATIVE * (64 * 48)
    assert bytes(kit.document.pixelData(0, 0, 64, 48)) == NEGATIVE * (64 * 48), "the canvas shows it"
    undo(kit)
    yield 0.1
    assert kit.names(kit.document) == ["Background"]
    assert kit.pixels(node, kit.document) == BLUE * (64 * 48)
    undo(kit, "edit_redo")
    yield 0.1
    assert kit.names(kit.document) == ["Background", RAIN]


def case_in_place_is_two_undo_steps(kit):
    yield from begin(kit)
    kit.docker.output.setCurrentIndex(1)
    job = kit.docker.restore()
    yield finished(kit, job)
    yield 0.2
    assert job.state == "done", job.message
    assert kit.history() == ["Add Layer", "Remove Layer"], kit.history()
    assert kit.names(kit.document) == ["Background"]
    assert kit.pixels(kit.document.topLevelNodes()[0], kit.document) == NEGATIVE * (64 * 48)
    undo(kit)
    undo(kit)
    yield 0.1
    assert kit.names(kit.document) == ["Background"]
    assert kit.pixels(kit.document.topLevelNodes()[0], kit.document) == BLUE * (64 * 48)


def case_converting_colours_leaves_the_history_and_the_documents_alone(kit):
    yield from begin(kit, depth="F16", profile="sRGB-elle-V2-g10.icc", fill=None)
    node = kit.document.topLevelNodes()[0]
    node.setPixelData(struct.pack("<4e", 0.25, 0.25, 0.25, 1.0) * (64 * 48), 0, 0, 64, 48)
    yield 0.5
    job = kit.docker.restore()
    yield finished(kit, job)
    yield 0.8
    assert job.state == "done", job.message
    assert kit.history() == ["Add Layer"], kit.history()
    assert len(kit.app.documents()) == 1
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
    job = kit.docker.restore()
    yield finished(kit, job)
    assert kit.names(kit.document) == ["Background", RAIN, "sky"]


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
        job = docker.restore()
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
    yield from said(paint, 0, "animated")
    assert all(node.name() != RAIN for node in document.topLevelNodes())


def case_a_locked_layer_can_be_restored_into_a_new_one(kit):
    yield from begin(kit)
    kit.document.topLevelNodes()[0].setLocked(True)
    job = kit.docker.restore()
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert kit.names(kit.document) == ["Background", RAIN]


def case_cancelling_leaves_no_trace(kit):
    yield from begin(kit, "slower 30 noise")
    job = kit.docker.restore()
    yield lambda: job.state == "running" and job.fraction is not None
    yield 0.2
    kit.shoot("progress", kit.docker)
    begun = time.perf_counter()
    line = next(iter(kit.docker.jobs._lines.values()))
    line.cancel.click()
    yield finished(kit, job)
    took = time.perf_counter() - begun
    kit.tell(cancel_s=round(took, 2))
    assert job.state == "cancelled"
    assert took < 1.5, took
    assert kit.names(kit.document) == ["Background"]
    assert kit.history() == []
    assert not kit.docker.jobs._lines
    kit.type("")  # also ends the slow preview


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
    job = kit.docker.restore()
    yield finished(kit, job)
    yield 0.2
    assert job.state == "done", job.message
    top = kit.document.topLevelNodes()[-1]
    assert (top.name(), top.opacity(), top.blendingMode()) == (RAIN, 128, "multiply")
    assert [each.type() for each in top.childNodes()] == [each.type() for each in node.childNodes()]
    assert kit.history()[before:] == ["Add Layer"], kit.history()


def case_several_jobs_take_turns_and_can_be_cancelled_one_by_one(kit):
    yield from begin(kit, "slower 0.7 noise")
    docker = kit.docker
    jobs = [docker.restore() for _ in range(3)]
    yield lambda: jobs[0].state == "running"
    assert [job.state for job in jobs[1:]] == ["waiting", "waiting"]
    assert len(docker.jobs._lines) == 3
    docker.jobs._lines[jobs[1].number].cancel.click()
    assert jobs[1].state == "cancelled", "one that only waits is over at once"
    assert len(docker.jobs._lines) == 2
    yield kit.idle
    assert [job.state for job in jobs] == ["done", "cancelled", "done"]
    yield 0.1
    assert kit.history() == ["Add Layer", "Add Layer"]
    kit.type("")


def case_a_document_closed_meanwhile_is_survived(kit):
    yield from begin(kit, "slower 4 noise")
    job = kit.docker.restore()
    yield lambda: job.state == "running"
    kit.document.setModified(False)
    kit.app.action("file_close").trigger()
    yield finished(kit, job)
    assert job.state == "failed"
    assert "closed" in job.message, job.message
    kit.type("")


def case_a_layer_deleted_meanwhile_is_survived(kit):
    yield from begin(kit, "slower 4 noise")
    node = kit.document.topLevelNodes()[0]
    kit.document.rootNode().addChildNode(kit.document.createNode("other", "paintlayer"), node)
    yield from kit.activate(kit.document, node)
    job = kit.docker.restore()
    yield lambda: job.state == "running"
    node.remove()
    kit.document.waitForDone()
    yield finished(kit, job)
    assert job.state == "failed"
    assert "deleted" in job.message, job.message
    assert kit.names(kit.document) == ["other"]
    kit.type("")


def case_strokes_made_meanwhile_are_kept(kit):
    yield from begin(kit, "slower 4 noise")
    kit.docker.output.setCurrentIndex(1)
    node = kit.document.topLevelNodes()[0]
    job = kit.docker.restore()
    yield lambda: job.state == "running"
    node.setPixelData(bytes((1, 2, 3, 255)) * 4, 0, 0, 2, 2)
    yield finished(kit, job)
    assert job.state == "done"
    assert "changed in the meantime" in job.message, job.message
    assert len(kit.document.topLevelNodes()) == 2
    assert bytes(kit.document.topLevelNodes()[0].pixelData(0, 0, 1, 1)) == bytes((1, 2, 3, 255))
    kit.type("")


def case_another_strength_needs_no_inference(kit):
    yield from begin(kit, "slower 0.6 noise")
    docker = kit.docker
    job = docker.restore()
    yield finished(kit, job)
    undo(kit)
    yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
    docker.strength.setValue(50)
    begun = time.perf_counter()
    job = docker.restore()
    yield finished(kit, job)
    took = time.perf_counter() - begun
    kit.tell(adjust_s=round(took, 2))
    assert job.state == "done", job.message
    assert took < 0.5, f"it was inferred again: {took:.2f} s"
    top = kit.document.topLevelNodes()[-1]
    assert set(kit.pixels(top, kit.document)[:3]) <= {127, 128}
    assert job.recipe["strength"] == 0.5
    kit.type("")


def case_the_preview_shows_before_and_after_and_follows_the_strength(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker, preview = kit.docker, kit.docker.preview
    begun = time.perf_counter()
    yield lambda: preview._after is not None
    kit.tell(preview_s=round(time.perf_counter() - begun, 2))
    assert preview._before.pixelColor(5, 5).getRgb()[:3] == (90, 60, 30)
    assert preview._after.pixelColor(5, 5).getRgb()[:3] == (165, 195, 225)
    assert preview._before.width() == min(400, round(preview.width() * preview.devicePixelRatioF()))
    begun = time.perf_counter()
    docker.strength.setValue(0)
    yield lambda: preview._after is None
    docker.strength.setValue(50)
    yield lambda: preview._after is not None and preview._after.pixelColor(5, 5).red() in (127, 128)
    kit.tell(strength_s=round(time.perf_counter() - begun, 2))
    qt, key = kit.QtCore.Qt, kit.QtTest.QTest.keyClick
    split = preview._split
    key(preview, qt.Key.Key_Right)
    assert round(preview._split - split, 2) == 0.05
    box = docker.look._state.box
    key(preview, qt.Key.Key_Right, qt.KeyboardModifier.ShiftModifier)
    assert docker.look._state.box[0] > box[0]
    kit.document.topLevelNodes()[0].setPixelData(bytes((0, 0, 0, 255)) * (400 * 300), 0, 0, 400, 300)
    yield lambda: preview._before.pixelColor(5, 5).getRgb()[:3] == (0, 0, 0)  # strokes show up by themselves


def case_a_result_is_not_previewed_once_more(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker = kit.docker
    yield lambda: docker.preview._after is not None
    job = docker.restore()
    yield finished(kit, job)
    yield lambda: docker.look.target is not None and docker.look.target[1] == job.result
    yield 0.6
    assert docker.preview._after is None
    assert docker.go.isEnabled()
    kit.type("remove the haze")
    yield lambda: docker.preview._after is not None  # something else is


def case_twice_the_size_opens_a_document(kit):
    yield from begin(kit)
    docker = kit.docker
    docker.scale.setCurrentIndex(1)
    assert not docker.output.isEnabled()
    before = len(kit.app.documents())
    job = docker.restore()
    yield finished(kit, job)
    yield 0.3
    assert job.state == "done", job.message
    assert len(kit.app.documents()) == before + 1
    made = kit.app.activeDocument()
    assert (made.width(), made.height()) == (128, 96)
    assert bytes(made.topLevelNodes()[0].pixelData(0, 0, 1, 1)) == NEGATIVE
    selection = Selection()
    selection.select(3, 3, 9, 9, 255)
    made.setSelection(selection)
    assert docker.restore() is None
    assert "selection" in docker.message.text().lower()
    docker.scale.setCurrentIndex(0)


def case_the_actions_open_the_docker_and_repeat(kit):
    yield from begin(kit)
    docker = kit.docker
    yield finished(kit, docker.restore())
    docker.setVisible(False)
    yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
    kit.app.action("restore_with_instruction_repeat").trigger()
    yield lambda: not kit.idle() or len(kit.document.topLevelNodes()) == 3
    yield kit.idle
    assert kit.names(kit.document) == ["Background", RAIN, RAIN]
    docker.setVisible(False)
    kit.app.action("restore_with_instruction").trigger()
    yield lambda: docker.isVisible()
    assert docker.edit.hasFocus()
    for name in ("restore_with_instruction", "restore_with_instruction_repeat"):
        assert kit.app.action(name).shortcut().isEmpty(), "a shortcut is the user's to give"
        menus = [
            menu.title().replace("&", "")
            for menu in kit.main.findChildren(kit.QtWidgets.QMenu)
            if kit.app.action(name) in menu.actions()
        ]
        assert menus == ["Filter"], menus


def case_return_restores_and_letters_are_text(kit):
    yield from begin(kit, "")
    docker, test, qt = kit.docker, kit.QtTest.QTest, kit.QtCore.Qt
    docker.edit.setFocus()
    test.keyClicks(docker.edit, "noise bxem")  # b, x, e and m are shortcuts of Krita
    assert docker.edit.toPlainText() == "noise bxem"
    test.keyClick(docker.edit, qt.Key.Key_Return)  # sooner than the plan can be there
    assert not docker.chips._chips
    yield lambda: len(kit.document.topLevelNodes()) == 2
    yield kit.idle
    test.keyClick(docker.edit, qt.Key.Key_Tab)
    assert not docker.edit.hasFocus(), "Tab goes on"


def case_the_whole_docker_can_be_reached_by_tab(kit):
    yield from begin(kit, RAIN)
    docker, qt = kit.docker, kit.QtCore.Qt
    yield lambda: docker.device.text()
    docker.edit.setFocus()
    seen = []
    for _ in range(40):
        widget = kit.QtWidgets.QApplication.focusWidget()
        if widget is None or widget in seen:
            break
        seen.append(widget)
        kit.QtTest.QTest.keyClick(widget, qt.Key.Key_Tab)
    bars = [chip.bar for chip in docker.chips._chips]
    for widget in [docker.edit, *bars, docker.preview, docker.strength, docker.scale, docker.output, docker.go]:
        assert widget in seen, (widget, [type(each).__name__ for each in seen])
    assert [seen.index(bar) for bar in bars] == sorted(seen.index(bar) for bar in bars)


def case_it_fits_into_240_pixels(kit):
    yield from begin(kit, "remove the rain and the noise and the haze and the blur")
    docker = kit.docker
    docker.setFloating(True)
    docker.resize(240, 640)
    yield 0.4
    kit.shoot("narrow", docker)
    assert docker.width() <= 240, docker.width()
    right = docker.mapToGlobal(kit.QtCore.QPoint(docker.width(), 0)).x()
    for widget in docker.findChildren(kit.QtWidgets.QWidget):
        if widget.isVisible() and widget.window() is docker and widget.width():
            assert widget.mapToGlobal(kit.QtCore.QPoint(widget.width(), 0)).x() <= right, widget
    docker.setFloating(False)
    yield 0.2


def case_history_and_presets_are_searched_and_used(kit):
    yield from begin(kit)
    docker = kit.docker
    yield finished(kit, docker.restore())
    yield from kit.activate(kit.document, kit.document.topLevelNodes()[-1])
    docker._presets.save("Wet street", {"instruction": "remove the rain", "strength": 0.4})
    docker._show_recall()
    yield 0.2
    assert docker.recall._list.item(0).text() == "◈ As this layer was made"
    items = [docker.recall._list.item(row).text() for row in range(docker.recall._list.count())]
    assert "★ Wet street" in items, items
    assert RAIN in items, items
    docker.recall._search.setText("wet")
    assert [docker.recall._list.item(row).text() for row in range(docker.recall._list.count())] == ["★ Wet street"]
    kit.shoot("recall", docker.recall)
    docker.recall._choose(docker.recall._list.item(0))
    yield lambda: [step["task"] for step in docker.plan.steps()] == ["derain"]
    assert docker.edit.toPlainText() == "remove the rain"
    assert docker.strength.value() == 40
    assert not docker.recall.isVisible()


def case_24_megapixels(kit):
    width, height = 6000, 4000
    kit.type("")
    kit.document = kit.app.createDocument(width, height, "large", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 300.0)
    kit.document.topLevelNodes()[0].setPixelData(os.urandom(width * 4) * height, 0, 0, width, height)
    kit.app.activeWindow().addView(kit.document)
    yield lambda: kit.ready(kit.document)
    docker = kit.docker
    docker.setVisible(True)
    docker.scale.setCurrentIndex(0)
    docker.output.setCurrentIndex(0)
    docker.strength.setValue(100)
    kit.type("noise")
    yield lambda: docker.plan.actionable and docker.look.target is not None
    yield lambda: docker.preview._after is not None
    yield 1.0
    stalls, last = [0.0], [time.perf_counter()]

    def tick():
        now = time.perf_counter()
        stalls.append(now - last[0])
        last[0] = now

    timer = kit.QtCore.QTimer()
    timer.setInterval(5)
    timer.timeout.connect(tick)
    timer.start()
    spent = {}
    watch(docker, spent)
    begun = time.perf_counter()
    job = docker.restore()
    captured = time.perf_counter() - begun
    last[0] = time.perf_counter()
    yield finished(kit, job)
    took = time.perf_counter() - begun
    yield 0.3
    timer.stop()
    assert job.state == "done", job.message
    kit.tell(capture_s=round(captured, 2), total_s=round(took, 2), longest_stall_s=round(max(stalls), 3), **spent)


def watch(docker, spent):
    """Note how long the conversation with the daemon took, which is not the plug-in's share, and each call in the GUI thread."""
    line, gui = docker.queue._line, docker.queue._gui
    call, calls = line.call, []

    def timed(*arguments, **keywords):
        begun = time.perf_counter()
        try:
            return call(*arguments, **keywords)
        finally:
            spent["daemon_and_wire_s"] = round(time.perf_counter() - begun, 2)
            line.call = call

    def in_gui(work, cancelled):
        def measured():
            begun = time.perf_counter()
            try:
                return work()
            finally:
                calls.append(round(time.perf_counter() - begun, 3))

        try:
            return gui(measured, cancelled)
        finally:
            docker.queue._gui = gui

    line.call = timed
    docker.queue._gui = in_gui
    spent["gui_calls_s"] = calls


def case_a_daemon_killed_meanwhile_is_survived(kit):
    yield from begin(kit, "slower 30 noise")
    job = kit.docker.restore()
    yield lambda: job.state == "running" and job.fraction is not None
    with open(os.path.join(os.environ["RESTORED_RUNTIME_DIR"], "connection.json"), encoding="utf-8") as file:
        os.kill(json.load(file)["pid"], 9)
    yield finished(kit, job)
    assert job.state == "failed"
    assert "stopped in the middle" in job.message, job.message
    yield lambda: kit.docker.message.text() == job.message
    assert kit.names(kit.document) == ["Background"]
    assert kit.pixels(kit.document.topLevelNodes()[0], kit.document) == BLUE * (64 * 48)
    if os.environ.get("RESTORED_EXECUTABLE"):  # a tree has none to start
        kit.type(RAIN)
        yield lambda: kit.docker._text == RAIN
        job = kit.docker.restore()
        yield finished(kit, job)
        assert job.state == "done", job.message
