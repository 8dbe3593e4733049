"""What scripts ask for, and what is said where nothing can be done. Each case asserts for itself; Python 3.9 and Krita only."""

from casekit import BLUE, NEGATIVE, begin, finished, shows

from krita import Selection

TWICE = "remove the noise and make it 2x larger"


def case_a_script_enlarges_as_its_words_or_its_plan_say(kit):
    yield from begin(kit, "")
    docker, document, former = kit.docker, kit.document, len(kit.app.documents())
    plan = {"steps": [{"task": "denoise", "strength": 1.0}], "scale": 4}
    for asked, scale in (({"instruction": TWICE}, 2), ({"plan": plan}, 4)):
        job = docker.script(**asked)
        yield finished(kit, job)
        assert job.state == "done", job.message
        assert job.wish.scale == scale, "a repetition and the recipe are of the same size"
        yield lambda: len(kit.app.documents()) == former + 1
        made = kit.app.activeDocument()
        assert (made.width(), made.height()) == (64 * scale, 48 * scale)
        assert bytes(kit.layers(made)[0].pixelData(5, 5, 1, 1)) == NEGATIVE
        assert kit.names(document) == ["Background"], "the picture itself stays"
        made.setModified(False)
        yield 0.9  # Krita 5.1 crashes when documents close faster than a person closes them
        kit.app.action("file_close").trigger()
        yield 0.9
        yield lambda: kit.ready(document)


def case_a_script_says_how_large_and_is_heard(kit):
    yield from begin(kit, "")
    docker, document = kit.docker, kit.document
    job = docker.script(TWICE, scale=1)
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert kit.names(document) == ["Background", TWICE], "a size that is given counts, and not the words"
    said = ""
    try:
        docker.script("remove the noise", scale=3)
    except ValueError as problem:
        said = str(problem)
    assert said == "The scale must be 1, 2 or 4."
    yield from kit.activate(document, kit.layers(document)[0])
    selection = Selection()
    selection.select(10, 10, 20, 20, 255)
    document.setSelection(selection)
    job = docker.script(TWICE)
    yield finished(kit, job)
    assert (job.state, "cannot be enlarged" in job.message) == ("failed", True), (job.state, job.message)
    assert bytes(kit.layers(document)[0].pixelData(5, 5, 1, 1)) == BLUE


def case_a_size_that_the_words_ask_for_goes_with_them(kit):
    """Else whoever asks for something else afterwards gets a new document that nobody asked for."""
    yield from begin(kit, TWICE)
    docker = kit.docker
    yield shows(docker.scale.currentData, 2)
    docker.strength.setValue(90)
    kit.type("remove the noise")
    yield lambda: docker.desk.text == "remove the noise" and not docker.desk.pending
    assert docker.scale.currentData() == 1
    docker.strength.setValue(100)
    assert docker._last_values.read("scale", 4) == 1, "what is remembered is what was chosen by hand"


def case_what_replaces_nothing_may_be_of_a_group(kit):
    """An enlargement is a picture of its own, whatever the output says; whether it is one, the words tell in its turn."""
    yield from begin(kit, "")
    docker, document, former = kit.docker, kit.document, len(kit.app.documents())
    group = document.createGroupLayer("group")
    document.rootNode().addChildNode(group, kit.layers(document)[0])
    layer = document.createNode("inside", "paintlayer")
    layer.setPixelData(BLUE * (64 * 48), 0, 0, 64, 48)
    group.addChildNode(layer, None)
    document.refreshProjection()
    yield from kit.activate(document, group)
    job = docker.script("remove the noise", output="replace")
    yield finished(kit, job)
    assert (job.state, "no pixels of its own to replace" in job.message) == ("failed", True), (job.state, job.message)
    for asked in ({"plan": {"steps": [{"task": "denoise"}]}}, {"instruction": "remove the noise", "scale": 1}):
        try:
            said = docker.script(output="replace", **asked)
        except ValueError as problem:
            said = str(problem)
        assert "no pixels of its own to replace" in str(said), said
    job = docker.script(TWICE, output="replace")
    yield finished(kit, job)
    assert job.state == "done", job.message
    yield lambda: len(kit.app.documents()) == former + 1
    made = kit.app.activeDocument()
    assert (made.width(), made.height()) == (128, 96)
    assert bytes(kit.layers(made)[0].pixelData(5, 5, 1, 1)) == NEGATIVE
    made.setModified(False)
    yield 0.9  # as above
    kit.app.action("file_close").trigger()
    yield 0.9
    yield lambda: kit.ready(document)


