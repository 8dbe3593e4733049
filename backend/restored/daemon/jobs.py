"""Clients, their jobs, and the queue that is fair to all of them."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from restored.regions import MARKS
from restored.sockets.post import Entrance
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import ADJUST, EXPLAIN, LAYER, MODELS, REGION, RESTORE, UNLOAD, FrameHeader
from restored_client.wire.pixels import Pixels

USE: Final = (EXPLAIN, RESTORE, ADJUST, REGION)
"""What keeps models in memory. A plug-in that only looks in (hello, status, models) would otherwise keep them there for ever."""

WORK: Final = (*USE, MODELS, UNLOAD)
"""Requests that become jobs."""

Stage = Literal["waiting", "uploading", "queued", "running"]


@dataclass(eq=False, slots=True)
class Client:
    """Somebody who talks to us, known by libzmq's routing id. owner: whose turn, quota and results its jobs count as: its own, or
    those of the paired machine behind several connections. heard: when it last greeted us or asked for work."""

    routing: bytes
    way: Entrance
    name: str = ""
    owner: Hashable = None
    heard: float = float("-inf")
    jobs: "dict[str, QueuedJob]" = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.owner is None:
            self.owner = self


@dataclass(frozen=True, slots=True)
class FinishedTile:
    """A finished piece of a result: where it lies, and its pixels."""

    x: int
    y: int
    pixels: Pixels


@dataclass(eq=False, slots=True)
class QueuedJob:
    """One request that takes time. The thread that works on it writes `fraction`, `words` and `tiles`, and reads `cancelled`."""

    client: Client
    request: str
    kind: str
    header: Mapping[str, Any]
    frames: list[FrameHeader]
    stage: Stage = "waiting"
    came: float = field(default_factory=time.monotonic)
    accepted: float = 0.0
    deadline: float = 0.0
    upload: "Upload" = field(init=False)
    content: dict[str, Any] = field(default_factory=dict)
    cancelled: threading.Event = field(default_factory=threading.Event)
    fraction: float | None = None
    words: str = ""
    tiles: deque[FinishedTile] = field(default_factory=lambda: deque(maxlen=64))

    def __post_init__(self) -> None:
        self.upload = Upload(self.frames)

    @property
    def nbytes(self) -> int:
        """Memory its pictures take: what it uploads, and a result as large as its layer at the wanted scale."""
        upload = sum(frame.nbytes for frame in self.frames)
        layer = next((frame.nbytes for frame in self.frames if frame.role == LAYER), 0)
        return upload + layer * int(self.header.get("scale", 1)) ** 2

    @property
    def is_long(self) -> bool:
        """Whether it works on a whole picture: to restore it, to give back what that took, or to search it for marks."""
        if self.kind == REGION:
            places = self.header["region"].get("places")
            return isinstance(places, (list, tuple)) and MARKS in places
        return self.kind in (RESTORE, UNLOAD)

    def tell(self, fraction: float | None, words: str) -> None:
        """Say how far it is; the server passes it on a few times a second."""
        self.fraction, self.words = fraction, words


class Upload:
    """The frames of a job as they arrive: in pieces, in order, none of which reaches into the next frame."""

    def __init__(self, frames: list[FrameHeader]) -> None:
        self._frames = frames
        self._full: list[bytearray] = []
        self._part: bytearray | None = None
        self._got = 0

    def take(self, piece: Any) -> None:
        """The next piece. Raises ClientError("size_mismatch") when there is more than was announced."""
        view = memoryview(piece).cast("B")
        if len(self._full) == len(self._frames):
            raise ClientError("size_mismatch", detail="more frames than were announced")
        frame = self._frames[len(self._full)]
        if self._part is None:
            # memory is taken when the first piece is there, not for what was only announced
            try:
                self._part, self._got = bytearray(frame.nbytes), 0
            except MemoryError as error:
                raise ClientError("out_of_memory", detail=f"no {frame.nbytes} bytes for {frame.role}") from error
        if self._got + view.nbytes > frame.nbytes:
            raise ClientError("size_mismatch", detail=f"{frame.role}: more than {frame.nbytes} bytes")
        self._part[self._got : self._got + view.nbytes] = view
        self._got += view.nbytes
        if self._got == frame.nbytes:
            self._full.append(self._part)
            self._part = None

    def pictures(self) -> dict[str, Pixels]:
        """All frames by their role. Raises ClientError("size_mismatch") when something is missing."""
        if len(self._full) != len(self._frames):
            raise ClientError("size_mismatch", detail=f"{len(self._full)} whole frames instead of {len(self._frames)}")
        full, self._full = self._full, []
        return {frame.role: frame.content(data) for frame, data in zip(self._frames, full, strict=True)}


Handler = Callable[[Client, Mapping[str, Any], list[FrameHeader]], None]
"""What is done about a request."""


class FairQueue:
    """Jobs in turn, one owner after the other, each one's own in the order they came. Thread-safe."""

    def __init__(self) -> None:
        self._by_owner: OrderedDict[Hashable, deque[QueuedJob]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, job: QueuedJob) -> None:
        """Add a job at the end of its owner's."""
        with self._changed:
            self._by_owner.setdefault(job.client.owner, deque()).append(job)
            self._changed.notify()

    def take(self) -> QueuedJob | None:
        """The next owner's oldest job; waits for one. None once the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._by_owner or self._closed)
            if self._closed:
                return None
            owner, jobs = self._by_owner.popitem(last=False)
            job = jobs.popleft()
            if jobs:
                self._by_owner[owner] = jobs  # to the back of the line
            return job

    def remove(self, job: QueuedJob) -> bool:
        """Take a job out; False when it was not waiting."""
        with self._changed:
            jobs = self._by_owner.get(job.client.owner)
            if jobs is None or job not in jobs:
                return False
            jobs.remove(job)
            if not jobs:
                del self._by_owner[job.client.owner]
            return True

    def close(self) -> None:
        """Let everyone who waits in `take` go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def __len__(self) -> int:
        with self._changed:
            return sum(map(len, self._by_owner.values()))

    def __iter__(self) -> Iterator[QueuedJob]:
        with self._changed:
            return iter([job for jobs in self._by_owner.values() for job in jobs])
