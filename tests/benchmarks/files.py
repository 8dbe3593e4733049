"""What many files cost beside the restoring. `python tests/benchmarks/files.py device|ledger|archive [...]`

device: how much reading and writing beside an artificial device of 100 megapixels a second is worth.
ledger: what an entry of a batch's ledger costs behind 10^3 and behind 10^6.
archive COUNT: tiny pictures through the plain batch, through shards, and through two Dask workers, with three kills: a worker,
the command with its scheduler, a worker; then every result is opened and compared, and so are the books.
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

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.backend.archive.kit import ECHO, WISH, records

from restored.archive import Workbench, plan, status
from restored.archive.echo import NegativeEngine
from restored.files import Done, FileOrder, restore_file
from restored.files.ledger import NAME, Ledger
from restored.files.makingway import file_mark
from restored.files.many import FileJob, restore_many

SPEED = 100e6


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
    mark, made = file_mark(source), file_mark(target)
    times = sorted(clock(lambda: ledger.add(target.name, mark, target, made)) for _ in range(2000))
    return times[1000]


def tiny(number: int) -> np.ndarray:
    """A picture of 8 x 8 pixels that no other number has."""
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[0, 0] = (number >> 16, number >> 8 & 255, number & 255)
    return pixels


def name_of(number: int) -> str:
    return f"{number // 1000}/{number}.png"


def run_archive(folder: Path, count: int) -> None:
    source = folder / "in"
    for number in range(count):
        path = source / name_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(imagecodecs.png_encode(tiny(number), level=1)))
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
    dask_with_kills(folder, target, count)
    prove(folder, target, count)


def dask_with_kills(folder: Path, target: Path, count: int) -> None:
    """Three `kill -9`: a worker, the command with the scheduler in it, which is then given again, and a worker of that one."""
    (folder / "driver.py").write_text(
        "import sys, resource\nfrom restored.archive.running import Place, run\n"
        "if __name__ == '__main__':\n"
        f"    print(run({str(target)!r}, Place(engine='dask', workers=2, worker_engine={ECHO!r})).sentence())\n"
        "    print('driver', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, 'MB')\n"
    )
    start, drawn, before = time.perf_counter(), random.Random(0), status(str(target)).done
    driver = work_all(folder)
    for part, victim in ((0.2, "worker"), (0.4, "command"), (0.6, "worker")):
        while driver.poll() is None and status(str(target)).done < before + part * (count - before):
            time.sleep(2)
        time.sleep(drawn.uniform(0, 1))
        if driver.poll() is not None:
            sys.exit(f"All was done, or had failed, before the {victim} was to be killed: take more pictures.")
        done = status(str(target)).done
        if victim == "command":
            driver.kill()
            driver.wait()
            driver = work_all(folder)
        else:
            os.kill(drawn.choice(workers_of(driver)).pid, signal.SIGKILL)
        print(f"{time.perf_counter() - start:5.0f} s: {victim} killed, {done:,} recorded", flush=True)
    said = driver.communicate()[0]
    print(f"{said}{time.perf_counter() - start:.0f} s, exit code {driver.returncode}")


def work_all(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "driver.py"], cwd=folder, stdout=subprocess.PIPE, text=True)


def workers_of(driver: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Dask's workers, without the readers that they have themselves."""
    while True:
        spawned = [p for p in psutil.Process(driver.pid).children(recursive=True) if "spawn_main" in " ".join(p.cmdline())]
        found = [p for p in spawned if not any("spawn_main" in " ".join(q.cmdline()) for q in p.parents())]
        if found or driver.poll() is not None:
            return found
        time.sleep(0.5)


def prove(folder: Path, target: Path, count: int) -> None:
    """Exit unless each picture has its own result and an entry, nothing else is there, and nothing is left to do."""
    entries = records(target)
    results = {path.relative_to(target).as_posix() for path in target.rglob("*.png")}
    names = [name_of(number) for number in range(count)]
    wrong = [
        name
        for number, name in enumerate(names)
        if name not in results or not np.array_equal(imagecodecs.png_decode((target / name).read_bytes()), 255 - tiny(number))
    ]
    parts = len(list(target.rglob("*.part")))
    told = status(str(target))
    print(
        f"{len(set(entries)):,} pictures with an entry, {len(entries) - len(set(entries)):,} with two; {len(results):,} results, "
        f"{len(wrong):,} of them missing or wrong; {parts} half-written; the books say: {told.sentence()}"
    )
    again = clock(lambda: work_all(folder).communicate())
    more = len(records(target)) - len(entries)
    print(f"the same command once more: {again:.1f} s, {more} entries more")
    if set(entries) != set(names) or results != set(names) or wrong or parts or told.done != count or more:
        sys.exit("Not complete.")


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
