"""An archive worked by a cluster of which something is killed at random moments, and what must be true at the end."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from restored.archive import status
from restored.archive.echo import SECONDS

from .clusters import CLUSTERS
from .kit import check, make, planned, records

VICTIMS = ("worker", "node", "driver")
SHARD = 20

DRIVER = """
import sys
from restored.archive.running import run
from restored.archive.shard_workers import Place
if __name__ == "__main__":
    engine, target, address = sys.argv[1:4]
    print(run(target, Place(engine=engine, address=address, worker_engine="restored.archive.echo:NegativeEngine")).sentence())
"""


@dataclass(frozen=True, slots=True)
class Killed:
    """What a run came to. kills: that met something; twice: records of pictures that had one already."""

    pictures: int
    kills: int
    twice: int
    seconds: float


def killing(folder: Path, engine: str, victim: str, kills: int, pictures: int, seed: str = "") -> Killed:
    """Work an archive of tiny pictures; raises AssertionError when something is lost, half-written, or done twice too often."""
    drawn = random.Random(f"{seed} {engine} {victim}")
    source, target = make(folder / "in", pictures), folder / "out"
    planned(source, target, shard=SHARD)
    (folder / "driver.py").write_text(DRIVER)
    began = time.monotonic()
    cluster = CLUSTERS[engine](folder, **{SECONDS: "0.02"})

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "driver.py", engine, str(target), cluster.address]
        return subprocess.Popen(command, cwd=folder, env=cluster.environment)

    met = 0
    try:
        driver = start()
        for number in range(kills):
            # evenly over what is to be done, and then at a random moment
            until = time.monotonic() + 240
            share = pictures * 0.9 * number / kills
            while driver.poll() is None and len(set(records(target))) <= share and time.monotonic() < until:
                cluster.tend()
                time.sleep(0.05)
            time.sleep(drawn.uniform(0, 0.6))
            if driver.poll() is not None:
                break
            if victim == "driver":
                driver.send_signal(signal.SIGKILL)
                driver.wait()
                met += 1
                driver = start()
            else:
                kill = cluster.kill_worker if victim == "worker" else cluster.kill_node
                while not (hit := kill(drawn)) and driver.poll() is None:  # between two shards nobody works
                    time.sleep(0.05)
                met += hit
        until = time.monotonic() + 600
        while driver.poll() is None and time.monotonic() < until:
            cluster.tend()
            time.sleep(0.5)
        assert driver.poll() == 0, f"the driver ended with {driver.returncode}"
    finally:
        cluster.close()
    assert status(str(target)).done == pictures
    check(source, target)
    times = Counter(records(target))
    assert len(times) == pictures
    twice = sum(times.values()) - pictures
    assert twice <= met * 2 * SHARD, "done twice at most the shards in hand"
    return Killed(pictures, met, twice, time.monotonic() - began)
