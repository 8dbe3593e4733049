"""Processes that die, daemons that are missing or too old, and two GIMPs at once. The image is never harmed."""

import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from hostkit import PATIENCE, parse, until

from restored_client.wire.messages import PROTOCOL_VERSION

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

ONE = """
image, layer = picture(40, 30)
write(layer, "R'G'B' u8", bytes(range(120)) * 30)
before = native(layer)
# a given size: what is asked first where the words may say one would be taken for the job
status, result, error = call(image, instruction={instruction!r}, scale=1, output="replace")
tell(status=status, error=error, same=native(layer) == before, changed=result is not None)
"""


def start(gimp, box, daemon, instruction) -> subprocess.Popen:
    command = gimp.command(box, ONE.format(instruction=instruction), **daemon.env)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def finish(process: subprocess.Popen) -> dict:
    told = parse(process.communicate(timeout=60 * PATIENCE)[0])
    assert told[-1] == {"end": True}, told
    return told[0]


def test_daemon_killed_in_the_middle(gimp, box, daemon, status):
    process = start(gimp, box, daemon, "remove the noise slow 300")
    until(lambda: status()["jobs"], 40 * PATIENCE, "no job came")
    daemon.kill()
    fact = finish(process)
    assert fact["status"] == "execution-error"
    assert "stopped in the middle" in fact["error"]
    assert fact["same"]


def test_plug_in_killed_in_the_middle_frees_the_daemon_long_before_the_job_would_end(gimp, box, daemon, status):
    process = start(gimp, box, daemon, "remove the noise slow 300")
    until(lambda: status()["jobs"], 40 * PATIENCE, "no job came")
    plug_ins = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if any("restore-with-instruction.py" in word for word in child.cmdline())
    ]
    assert len(plug_ins) == 1
    # what GIMP's own Cancel button does
    os.kill(plug_ins[0].pid, signal.SIGKILL)
    until(lambda: not status()["jobs"], 60 * PATIENCE, "the job is still there")
    fact = finish(process)
    assert fact["same"]
    assert not fact["changed"]


def test_two_gimps_at_once(gimp, box, shared_daemon):
    boxes = [box / "a", box / "b"]
    for folder in boxes:
        folder.mkdir()
    code = ONE.format(instruction="remove the noise slow 0.5")
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda folder: gimp.batch(folder, code, **shared_daemon.env), boxes))
    for told in runs:
        assert told == [{"status": "success", "error": "", "same": False, "changed": True}]


def test_not_installed(gimp, box):
    (fact,) = gimp.batch(box, ONE.format(instruction="remove the noise"), RESTORED_RUNTIME_DIR=str(box / "nobody"))
    assert fact["status"] == "execution-error"
    assert "not installed" in fact["error"]
    assert "restored plugins install" in fact["error"]
    assert fact["same"]


@pytest.mark.parametrize(("protocol", "sentence"), [(99, "engine is older"), (0, "plug-in is older")])
def test_protocol_mismatch_says_which_side_to_update(gimp, box, shared_daemon, protocol, sentence):
    other = type(gimp)(gimp.suite, box / "other")
    messages = other.profile / "plug-ins" / "restore-with-instruction" / "restored_client" / "wire" / "messages.py"
    text = messages.read_text()
    known = f"PROTOCOL_VERSION: Final[int] = {PROTOCOL_VERSION}\n"
    assert known in text
    messages.write_text(text.replace(known, f"PROTOCOL_VERSION: Final[int] = {protocol}\n"))
    (fact,) = other.batch(box, ONE.format(instruction="remove the noise"), **shared_daemon.env)
    assert fact["status"] == "execution-error"
    assert sentence in fact["error"]
    assert fact["same"]
    shutil.rmtree(other.folder)
