"""How the daemon and its jobs stand: the answers to hello and status, and where a job is in words."""

from collections.abc import Callable, Mapping
from typing import Any

from restored.service.protocol import Keepable, Service
from restored_client.wire import messages
from restored_client.wire.messages import message

from . import replies
from .clients import Clients
from .jobs import Client, QueuedJob
from .residuals import ResidualCache
from .runner import JobRunner


class Standing:
    """facts: what is said of the daemon itself. prove: answers a client's challenge. budget: bytes that unfinished pictures may
    take."""

    def __init__(
        self,
        work: Service,
        runner: JobRunner,
        clients: Clients,
        residuals: ResidualCache[Keepable],
        *,
        facts: Callable[[], dict[str, Any]],
        prove: Callable[[str], str],
        budget: int,
    ) -> None:
        self.facts = facts
        self._work = work
        self._runner = runner
        self._clients = clients
        self._residuals = residuals
        self._prove = prove
        self._budget = budget

    def greeting(self, client: Client, header: Mapping[str, Any], *, replaceable: bool) -> dict[str, Any]:
        """The answer to a client's hello. replaceable: whether another build may take this daemon's place now."""
        known = self._runner.state == "ready"
        models = self._runner.models
        facts = {
            **self.facts(),
            "idle": replaceable,
            "state": self._runner.state,
            "tasks": self._work.tasks(),
            "device": (self._work if client.owner is client else self._runner.own).device() if known else "",
            "models": models[: replies.MOST_LISTED],
            "default_model": next((model["name"] for model in models if "error" not in model), ""),
            "max_bytes": int(self._budget * client.way.share),
            "proof": self._prove(header["challenge"]) if "challenge" in header else None,
        }
        told = facts if client.way.told is None else client.way.told
        return message(messages.HELLO, header["id"], **{name: facts[name] for name in facts if name in told})

    def status(self, header: Mapping[str, Any], *, idle: bool, unused: float) -> dict[str, Any]:
        """The answer to status. unused: seconds since somebody last used the models."""
        jobs = [
            {"client": job.client.name, "kind": job.kind, "stage": job.stage, "words": words, "fraction": fraction}
            for job in self._clients.jobs
            for words, fraction in [self.words(job)]
        ]
        ready = self._runner.state == "ready"
        return message(
            messages.STATUS,
            header["id"],
            **self.facts(),
            idle=idle,
            state=self._runner.state,
            words="" if ready else self._runner.words,
            jobs=jobs[: replies.MOST_LISTED],
            clients=sorted(client.name for client in self._clients if client.name)[: replies.MOST_LISTED],
            device=self._work.device() if ready else "",
            loaded=self._work.opened() if ready else [],
            kept={"results": len(self._residuals), "bytes": self._residuals.nbytes},
            idle_seconds=round(unused, 1),
        )

    def words(self, job: QueuedJob) -> tuple[str, float | None]:
        """Where a job is, and how far."""
        if job.stage == "waiting":
            return "Waiting until there is memory for this picture", None
        if job.stage == "uploading":
            return "Taking the picture", None
        if self._runner.state in ("new", "loading"):
            return self._runner.words, None
        if job.stage == "queued":
            return "Waiting for another picture to be finished", None
        return job.words or "Working", job.fraction
