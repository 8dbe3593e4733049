"""Ray, for those who run it already: the same function over the same shards, and our records instead of Ray's checkpoints."""

import os
from typing import Any

# before the import: nothing reports home, and who has no token is not listened to (Ray listens on every address there is)
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_AUTH_MODE", "token")

import ray
from ray import exceptions

from .bench import work_here
from .engine_local import default_workers
from .order import ArchiveError
from .running import Lost, Place
from .work import ShardReport


class Ray:
    """Shards as tasks, one core each. A worker or node that is killed gives its shards back."""

    def __init__(self, target: str, place: Place) -> None:
        self._target, self._engine = target, place.worker_engine
        own: dict[str, Any] = {}
        if place.address is None:
            own = {"num_cpus": place.workers or default_workers(), "include_dashboard": False}
        try:
            ray.init(address=place.address or "local", log_to_driver=False, configure_logging=False, **own)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ArchiveError(f"Ray at {place.address or 'this machine'} does not answer: {error}") from error
        # no retries of Ray's: a shard that lost its worker goes back to our own list, which counts
        self._remote = ray.remote(max_retries=0, num_cpus=1)(work_here)
        self.room = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._futures: dict[Any, int] = {}

    def submit(self, shard: int) -> None:
        self._futures[self._remote.remote(self._target, shard, self._engine)] = shard

    def finished(self, timeout: float) -> list[tuple[int, ShardReport | BaseException]]:
        done, _ = ray.wait(list(self._futures), num_returns=1, timeout=timeout)
        back: list[tuple[int, ShardReport | BaseException]] = []
        for future in done:
            shard = self._futures.pop(future)
            try:
                back.append((shard, ray.get(future)))
            except (exceptions.WorkerCrashedError, exceptions.NodeDiedError, exceptions.ObjectLostError):
                back.append((shard, Lost()))
            except exceptions.LocalRayletDiedError as error:
                raise ArchiveError("Ray itself died on this machine. The same command goes on from here.") from error
            except exceptions.RayTaskError as error:
                back.append((shard, error.cause if isinstance(error.cause, BaseException) else error))
        return back

    def close(self, *, kill: bool) -> None:
        ray.shutdown()
