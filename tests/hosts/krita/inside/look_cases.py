"""Screenshots of the docker at work on a photograph ($RWI_BOX/photo.png), for people to judge."""

import os

from casekit import settled

WORDS = "remove the rain and the noise, but keep the colours"
FIRST_WORDS = {
    "en": "remove the rain and the noise",
    "de": "entferne den Regen und das Rauschen",
    "ja": "雨とノイズを取り除いて",
    "zh": "去掉雨水和噪点",
}


def arrange(kit):
    """A wide window with layers and our docker at the right, the docker high enough for everything."""
    kit.main.showMaximized()
    for docker in kit.app.dockers():
        if docker.objectName() in ("PresetDocker", "ColorSelectorNg", "sharedtooldocker", "History"):
            docker.setVisible(False)
    yield settled(kit, kit.main)
    layers = next(docker for docker in kit.app.dockers() if docker.objectName() == "KisLayerBox")
    kit.docker.setVisible(True)
    yield settled(kit, kit.main)
    vertical, across = kit.QtCore.Qt.Orientation.Vertical, kit.QtCore.Qt.Orientation.Horizontal
    kit.main.resizeDocks([layers, kit.docker], [210, 640], vertical)
    kit.main.resizeDocks([kit.docker], [330], across)
    yield settled(kit, kit.main)


def fitted(kit):
    kit.document = kit.open()
    yield lambda: kit.app.activeDocument() is not None and kit.app.activeDocument().activeNode() is not None
    kit.document = kit.app.activeDocument()
    yield settled(kit, kit.main)


def case_at_work(kit):
    yield from fitted(kit)
    yield from arrange(kit)  # afterwards: Krita 6 lays its dockers out with the first picture
    docker = kit.docker
    docker.strength.setValue(100)
    kit.type("")
    yield settled(kit, kit.main)
    kit.shoot("1-idle")
    docker.edit.setFocus()
    kit.type(WORDS)
    yield lambda: docker.desk.text == WORDS and not docker.desk.pending
    assert docker.plan.actionable, docker.message.text()
    yield lambda: docker.preview._after is not None
    yield settled(kit, kit.main)
    kit.shoot("2-plan")
    kit.shoot("2-plan-docker", docker)
    first, second = docker.restore(), docker.restore()
    yield lambda: first.over or (first.state == "running" and (first.fraction or 0) > 0.2)
    kit.QtWidgets.QApplication.processEvents()
    kit.shoot("3-progress")
    docker.queue.cancel(second)
    yield kit.idle
    assert first.state == "done", first.message
    yield settled(kit, kit.main)
    history = next(each for each in kit.app.dockers() if each.objectName() == "History")
    history.setVisible(True)
    history.raise_()
    layers = next(each for each in kit.app.dockers() if each.objectName() == "KisLayerBox")
    yield settled(kit, kit.main)
    vertical = kit.QtCore.Qt.Orientation.Vertical
    kit.main.resizeDocks([layers, history, docker], [150, 130, 520], vertical)
    yield settled(kit, kit.main)
    kit.shoot("4-result")
    history.setVisible(False)
    kit.main.resizeDocks([layers, docker], [150, 640], vertical)
    yield lambda: docker.look.adjusting
    kit.type("a bit less")  # said of what was done
    yield lambda: not docker.desk.pending and docker.desk.phase == "fresh"
    yield settled(kit, kit.main)
    kit.shoot("6-adjust")
    docker.place.enlarge()
    yield lambda: docker.desk.phase == "fresh"
    yield settled(kit, kit.main)
    kit.shoot("7-enlarged")
    docker.place.enlarge()
    yield settled(kit, kit.main)


def case_in_the_menu(kit):
    yield from fitted(kit)
    yield from arrange(kit)  # afterwards: Krita 6 lays its dockers out with the first picture
    kit.type("")
    yield settled(kit, kit.main)
    action = kit.app.action("restore_with_instruction")
    menu = next(each for each in kit.main.findChildren(kit.QtWidgets.QMenu) if action in each.actions())
    bar = kit.main.menuBar()
    entry = next(each for each in bar.actions() if each.menu() is menu or each.text().replace("&", "") == "Filter")
    menu.popup(bar.mapToGlobal(bar.actionGeometry(entry).bottomLeft()))
    menu.setActiveAction(action)
    yield settled(kit, kit.main)
    kit.shoot("5-menu")
    menu.close()
    yield settled(kit, kit.main)


def case_on_the_canvas_and_side_by_side(kit):
    yield from fitted(kit)
    yield from arrange(kit)
    docker = kit.docker
    kit.type(WORDS)
    yield lambda: docker.desk.text == WORDS and docker.desk.phase == "fresh"
    docker.show_as("canvas")
    yield lambda: docker.desk.phase == "fresh" and docker.over_canvas._after is not None
    yield settled(kit, kit.main)
    kit.shoot("8-canvas")
    docker.show_as("canvas")
    docker.place.enlarge()
    docker.show_as("beside")
    yield lambda: docker.desk.phase == "fresh"
    yield settled(kit, kit.main)
    kit.shoot("9-beside")
    docker.show_as("split")
    docker.place.enlarge()
    yield settled(kit, kit.main)
    kit.type("make the sky bluer and darker")
    yield lambda: docker.desk.phase == "fresh" and docker.chips._chips
    docker.show_as("canvas")
    yield lambda: docker.over_canvas._after is not None
    docker.chips._chips[0].place.click()
    yield lambda: docker.over_canvas._meant is not None
    yield settled(kit, kit.main)
    kit.shoot("10-place")
    docker.places.popup.hide()
    docker.show_as("canvas")
    docker.desk.show_region("")
    kit.type("")
    yield settled(kit, kit.main)


def case_first_sight(kit):
    """A fresh profile: nothing arranged, the docker as it comes up by itself, in the language of $LANGUAGE."""
    kit.document = kit.open()
    yield lambda: kit.app.activeDocument() is not None and kit.app.activeDocument().activeNode() is not None
    kit.main.showMaximized()
    yield settled(kit, kit.main)
    docker = kit.docker
    kit.app.action("restore_with_instruction").trigger()
    yield lambda: docker.isVisible()
    yield settled(kit, kit.main)
    words = FIRST_WORDS[os.environ.get("LANGUAGE", "en")]
    kit.type(words)
    yield lambda: docker.desk.text == words and docker.desk.phase == "fresh"
    yield settled(kit, kit.main)
    kit.shoot("first-sight")