def case_a_preset_is_not_replaced_without_a_word(kit):
    """And what keeps one from being written is said, where it was an error that nobody caught."""
    yield from begin(kit, "remove the noise")
    recall, boxes = kit.docker.recall, kit.QtWidgets.QMessageBox
    yes, no = boxes.StandardButton.Yes, boxes.StandardButton.No
    asked, said, answers = [], [], [yes, yes, no]  # the last one first
    former = boxes.question, boxes.warning, kit.QtWidgets.QInputDialog.getText
    boxes.question = staticmethod(lambda _parent, _title, words: asked.append(words) or answers.pop())
    boxes.warning = staticmethod(lambda _parent, _title, words: said.append(words))
    kit.QtWidgets.QInputDialog.getText = staticmethod(lambda *_words, **_more: ("mine", True))
    presets = recall._presets
    try:
        kept = []
        for text in ("remove the noise", "remove the rain", "remove the haze"):
            recall._current = {"instruction": text, "strength": 1.0}
            recall._save_preset()
            kept.append(presets.all()["mine"]["instruction"])
        assert kept == ["remove the noise", "remove the noise", "remove the haze"]
        assert ["mine" in words for words in asked] == [True, True]
        presets.save("other", {"instruction": "remove the snow"})
        recall.rename("other", "mine")
        assert said.pop() == "There is a preset of that name already."
        assert set(presets.all()) >= {"mine", "other"}

        def full(_name, _preset):
            raise OSError(28, "No space left on device")

        presets.save = full
        recall._current = {"instruction": "remove the rain"}
        recall._save_preset()
        assert "could not be kept: No space left" in said.pop()
    finally:
        vars(presets).pop("save", None)
        boxes.question, boxes.warning, kit.QtWidgets.QInputDialog.getText = map(staticmethod, former)
        for name in ("mine", "other"):
            presets.remove(name)


def case_nothing_to_take_away_is_said_and_is_no_trouble(kit):
    yield from begin(kit, "remove the noise, though there is none")
    docker = kit.docker
    yield lambda: docker.plan.actionable and docker.desk.can_restore
    job = docker.restore()
    yield finished(kit, job)
    assert job.state == "nothing", job.message
    yield lambda: "nothing of this to take away" in docker.message.text()
    assert docker.desk.trouble is None
    assert not docker.status.trouble_buttons.isVisible()
    assert kit.names(kit.document) == ["Background"]


def case_what_stands_in_the_way_is_said_until_something_else_is_chosen(kit):
    yield from begin(kit, "remove the noise")
    docker, document = kit.docker, kit.document
    locked = kit.layers(document)[0]
    locked.setLocked(True)
    docker.output.setCurrentIndex(1)
    for way_out in ("another output", "another layer"):
        yield lambda: docker.desk.can_restore and not docker.desk.pending
        assert docker.restore() is None
        assert "is locked" in docker.message.text(), docker.message.text()
        if way_out == "another output":
            docker.output.setCurrentIndex(0)
            assert docker.message.text() == "", way_out
            docker.output.setCurrentIndex(1)
    hidden = document.createNode("hidden", "paintlayer")
    hidden.setVisible(False)
    document.rootNode().addChildNode(hidden, locked)
    yield from kit.activate(document, hidden)
    yield lambda: "is not visible" in docker.desk.no_picture
    assert docker.message.text() == "", "it was said of a layer that is not chosen any more"
    docker.output.setCurrentIndex(0)


def case_a_selection_beside_the_layer_is_said_before_a_click(kit):
    yield from begin(kit, "remove the noise")
    docker, document = kit.docker, kit.document
    yield lambda: docker.desk.can_restore
    for where, usable in ((-30, False), (10, True), (-30, False)):
        selection = Selection()
        selection.select(where, where, 20, 20, 255)
        document.setSelection(selection)
        yield shows(lambda: docker.go.isEnabled(), usable)
        assert docker.desk.no_picture == ("" if usable else "The selection does not touch the layer.")
    document.setSelection(None)
    yield docker.go.isEnabled
