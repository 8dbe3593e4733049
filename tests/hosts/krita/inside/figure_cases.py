"""What tests/benchmarks/krita.py measures: run by command, not with the tests. Python 3.9 and Krita only."""

import os
import time

from casekit import RAIN, begin, finished

RESTORATIONS, DOCUMENTS = 200, 20


def held(pid="self"):
    """Megabytes of memory that a process holds and nobody else."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_")) / 1024


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
    """A restoration of 6 megapixels in a wide gamut, beside the same in sRGB."""
    seconds = {}
    for _ in range(2):
        for profile in ("sRGB-elle-V2-srgbtrc.icc", "ClayRGB-elle-V2-g22.icc"):
            yield from begin(kit, "", width=3000, height=2000, depth="U16", profile=profile, fill=None)
            kit.document.topLevelNodes()[0].setPixelData(os.urandom(3000 * 8) * 2000, 0, 0, 3000, 2000)
            kit.docker.setVisible(False)  # without a preview beside it
            began = time.perf_counter()
            job = kit.docker.script("remove the noise")
            yield finished(kit, job)
            assert job.state == "done", job.message
            seconds.setdefault(profile[:4], []).append(round(time.perf_counter() - began, 2))
            kit.docker.setVisible(True)
            kit.document.setModified(False)
            kit.document.waitForDone()
            yield 0.5
            kit.app.action("file_close").trigger()
            yield 1.0
    kit.tell(seconds=seconds, ratio=round(min(seconds["Clay"]) / min(seconds["sRGB"]), 2))


def case_memory(kit):
    """Documents opened, restored in, and closed, as on a long day."""
    pid, told = int(os.environ["RWI_DAEMON"]), []
    for _ in range(DOCUMENTS):
        yield from begin(kit, RAIN, width=500, height=400)
        for _turn in range(RESTORATIONS // DOCUMENTS):
            job = kit.docker.restore()
            yield finished(kit, job)
            assert job.state == "done", job.message
            yield 0.02
            kit.app.action("edit_undo").trigger()
            kit.document.waitForDone()
            yield from kit.activate(kit.document, kit.document.topLevelNodes()[0])
        kit.document.setModified(False)
        yield 0.3
        kit.app.action("file_close").trigger()
        yield 0.9
        told.append((round(held()), round(held(pid))))
    kit.tell(krita_mb=[each[0] for each in told], daemon_mb=[each[1] for each in told])
