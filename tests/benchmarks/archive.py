"""What an archive on a cluster does and costs. `python tests/benchmarks/archive.py kills|scaling|overhead|memory [...]`

kills [N] [dask|ray ...]: two nodes on this machine; kill -9 of workers, of nodes, of the driver, at N (10) random moments each.
scaling [N]: N photographs (8) by one worker on one core and by two on two: by the clock, which counts on an idle machine
only, and by the processor time that a picture takes, which tells on a busy one what two workers cost each other.
overhead [echo]: processor time for pictures of 2, 6 and 12 megapixels, in a shard and in the plain batch. echo: with an engine
that costs nothing, so that what is left is ours: the ratio with a real one is nearer to 1, and the seconds tell how much nearer.
memory [ROWS]: what the driver holds at most with a plan of ROWS pictures (a million), of which the last ten shards are worked.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagecodecs

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parent)]

from figures import figure, of_megapixels, timed  # noqa: E402
from files import processor  # noqa: E402
from tests.backend.archive.killing import VICTIMS, killing  # noqa: E402
from tests.backend.archive.kit import ECHO, make  # noqa: E402

from restored.archive import Workbench, plan, status  # noqa: E402
from restored.archive.echo import NegativeEngine  # noqa: E402
from restored.archive.trees import OURS, Tree  # noqa: E402
from restored.files import FileOrder  # noqa: E402
from restored.files.many import FileJob, restore_many  # noqa: E402
from restored.here import Here  # noqa: E402

WISH = FileOrder(instruction="remove the noise")
PICTURES = 4
"""Of each size, to compare shards with."""
LAST = 10
"""Shards of the great plan that are really worked."""


def run_kills(folder: Path, count: int, engines: list[str]) -> None:
    for engine in engines:
        for victim in VICTIMS:
            place = folder / f"{engine}-{victim}"
            place.mkdir()
            done = killing(place, engine, victim, kills=count, pictures=count * 60)
            print(
                f"{engine:5} {victim:7} {done.kills:3} kills  {done.pictures:5} pictures, none lost, none half-written, "
                f"{done.twice} done twice, {done.seconds:.0f} s",
                flush=True,
            )


def photographs(folder: Path, megapixels: list[float]) -> Path:
    folder.mkdir()
    for number, size in enumerate(megapixels):
        (folder / f"{number:03}.jpg").write_bytes(bytes(imagecodecs.jpeg8_encode(of_megapixels(size), level=92)))
    return folder


def planned(source: Path, target: Path, shard: int) -> None:
    plan(str(source), str(target), WISH, model="swift", fingerprint="", version="0", shard=shard)


WORKER = """
import os, sys
os.sched_setaffinity(0, {int(core) for core in sys.argv[1].split(",")})
from restored.archive.running import Place, run
if __name__ == "__main__":
    run(sys.argv[2], Place(workers=len(sys.argv[1].split(","))))
