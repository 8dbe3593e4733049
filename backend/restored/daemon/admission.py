"""Which requests may come in now: as far as memory goes, and as far as one client's share of it goes."""

from collections.abc import Collection, Hashable

from restored_client.wire.errors import ClientError

from .jobs import QueuedJob


class Admission:
    """budget: bytes that unfinished pictures may take."""

    def __init__(self, budget: int) -> None:
        self.budget = budget

    def check(self, job: QueuedJob, jobs: Collection[QueuedJob]) -> None:
        """Whether it may wait at all. jobs: what is unfinished now. Raises ClientError("busy" or "too_large")."""
        way = job.client.way
        own = sum(other.client.owner == job.client.owner for other in jobs)
        if own >= way.most_jobs:
            raise ClientError("busy", detail=f"{way.most_jobs} requests of this client are unfinished")
        most = int(self.budget * way.share)
        if job.nbytes > most:
            need, have = job.nbytes / 2**30, most / 2**30
            raise ClientError("too_large", f"The picture needs {need:.1f} GB of memory, but {have:.1f} GB is the most I may use.")

    def admit(self, jobs: Collection[QueuedJob]) -> list[QueuedJob]:
        """Those of the waiting jobs whose pictures may come now, in the order they came; an owner's second and later ones only up
        to half of the budget, so that whoever announces much and sends little leaves room for others."""
        taken: dict[Hashable, int] = {}
        for job in jobs:
            if job.stage != "waiting":
                taken[job.client.owner] = taken.get(job.client.owner, 0) + job.nbytes
        admitted = []
        for job in sorted((job for job in jobs if job.stage == "waiting"), key=lambda job: job.came):
            own = taken.get(job.client.owner, 0)
            if sum(taken.values()) + job.nbytes <= self.budget and (not own or own + job.nbytes <= self.budget // 2):
                taken[job.client.owner] = own + job.nbytes
                admitted.append(job)
        return admitted
