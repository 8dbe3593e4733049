"""The docker itself: typing, chips, preview, keyboard, room, history. Each case asserts for itself; Python 3.9 and Krita only."""

import os
import time

from casekit import BLUE, NEGATIVE, RAIN, begin, finished, press, settled, shows, undo

from krita import Selection


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
    assert "nothing will be changed" in docker.remark.text(), docker.remark.text()
    assert not docker.go.isEnabled()


def case_chips_are_weighed_moved_removed_and_added_by_keyboard(kit):
    yield from begin(kit, "remove the rain and the noise and the haze")
    docker, key = kit.docker, kit.QtTest.QTest.keyClick
    qt = kit.QtCore.Qt
    chips = docker.chips._chips
    assert [chip.task for chip in chips] == ["derain", "denoise", "dehaze"]
    docker.activateWindow()
    chips[1].bar.setFocus()
    yield chips[1].bar.hasFocus
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
    snow = next(action for action in docker.chips._menu.actions() if action.text() == "Remove snow")
    snow.trigger()
    assert [step["task"] for step in docker.plan.steps()] == ["derain", "dehaze", "desnow"]
    kit.shoot("chips", docker)


def case_what_the_words_leave_alone_and_cannot_do_is_said(kit):
    yield from begin(kit)
    docker = kit.docker
    yield lambda: docker.chips._tasks and not docker.desk.pending
    unused = [{"words": "the eyes", "message": "Select them, and only they change."}]
    docker.desk.understood(RAIN, {**docker.plan.understood, "excluded": ["dehaze"], "unused": unused})
    assert docker.remark.text() == "“the eyes”: Select them, and only they change. Left alone: haze."
    assert docker.remark.isVisible()