"""


def run_scaling(folder: Path, count: int) -> None:
    """Both do what an archive does: open the model, then picture after picture; the opening is taken out by doing one first."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    (folder / "worker.py").write_text(WORKER)
    source = photographs(folder / "in", [2.0] * count)
    few = photographs(folder / "few", [2.0] * 2)

    def work(pictures: Path, workers: int, name: str) -> tuple[float, float]:
        target = folder / name
        planned(pictures, target, shard=1)
        command = [sys.executable, "worker.py", ",".join(map(str, cores[:workers])), str(target)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _, clock = timed(lambda: subprocess.run(command, cwd=folder, check=True))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    clock: dict[int, float] = {}
    spent: dict[int, float] = {}
    for workers in (1, 2):
        begun, warm = work(few, workers, f"few-{workers}")
        whole, all_of_it = work(source, workers, f"out-{workers}")
        clock[workers], spent[workers] = whole - begun, all_of_it - warm
    figure("two workers on two cores / one on one, clock", clock[1] / clock[2], "x", ">= 1.8 on an idle machine")
    figure("processor time of a picture, one / two workers", spent[1] / spent[2], "", ">= 0.9, which is 1.8 / 2")


def run_overhead(folder: Path, echo: bool) -> None:
    engine, bench = (NegativeEngine(), Workbench(ECHO)) if echo else (Here(), Workbench())
    for size in (2.0, 6.0, 12.0):
        source = photographs(folder / f"in-{size:.0f}", [size] * (1 + PICTURES))
        names = sorted(source.iterdir())
        (folder / f"batch-{size:.0f}").mkdir()
        jobs = [FileJob(path, folder / f"batch-{size:.0f}" / path.name, path.name) for path in names]
        target = folder / f"out-{size:.0f}"
        planned(source, target, shard=1)
        # a batch's first picture pays for opening the model and its readers, which an archive's worker keeps from shard to shard
        spent = [
            processor(lambda some=some: restore_many(some, WISH, engine.restore, lambda outcome: None))
            for some in (jobs[:1], jobs[:1], jobs[1:])
        ]
        batch = (spent[2] - spent[1]) * PICTURES / (PICTURES - 1)
        bench.work(str(target), 0)
        shard = processor(lambda target=target: [bench.work(str(target), number) for number in range(1, 1 + PICTURES)])
        words = f"{size:.0f} megapixels, "
        figure(words + "plain batch", batch / PICTURES, "s of processor time a picture")
        figure(words + "shard / plain batch", shard / batch, "", "<= 1.05")
        figure(words + "a shard of one picture more", (shard - batch) / PICTURES, "s of processor time")
    bench.close()


GREAT = """
import sys
from restored.archive.running import Place, run
if __name__ == "__main__":
    print(run(sys.argv[1], Place(workers=1, worker_engine=sys.argv[2])).sentence())
    with open("/proc/self/status") as told:
        print(*(int(line.split()[1]) / 1024 for line in told if line.startswith("VmHWM")))
"""


def run_memory(folder: Path, rows: int) -> None:
    shard = 512
    worked = LAST * shard - (-rows % shard)
    real = make(folder / "in", worked, inside=1)
    paths = sorted(real.rglob("*.png"))

    def walk(self: Tree, walked: Any, leave_out: Any = None) -> Iterator[tuple[str, int, str]]:
        for number in range(rows - worked):
            yield f"done/{number // 1000:04}/{number}.png", 1000, "0"
        for path in paths:
            found = path.stat()
            yield path.relative_to(real).as_posix(), found.st_size, str(found.st_mtime_ns)

    target, given = folder / "out", Tree.walk
    Tree.walk = walk
    try:
        order = plan(str(real), str(target), WISH, model="echo", fingerprint="", version="0", shard=shard)
    finally:
        Tree.walk = given
    states = target / OURS / "state"
    states.mkdir(parents=True, exist_ok=True)
    for number in range(order.shards - LAST):  # as an earlier run left them
        report = {"shard": number, "pictures": shard, "done": shard, "earlier": 0, "errors": 0, "seconds": 1.0}
        (states / f"{number:05}.json").write_text(json.dumps(report))
    (folder / "great.py").write_text(GREAT)
    command = [sys.executable, "great.py", str(target), ECHO]
    said, most = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()
    planner = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(said)
    figure(f"most memory of the driver, {order.pictures:,} rows", float(most), "MB", "< 500")
    figure("most memory of what planned them", planner, "MB", "< 500")
    assert status(str(target)).done == order.pictures == rows


def main() -> None:
    what, *more = sys.argv[1:] or [""]
    numbers = [int(word) for word in more if word.isdigit()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if what == "kills":
            run_kills(folder, (numbers or [10])[0], [word for word in more if not word.isdigit()] or ["dask", "ray"])
        elif what == "scaling":
            run_scaling(folder, (numbers or [8])[0])
        elif what == "overhead":
            run_overhead(folder, "echo" in more)
        elif what == "memory":
            run_memory(folder, (numbers or [1_000_000])[0])
        else:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
