"""Long lives and sudden deaths: jobs without end, kills at any moment, a clock that jumps, limits, clients that sleep."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import ClassVar

import psutil
from campaign import PATIENCE, Campaign, Fault, crowded
from conditions import photographs
from daemons import Daemon, until

from restored_client import ClientError, Pixels, Session

CLIENT = """
import sys
from restored_client import Pixels, Session
from restored_client.wire.errors import RestoredError
side = int(sys.argv[1])
layer = Pixels(side, side, 3, "u8", bytes(side * side * 3))
print("ready", flush=True)
while True:
    try:
        with Session.open(client="siege", start=False) as session:
            session.restore(layer, instruction="sleep 0.02", keep=True)
    except RestoredError:
        pass
"""


class Jobs(Campaign):
    name, about, whole, share = "jobs", "jobs, with a slope of memory and descriptors", 10_000, 1.0

    @classmethod
    def least(cls) -> int:
        return 200

    def begin(self) -> None:
        self.daemon = Daemon()
        self.session = Session.open(client="siege", start=False)
        self.sizes: list[tuple[int, int]] = []

    def case(self, chance: random.Random, number: int) -> None:
        side = chance.choice((1, 7, 64, 200))
        layer = Pixels(side, side, 3, "u8", chance.randbytes(side * side * 3))
        outcome = self.session.restore(layer, instruction="x", keep=chance.random() < 0.3)
        if outcome.pixels is None or bytes(outcome.pixels.data) != layer.data:
            raise Fault("wrong pixels came back")
        if chance.random() < 0.05:
            self.session.close()
            self.session = Session.open(client="siege", start=False)
        if number % 50 == 0:
            self.sizes.append(self.daemon.size())

    def check(self) -> None:
        later = self.sizes[len(self.sizes) // 2 :]  # the first half warms up
        if len(later) < 2:
            return
        memory, descriptors = (later[-1][i] - later[0][i] for i in (0, 1))
        self.done["notes"].update(memory_MB_in_the_second_half=memory >> 20, descriptors=descriptors)
        if memory > 32 << 20 or descriptors > 8:
            raise Fault(f"{memory >> 20} MB and {descriptors} descriptors more in the second half")

    def end(self) -> None:
        self.session.close()
        self.daemon.end()


class OfOneDaemon(Campaign):
    """A daemon stands from the first case to the last."""

    def begin(self) -> None:
        self.daemon = Daemon()

    def end(self) -> None:
        self.daemon.end()

    @contextmanager
    def client(self, side: int) -> "Iterator[subprocess.Popen[bytes]]":
        """A client that is about to send a picture of this side; gone afterwards, whatever became of it."""
        client = subprocess.Popen([sys.executable, "-c", CLIENT, str(side)], stdout=subprocess.PIPE)
        try:
            assert client.stdout is not None
            client.stdout.readline()
            yield client
        finally:
            client.kill()
            client.communicate()


class Kills(OfOneDaemon):
    name, about, whole, share = "kills", "kills of daemon and clients at random moments", 300, 2.0
    limit = 60.0

    def case(self, chance: random.Random, number: int) -> None:
        with self.client(chance.choice((8, 900))) as client:
            time.sleep(chance.random() * 0.3)
            if chance.random() < 0.5:
                self.daemon.process.kill()
                self.daemon.process.wait()
                self.daemon.start()
            else:
                client.kill()
            self.daemon.serves()
        with Session.open(client="watcher", start=False) as session:
            until(lambda: not session.status()["jobs"], "the dead client's job to go")


class Batches(OfOneDaemon):
    """A batch whose command, reading child or daemon is killed at a random moment; the same command again must end it whole."""

    name, about, whole, share = "batches", "batches with their command, reader or daemon killed", 100, 2.0
    limit = 120.0

    @classmethod
    def least(cls) -> int:
        return 2

    def begin(self) -> None:
        super().begin()
        self.sources = self.daemon.folder / "photos"
        photographs(self.sources)
        self.started = {**os.environ, "RESTORED_EXECUTABLE": str(self.daemon.executable())}

    def case(self, chance: random.Random, number: int) -> None:
        target = self.daemon.folder / f"out-{number}"
        batch = self._batch(target)
        time.sleep(chance.random() * 3)
        victim = chance.choice(("command", "reader", "daemon"))
        if victim == "daemon":
            self.daemon.process.kill()
            self.daemon.process.wait()  # who finds none starts another
        elif batch.poll() is None:
            with suppress(psutil.Error):
                children = psutil.Process(batch.pid).children(recursive=True)
                for process in children if victim == "reader" else [batch]:
                    process.kill()
        self._ended(batch)
        ended = self._ended(self._batch(target))
        self.daemon.again()
        if ended != 0:
            raise Fault(f"after the {victim} was killed the batch does not end well")
        found = sorted(path.name for path in target.iterdir() if not path.name.startswith(".restored-batch"))
        wanted = sorted(path.name for path in self.sources.iterdir())
        if [name for name in found if name in wanted] != wanted or any(name.endswith(".part") for name in found):
            raise Fault(f"after the {victim} was killed there is {found}")
        from restored.io import read_picture

        for name in wanted:
            read_picture(target / name)

    def _batch(self, target: Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "restored.cli", "batch", str(self.sources), "brighten it", "-o", str(target)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.started)

    @staticmethod
    def _ended(batch: "subprocess.Popen[bytes]") -> int:
        """Its exit code. Raises Fault for one that goes on and on."""
        try:
            return batch.wait(10 * PATIENCE if crowded() else 60)
        except subprocess.TimeoutExpired:
            batch.kill()
            batch.wait()
            raise Fault("a batch did not end") from None


class Sleepers(OfOneDaemon):
    name, about, whole, share = "sleepers", "clients suspended in the middle, others served", 60, 0.7
    limit = 60.0

    def case(self, chance: random.Random, number: int) -> None:
        with self.client(1500) as client:
            time.sleep(chance.random() * 0.2)
            client.send_signal(signal.SIGSTOP)
            for _ in range(3):
                self.daemon.serves()
            client.send_signal(signal.SIGCONT)
            self.daemon.serves()


JUMPING_CLOCK = """
import random, time
real, chance = time.time, random.Random(7)
time.time = lambda: real() + chance.choice((-1, 1)) * chance.random() * 1e8
"""
FEW_RESOURCES = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
"""


class Odd(Campaign):
    """One daemon under a condition that no machine should have; one client that wants much."""

    prelude: ClassVar[str] = ""
    whole = 300
    limit = 30.0

    def begin(self) -> None:
        self.daemon = Daemon(prelude=self.prelude)

    def case(self, chance: random.Random, number: int) -> None:
        side = chance.choice((10, 500, 3000, 9000))
        with Session.open(client="siege", start=False) as session:
            try:
                session.restore(Pixels(side, side, 3, "u8", bytes(side * side * 3)), instruction="x", keep=True)
            except ClientError as error:
                if error.code not in ("too_large", "out_of_memory", "engine_failed", "daemon_died"):
                    raise Fault(f"{error.code}: {error.detail}") from error
        if self.daemon.process.poll() is not None:
            raise Fault("the daemon ended")
        self.daemon.serves()

    def end(self) -> None:
        self.daemon.end()


class Clock(Odd):
    name, about, share = "clock", "jobs while the clock jumps by years", 0.4
    prelude = JUMPING_CLOCK


class Limits(Odd):
    name, about, share = "limits", "jobs with 900 MB of address space and no file above 4 kB", 0.6
    prelude = FEW_RESOURCES


LIVES: list[type[Campaign]] = [Jobs, Kills, Batches, Sleepers, Clock, Limits]
