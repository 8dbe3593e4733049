"""The window when no daemon runs: it starts one and says so, and says how to update when the two do not fit."""

import outside
import pytest
from gimp_window import GuiGimp
from hostkit import OUTPUT

from restored_client.wire.messages import PROTOCOL_VERSION

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]


def test_the_window_starts_the_engine_and_restores(gimp, box, screen, photo, monkeypatch):
    shots = OUTPUT / "gimp" / gimp.suite
    runtime = box / "run"
    runtime.mkdir(mode=0o700)
    own = {
        "RESTORED_RUNTIME_DIR": str(runtime),
        "RESTORED_CONFIG_DIR": str(box / "config"),
        "RESTORED_EXECUTABLE": str(outside.program(box)),
    }
    window = GuiGimp(gimp, box, screen, photo, **own)
    try:
        window.open_dialog()
        waiting = window.event("waiting")
        assert waiting["words"] == "Starting the restoration engine…"
        window.shoot(shots / "starting.png")
        # one may type meanwhile
        window.type("remove the noise")
        ready = window.event("ready", timeout=90)
        window.event("plan", lambda event: event["text"] == "remove the noise" and event["steps"], timeout=120)
        window.event("preview", timeout=120)
        window.shoot(shots / "started.png")
        print(f"ready {ready['at'] - waiting['at']:.1f} s after the start")
        window.key("ctrl+Return")
        assert window.gone(timeout=120)
        assert len(window.layers()) == 2
    finally:
        window.close()
        stopped = outside.stop(runtime, monkeypatch)
    assert stopped, "the engine should outlive GIMP"


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("#!/bin/sh\necho 'no space left on device' >&2\nexit 3\n", "could not start: no space left on device"),
        ("#!/bin/sh\nexit 1\n", "could not start."),
    ],
    ids=["with-a-reason", "silent"],
)
def test_an_engine_that_cannot_start(gimp, box, program, sentence):
    path = box / "restored"
    path.write_text(program)
    path.chmod(0o755)
    (fact,) = gimp.batch(
        box,
        "image, layer = picture(40, 30)\nbefore = native(layer)\n"
        "status, result, error = call(image, instruction='remove the noise', output='replace')\n"
        "tell(status=status, error=error, same=native(layer) == before)",
        RESTORED_RUNTIME_DIR=str(box / "nobody"),
        RESTORED_EXECUTABLE=str(path),
    )
    assert fact["status"] == "execution-error"
    assert sentence in fact["error"]
    assert fact["same"]


def test_another_protocol_is_said_in_the_window(gimp, box, shared_daemon, screen, photo):
    other = type(gimp)(gimp.suite, box / "other")
    messages = other.profile / "plug-ins" / "restore-with-instruction" / "restored_client" / "wire" / "messages.py"
    text = messages.read_text()
    known = f"PROTOCOL_VERSION: Final[int] = {PROTOCOL_VERSION}\n"
    assert known in text
    messages.write_text(text.replace(known, "PROTOCOL_VERSION: Final[int] = 0\n"))
    window = GuiGimp(other, box, screen, photo, **shared_daemon.env)
    try:
        window.open_dialog()
        trouble = window.event("trouble")
        assert "plug-in is older" in trouble["sentence"]
        assert "restored plugins install" in trouble["sentence"]
        window.shoot(OUTPUT / "gimp" / gimp.suite / "protocol.png")
        window.key("Escape")
        assert window.gone()
    finally:
        window.close()
