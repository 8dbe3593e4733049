"""Dask distributed: workers of this machine, or of a cluster whose scheduler runs."""

import ipaddress
import time
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import dask
import distributed
import psutil

from .archive_order import ArchiveError
from .engine_local import default_workers
from .shard_workers import Lost, Place
from .work import ShardReport
from .worker import work_here

PATIENCE: Final = 15.0
"""Seconds without any worker, and without one on its way, before new ones are started."""
_SETTINGS: Final = {
    # workers that are daemons may have no children, and reading wants processes of its own
    "distributed.worker.daemon": False,
    "distributed.scheduler.allowed-failures": 0,
    # pages about the work that every user of this machine could read
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


class Dask:
    """Shards as tasks. A worker that is killed gives its shard back; off this machine only with TLS."""

    def __init__(self, target: str, place: Place) -> None:
        self._target, self._engine, self._source = target, place.worker_engine, place.source
        self._cluster: Any = None
        self._workers = place.workers or default_workers()
        self._gone: float | None = None
        if place.address is None:
            self._cluster = _cluster(self._workers)
            self._client = distributed.Client(self._cluster)
            self.room = 2 * self._workers
        else:
            check_address(place.address, place.tls)
            try:
                self._client = distributed.Client(place.address, security=_security(place.tls), timeout=20)
            except (OSError, TimeoutError) as error:
                raise ArchiveError(f"The scheduler at {place.address} does not answer. Is it running?") from error
            self.room = 2 * max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        self._futures: dict[Any, int] = {}
        self._run = 0

    def submit(self, shard: int) -> None:
        self._run += 1  # another key each time: Dask remembers what a key came to
        future = self._client.submit(
            work_here, self._target, shard, self._engine, self._source, pure=False, key=f"shard-{shard:05}-{self._run}", retries=0
        )
        self._futures[future] = shard

    def finished(self, timeout: float) -> list[tuple[int, ShardReport | BaseException]]:
        try:
            waited: Any = distributed.wait(list(self._futures), timeout=timeout, return_when="FIRST_COMPLETED")
        except (TimeoutError, distributed.TimeoutError):
            return self._anew() if self._deserted() else []
        back: list[tuple[int, ShardReport | BaseException]] = []
        for future in waited.done:
            shard = self._futures.pop(future)
            error = future.exception() if future.status != "cancelled" else Lost()
            lost = isinstance(error, (distributed.KilledWorker, Lost))
            back.append((shard, Lost() if lost else error or future.result()))
        return back

    def _deserted(self) -> bool:
        """True when our own workers have all been gone for a while: one that is killed while it starts is not started again.
        One that lives is waited for: on a busy machine it takes minutes until the scheduler knows it."""
        alive = self._cluster is None or any(nanny.is_alive() for nanny in list(self._cluster.workers.values()))
        if alive or self._client.scheduler_info(n_workers=-1)["workers"]:
            self._gone = None
            return False
        self._gone = self._gone or time.monotonic()
        return time.monotonic() - self._gone > PATIENCE

    def _anew(self) -> list[tuple[int, ShardReport | BaseException]]:
        """New workers; what the old ones had in hand is lost, and comes back to be given out again."""
        lost: list[tuple[int, ShardReport | BaseException]] = [(shard, Lost()) for shard in self._futures.values()]
        self._futures.clear()
        before = []
        for nanny in list(self._cluster.workers.values()):
            nanny.close_gracefully()  # which starts no worker any more
            if nanny.is_alive():
                with suppress(psutil.NoSuchProcess):
                    before.append(psutil.Process(nanny.pid))
        with suppress(OSError, RuntimeError, TimeoutError):
            self.close(kill=True)
        for process in before:  # else they may go on with shards that are given out again
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._cluster = _cluster(self._workers)
        self._client = distributed.Client(self._cluster)
        self._gone = None
        return lost

    def close(self, *, kill: bool) -> None:
        self._client.close(timeout=5 if kill else 30)
        if self._cluster is not None:
            self._cluster.close(timeout=5 if kill else 30)


def _cluster(workers: int) -> Any:
    """Workers on loopback, behind certificates of this run's own: whoever reaches an open scheduler runs programs as the user,
    and loopback is every user's. Raises ArchiveError when they do not come up, which a kill just then may do: tried twice."""
    try:
        security = distributed.Security.temporary()
    except ImportError as missing:
        raise ArchiveError("Dask's workers need the package cryptography here. Install it, or use --engine local.") from missing
    for last in (False, True):
        try:
            with dask.config.set(_SETTINGS):
                return distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    security=security,
                    dashboard_address=None,  # pyright: ignore[reportArgumentType]: none
                    # without a dashboard Dask listens for HTTP all the same, at a port that another cluster may have
                    scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
                    silence_logs=50,
                    memory_limit=0,  # pictures are bounded by `restore_many`, whose memory Dask cannot see into
                )
        except (RuntimeError, OSError, TimeoutError) as error:
            if last:
                raise ArchiveError("Dask's workers did not start on this machine. Try again, or use --engine local.") from error
    raise AssertionError("twice")


def check_address(address: str, tls: dict[str, str]) -> None:
    """Raise ArchiveError for a scheduler on another machine that is to be spoken to in the open."""
    parts = urlsplit(address if "//" in address else f"tcp://{address}")
    if parts.scheme == "tls":
        if not {"ca", "cert", "key"} <= tls.keys():
            raise ArchiveError("A scheduler behind tls:// needs --tls-ca, --tls-cert and --tls-key.")
        return
    host = parts.hostname or ""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise ArchiveError(
            f"{address} is another machine, where everything would travel in the open and anybody could send work. "
            "Start its scheduler with TLS and give tls://… with --tls-ca, --tls-cert and --tls-key."
        )


def _security(tls: dict[str, str]) -> Any:
    if not tls:
        return None
    return distributed.Security(
        tls_ca_file=tls["ca"], tls_client_cert=tls["cert"], tls_client_key=tls["key"], require_encryption=True
    )
