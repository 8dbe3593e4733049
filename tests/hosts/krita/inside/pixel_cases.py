"""Runs in kritarunner, without a window: each case of $RWI_BOX/cases.json makes a document, restores its layer through the
adapter's own queue and leaves the pixels for the test to look at. Python 3.9 and Krita only."""

import json
import os
import sys
import time
import traceback

os.environ["RESTORED_NO_REGISTRATION"] = "1"


def main(*_):
    box = os.environ["RWI_BOX"]
    try:
        from restore_with_instruction import connection, jobs, qt

        from krita import Krita

        queue = jobs.Jobs(connection.JobSession())
        with open(os.path.join(box, "cases.json"), encoding="utf-8") as file:
            cases = json.load(file)
        for case in cases:
            begun = time.perf_counter()
            try:
                told = run(Krita.instance(), queue, qt, box, case)
            except Exception:
                told = {"error": traceback.format_exc()}
            told.update(case=case["name"], seconds=time.perf_counter() - begun)
            with open(os.path.join(box, "told.jsonl"), "a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
        ended = queue.stop()
        print("@@ end", Krita.instance().version(), sys.version.split()[0], ended, flush=True)
    except Exception:
        traceback.print_exc()
        sys.stderr.flush()


def run(app, queue, qt, box, case):
    from restore_with_instruction import capture, layers, placing, recipes
    from restore_with_instruction.layerjob import LayerJob
    from restore_with_instruction.restored_client.desk.wish import Wish

    from krita import Selection

    def path(what):
        return os.path.join(box, case["name"] + what)

    with open(path(".in"), "rb") as file:
        data = file.read()
    model, depth, profile = case["space"]
    width, height = case["size"]
    outer = case.get("document", case["space"])
    document = app.createDocument(width, height, "case", outer[0], outer[1], outer[2], 72.0)
    document.setBatchmode(True)
    node = document.topLevelNodes()[0]
    if outer != case["space"]:
        node.setColorSpace(model, depth, profile)
        document.waitForDone()
    node.setPixelData(data, 0, 0, width, height)
    if case.get("group"):
        group = document.createGroupLayer("group")
        document.rootNode().addChildNode(group, None)
        clone = node.duplicate()
        group.addChildNode(clone, None)
        node.remove()
        node = group
    document.refreshProjection()
    document.waitForDone()
    if case.get("selection"):
        selection = Selection()
        x, y, w, h, feather = case["selection"]
        selection.select(x, y, w, h, 255)
        if feather:
            selection.feather(feather)
        document.setSelection(selection)
        with open(path(".mask"), "wb") as file:
            file.write(bytes(selection.pixelData(0, 0, width, height)))
    before = bytes((node.projectionPixelData if case.get("group") else node.pixelData)(0, 0, width, height))
    plan = {
        "text": case.get("text", "remove the noise"),
        "steps": [{"task": "denoise", "label": "noise", "confidence": 1.0, "strength": 1.0, "words": ""}],
        "excluded": [],
        "reason": None,
        "message": "",
        "proposed": False,
    }
    key = ("key", case["name"])
    wish = Wish(plan["text"], plan, case.get("strength", 1.0), scale=case.get("scale", 1), output=case["output"], key=key)
    try:
        source = capture.capture(document, node, wish)
    except layers.Refused as problem:
        document.close()
        return {"refused": str(problem)}
    job = LayerJob(source, wish)
    if source.context is not None:
        with open(path(".context"), "wb") as file:
            file.write(source.context.data)
    opened = []  # without a window nobody else holds on to a new document
    place = placing.place_new_document
    placing.place_new_document = lambda *arguments: opened.append(place(*arguments)) or opened[0]
    queue.give(job)
    while not job.over:
        qt.QtWidgets.QApplication.processEvents()
        time.sleep(0.002)
    document.waitForDone()
    nodes = [each for each in document.topLevelNodes() if not each.type().endswith("mask")]  # a selection is a node, too
    told = {
        "state": job.state,
        "message": job.message,
        "rect": source.rect,
        "context": [source.context.width, source.context.height] if source.context is not None else None,
        "layers": [each.name() for each in nodes],
        "recipe": job.recipe,
    }
    placing.place_new_document = place
    made = opened[0][0] if opened else None
    if made is not None:
        told.update(size=[made.width(), made.height()], name=made.topLevelNodes()[0].name(), resolution=made.resolution())
        result, shown = made.topLevelNodes()[0], made
    else:
        result, shown = nodes[-1], document
    told.update(space=[result.colorModel(), result.colorDepth(), result.colorProfile()], noted=recipes.read(shown, result))
    with open(path(".before"), "wb") as file:
        file.write(before)
    with open(path(".out"), "wb") as file:
        file.write(bytes(result.pixelData(0, 0, shown.width(), shown.height())))
    if case.get("save"):
        told["saved"] = document.saveAs(path(".kra"))
        again = app.openDocument(path(".kra"))
        top = again.topLevelNodes()[-1]
        told["read_again"] = recipes.read(again, top)
        again.close()
    if made is not None:
        made.close()
    document.close()
    return told
