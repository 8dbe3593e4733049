"""What the plug-in itself takes for a 24-megapixel layer: reading, sending, receiving, writing, merging; no inference."""

import json

import pytest
from hostkit import OUTPUT, DaemonProcess

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(900)]

CODE = """
image, layer = picture(6000, 4000)
write(layer, "R'G'B' u8", os.urandom(6000 * 3) * 4000)
for output in ("replace", "new-layer"):
    tell(output=output, status=call(image, drawables=[layer], instruction="remove the noise", output=output)[::2])
"""

STAGES = ("asked", "taken", "restored", "given")

ALLOWED = 3.5
"""Seconds of the plug-in's processor time, which a busy machine does not change: a pixel loop in Python takes far more."""


def test_own_share_of_24_megapixels(gimp, box):
    daemon = DaemonProcess(box, "echo").start()
    try:
        told = gimp.batch(box, CODE, **daemon.env, RESTORED_TRACE=str(box / "trace"))
    finally:
        daemon.stop()
    assert [fact["status"][0] for fact in told] == ["success", "success"]
    events = [json.loads(line) for line in (box / "trace").read_text().splitlines()]
    events = [event for event in events if event["event"] in STAGES]
    lines = []
    for output in ("replace", "new-layer"):
        own = [events.pop(0) for _ in STAGES]
        assert tuple(event["event"] for event in own) == STAGES
        asked, taken, restored, given = (event["at"] for event in own)
        lines.append(f"{output}: read {taken - asked:.2f} s, round trip {restored - taken:.2f} s, write {given - restored:.2f} s")
        assert own[-1]["cpu"] - own[0]["cpu"] < ALLOWED, lines
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / f"gimp-24mp-{gimp.suite}.txt").write_text("\n".join(lines) + "\n")
