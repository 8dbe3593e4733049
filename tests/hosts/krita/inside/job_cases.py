"""Jobs in the queue, and what happens around them while they run. Each case asserts for itself; Python 3.9 and Krita only."""

import os
import struct
import sys
import threading
import time

from casekit import RAIN, begin, finished, make_room, press, settled, shows, undo
from watchdog import Watchdog


def case_cancelling_leaves_no_trace(kit):
    yield from begin(kit, "held noise")
    job = yield from press(kit)
    yield lambda: job.state == "running" and job.fraction is not None
    yield settled(kit)
    kit.shoot("progress", kit.docker)
    begun = time.perf_counter()
    line = kit.docker.jobs._lines[job.number]
    line.cancel.click()
    yield finished(kit, job)
    kit.tell(cancel_s=round(time.perf_counter() - begun, 2))
    assert job.state == "cancelled", "it would never end by itself"
    assert kit.names(kit.document) == ["Background"]
    assert kit.history() == []
    assert not kit.docker.jobs._lines
    kit.type("")  # also ends the slow preview


def case_several_jobs_take_turns_and_can_be_cancelled_one_by_one(kit):
    yield from begin(kit, "held noise")
    docker = kit.docker
    jobs = [docker.restore() for _ in range(3)]
    yield lambda: jobs[0].state == "running"
    assert [job.state for job in jobs[1:]] == ["waiting", "waiting"]
    assert {job.number for job in jobs[1:]} <= docker.jobs._lines.keys()
    docker.jobs._lines[jobs[1].number].cancel.click()
    assert jobs[1].state == "cancelled", "one that only waits is over at once"
    assert jobs[1].number not in docker.jobs._lines
    kit.release()
    yield kit.idle
    assert [job.state for job in jobs] == ["done", "cancelled", "done"]
    yield shows(kit.history, ["Add Layer", "Add Layer"])
    kit.type("")


def case_what_waits_can_be_done_next_or_last(kit):
    yield from begin(kit, "held noise")
    docker, begun = kit.docker, []
    docker.queue.changed.connect(lambda job: begun.append(job) if job.state == "running" and job not in begun else None)
    jobs = [docker.restore() for _ in range(4)]
    yield lambda: jobs[0].state == "running"
    lines = docker.jobs._lines
    assert lines[jobs[3].number].front.isEnabled()
    lines[jobs[3].number].front.click()
    lines[jobs[1].number].back.click()
    yield settled(kit)
    order = [jobs[0], jobs[3], jobs[2], jobs[1]]
    assert docker.queue.unfinished == order
    seen = sorted((line for line in lines.values() if line.isVisible()), key=lambda line: line.y())
    assert [line._job for line in seen] == order[:3], "in this order, the first three"
    assert "1 more wait" in docker.jobs.rest.text(), docker.jobs.rest.text()
    kit.shoot("queue", docker)
    kit.release()
    yield kit.idle
    assert begun == order
    kit.type("")


def case_another_strength_needs_no_inference(kit):
    yield from begin(kit, "noise")
    docker, asked = kit.docker, []
    session = sys.modules["restore_with_instruction.restored_client.session"].Session
    known = {name: getattr(session, name) for name in ("restore", "adjust")}

    def noting(name):
        def ask(*given, **named):
            if threading.current_thread().name == "restored jobs":  # and not the preview's
                asked.append(name)
            return known[name](*given, **named)

        return ask

    for name in known:
        setattr(session, name, noting(name))
    try:
        job = yield from press(kit)
        yield finished(kit, job)
        undo(kit)
        yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
        docker.strength.setValue(50)
        asked.clear()
        job = yield from press(kit)
        yield finished(kit, job)
    finally:
        for name, function in known.items():
            setattr(session, name, function)
    assert job.state == "done", job.message
    assert asked == ["adjust"], asked
    top = kit.document.topLevelNodes()[-1]
    assert set(kit.pixels(top, kit.document)[:3]) <= {127, 128}
    assert job.recipe["strength"] == 0.5
    kit.type("")


