"""What tests/benchmarks/krita.py measures: run by command, not with the tests. Python 3.9 and Krita only."""

import ctypes
import gc
import os
import time

from casekit import RAIN, begin, finished, press

DOCUMENTS, EACH = int(os.environ.get("RWI_DOCUMENTS", "20")), 10
"""How many documents are opened and closed, with how many restorations in each."""

SETTLED = 1.5
"""Seconds after which Krita has drawn what it has to draw."""


def held(pid="self"):
    """Megabytes of memory that a process has asked for, also where the system has put them away; of this one without what its
    allocator keeps for later."""
    if pid == "self":
        gc.collect()
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith(("Anonymous:", "Swap:"))) / 1024


def case_slider(kit):
    """From a hand on the slider to the preview, in the same turn of the screen."""
    yield from begin(kit, RAIN, width=900, height=700)
    docker, preview = kit.docker, kit.docker.preview
    yield lambda: docker.desk.phase == "fresh"
    came, show = [], preview.show_after
    preview.show_after = lambda image: (came.append(time.perf_counter()), show(image))
    spent = []
    try:
        for value in range(95, 45, -5):
            began, known = time.perf_counter(), len(came)
            docker.strength.setValue(value)
            yield lambda known=known: len(came) > known
            spent.append(came[known] - began)
    finally:
        preview.show_after = show
    kit.tell(slider_ms=sorted(round(1000 * each) for each in spent))


def case_gamut(kit):
    """A restoration of 2 megapixels in a wide gamut, beside the same picture in sRGB, without what Krita itself spends on a new
    layer of that space."""
    seconds, alone, of_krita, width, height = {}, {}, {}, 1732, 1155
    row = b"".join(bytes((0, level)) for level in range(64, 192)) * (width * 4 // 128 + 1)  # soft shades, within both gamuts
    for _ in range(3):
        for profile in ("sRGB-elle-V2-srgbtrc.icc", "ClayRGB-elle-V2-g22.icc"):
            yield from begin(kit, "", width=width, height=height, depth="U16", fill=None)
            node = kit.layers(kit.document)[0]
            node.setPixelData(row[: width * 8] * height, 0, 0, width, height)
            kit.document.setColorSpace("RGBA", "U16", profile)
            kit.document.waitForDone()
            kit.docker.setVisible(False)  # without a preview beside it
            yield SETTLED
            began = spent()
            layer = kit.document.createNode("result", "paintlayer")
            layer.setPixelData(node.pixelData(0, 0, width, height), 0, 0, width, height)
            node.parentNode().addChildNode(layer, node)
            kit.document.waitForDone()
            yield SETTLED
            alone.setdefault(profile[:4], []).append(round(spent() - began, 2))
            yield from undone(kit, node)
            yield SETTLED
            began, krita = spent(), time.process_time()
            job = kit.docker.script("remove the noise")
            yield finished(kit, job)
            assert job.state == "done", job.message
            yield SETTLED
            seconds.setdefault(profile[:4], []).append(round(spent() - began, 2))
            of_krita.setdefault(profile[:4], []).append(round(time.process_time() - krita, 2))
            kit.docker.setVisible(True)
            yield from put_away(kit)
    own = {name: min(seconds[name]) - min(alone[name]) for name in seconds}
    kit.tell(seconds=seconds, of_krita=of_krita, krita_alone=alone, ratio=round(own["Clay"] / own["sRGB"], 2))


def spent():
    """Seconds of the processor that Krita and the daemon have had: how long it took, however busy the machine is."""
    with open(f"/proc/{os.environ['RWI_DAEMON']}/stat", encoding="ascii") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def put_away(kit):
    """Close the document, no faster than a person does."""
    kit.document.setModified(False)
    kit.document.waitForDone()
    yield 0.3
    kit.app.action("file_close").trigger()
    yield 0.9


def case_memory(kit):
    """Documents opened, restored in, and closed, as on a long day."""
    pid, told = int(os.environ["RWI_DAEMON"]), []
    for _ in range(DOCUMENTS):
        yield from begin(kit, RAIN, width=500, height=400)
        node = kit.document.activeNode()
        for _turn in range(EACH):
            job = yield from press(kit)
            yield finished(kit, job)
            assert job.state == "done", job.message
            yield from undone(kit, node)
        yield from put_away(kit)
        unloaded(kit)
        told.append((round(held()), round(held(pid))))
    kit.tell(krita_mb=[each[0] for each in told], daemon_mb=[each[1] for each in told])


def case_memory_without_us(kit):
    """The same documents and layers by script alone, in a Krita that does not have the plug-in."""
    told = []
    for _ in range(DOCUMENTS):
        kit.document = kit.new(width=500, height=400)
        yield lambda: kit.ready(kit.document)
        node = kit.document.activeNode()
        for _turn in range(EACH):
            layer = kit.document.createNode("result", "paintlayer")
            layer.setPixelData(node.pixelData(0, 0, 500, 400), 0, 0, 500, 400)
            node.parentNode().addChildNode(layer, node)
            yield 0.2
            yield from undone(kit, node)
        yield from put_away(kit)
        told.append(round(held()))
    kit.tell(krita_mb=told)


def undone(kit, node):
    """Take the new layer away again."""
    yield 0.02
    kit.app.action("edit_undo").trigger()
    kit.document.waitForDone()
    yield from kit.activate(kit.document, node)


def unloaded(kit):
    """Have the daemon give back its models and what it keeps of results, within its bounds, so that another strength needs no
    inference: what it still holds then it has lost."""
    for session in (kit.docker.queue._line._session, kit.docker.conversation._pictures):
        if session is not None:
            session.unload()
