"""What many files cost beside the restoring. `python tests/benchmarks/files.py device|ledger|archive [...]`

device: how much reading and writing beside an artificial device of 100 megapixels a second is worth.
ledger: what an entry of a batch's ledger costs behind 10^3 and behind 10^6.
archive COUNT: tiny pictures through the plain batch, through shards, and through two Dask workers of which three are killed;
processor time for each.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import psutil

from restored.archive import Workbench, plan, status
from restored.archive.echo import NegativeEngine
from restored.archive.trees import OURS
from restored.files import Done, FileOrder, restore_file
from restored.files.ledger import NAME, Ledger
from restored.files.many import FileJob, restore_many

WISH = FileOrder(instruction="invert it")
SPEED = 100e6
ECHO = "restored.archive.echo:NegativeEngine"


def device(pixels: np.ndarray, wish: FileOrder, mask: object, progress: object, cancelled: object) -> Done:
    """Takes as long as a device of 100 megapixels a second, and leaves the processor alone meanwhile."""
    time.sleep(pixels.shape[0] * pixels.shape[1] / SPEED)
    return Done(pixels=pixels, plan={"steps": []}, message="", device="", model="", seconds=0.0, recipe={})


def run_device(folder: Path) -> None:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (200, 300, 3), np.uint8)
    pixels = np.clip(coarse.repeat(10, 0).repeat(10, 1) + rng.normal(0, 6, (2000, 3000, 1)), 0, 255).astype(np.uint8)
    data = bytes(imagecodecs.jpeg8_encode(pixels, level=92))
    jobs = []
    for number in range(24):
        source = folder / f"{number}.jpg"
        source.write_bytes(data)
        jobs.append(FileJob(source, folder / "out" / source.name, source.name))
    (folder / "out").mkdir()
    restore_many(jobs[:2], WISH, device, lambda outcome: None)  # what is imported once

    def one_by_one() -> None:
        for job in jobs:
            restore_file(job.source, job.target, WISH, device)

    alone = clock(one_by_one)
    beside = clock(lambda: restore_many(jobs, WISH, device, lambda outcome: None))
    print(f"24 x 6 megapixels: one by one {alone:.1f} s, overlapped {beside:.1f} s: {alone / beside:.2f} times as fast")


def run_ledger(folder: Path) -> None:
    source = folder / "a.png"
    source.write_bytes(b"x")
    for count in (1_000, 1_000_000):
        out = folder / str(count)
        out.mkdir()
        (out / "a.png").write_bytes(b"x")
        with open(out / NAME, "w") as file:
            file.write(json.dumps({"wish": WISH.digest()}) + "\n")
            for number in range(count):
                file.write(f'{{"name":"{number}.png","size":1,"mtime":1,"result":"{number}.png","made":[1,1]}}\n')
        before = psutil.Process().memory_info().rss
        start = time.perf_counter()
        with Ledger(out, WISH) as ledger:
            opened = time.perf_counter() - start
            grown = psutil.Process().memory_info().rss - before
            each = entry(ledger, source, out / "a.png")
        print(f"behind {count:,} entries: {each * 1e6:.0f} µs each; opened in {opened:.2f} s, {grown / 1e6:.0f} MB")


def entry(ledger: Ledger, source: Path, target: Path) -> float:
    """Seconds that an entry takes, the median of 2,000."""
    times = sorted(clock(lambda: ledger.add(target.name, source, target)) for _ in range(2000))
    return times[1000]


def run_archive(folder: Path, count: int) -> None:
    source = folder / "in"
    pixels = np.zeros((8, 8, 3), np.uint8)
    for number in range(count):
        path = source / f"{number // 1000}" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels[0, 0] = (number >> 16, number >> 8 & 255, number & 255)
        path.write_bytes(bytes(imagecodecs.png_encode(pixels, level=1)))
    few = [
        FileJob(path, folder / "batch" / path.name, path.name) for path in sorted((source / "0").iterdir())[: min(1000, count)]
    ]
    restore_many(few[:2], WISH, NegativeEngine().restore, lambda outcome: None)
    batch = processor(lambda: restore_many(few, WISH, NegativeEngine().restore, lambda outcome: None)) / len(few)
    target = folder / "out"
    start = time.perf_counter()
    order = plan(str(source), str(target), WISH, model="echo", fingerprint="", version="0")
    print(f"planned {order.pictures:,} in {order.shards:,} shards: {time.perf_counter() - start:.1f} s")
    bench = Workbench(ECHO)
    bench.work(str(target), 0)
    shard = processor(lambda: bench.work(str(target), 1)) / 512 if order.shards > 1 else 0.0
    bench.close()
    print(f"processor time for a tiny picture: batch {batch * 1e3:.2f} ms, shard {shard * 1e3:.2f} ms: {shard / batch:.2f}")
    print(dask_with_kills(folder, target, count))


def dask_with_kills(folder: Path, target: Path, count: int) -> str:
    (folder / "driver.py").write_text(
        "import sys, resource\nfrom restored.archive.running import Place, run\n"
        "if __name__ == '__main__':\n"
        f"    print(run({str(target)!r}, Place(engine='dask', workers=2, worker_engine={ECHO!r})).sentence())\n"
        "    print('driver', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB')\n"
    )
    start, drawn, before = time.perf_counter(), random.Random(0), status(str(target)).done
    driver = subprocess.Popen([sys.executable, "driver.py"], cwd=folder, stdout=subprocess.PIPE, text=True)
    for part in (0.2, 0.4, 0.6):
        while driver.poll() is None and status(str(target)).done < before + part * (count - before):
            time.sleep(2)
        time.sleep(drawn.uniform(0, 1))
        if driver.poll() is not None:
            break
        workers = [p for p in psutil.Process(driver.pid).children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
        workers = [p for p in workers if not any("spawn_main" in " ".join(q.cmdline()) for q in p.parents())]
        if workers:
            os.kill(drawn.choice(workers).pid, signal.SIGKILL)
    said = driver.communicate()[0]
    names = [json.loads(line)["name"] for path in (target / OURS / "done").iterdir() for line in path.read_text().splitlines()]
    parts = len(list((target / OURS).rglob("*.part")))
    return (
        f"{said}{time.perf_counter() - start:.0f} s with three workers killed; {len(set(names)):,} pictures recorded, "
        f"{len(names) - len(set(names))} twice, {parts} half-written left"
    )


def clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor(work: Callable[[], object]) -> float:
    """Of this process and its children."""

    def now() -> float:
        times = [psutil.Process().cpu_times(), *(child.cpu_times() for child in psutil.Process().children(recursive=True))]
        ended = psutil.Process().cpu_times()
        return sum(t.user + t.system for t in times) + ended.children_user + ended.children_system

    start = now()
    work()
    return now() - start


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as name:
        if what == "device":
            run_device(Path(name))
        elif what == "ledger":
            run_ledger(Path(name))
        elif what == "archive":
            run_archive(Path(name), int(sys.argv[2]) if len(sys.argv) > 2 else 3000)
        else:
            sys.exit(__doc__)
