"""Ray, for those who run it already: the same function over the same shards, and our records instead of Ray's checkpoints."""

import os
import time
from typing import Any, Final

# before the import: nothing reports home, and who has no token is not listened to (Ray listens on every address there is)
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token")

import ray
from ray import exceptions

from .archive_order import ArchiveError
from .engine_local import default_workers
from .shard_workers import Lost, Place
from .work import ShardReport
from .worker import work_here

TRIES: Final = 3
REST: Final = 5.0
"""How often Ray is called, and the seconds between."""

LOOK: Final = 10.0
"""Seconds between two looks, while nothing comes back, whether our own node is still there."""


class Ray:
    """Shards as tasks, one core each. A worker or node that is killed gives its shards back."""

    def __init__(self, target: str, place: Place) -> None:
        self._target, self._engine, self._source = target, place.worker_engine, place.source
        self._place = place
        self._node = self._connect()
        self._looked = time.monotonic()
        # no retries of Ray's: a shard that lost its worker goes back to our own list, which counts
        self._remote: Any = ray.remote(max_retries=0, num_cpus=1)(work_here)
        self.room = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._futures: dict[Any, int] = {}

    def submit(self, shard: int) -> None:
        self._futures[self._remote.remote(self._target, shard, self._engine, self._source)] = shard

    def finished(self, timeout: float) -> list[tuple[int, ShardReport | BaseException]]:
        done, _ = ray.wait(list(self._futures), num_returns=1, timeout=timeout)
        if not done and self._deserted():
            return self._anew()
        back: list[tuple[int, ShardReport | BaseException]] = []
        for future in done:
            shard = self._futures.pop(future)
            try:
                back.append((shard, ray.get(future)))
            except (exceptions.WorkerCrashedError, exceptions.NodeDiedError, exceptions.ObjectLostError):
                back.append((shard, Lost()))
            except exceptions.LocalRayletDiedError:
                self._futures[future] = shard
                return [*back, *self._anew()]
            except exceptions.RayTaskError as error:
                back.append((shard, error.cause if isinstance(error.cause, BaseException) else error))
        return back

    def _connect(self) -> str:
        """Join, or start, Ray. Returns the node that this process hangs on. Raises ArchiveError."""
        own: dict[str, Any] = {}
        if self._place.address is None:
            own = {"num_cpus": self._place.workers or default_workers(), "include_dashboard": False}
        for left in reversed(range(TRIES)):
            try:
                ray.init(address=self._place.address or "local", log_to_driver=False, configure_logging=False, **own)
                return ray.get_runtime_context().get_node_id()
            except (ConnectionError, RuntimeError, ValueError) as error:
                ray.shutdown()
                if not left or isinstance(error, ValueError):
                    raise ArchiveError(f"Ray at {self._place.address or 'this machine'} does not answer: {error}") from error
                time.sleep(REST)  # a node that is just starting, or has not yet been found to be gone
        raise AssertionError("tried")

    def _deserted(self) -> bool:
        """True when the node that this process hangs on is gone: Ray waits for its answers for ever, and says nothing."""
        if time.monotonic() - self._looked < LOOK:
            return False
        self._looked = time.monotonic()
        return not any(node["NodeID"] == self._node and node["Alive"] for node in ray.nodes())

    def _anew(self) -> list[tuple[int, ShardReport | BaseException]]:
        """Hang on another node; what was asked for through the old one is given out again."""
        lost: list[tuple[int, ShardReport | BaseException]] = [(shard, Lost(counts=False)) for shard in self._futures.values()]
        self._futures.clear()
        ray.shutdown()
        self._node = self._connect()
        return lost

    def close(self, *, kill: bool) -> None:
        ray.shutdown()
