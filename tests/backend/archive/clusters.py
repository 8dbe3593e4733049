"""Clusters as people have them, on this machine: a scheduler and two nodes that started by themselves, which can be killed."""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

import psutil

ATTEMPTS: Final = 10


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(port: int, seconds: float = 120) -> None:
    """Until somebody listens there."""
    until = time.monotonic() + seconds
    while True:
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until, f"nobody listens on port {port}"
        time.sleep(0.1)


def kill(process: psutil.Process) -> None:
    """kill -9 of a process and everything below it, as when a machine loses its power."""
    with suppress(psutil.NoSuchProcess):
        for each in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                each.kill()


class Cluster(ABC):
    """A first process that the nodes join, and nodes that can be lost."""

    _folder: Path
    environment: dict[str, str]
    _first: "subprocess.Popen[bytes]"
    _nodes: "list[subprocess.Popen[bytes]]"

    @abstractmethod
    def _node(self) -> "subprocess.Popen[bytes]":
        """One more."""

    def _run(self, *command: str, said: int | IO[bytes] = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=self._folder,
            env=self.environment,
            stdout=said,
            stderr=subprocess.DEVNULL,
        )

    def tend(self) -> None:
        """Start nodes anew that ended by themselves, as whoever looks after a cluster does."""
        assert self._first.poll() is None, "the process that the nodes join has ended"
        for place, node in enumerate(self._nodes):
            if node.poll() is not None:
                self._nodes[place] = self._node()

    def kill_node(self, chance: random.Random) -> bool:
        """All of a node; another takes its place."""
        gone = self._nodes.pop(chance.randrange(len(self._nodes)))
        kill(psutil.Process(gone.pid))
        gone.wait()
        self._nodes.append(self._node())
        return True

    def close(self) -> None:
        for process in [*self._nodes, self._first]:
            with suppress(psutil.NoSuchProcess):
                kill(psutil.Process(process.pid))
            process.wait()


class DaskCluster(Cluster):
    """A scheduler on loopback, and nodes with a nanny and one worker each."""

    def __init__(self, folder: Path, nodes: int = 2, **environment: str) -> None:
        self._folder = folder
        self.port = free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.environment = {**os.environ, **environment}
        self._first = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        wait_for(self.port)
        self._nodes = [self._node() for _ in range(nodes)]

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return self._run("dask", *arguments)

    def _node(self) -> "subprocess.Popen[bytes]":
        own = ["--host", "127.0.0.1", "--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
        return self._start("worker", self.address, *own)

    def kill_worker(self, chance: random.Random) -> bool:
        """Of a node its working process only; the nanny starts another. False when there is none."""
        children = [child for node in self._nodes for child in psutil.Process(node.pid).children()]
        workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        if workers:
            os.kill(chance.choice(workers).pid, signal.SIGKILL)
        return bool(workers)


class RayCluster(Cluster):
    """A head that does no work, and nodes of one core each, which join it with its token."""

    def __init__(self, folder: Path, nodes: int = 2, **environment: str) -> None:
        self._folder = folder
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        token = folder / "token"
        token.write_text(secrets.token_hex(32))
        token.chmod(0o600)
        self.environment = {
            **os.environ,
            **environment,
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN_PATH": str(token),
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_register_timeout_seconds": "300",
            "PYTHONUNBUFFERED": "1",
        }
        head = [
            "--head",
            "--node-ip-address",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--num-cpus",
            "0",
            "--include-dashboard=false",
        ]
        self._first = self._settled(*head)
        self._nodes = []
        for _ in range(nodes):  # at one moment they would take each other's ports
            self._nodes.append(self._settled(*self._joining))

    def _start(self, *arguments: str, said: int | IO[bytes] = subprocess.DEVNULL) -> "subprocess.Popen[bytes]":
        memory = ["--object-store-memory", str(100 << 20)]
        return self._run("ray.scripts.scripts", "start", "--block", *arguments, *memory, said=said)

    def _settled(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Started, and known to the others. On a crowded machine a node of Ray's ends itself: it gives its own helpers 15 s."""
        for _ in range(ATTEMPTS):
            with open(self._folder / "started.txt", "w+b") as said:
                process = self._start(*arguments, said=said)
                while process.poll() is None:
                    time.sleep(0.2)
                    if b"Ray runtime started" in Path(said.name).read_bytes():
                        return process
        raise AssertionError(f"Ray did not start in {ATTEMPTS} attempts: the machine is too busy for it")

    def _node(self) -> "subprocess.Popen[bytes]":
        return self._start(*self._joining)

    @property
    def _joining(self) -> tuple[str, ...]:
        return "--address", self.address, "--num-cpus", "1"

    def kill_worker(self, chance: random.Random) -> bool:
        """A process that works a shard. False when there is none."""
        workers: list[Any] = []
        for node in self._nodes:
            with suppress(psutil.NoSuchProcess):
                children = psutil.Process(node.pid).children(recursive=True)
                workers += [child for child in children if " ".join(child.cmdline()).startswith("ray::work_here")]
        if workers:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(workers).pid, signal.SIGKILL)
        return bool(workers)


CLUSTERS = {"dask": DaskCluster, "ray": RayCluster}
