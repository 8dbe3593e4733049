"""Carrying out jobs in the lanes' threads: load the engine first, then one verb per kind of job."""

import logging
import threading
from dataclasses import replace
from typing import Any, Literal

from restored.ground.errors import Cancelled, RestoredError
from restored.service.protocol import Service
from restored_client.wire import messages
from restored_client.wire.errors import ClientError
from restored_client.wire.order import FIELDS, ROLES, Order
from restored_client.wire.pixels import Pixels

from .jobs import FinishedTile, QueuedJob
from .logs import NAME

log = logging.getLogger(NAME)

LOOK_UP = 0.1

State = Literal["new", "loading", "ready", "broken"]


class JobRunner:
    """Knows whether the engine is loaded, and how each kind of job is done. Calling it does a job and returns its answer."""

    def __init__(self, work: Service) -> None:
        self.state: State = "new"
        self.words = "Starting…"
        self.models: list[dict[str, Any]] = []
        """The installed models as last seen; empty before the engine is loaded."""
        self._work = work
        self.own: Service = getattr(work, "local", work)
        """This machine's own engine. What another machine asks for is done by it and sent no further: whoever sends a picture
        here trusts this machine with it, and two that were paired both ways would send it to and fro."""
        self._beginning = threading.Lock()
        self._loaded = threading.Event()
        self._broken: BaseException | None = None

    def load(self) -> None:
        """Begin to load the engine in a thread of its own, once."""
        with self._beginning:
            if self.state == "new":
                self.state = "loading"
                threading.Thread(target=self._load, name="load", daemon=True).start()

    def __call__(self, job: QueuedJob) -> Any:
        self.load()
        while not self._loaded.wait(LOOK_UP):
            if job.cancelled.is_set():
                raise Cancelled
        if self._broken is not None:
            raise self._broken
        if job.cancelled.is_set():
            raise Cancelled
        header, content = job.header, job.content
        match job.kind:
            case messages.RESTORE:
                order = _order(job)
                if "sha256" in header:
                    order = replace(order, model=self._model_of(header["sha256"]))
                    return self.own.restore(order, _teller(job), job.cancelled.is_set)
                return self._work.restore(order, _teller(job), job.cancelled.is_set)
            case messages.EXPLAIN:
                return self._work.explain(header["instruction"], content.get(messages.CONTEXT), header.get("plan"))
            case messages.ADJUST:
                texture = {"texture": header["texture"]} if "texture" in header else {}
                return self._work.adjust(content["kept"], header.get("strength"), content.get(messages.MASK), **texture)
            case messages.REGION:
                return self._work.region(header["region"], _order(job), _teller(job), job.cancelled.is_set)
            case messages.MODELS:
                self.models = self._work.models()
                return self.models
            case messages.UNLOAD:
                return self._work.unload()
        raise AssertionError(job.kind)

    def _model_of(self, sha256: str) -> str:
        """The installed model that another machine means by its hash. Raises ClientError("weights")."""
        for models in (self.models, self._work.models()):  # one may have been imported since
            self.models = models
            for model in models:
                if model.get("sha256") == sha256:
                    return model["name"]
        raise ClientError("weights", "That machine has other weights of this model. Install the same version on both.")

    def _load(self) -> None:
        try:
            self._work.load(self._say)
            self.models = self._work.models()
            self.state = "ready"
        except RestoredError as error:
            self.state, self._broken = "broken", error
        except BaseException as error:  # each job is told, and the daemon stays to be asked what is wrong
            self.state, self._broken = "broken", ClientError("engine_missing", detail=repr(error))
            log.exception("loading the engine failed")
        log.info("engine %s", self.state)
        self._loaded.set()

    def _say(self, words: str) -> None:
        self.words = words


def _order(job: QueuedJob) -> Order:
    """The order that a request and its frames make; both were checked when they came."""
    given: dict[str, Any] = {name: job.header[name] for name in FIELDS if name in job.header}
    return Order(**given, **{role: job.content[role] for role in ROLES if role in job.content})


def _teller(job: QueuedJob) -> Any:
    def tell(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
        job.tell(fraction, words)
        if piece is not None:
            job.tiles.append(FinishedTile(x, y, piece))

    return tell
