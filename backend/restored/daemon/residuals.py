"""Residuals of finished jobs, so that strength and mask can change without inference. Bounded in bytes, the oldest go first."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from restored.service.protocol import Keepable

Kept = TypeVar("Kept", bound=Keepable)


class ResidualCache(Generic[Kept]):
    """Kept results by owner and job. Not thread-safe: the server's thread only."""

    def __init__(self, *, per_client: int, total: int) -> None:
        self._per_client = per_client
        self._total = total
        self._kept: OrderedDict[tuple[Hashable, str], tuple[Kept, float]] = OrderedDict()

    def put(self, owner: Hashable, job: str, kept: Kept) -> None:
        """Keep a result; one that alone is too large is not kept."""
        self._kept[owner, job] = (kept, time.monotonic())
        while self._bytes(owner) > self._per_client:
            del self._kept[next(key for key in self._kept if key[0] == owner)]
        while self.nbytes > self._total:
            self._kept.popitem(last=False)

    def get(self, owner: Hashable, job: str) -> Kept | None:
        """The kept result, now the newest; None when it has gone."""
        found = self._kept.pop((owner, job), None)
        if found is None:
            return None
        self._kept[owner, job] = (found[0], time.monotonic())
        return found[0]

    def forget(self, owner: Hashable) -> None:
        """Drop everything of one owner."""
        for key in [key for key in self._kept if key[0] == owner]:
            del self._kept[key]

    def expire(self, seconds: float) -> None:
        """Drop what nobody used for so long."""
        limit = time.monotonic() - seconds
        for key in [key for key, (_, used) in self._kept.items() if used < limit]:
            del self._kept[key]

    def clear(self) -> None:
        """Drop everything."""
        self._kept.clear()

    @property
    def owners(self) -> set[Hashable]:
        """Who has something here."""
        return {owner for owner, _ in self._kept}

    @property
    def nbytes(self) -> int:
        """Bytes kept in all."""
        return self._bytes(None)

    def __len__(self) -> int:
        return len(self._kept)

    def _bytes(self, whose: Hashable | None) -> int:
        return sum(kept.nbytes for (owner, _), (kept, _) in self._kept.items() if whose is None or owner == whose)
