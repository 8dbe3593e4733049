"""What an engine of an archive offers: places to work in, and shards that come back or are lost."""

from dataclasses import dataclass, field
from typing import Protocol

from .work import ENGINE, ShardReport


class Lost(Exception):
    """The worker of a shard went away; another may do it. counts: whether that speaks against the shard."""

    def __init__(self, *, counts: bool = True) -> None:
        super().__init__()
        self.counts = counts


class Workers(Protocol):
    """What an engine offers: places to work in, and shards that come back."""

    room: int
    """Shards that it is worth having on their way."""

    def submit(self, shard: int) -> None: ...

    def finished(self, timeout: float) -> list[tuple[int, ShardReport | BaseException]]:
        """Shards that came back since, after at most `timeout` seconds; `Lost` for those whose worker is gone."""
        ...

    def close(self, *, kill: bool) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to run. address: of a scheduler that runs already; None starts workers on this machine."""

    engine: str = "local"
    address: str | None = None
    workers: int | None = None
    worker_engine: str = ENGINE
    source: str | None = None
    """Where the user says the pictures are, for a plan that has them read from elsewhere."""
    tls: dict[str, str] = field(default_factory=dict)
    """ca, cert and key: files for TLS."""
