"""Documents, layers and selections of every kind: each gives a result or a sentence. Python 3.9 and Krita only."""

from casekit import RAIN, begin, finished, press, shows

from krita import InfoObject, Selection

DOCUMENTS = (
    ("one pixel", {"width": 1, "height": 1}, "done"),
    ("one row", {"width": 300, "height": 1}, "done"),
    ("gray", {"model": "GRAYA", "profile": "Gray-D50-elle-V2-srgbtrc.icc", "fill": (90, 255)}, "done"),
    ("gray, linear", {"model": "GRAYA", "profile": "Gray-D50-elle-V2-g10.icc", "fill": (90, 255)}, "done"),
    ("16 bit", {"depth": "U16", "fill": (30, 40, 60, 40, 90, 40, 255, 255)}, "done"),
    ("half float", {"depth": "F16", "profile": "sRGB-elle-V2-g10.icc", "fill": (0, 0x38) * 3 + (0, 0x3C)}, "done"),
    ("float", {"depth": "F32", "profile": "sRGB-elle-V2-g10.icc", "fill": (0, 0, 0, 0x3F) * 3 + (0, 0, 0x80, 0x3F)}, "done"),
    ("CMYK", {"model": "CMYKA", "profile": "", "fill": None}, "CMYK"),
    ("Lab", {"model": "LABA", "depth": "U16", "profile": "", "fill": None}, "L*a*b*"),
    ("XYZ", {"model": "XYZA", "depth": "F32", "profile": "", "fill": None}, "XYZ"),
    ("YCbCr", {"model": "YCbCrA", "depth": "U8", "profile": "", "fill": None}, "YCbCr"),
)
"""Name, what is made, and how it ends: "done", or a word of the sentence."""


def restored(kit, wanted, name):
    """Ask for a restoration of what is active: a result, or a sentence with a word in it."""
    kit.docker.look.notice()
    yield lambda: not kit.docker.desk.pending
    job = yield from press(kit)
    if wanted == "done":
        yield finished(kit, job)
        assert job.state == "done", (name, job.message)
    else:
        words = kit.docker.message.text()
        assert job is None, name
        assert wanted in words, (name, words)
        kit.tell(**{name: words})


def case_documents_of_every_kind(kit):
    for name, made, wanted in DOCUMENTS:
        kit.document = kit.new(**{"width": 64, "height": 48, **made})
        yield lambda: kit.ready(kit.document)
        kit.docker.setVisible(True)
        kit.type(RAIN)
        yield from restored(kit, wanted, name)
        kit.document.setModified(False)
        kit.document.waitForDone()
        yield 0.5
        kit.app.action("file_close").trigger()
        yield 0.9


def case_layers_of_every_kind(kit):
    yield from begin(kit)
    document, root = kit.document, kit.document.rootNode()
    paint = document.activeNode()
    group = document.createGroupLayer("group")
    full = document.createGroupLayer("full group")
    child = document.createNode("child", "paintlayer")
    child.setPixelData(bytes((10, 90, 30, 255)) * (64 * 48), 0, 0, 64, 48)
    full.addChildNode(child, None)
    vector = document.createVectorLayer("shapes")
    filled = document.createFillLayer("paper", "color", InfoObject(), Selection())
    filters = document.createFilterLayer("filter", kit.app.filter("blur"), Selection())
    empty = document.createNode("empty", "paintlayer")
    outside = document.createNode("outside", "paintlayer")
    outside.setPixelData(bytes((10, 90, 30, 255)) * 100, 500, 500, 10, 10)
    kinds = [(group, "is empty"), (full, "done"), (vector, "vector layer"), (filled, "no picture of its own")]
    kinds += [(filters, "no picture of its own"), (empty, "is empty"), (outside, "outside the picture")]
    if hasattr(document, "createCloneLayer"):
        kinds.append((document.createCloneLayer("clone", paint), "done"))
    for node, _ in kinds:
        root.addChildNode(node, None)
    for verb in ("createTransparencyMask", "createTransformMask"):  # a script's selection mask crashes 5.2 when it becomes active
        if hasattr(document, verb):  # from 5.2 on
            mask = getattr(document, verb)(verb[6:])
            paint.addChildNode(mask, None)
            kinds.append((mask, "is a mask"))
    document.waitForDone()
    for node, wanted in kinds:
        yield from kit.activate(document, node)
        yield from restored(kit, wanted, node.name())


def size(selection):
    return (0, 0) if selection is None else (selection.width(), selection.height())


def case_selections_of_every_kind(kit):
    yield from begin(kit)
    document = kit.document
    nothing, away, part = Selection(), Selection(), Selection()
    away.select(1000, 1000, 50, 50, 255)
    part.select(10, 10, 20, 20, 255)
    for name, selection, wanted in (("nothing", nothing, "selection"), ("away", away, "selection"), ("part", part, "done")):
        document.setSelection(selection)
        document.waitForDone()
        yield shows(lambda: size(document.selection()), size(selection))
        yield from restored(kit, wanted, name)
        yield from kit.activate(document, kit.layers(document)[0])
