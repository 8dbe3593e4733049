"""Residuals of finished jobs, so that strength and mask can change without inference. Bounded in bytes, the oldest go first."""

import time
from collections import OrderedDict
from typing import Generic, TypeVar

from restored.service.protocol import Keepable

from .jobs import Client

Kept = TypeVar("Kept", bound=Keepable)


class ResidualCache(Generic[Kept]):
    """Kept results by client and job. Not thread-safe: the server's thread only."""

    def __init__(self, *, per_client: int, total: int) -> None:
        self._per_client = per_client
        self._total = total
        self._kept: OrderedDict[tuple[Client, str], tuple[Kept, float]] = OrderedDict()

    def put(self, client: Client, job: str, kept: Kept) -> None:
        """Keep a result; one that alone is too large is not kept."""
        self._kept[client, job] = (kept, time.monotonic())
        while self._bytes(client) > self._per_client:
            del self._kept[next(key for key in self._kept if key[0] is client)]
        while self.nbytes > self._total:
            self._kept.popitem(last=False)

    def get(self, client: Client, job: str) -> Kept | None:
        """The kept result, now the newest; None when it has gone."""
        found = self._kept.pop((client, job), None)
        if found is None:
            return None
        self._kept[client, job] = (found[0], time.monotonic())
        return found[0]

    def forget(self, client: Client) -> None:
        """Drop everything of a client."""
        for key in [key for key in self._kept if key[0] is client]:
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
    def clients(self) -> set[Client]:
        """Who has something here."""
        return {client for client, _ in self._kept}

    @property
    def nbytes(self) -> int:
        """Bytes kept in all."""
        return self._bytes(None)

    def __len__(self) -> int:
        return len(self._kept)

    def _bytes(self, client: Client | None) -> int:
        return sum(kept.nbytes for (owner, _), (kept, _) in self._kept.items() if client is None or owner is client)