def case_nothing_of_ours_begins_in_the_middle_of_a_conversion(kit):
    """Krita lets events through while it converts: timers, clicks, calls of the jobs' thread."""
    yield from begin(kit, RAIN, width=800, height=700, depth="U16", profile="ClayRGB-elle-V2-g22.icc", fill=None)
    node, docker, let_in = kit.document.topLevelNodes()[0], kit.docker, []
    turns = sys.modules["restore_with_instruction.turns"]
    node.setPixelData(struct.pack("<4H", 9000, 20000, 30000, 65535) * (800 * 700), 0, 0, 800, 700)

    def poke():
        if turns.occupied():
            let_in.append(docker)
            docker.look.notice()
            docker.desk.look()

    timer = kit.QtCore.QTimer()
    timer.setInterval(25)
    timer.timeout.connect(poke)
    timer.start()
    try:
        job = yield from press(kit)
        yield finished(kit, job)
    finally:
        timer.stop()
    assert job.state == "done", job.message
    kit.tell(let_in=len(let_in))
    yield lambda: len(kit.app.documents()) == 1
    yield lambda: docker.look._state is not None and docker.preview._before is not None


def case_the_docker_closed_and_floated_during_a_job(kit):
    yield from begin(kit, "held noise")
    docker = kit.docker
    job = yield from press(kit)
    yield lambda: job.state == "running"
    docker.setFloating(True)
    yield settled(kit)
    docker.close()
    assert not docker.isVisible()
    assert not job.over
    kit.release()
    yield finished(kit, job)
    assert job.state == "done", job.message
    assert len(kit.document.topLevelNodes()) == 2
    assert not docker.look.watching, "nobody looks, nothing is looked at"
    docker.setFloating(False)
    docker.setVisible(True)
    yield lambda: docker.look.watching
    kit.type("")


def case_scripts_ask_for_what_they_want(kit):
    """The examples of docs/scripting.md."""
    yield from begin(kit, "")
    with open(os.path.join(kit.box, "scripting.md"), encoding="utf-8") as file:
        section = file.read().split("\n## Krita, Scripter\n")[1]
    one, two = [block.split("```")[0] for block in section.split("```python\n")[1:]]
    names = {"print": lambda *words: told.append(words)}
    told = []
    exec(one, names)
    yield kit.idle
    assert kit.names(kit.document) == ["Background", "remove the noise"]
    yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
    exec(two, names)
    yield lambda: told
    assert told[0][0] == "done", told
    docker = kit.docker
    said = ""
    try:
        docker.script()
    except ValueError as problem:
        said = str(problem)
    assert "Say what is to be done" in said


class Counting:
    """Krita, with a list of the documents that somebody makes."""

    def __init__(self, app):
        self.app, self.made = app, []

    def createDocument(self, *arguments):
        self.made.append(arguments)
        return self.app.createDocument(*arguments)

    def __getattr__(self, name):
        return getattr(self.app, name)


WAYS = (
    # model, depth, profile, a pixel, what of it is shown
    ("RGBA", "U16", "sRGB-elle-V2-srgbtrc.icc", struct.pack("<4H", 90 * 257, 60 * 257, 30 * 257, 65535), (30, 60, 90)),
    ("RGBA", "U16", "ClayRGB-elle-V2-g22.icc", struct.pack("<4H", 9000, 20000, 30000, 65535), (128, 77, 29)),
    ("RGBA", "F16", "sRGB-elle-V2-g10.icc", struct.pack("<4e", 0.25, 0.5, 4.0, 1.0), (137, 188, 255)),
    ("RGBA", "F32", "sRGB-elle-V2-g10.icc", struct.pack("<4f", 0.25, 0.5, 0.0, 1.0), (137, 188, 0)),
    ("GRAYA", "U16", "Gray-D50-elle-V2-srgbtrc.icc", struct.pack("<2H", 77 * 257, 65535), (77, 77, 77)),
    ("GRAYA", "U16", "Gray-D50-elle-V2-g10.icc", struct.pack("<2H", 16384, 65535), (137, 137, 137)),
    ("GRAYA", "F32", "Gray-D50-elle-V2-g10.icc", struct.pack("<2f", 0.25, 1.0), (137, 137, 137)),
)


def a_million_lookups():
    """Processor time of this thread for a million values through a table: what a millisecond is worth here and now."""
    table, values = list(range(256)), bytes(1_000_000)
    begun = time.thread_time()
    bytes(map(table.__getitem__, values))
    return time.thread_time() - begun