def case_the_preview_shows_before_and_after_and_follows_the_strength(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker, preview = kit.docker, kit.docker.preview
    begun = time.perf_counter()
    yield lambda: preview._after is not None
    kit.tell(preview_s=round(time.perf_counter() - begun, 2))
    assert preview._before.pixelColor(5, 5).getRgb()[:3] == (90, 60, 30)
    assert preview._after.pixelColor(5, 5).getRgb()[:3] == (165, 195, 225)
    yield shows(lambda: preview._before.width(), min(400, round(preview.width() * preview.devicePixelRatioF())))
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
    box = docker.look._state.box
    kit.document.topLevelNodes()[0].setPixelData(bytes((0, 0, 0, 255)) * (400 * 300), 0, 0, 400, 300)
    yield lambda: preview._before.pixelColor(5, 5).getRgb()[:3] == (0, 0, 0)  # strokes show up by themselves
    now = docker.look._state.box
    assert abs(now[0] + now[2] / 2 - box[0] - box[2] / 2) <= 1, "and the same part stays in sight"


def case_the_preview_at_200_percent_and_fitted(kit):
    yield from begin(kit, RAIN, width=1600, height=1200)
    docker, preview = kit.docker, kit.docker.preview
    yield lambda: preview._after is not None
    whole = preview._before.width()
    docker.options.zoom.setCurrentIndex(2)
    yield lambda: preview._after is not None and preview._after.width() == preview._before.width() < whole
    assert abs(preview._before.width() * 2 - whole) <= 2
    assert preview._after.pixelColor(5, 5).getRgb()[:3] == (165, 195, 225)
    docker.options.zoom.setCurrentIndex(0)
    yield lambda: docker.desk.phase == "fresh" and preview._after is not None and preview._before.width() <= preview.width()
    assert docker.look._state.box == (0, 0, 1600, 1200)
    assert preview._after.pixelColor(5, 5).getRgb()[:3] == (165, 195, 225)
    kit.shoot("fitted", docker)
    docker.options.zoom.setCurrentIndex(1)
    yield lambda: preview._after is not None and preview._before.width() == whole


def case_a_small_picture_of_a_layer_shows_all_of_it_and_no_more(kit):
    """Not the empty rest of the last tiles (Krita 5.1's thumbnails have it), nor what lies beyond the canvas."""
    yield from begin(kit, RAIN, width=400, height=300)
    docker, node = kit.docker, kit.document.topLevelNodes()[0]
    node.setPixelData(bytes((0, 0, 200, 255)) * (300 * 400), 200, -50, 300, 400)  # red, to the right, also outside
    docker.look.notice()
    docker.options.zoom.setCurrentIndex(0)
    yield lambda: docker.desk.phase == "fresh" and docker.look._state.factor < 1
    context = docker.look.context
    rows = [
        bytes(context.view)[start : start + 3 * context.width]
        for start in range(0, 3 * context.width * context.height, 3 * context.width)
    ]
    for row in rows:
        reds = [row[3 * x] for x in range(context.width)]
        assert all(red == 90 for red in reds[: context.width // 2 - 1]), reds
        assert all(red == 200 for red in reds[context.width // 2 + 1 :]), reds
    before = docker.preview._before
    assert before.pixelColor(before.width() // 2 + 3, before.height() - 2).getRgb()[:3] == (200, 0, 0)
    docker.options.zoom.setCurrentIndex(1)


def case_a_docker_shown_again_previews_what_is_asked_for_now(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker, preview = kit.docker, kit.docker.preview
    yield lambda: preview._after is not None
    docker.setVisible(False)
    yield lambda: not docker.look.watching
    docker.strength.setValue(0)
    docker.setVisible(True)
    yield lambda: preview._after is None
    docker.strength.setValue(100)


def case_a_result_is_adjusted_in_place(kit):
    """Half the strength on a result is half, not half on top of all; the selection that it was made with counts; one undo takes
    it back. A person's name stays, and "half of it" is none."""
    yield from begin(kit, RAIN, width=400, height=300)
    docker, document = kit.docker, kit.document
    selection = Selection()
    selection.select(100, 50, 200, 100, 255)
    document.setSelection(selection)
    yield lambda: docker.preview._after is not None
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    made = len(kit.history())
    document.setSelection(None)
    yield lambda: docker.look.target is not None and docker.look.target[1] == job.result
    yield docker.origin.isVisible  # Krita 6 lets events through while it draws the layer small
    assert docker.look.adjusting
    assert docker.go.text() == "Adjust"
    assert not docker.output.isVisible()
    yield lambda: docker.preview._after is not None
    assert docker.preview._before.pixelColor(5, 5).getRgb()[:3] == (90, 60, 30), "before is the layer it was made of"
    kit.shoot("adjust", docker)
    full = document.topLevelNodes()[1].pixelData(150, 100, 1, 1)
    docker.strength.setValue(50)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert kit.names(document) == ["Background", RAIN]
    result = document.topLevelNodes()[1]
    assert bytes(result.pixelData(150, 100, 1, 1))[0] in (127, 128), bytes(result.pixelData(150, 100, 1, 1))
    assert bytes(result.pixelData(5, 5, 1, 1))[3] == 0, "nothing outside of what was selected when it was made"
    undo(kit)
    yield shows(lambda: (kit.names(document), kit.layers(document)[1].pixelData(150, 100, 1, 1)), (["Background", RAIN], full))
    yield lambda: not docker.message.text()  # which was about the adjustment
    undo(kit, "edit_redo")
    yield lambda: all(bytes(each.pixelData(150, 100, 1, 1))[0] in (127, 128) for each in kit.layers(document)[1:])
    yield lambda: docker.look.target is not None and docker.look.target[1] == job.result
    kit.type("half of it")  # said of the plan that the result was made by
    yield lambda: not docker.desk.pending
    assert [step["strength"] for step in docker.plan.steps()] == [0.5, 0.5]
    yield lambda: docker.desk.phase == "fresh"
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert "half of it" not in kit.names(document)[1], kit.names(document)
    yield lambda: docker.look.target is not None and docker.look.target[1] == job.result
    assert [step["strength"] for step in docker.plan.steps()] == [0.5, 0.5], "it is not halved once more"
    assert "half of it" not in docker._history.list()
    result = document.topLevelNodes()[1]
    result.setName("Harbour")
    docker.origin.click()
    assert not docker.look.adjusting
    assert docker.go.text() == "Restore"
    docker.origin.click()
    docker.strength.setValue(100)
    first, job = (yield from press(kit)), (yield from press(kit))  # the second is about what the first leaves
    yield finished(kit, job)
    assert (first.state, job.state) == ("done", "done"), (first.message, job.message)
    assert kit.names(document) == ["Background", "Harbour"]
    result = document.topLevelNodes()[1]
    yield lambda: docker.look.target is not None and docker.look.target[1] == job.result
    docker.origin.click()
    result.setPixelData(bytes((1, 2, 3, 255)), 150, 100, 1, 1)
    docker.look.notice()
    docker.origin.click()
    yield lambda: not docker.desk.pending  # "half of it" is said of another plan now
    docker.strength.setValue(50)
    job = yield from press(kit)
    yield finished(kit, job)
    assert job.state == "failed"
    assert "painted on" in job.message, job.message
    for _ in range(1 + len(kit.history()) - made):
        undo(kit)
        yield 0.05
    yield shows(lambda: [node.name() for node in kit.layers(document) if node.type() == "paintlayer"], ["Background"])


def case_the_preview_and_the_result_know_what_is_selected(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker, document = kit.docker, kit.document
    yield lambda: docker.preview._after is not None
    selection = Selection()
    selection.select(0, 0, 200, 300, 255)
    document.setSelection(selection)
    x = docker.look._state.box[0]

    def fits():
        after = docker.preview._after
        seen = after is not None and [after.pixelColor(column - x, 5).red() for column in (190, 210)]
        return seen == [165, 90]

    yield fits


def case_what_was_restored_for_other_words_is_not_shown_under_new_ones(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker, preview = kit.docker, kit.docker.preview
    yield lambda: preview._after is not None
    kit.type("held haze")
    assert preview._after is None, "at once"
    yield lambda: docker.desk.phase == "updating"
    yield shows(lambda: preview._after_words, "Updating…")
    kit.release()
    yield lambda: docker.desk.phase == "fresh" and preview._after is not None
    kit.type("")


def case_several_chosen_layers_are_restored_one_after_the_other(kit):
    yield from begin(kit)
    docker, document = kit.docker, kit.document
    view = kit.app.activeWindow().activeView()
    if not hasattr(view, "selectedNodes"):
        return
    bottom = document.topLevelNodes()[0]
    top = bottom.duplicate()
    top.setName("second")
    document.rootNode().addChildNode(top, bottom)
    document.waitForDone()
    yield from kit.activate(document, top)
    layers = next(each for each in kit.app.dockers() if each.objectName() == "KisLayerBox")
    tree = layers.findChild(kit.QtWidgets.QTreeView)
    tree.selectAll()
    yield lambda: docker.go.text() == "Restore 2 layers"
    docker.restore()
    yield kit.idle
    assert sorted(kit.names(document)) == sorted(["Background", "second", RAIN, RAIN]), kit.names(document)


def case_the_preview_can_be_enlarged_and_comes_back(kit):
    yield from begin(kit, RAIN, width=1600, height=1200)
    docker = kit.docker
    yield lambda: docker.preview._after is not None
    small = docker.preview._before.width()
    kit.app.action("restore_with_instruction_preview").trigger()
    assert docker.place.enlarged
    yield lambda: docker.preview._after is not None and docker.preview._before.width() > 1.5 * small
    kit.shoot("enlarged")
    kit.QtTest.QTest.keyClick(docker.place.window_, kit.QtCore.Qt.Key.Key_Escape)
    yield lambda: not docker.place.enlarged
    assert docker.preview.parent() is docker.place


def case_a_report_goes_to_the_clipboard_and_cancel_cancels_all(kit):
    yield from begin(kit, "held noise")
    docker = kit.docker
    first, second = docker.restore(), docker.restore()
    kit.app.action("restore_with_instruction_cancel_all").trigger()
    yield kit.idle
    assert (first.state, second.state) == ("cancelled", "cancelled")
    kit.app.action("restore_with_instruction_report").trigger()
    words = kit.QtWidgets.QApplication.clipboard().text()
    assert "host: Krita" in words, words
    assert "engine" in words
    assert os.path.expanduser("~") not in words
    kit.type("")


def case_the_preview_follows_a_layer_that_is_empty_hidden_or_grows(kit):
    yield from begin(kit, RAIN, width=400, height=300)
    docker, document = kit.docker, kit.document
    layer = document.createNode("sketch", "paintlayer")
    document.rootNode().addChildNode(layer, None)
    yield from kit.activate(document, layer)
    yield lambda: "empty" in docker.preview._hint
    layer.setPixelData(BLUE * (40 * 30), 100, 100, 40, 30)
    document.refreshProjection()
    yield lambda: docker.preview._before is not None and docker.preview._before.width() == 40
    layer.setVisible(False)
    document.refreshProjection()
    yield lambda: "not visible" in docker.preview._hint
    assert docker.preview._before is None
    layer.setVisible(True)
    yield lambda: docker.preview._before is not None
    layer.setPixelData(NEGATIVE * (80 * 60), 100, 100, 80, 60)
    yield lambda: docker.preview._before is not None and docker.preview._before.width() == 80
    layer.setPixelData(bytes(80 * 60 * 4), 100, 100, 80, 60)
    yield lambda: "empty" in docker.preview._hint


def case_the_actions_open_the_docker_and_repeat(kit):
    yield from begin(kit)
    docker = kit.docker
    yield finished(kit, (yield from press(kit)))
    docker.setVisible(False)
    yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
    kit.app.action("restore_with_instruction_repeat").trigger()
    yield lambda: not kit.idle() or len(kit.document.topLevelNodes()) == 3
    yield kit.idle
    assert kit.names(kit.document) == ["Background", RAIN, RAIN]
    docker.setVisible(False)
    kit.app.action("restore_with_instruction").trigger()
    yield lambda: docker.isVisible()
    yield docker.edit.hasFocus
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
    docker.activateWindow()
    docker.edit.setFocus()
    yield docker.edit.hasFocus
    test.keyClicks(docker.edit, "noise bxem")  # b, x, e and m are shortcuts of Krita
    assert docker.edit.toPlainText() == "noise bxem"
    test.keyClick(docker.edit, qt.Key.Key_Return)  # sooner than the plan can be there
    assert not docker.chips._chips
    yield lambda: len(kit.document.topLevelNodes()) == 2
    yield kit.idle
    override = kit.QtGui.QKeyEvent(
        kit.QtCore.QEvent.Type.ShortcutOverride, qt.Key.Key_Return, qt.KeyboardModifier.ControlModifier
    )
    override.ignore()
    kit.QtWidgets.QApplication.sendEvent(docker.edit, override)
    assert override.isAccepted(), "Ctrl+Return, which restores in GIMP, opened Krita's search for actions"
    test.keyClick(docker.edit, qt.Key.Key_Tab)
    assert not docker.edit.hasFocus(), "Tab goes on"


def case_the_whole_docker_can_be_reached_by_tab(kit):
    yield from begin(kit, RAIN)
    docker, qt = kit.docker, kit.QtCore.Qt
    yield lambda: docker.device.text()
    yield settled(kit)
    docker.activateWindow()
    docker.edit.setFocus()
    yield docker.edit.hasFocus
    seen = []
    for _ in range(40):
        widget = kit.QtWidgets.QApplication.focusWidget()
        if widget is None or widget in seen or not docker.isAncestorOf(widget):
            break
        seen.append(widget)
        kit.QtTest.QTest.keyClick(widget, qt.Key.Key_Tab)
    bars = [chip.bar for chip in docker.chips._chips]
    for widget in [docker.edit, *bars, docker.preview, docker.strength, docker.scale, docker.output, docker.go]:
        assert widget in seen, (widget, [type(each).__name__ for each in seen])
    assert [seen.index(bar) for bar in bars] == sorted(seen.index(bar) for bar in bars)


def case_every_control_has_a_name_for_screen_readers(kit):
    yield from begin(kit, RAIN)
    docker, none = kit.docker, kit.QtCore.Qt.FocusPolicy.NoFocus
    yield lambda: docker.chips._chips
    silent = []
    for widget in docker.findChildren(kit.QtWidgets.QWidget):
        if widget.focusPolicy() == none or not widget.isVisible():
            continue
        words = getattr(widget, "text", None)
        spoken = widget.accessibleName() or (words() if callable(words) else "")
        if not spoken:
            silent.append(type(widget).__name__ + " " + widget.objectName())
    assert silent == [], silent
    for choice in docker.findChildren(kit.QtWidgets.QComboBox):  # which Qt 5 calls by what is chosen, on Linux
        assert choice.accessibleName() in choice.accessibleDescription(), choice.accessibleName()


def case_it_fits_into_240_pixels(kit):
    yield from begin(kit, "remove the rain and the noise and the haze and the blur")
    docker = kit.docker
    docker.setFloating(True)
    docker.resize(240, 640)

    def outside():
        right = docker.mapToGlobal(kit.QtCore.QPoint(docker.width(), 0)).x()
        seen = [each for each in docker.findChildren(kit.QtWidgets.QWidget) if each.isVisible() and each.window() is docker]
        return [each for each in seen if each.width() and each.mapToGlobal(kit.QtCore.QPoint(each.width(), 0)).x() > right]

    def fits():
        fits.said = found = [(type(each).__name__, each.width()) for each in outside()], docker.width()
        return found[0] == [] and found[1] <= 240

    try:
        yield fits  # the screen's manager makes it narrower when it comes to it
        yield settled(kit)
        yield fits
        kit.shoot("narrow", docker)
    finally:
        docker.setFloating(False)


def case_history_and_presets_are_searched_and_used(kit):
    yield from begin(kit)
    docker = kit.docker
    yield finished(kit, (yield from press(kit)))
    yield from kit.activate(kit.document, kit.document.topLevelNodes()[-1])
    yield lambda: docker._history.picture(RAIN) is not None
    docker._presets.save("Wet street", {"instruction": "remove the rain", "strength": 0.4})
    docker._show_recall()
    yield settled(kit, docker.recall)
    assert docker.recall._list.item(0).text() == "◈ As this layer was made"
    items = [docker.recall._list.item(row).text() for row in range(docker.recall._list.count())]
    assert "★ Wet street" in items, items
    assert RAIN in items, items
    assert not docker.recall._list.item(items.index(RAIN)).icon().isNull(), "a small picture of what it made"
    docker._presets.save("Wet", {"instruction": "x"})
    docker.recall.rename("Wet", "Dry")
    boxes, said = kit.QtWidgets.QMessageBox, []
    known, boxes.warning = boxes.warning, staticmethod(lambda parent, title, words: said.append(words))
    try:
        docker.recall.rename("Dry", "Wet street")  # taken: that is said, and nothing happens
    finally:
        boxes.warning = staticmethod(known)
    assert said == ["There is a preset of that name already."], said
    assert list(docker._presets.all()) == ["Wet street", "Dry"]
    docker._presets.remove("Dry")
    docker.recall._search.setText("wet")
    assert [docker.recall._list.item(row).text() for row in range(docker.recall._list.count())] == ["★ Wet street"]
    kit.shoot("recall", docker.recall)
    docker.recall._choose(docker.recall._list.item(0))
    yield lambda: [step["task"] for step in docker.plan.steps()] == ["derain"]
    assert docker.edit.toPlainText() == "remove the rain"
    assert docker.strength.value() == 40
    assert not docker.recall.isVisible()
    docker.copy_command()
    words = kit.QtWidgets.QApplication.clipboard().text()
    assert words == "restored run photo.jpg 'remove the rain' --strength 0.4 --output restored.png", words


def case_the_shortcuts_are_the_users_to_give(kit):
    """Krita's own dialog lists only what an .action file names."""
    found, flag = [], kit.QtCore.Qt.MatchFlag

    def rows(view, words, how):
        return view.model().match(view.model().index(0, 0), 0, words, -1, how | flag.MatchRecursive)

    def turn_page(patience=450):
        dialog = kit.QtWidgets.QApplication.activeModalWidget()
        for view in dialog.findChildren(kit.QtWidgets.QAbstractItemView) if dialog is not None else ():
            page = rows(view, "Keyboard Shortcuts", flag.MatchFixedString)
            if page:
                view.setCurrentIndex(page[0])
        views = dialog.findChildren(kit.QtWidgets.QTreeView) if dialog is not None else ()
        for view in views:
            for words in ("Restore with instruction", "Repeat last restoration"):
                found.extend(words for _ in rows(view, words, flag.MatchContains))
        if patience and not found:
            kit.QtCore.QTimer.singleShot(200, lambda: turn_page(patience - 1))
        elif dialog is not None:
            dialog.reject()

    kit.QtCore.QTimer.singleShot(200, turn_page)
    kit.app.action("options_configure").trigger()  # comes back when the dialog has gone
    assert {"Restore with instruction", "Repeat last restoration"} <= set(found), found
