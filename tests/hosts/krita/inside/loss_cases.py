"""A job whose daemon dies. It comes last: where none can be started, nothing works after it. Python 3.9 and Krita only."""

import json
import os

from casekit import BLUE, RAIN, begin, finished, press


def case_a_daemon_killed_meanwhile_is_survived(kit):
    yield from begin(kit, "held noise")
    job = yield from press(kit)
    yield lambda: job.state == "running" and job.fraction is not None
    with open(os.path.join(os.environ["RESTORED_RUNTIME_DIR"], "connection.json"), encoding="utf-8") as file:
        os.kill(json.load(file)["pid"], 9)
    yield finished(kit, job)
    assert job.state == "failed"
    assert "stopped in the middle" in job.message, job.message
    yield lambda: job.message in kit.docker.message.text()
    assert kit.names(kit.document) == ["Background"]
    assert kit.pixels(kit.document.topLevelNodes()[0], kit.document) == BLUE * (64 * 48)
    if os.environ.get("RESTORED_EXECUTABLE"):  # a tree has none to start
        kit.type(RAIN)
        yield lambda: kit.docker.desk.text == RAIN and not kit.docker.desk.pending
        job = yield from press(kit)
        yield finished(kit, job)
        assert job.state == "done", job.message