def case_no_depth_or_gamut_costs_documents_and_previews_move_quickly(kit):
    """Whatever is previewed or restored, no other plug-in hears of a document; moving the preview is little work."""
    colour, spent, lookups, made = sys.modules["restore_with_instruction.colour"], [], [], []
    known, docker = colour.Krita, kit.docker
    for model, depth, profile, pixel, wanted in WAYS:
        counting = Counting(kit.app)
        colour.Krita = type("Krita", (), {"instance": staticmethod(lambda counting=counting: counting)})
        try:
            yield from begin(kit, RAIN, width=600, height=500, model=model, depth=depth, profile=profile, fill=None)
            node = kit.document.topLevelNodes()[0]
            node.setPixelData(pixel * (600 * 500), 0, 0, 600, 500)
            docker.look.notice()
            yield lambda: docker.preview._before is not None and docker.preview._after is not None
            seen = docker.preview._before.pixelColor(5, 5).getRgb()[:3]
            assert all(abs(seen[each] - wanted[each]) <= 3 for each in range(3)), (profile, depth, seen)
            begun = time.thread_time()
            for _ in range(4):
                docker.look._pan(10, 5)
            spent.append((time.thread_time() - begun) / 4)
            lookups.append(a_million_lookups())
            docker.look._settled()
            yield lambda: docker.preview._after is not None
            job = yield from press(kit)
            yield finished(kit, job)
            assert job.state == "done", job.message
            made.extend(counting.made)
        finally:
            colour.Krita = known
        kit.document.setModified(False)
    kit.tell(pan_ms=[round(1000 * each, 1) for each in spent])
    assert made == [], made
    # counted in work of this machine: 50 ms where nothing else runs, no more than every shown value looked up a few times
    assert all(each < 4 * lookups[i] for i, each in enumerate(spent)), (spent, lookups)


def case_24_megapixels(kit):
    width, height = 6000, 4000
    kit.type("")
    kit.document = kit.app.createDocument(width, height, "large", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 300.0)
    kit.document.topLevelNodes()[0].setPixelData(os.urandom(width * 4) * height, 0, 0, width, height)
    kit.app.activeWindow().addView(kit.document)
    yield lambda: kit.ready(kit.document)
    docker = kit.docker
    docker.setVisible(True)
    make_room(kit)
    docker.scale.setCurrentIndex(0)
    docker.output.setCurrentIndex(0)
    docker.strength.setValue(100)
    kit.type("noise")
    yield lambda: docker.plan.actionable and docker.look.target is not None
    yield lambda: docker.preview._after is not None
    yield settled(kit)
    dog = Watchdog(kit.QtCore).start()
    spent = {}
    watch(docker, spent)
    begun, work = time.perf_counter(), time.thread_time()
    job = yield from press(kit)
    captured, work = time.perf_counter() - begun, time.thread_time() - work
    yield finished(kit, job)
    took = time.perf_counter() - begun
    yield 0.3
    for value in range(95, 60, -5):  # a hand on the slider
        docker.strength.setValue(value)
        yield 0.05
    yield 0.5
    assert job.state == "done", job.message
    kit.tell(capture_s=round(captured, 2), total_s=round(took, 2), gaps=dog.stop()[:12], **spent)
    kit.tell(own_work_s=round(work + spent["thread_work_s"] + spent["gui_work_s"], 2))


def watch(docker, spent):
    """Note how long the conversation with the daemon took, which is not the plug-in's share, and how much work the rest was."""
    queue = docker.queue
    line, call, gui, job = queue._line, queue._line.call, queue._gui, queue._work
    spent.update(thread_work_s=0.0, gui_work_s=0.0, gui_calls_s=[])

    def talk(*arguments, **keywords):
        begun, work = time.perf_counter(), time.thread_time()
        try:
            return call(*arguments, **keywords)
        finally:
            spent["daemon_and_wire_s"] = round(time.perf_counter() - begun, 2)
            spent["thread_work_s"] -= time.thread_time() - work

    def in_gui(work, cancelled):
        def measured():
            begun, busy = time.perf_counter(), time.thread_time()
            try:
                return work()
            finally:
                spent["gui_calls_s"].append(round(time.perf_counter() - begun, 3))
                spent["gui_work_s"] += time.thread_time() - busy

        return gui(measured, cancelled)

    def whole(given):
        begun = time.thread_time()
        try:
            return job(given)
        finally:  # a state and a sentence
            spent["thread_work_s"] += time.thread_time() - begun
            line.call, queue._gui, queue._work = call, gui, job

    line.call, queue._gui, queue._work = talk, in_gui, whole
