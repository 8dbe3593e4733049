"""All clients and their jobs: requests come in, go to the lanes, and answers go out. Lives in the server's thread."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any, Final

from restored.ground.errors import Cancelled
from restored.service.protocol import Keepable, Service
from restored.sockets.headers import decode
from restored.sockets.post import Entrance
from restored_client.wire import messages
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import FrameHeader, message
from restored_client.wire.order import Answer

from . import replies
from .admission import Admission
from .clients import Clients
from .jobs import USE, WORK, Client, Handler, QueuedJob
from .lanes import Lane
from .logs import NAME
from .residuals import ResidualCache
from .runner import JobRunner
from .settings import DaemonSettings
from .standing import Standing

log: Final = logging.getLogger(NAME)


class Dispatcher:
    """own: the way by which this machine's plug-ins come. memory: bytes of main memory there are. facts: what hello and status
    say of the daemon itself. prove: answers a client's challenge. ring: wakes the server's thread. shut: ends the daemon."""

    def __init__(
        self,
        work: Service,
        own: Entrance,
        settings: DaemonSettings,
        *,
        memory: int,
        facts: Callable[[], dict[str, Any]],
        prove: Callable[[str], str],
        ring: Callable[[], None],
        shut: Callable[[], None],
    ) -> None:
        self.used = time.monotonic()
        """When somebody last used the models."""
        self.residuals: ResidualCache[Keepable] = ResidualCache(per_client=memory // 8, total=memory // 6)
        self.runner = JobRunner(work)
        self._settings = settings
        self._own = own
        self._admission = Admission(memory // 2)
        self._ring = ring
        self._shut = shut
        self._closed = False
        self._in_touch = 0.0
        self._clients = Clients(self._vanished)
        self._standing = Standing(
            work, self.runner, self._clients, self.residuals, facts=facts, prove=prove, budget=self._admission.budget
        )
        self._done: SimpleQueue[tuple[QueuedJob, Any, BaseException | None]] = SimpleQueue()
        self._pictures = Lane("pictures", self.runner, self._hand_over)
        self._questions = Lane("questions", self.runner, self._hand_over)
        for lane in self._lanes:
            lane.start()
        self._handlers: dict[str, Handler] = {
            messages.HELLO: self._hello,
            messages.STATUS: self._status,
            messages.CANCEL: self._cancel,
            messages.SHUTDOWN: self._shutdown,
            **dict.fromkeys(WORK, self._take_on),
        }

    @property
    def idle(self) -> bool:
        """Whether nobody waits for anything."""
        return not self._clients.jobs and not any(lane.current for lane in self._lanes)

    def replaceable(self, by: Client) -> bool:
        """Whether another build may take this daemon's place now, for this client: nobody else is served, or is about to be, and
        no machines count on it."""
        if self._settings.listen or not self.idle:
            return False
        return not self._clients.heard(time.monotonic() - self._settings.courtesy, but=by)

    def handle(self, way: Entrance, routing: bytes, frames: Sequence[Any]) -> None:
        """One message from a client, of whatever kind and however wrong, to be answered by the way it came."""
        client = self._clients.at(way, routing)
        header: dict[str, Any] = {}
        try:
            header = decode(frames[0].buffer if frames else b"")
            request, announced = messages.check_request(header, way.forms)
            if request["type"] == messages.UPLOAD:
                self._upload(client, request, [frame.buffer for frame in frames[1:]])
            elif len(frames) > 1:
                raise ClientError("not_accepted")
            else:
                self._handlers[request["type"]](client, request, announced)
        except (ClientError, MemoryError) as error:
            name = header.get("id")
            if isinstance(error, MemoryError):
                error = ClientError("out_of_memory", detail="while a message was read")
            self._clients.send(client, self._error(name if isinstance(name, str) else "", error, client))

    def collect(self) -> None:
        """Send the answers of jobs that the lanes have done."""
        while True:
            try:
                job, answer, error = self._done.get_nowait()
            except Empty:
                break
            if job.client.jobs.get(job.request) is not job:
                continue  # cancelled, or its client has gone
            if job.kind in USE:
                self.used = time.monotonic()
            del job.client.jobs[job.request]
            header, frames = self._answer(job, answer, error)
            self._clients.send(job.client, header, frames)
            log.info("%s of %s: %s", job.kind, job.client.name, header["type"])
        self._admit()

    def beat(self) -> None:
        """Tell every client how its jobs are doing; who cannot be told has gone."""
        for client in self._clients:
            for job in list(client.jobs.values()):
                while job.tiles:
                    tile = job.tiles.popleft()
                    described = [messages.describe(messages.LAYER, tile.pixels)]
                    header = message(messages.PREVIEW, job.request, words=job.words, fraction=job.fraction, x=tile.x, y=tile.y)
                    self._clients.send(client, {**header, "frames": described}, [tile.pixels.data], skippable=True)
                words, fraction = self._standing.words(job)
                header = message(messages.PROGRESS, job.request, words=words, fraction=fraction)
                self._clients.send(client, header, skippable=True)

    def keep_in_touch(self) -> None:
        """Find out whether clients without jobs are still there, so that nothing is kept for those that are not."""
        self._in_touch = time.monotonic()
        for client in self._clients:
            self._clients.send(client, message(messages.ALIVE, ""), skippable=True)

    def check_uploads(self) -> None:
        """Give up on pictures that were accepted but never came."""
        now = time.monotonic()
        for client in self._clients:
            for job in list(client.jobs.values()):
                if job.stage == "uploading" and now > job.deadline:
                    self._fail(job, ClientError("upload_timeout"))

    def unload(self) -> None:
        """Give back what models and kept results take."""
        self.residuals.clear()
        nobody = Client(b"", self._own, "the daemon")
        self._pictures.queue.put(QueuedJob(nobody, "", messages.UNLOAD, {}, []))

    def close(self, seconds: float) -> bool:
        """Fail what is unfinished and stop the lanes. False when one is still at work after `seconds`."""
        self._closed = True
        for client in self._clients:
            for job in list(client.jobs.values()):
                self._fail(job, ClientError("shutting_down"))
        for lane in self._lanes:
            lane.close()
        deadline = time.monotonic() + seconds
        return all(lane.join(max(0.0, deadline - time.monotonic())) for lane in self._lanes)

    # --- requests that are answered at once ---

    def _hello(self, client: Client, header: Mapping[str, Any], frames: list[FrameHeader]) -> None:
        if self._closed:
            raise ClientError("shutting_down")
        client.name = client.name or header["client"][:60]
        client.heard = time.monotonic()
        self._clients.send(client, self._standing.greeting(client, header, replaceable=self.replaceable(client)))
        # importing the engine holds up everything else here, so the first hello went first
        self.runner.load()

    def _status(self, client: Client, header: Mapping[str, Any], frames: list[FrameHeader]) -> None:
        if time.monotonic() - self._in_touch > 0.5:  # who asks often need not make everybody listen as often
            self.keep_in_touch()
        unused = time.monotonic() - self.used
        self._clients.send(client, self._standing.status(header, idle=self.idle, unused=unused))

    def _cancel(self, client: Client, header: Mapping[str, Any], frames: list[FrameHeader]) -> None:
        job = client.jobs.get(header["job"])
        if job is not None:
            self._drop(job)
            self._clients.send(client, message(messages.CANCELLED, job.request))

    def _shutdown(self, client: Client, header: Mapping[str, Any], frames: list[FrameHeader]) -> None:
        if header.get("if_idle") is True and not self.replaceable(client):
            raise ClientError("busy")
        self._closed = True  # what comes behind this message is not begun any more
        self._shut()
        self._clients.send(client, message(messages.SHUTDOWN, header["id"]))

    # --- requests that become jobs ---

    def _take_on(self, client: Client, header: Mapping[str, Any], frames: list[FrameHeader]) -> None:
        client.heard = time.monotonic()
        job = QueuedJob(client, header["id"], header["type"], header, frames)
        if job.request in client.jobs:
            raise ClientError("bad_request", detail="this request id is in use")
        if self._closed:
            raise ClientError("shutting_down")
        self._drop_twin(job)
        self._admission.check(job, self._clients.jobs)
        if job.kind == messages.ADJUST:
            job.content["kept"] = self.residuals.get(client.owner, header["job"])
            if job.content["kept"] is None:
                raise ClientError("expired")
        if job.kind == messages.UNLOAD:
            self.residuals.forget(client.owner)  # its own results; those of others are theirs
        if job.kind in USE:
            self.used = time.monotonic()
        client.jobs[job.request] = job
        self._admit()

    def _drop_twin(self, job: QueuedJob) -> None:
        """The same job of the same owner over another connection: its link broke and it was sent again before we knew."""
        for other in self._clients.jobs:
            if other.request == job.request and other.client is not job.client and other.client.owner == job.client.owner:
                self._drop(other)

    def _admit(self) -> None:
        """Accept waiting jobs, as far as memory allows."""
        for job in self._admission.admit(self._clients.jobs):
            job.stage = "uploading"
            job.accepted = time.monotonic()
            job.deadline = job.accepted + min(self._settings.upload, self._settings.stall)
            self._clients.send(job.client, message(messages.ACCEPTED, job.request))
            if not job.frames and job.stage == "uploading":
                self._queue(job)

    def _upload(self, client: Client, header: Mapping[str, Any], pieces: list[Any]) -> None:
        job = client.jobs.get(header["id"])
        if job is None or job.stage != "uploading":
            if header.get("more"):
                return  # the rest of what was given up: its sender has been told, and is told again at its end
            raise ClientError("not_accepted")
        try:
            for piece in pieces:
                job.upload.take(piece)
                job.deadline = min(job.accepted + self._settings.upload, time.monotonic() + self._settings.stall)
            if header.get("more"):
                return
            job.content.update(job.upload.pictures())
        except ClientError:
            self._drop(job)
            raise
        self._queue(job)

    def _queue(self, job: QueuedJob) -> None:
        job.stage = "queued"
        (self._pictures if job.is_long else self._questions).queue.put(job)

    def _drop(self, job: QueuedJob) -> None:
        """Forget a job; the lane that works on it notices soon, and its answer is thrown away."""
        job.cancelled.set()
        job.client.jobs.pop(job.request, None)
        for lane in self._lanes:
            lane.queue.remove(job)

    def _fail(self, job: QueuedJob, error: ClientError) -> None:
        self._drop(job)
        self._clients.send(job.client, self._error(job.request, error, job.client))

    # --- answers ---

    def _answer(self, job: QueuedJob, answer: Any, error: BaseException | None) -> tuple[dict[str, Any], list[Any]]:
        if isinstance(error, Cancelled):
            return message(messages.CANCELLED, job.request), []
        if error is not None:
            return self._error(job.request, error, job.client), []
        if isinstance(answer, Answer) and answer.kept is not None:
            self.residuals.put(job.client.owner, replies.name_of(job), answer.kept)
        return replies.of_answer(job, answer)

    def _error(self, request: str, error: BaseException, client: Client) -> dict[str, Any]:
        # whoever speaks another protocol must still learn whom it talks to, and whether it may replace us
        wrong = isinstance(error, ClientError) and error.code == "protocol"
        facts = {**self._standing.facts(), "idle": self.replaceable(client)} if wrong else {}
        return replies.of_error(request, error, facts)

    def _vanished(self, client: Client) -> None:
        for job in list(client.jobs.values()):
            self._drop(job)
        if client.owner is client:  # a machine comes back by another connection
            self.residuals.forget(client)

    # --- lanes ---

    @property
    def _lanes(self) -> tuple[Lane, Lane]:
        return self._pictures, self._questions

    def _hand_over(self, job: QueuedJob, answer: Any, error: BaseException | None) -> None:
        self._done.put((job, answer, error))
        self._ring()
