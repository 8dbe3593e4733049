"""A batch, or a folder that is watched, that is ended or killed: nothing is lost, and nothing is left."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.waiting import PATIENCE, wait_for

from restored.cli.batchrun import BatchRun
from restored.files import FileOrder
from restored.files.ledger import Ledger
from restored.files.page import Page
from restored.files.walk import Names

from .conftest import names

KILLED = """
import sys
from contextlib import contextmanager
from restored.archive.echo import NegativeEngine
from restored.cli import app, batchrun

@contextmanager
def worker(no_daemon, on_status):
    yield NegativeEngine()

batchrun.worker = worker
if __name__ == "__main__":
    sys.exit(app.run(["batch", *sys.argv[1:]]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_kills_at_random_moments_lose_nothing_and_leave_nothing(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for number in range(90):
        Image.fromarray(np.full((8, 8, 3), number, np.uint8)).save(source / f"{number}.png")
    (tmp_path / "run.py").write_text(KILLED)
    command = [sys.executable, "run.py", str(source), "invert it", "-o", str(out)]
    environment = {**os.environ, "RESTORED_ECHO_SECONDS": "0.02"}
    drawn = random.Random(1)
    for _ in range(3):
        running = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        before, until = done(out), time.monotonic() + 60
        while running.poll() is None and done(out) <= before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(drawn.uniform(0, 0.4))
        running.kill()
        running.communicate()
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert names(out) == sorted([".restored-batch.jsonl", *(f"{number}.png" for number in range(90))])
    with Image.open(out / "7.png") as image:
        assert image.getpixel((0, 0)) == (248, 248, 248)
    lines = [json.loads(line) for line in (out / ".restored-batch.jsonl").read_text().splitlines() if '"name"' in line]
    assert len({line["name"] for line in lines}) == 90
    assert len(lines) == 90, "recorded once: what a kill caught between result and record is known by its recipe"


def test_what_failed_half_written_and_was_done_when_whole_is_not_told_as_failed(tmp_path: Path) -> None:

    wish = FileOrder(instruction="invert it")
    with Ledger(tmp_path / "out", wish) as ledger:
        run = BatchRun(tmp_path, tmp_path / "out", wish, ledger, Names(tmp_path, tmp_path / "out"), None, recursive=False)
        run.page = Page("a folder", "inverted")
        run.note({"file": "other.png", "error": "It is no picture."})
        for _ in range(2):
            run.note({"file": "half.png", "error": "It is incomplete."})
        assert (run.counts["error"], len(run.results)) == (2, 2)
        run.note({"file": "half.png", "result": "half.png", "changed": True})
        assert (run.counts["error"], run.counts["changed"]) == (1, 1)
        assert [row["file"] for row in run.results] == ["other.png"]
        run.page.write(tmp_path / "page.html", [])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "1 restored, 1 failed" in page
    assert "It is incomplete." not in page
    assert page.count("half.png") == 1


def done(out: Path) -> int:
    try:
        return (out / ".restored-batch.jsonl").read_bytes().count(b'"name"')
    except FileNotFoundError:
        return 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(("empty", "number"), [(True, signal.SIGINT), (False, signal.SIGINT), (False, signal.SIGTERM)])
def test_a_hot_folder_until_it_is_ended(tmp_path: Path, empty: bool, number: int) -> None:
    pytest.importorskip("watchdog")
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    if not empty:
        Image.fromarray(np.full((8, 8, 3), 1, np.uint8)).save(source / "first.png")
    (tmp_path / "run.py").write_text(KILLED)
    command = [sys.executable, "run.py", str(source), "invert it", "-o", str(out), "--watch", "--json"]
    running = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stderr is not None
        assert "Waiting for pictures" in running.stderr.readline()
        Image.fromarray(np.full((8, 8, 3), 2, np.uint8)).save(source / "second.png")
        wanted = ["second.png"] if empty else ["first.png", "second.png"]
        wait_for(lambda: done(out) >= len(wanted) or running.poll() is not None, "the pictures")
        running.send_signal(number)
        said = running.communicate(timeout=PATIENCE)[0]
    finally:
        running.kill()
    if number == signal.SIGTERM:
        assert running.returncode == 128 + number, "a logout waits for it"
        return
    said = json.loads(said)
    assert running.returncode == 0, "to end it so is what one does"
    assert [row["file"] for row in said["results"]] == wanted
