"""What adapters use: one session with the daemon, found or started on the way. Knows no host and no toolkit."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any, Callable, Dict, Final, List, Mapping, Optional, Sequence, Tuple

from ..wire import messages, proof
from ..wire.answers import check_answer
from ..wire.errors import Cancelled, ClientError
from ..wire.order import FACTS, Answer, Order
from ..wire.pixels import Pixels
from ..wire.zmtp import AccessRefused, ConnectionLost, Dealer, Silent, ZmtpError
from . import launch
from .discovery import Connection, is_alive, read_connection

USERNAME: Final = b"restored"

TIME_TO_ANSWER: Final = 30.0
"""Seconds for connecting and for short questions; generous, because a loading daemon may hold its breath."""

TIME_TO_DEAD: Final = 120.0
"""Seconds without a byte after which a job's daemon counts as hung (it speaks every quarter of a second)."""

TIME_TO_START: Final = 60.0

LOOK_UP: Final = 0.1

SMALL: Final = 1 << 22
"""Bytes of an answer without a picture, at most."""

ANY_SIZE: Final = 1 << 34

TRIES: Final = 4
"""How often a daemon is asked that does not let us in."""


@dataclass(frozen=True)
class Progress:
    """How far a job is: `fraction` in [0, 1] or None when unknown, `words` for the user.

    preview: when asked for, a finished piece of the result, with its left and top corner in the (enlarged) layer at x, y.
    """

    fraction: Optional[float]
    words: str
    preview: Optional[Pixels] = None
    x: int = 0
    y: int = 0


OnProgress = Optional[Callable[[Progress], None]]
IsCancelled = Optional[Callable[[], bool]]
OnStatus = Optional[Callable[[str], None]]
Message = Tuple[Dict[str, Any], List[Any]]


class Session:
    """A conversation with the daemon. Calls block and raise ClientError or Cancelled: make them in a worker thread.

    Calls from several threads wait for each other. A daemon that went away between two calls is started again unseen.
    """

    def __init__(
        self, client: str, start: bool, on_status: OnStatus, executable: Optional[Sequence[str]], build: Optional[str]
    ) -> None:
        """Use `open`."""
        self._client = client
        self._start = start
        self._say = on_status or (lambda words: None)
        self._executable = executable
        self._build = build
        self._lock = threading.RLock()
        self._dealer: Optional[Dealer] = None
        self._most = SMALL
        self.hello: Dict[str, Any] = {}
        """protocol, version, build, state ("loading" or "ready"), device, tasks [{id, label}], models, default_model."""

    @classmethod
    def open(
        cls,
        *,
        client: str,
        start: bool = True,
        on_status: OnStatus = None,
        executable: Optional[Sequence[str]] = None,
        build: Optional[str] = None,
    ) -> Session:
        """Find the daemon, or start it when `start`, and say hello.

        client: who is asking, for the daemon's log, such as "gimp 3.0.4". on_status hears what is being waited for.
        executable: command that runs `restored`, for callers that are it; else it is looked for. build: replace an idle daemon
        of another build. Raises ClientError, such as "not_installed", "start_failed", "unreachable", "protocol", "unsafe".
        """
        session = cls(client, start, on_status, executable, build)
        with session._lock:
            session._connect()
        return session

    # --- requests ---

    def explain(self, text: str, context: Optional[Pixels] = None, plan: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
        """The plan for an instruction, as a dict. `context`: the whole layer at most 256 px wide or high, for general wishes.

        plan: the plan that stands, as this gave it or as it was edited; then `text` is taken as said of it ("a bit less", "not
        the colours", "undo that"), and the answer's `action` is "plan" (restore with it, from the original), "undo" (the same),
        "again" (once more, on the result), "reset" (show the original) or "why" (show `message`).
        """
        fields = {"instruction": text} if plan is None else {"instruction": text, "plan": dict(plan)}
        header, _ = self._call(messages.EXPLAIN, fields, [(messages.CONTEXT, context)])
        return _field(header, "plan", dict)

    def restore(self, layer: Pixels, *, on_progress: OnProgress = None, cancelled: IsCancelled = None, **asked: Any) -> Answer:
        """`carry_out` for a layer; asked: the other fields of an Order."""
        return self.carry_out(Order(layer=layer, **asked), on_progress, cancelled)

    def carry_out(self, order: Order, on_progress: OnProgress = None, cancelled: IsCancelled = None) -> Answer:
        """Have an order carried out.

        on_progress is called in this thread; cancelled is asked about ten times a second. Raises Cancelled or ClientError.
        """
        answer = self._answer(*self._call(messages.RESTORE, order.asked(), order.frames(), on_progress, cancelled))
        layer, got = order.pixels, answer.pixels
        asked = (layer.width * order.scale, layer.height * order.scale, layer.channels, layer.depth)
        if got is not None and (got.width, got.height, got.channels, got.depth) != asked:
            raise ClientError("bad_answer", detail="a picture of another size or kind")
        return answer

    def adjust(
        self, job: str, *, strength: Optional[float] = None, mask: Optional[Pixels] = None, texture: Optional[float] = None
    ) -> Answer:
        """Another strength, mask or texture for a job restored with keep=True, without inference; None leaves as it is.

        Raises ClientError("expired") when the daemon no longer keeps it.
        """
        fields = {"job": job, "strength": None if strength is None else float(strength), "texture": texture}
        return self._answer(*self._call(messages.ADJUST, fields, [(messages.MASK, mask)]))

    def region(
        self,
        region: Mapping[str, Any],
        layer: Pixels,
        context: Optional[Pixels] = None,
        place: Optional[Sequence[float]] = None,
        profile: Optional[bytes] = None,
    ) -> Pixels:
        """Where a plan's region is in these pixels: a mask of u8, exactly the weights that its step is done by.

        region: as a step of a plan has it, perhaps edited; the others as of an Order.
        """
        fields = {"region": dict(region), "place": None if place is None else tuple(place), "profile": profile}
        header, frames = self._call(messages.REGION, fields, [(messages.LAYER, layer), (messages.CONTEXT, context)])
        mask = _pixels(header, frames, messages.MASK)
        if header["type"] != messages.REGION or (mask.width, mask.height) != (layer.width, layer.height):
            raise ClientError("bad_answer", detail="no mask of a region, or one of another size")
        return mask

    def status(self) -> Dict[str, Any]:
        """What the daemon is doing: state, jobs, clients, device, memory, models loaded, log file."""
        return self._call(messages.STATUS, {})[0]

    def models(self) -> List[Dict[str, Any]]:
        """The installed models, the default first."""
        return _field(self._call(messages.MODELS, {})[0], "models", list)

    def unload(self) -> None:
        """Give the models' memory back now; the next job loads them again."""
        self._call(messages.UNLOAD, {})

    def shutdown(self) -> None:
        """End the daemon, cancelling what it does, and wait until it cannot be found any more."""
        with self._lock, _as_client_errors():
            self._end_daemon(if_idle=False)

    def close(self) -> None:
        """Leave; the daemon cancels what it was doing for this session."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # --- one request ---

    def _call(
        self,
        kind: str,
        fields: Mapping[str, Any],
        frames: Sequence[Tuple[str, Any]] = (),
        on_progress: OnProgress = None,
        cancelled: IsCancelled = None,
    ) -> Tuple[Dict[str, Any], List[Any]]:
        frames = [(role, content) for role, content in frames if content is not None]
        described = [messages.describe(role, content) for role, content in frames] or None
        request = uuid.uuid4().hex
        header = messages.encode(messages.message(kind, request, frames=described, **fields))
        if len(header) > messages.MAX_HEADER:
            raise ClientError("too_long", detail=f"a header of {len(header)} bytes")
        with self._lock:
            # a result is at most as large as what was sent, enlarged four times; only a kept one's size is not known here
            self._most = ANY_SIZE if kind == messages.ADJUST else 16 * sum(content.nbytes for _, content in frames) + SMALL
            try:
                with _as_client_errors():
                    answer = self._ask(header, request, on_progress, cancelled)
                    if answer[0]["type"] == messages.ACCEPTED:
                        if frames:
                            self._upload(request, [content.view for _, content in frames], cancelled)
                        answer = self._next(request, on_progress, cancelled, skip=(*_PROGRESS, messages.ACCEPTED))
                    return _checked(*answer)
            except ClientError as error:
                if error.code in _CONNECTION_IS_BROKEN:
                    self._drop()
                raise
            except Cancelled:
                self._cancel(request)
                raise
            except BaseException:  # a callback's exception, Ctrl+C: the conversation's state is unknown, so it ends
                self._drop()
                raise

    def _upload(self, request: str, frames: Sequence[Any], cancelled: IsCancelled) -> None:
        """Send accepted frames, in pieces."""
        more = messages.encode(messages.message(messages.UPLOAD, request, more=True))
        last = messages.encode(messages.message(messages.UPLOAD, request))
        pieces = [frame[at : at + messages.MAX_FRAME] for frame in frames for at in range(0, len(frame), messages.MAX_FRAME)]
        for number, piece in enumerate(pieces, 1):
            self._send([more if number < len(pieces) else last, piece], cancelled)

    def _ask(self, header: bytes, request: str, on_progress: OnProgress, cancelled: IsCancelled) -> Message:
        """Send the header and return the first answer; once more from the start when the daemon had gone in the meantime."""
        try:
            if self._dealer is not None:
                self._send([header])
                return self._next(request, on_progress, cancelled, skip=_PROGRESS)
        except ConnectionLost:
            self._drop()
        self._connect()
        self._send([header])
        return self._next(request, on_progress, cancelled, skip=_PROGRESS)

    def _next(self, request: str, on_progress: OnProgress, cancelled: IsCancelled, skip: Sequence[str]) -> Message:
        """The next message that is of none of the types `skip`; progress among them is reported."""
        while True:
            if cancelled is not None and cancelled():
                raise Cancelled()
            header, frames = self._receive(request)
            if not header:
                continue
            kind = header["type"]
            if kind not in skip:
                return header, frames
            if on_progress is not None and kind in _PROGRESS:
                preview = _pixels(header, frames) if kind == messages.PREVIEW else None
                place = header.get("x", 0), header.get("y", 0)
                on_progress(Progress(header.get("fraction"), str(header.get("words", "")), preview, *place))

    def _receive(self, request: str, most: Optional[int] = None) -> Message:
        """The next message for this request, or ({}, []) when there was none for a moment. Others' messages are dropped.

        most: bytes that it may have, if not as many as this request's answer.
        """
        assert self._dealer is not None
        self._dealer.most = self._most if most is None else most
        parts = self._dealer.receive(LOOK_UP)
        if parts is None:
            if time.monotonic() - self._dealer.moved > TIME_TO_DEAD:
                raise Silent(f"no sign of life for {TIME_TO_DEAD:.0f} seconds")
            return {}, []
        header = _decode_answer(parts[0])
        # an error without an id is about a request that the daemon could not even read: ours, as there is one at a time
        nameless = header.get("type") == messages.ERROR and not header.get("id")
        if not (nameless or header.get("id") == request) or not isinstance(header.get("type"), str):
            return {}, []
        check_answer(header)
        return header, parts[1:]

    def _send(self, parts: Sequence[Any], cancelled: IsCancelled = None) -> None:
        dealer = self._dealer
        assert dealer is not None
        dealer.moved = time.monotonic()  # silence is measured from now, not from the end of the last job

        def look_up() -> None:
            if cancelled is not None and cancelled():
                raise Cancelled()
            if time.monotonic() - dealer.moved > TIME_TO_DEAD:
                raise Silent("the daemon does not take the picture")

        dealer.send(parts, look_up)

    def _cancel(self, request: str) -> None:
        """Tell the daemon; do not wait for it. Its last words about this request are dropped by `_receive`."""
        try:
            if self._dealer is not None and not self._dealer.closed:
                self._send([messages.encode(messages.message(messages.CANCEL, uuid.uuid4().hex, job=request))])
                return
        except ZmtpError:
            pass
        self._drop()

    def _answer(self, header: Mapping[str, Any], frames: Sequence[Any]) -> Answer:
        if header["type"] not in (messages.RESULT, messages.NOTHING_TO_DO):
            raise ClientError("bad_answer", detail=f"{header['type'][:60]} instead of a result")
        pixels = _pixels(header, frames) if header["type"] == messages.RESULT else None
        return Answer(pixels, **{"plan": {}, **{name: header[name] for name in FACTS if name in header}})

    # --- connecting ---

    def _connect(self) -> None:
        """Say hello to the running daemon, or to a new one. An idle one that is not the installed build is replaced."""
        with _as_client_errors():
            if not self._greet_running():
                if not self._start:
                    raise ClientError("unreachable")
                self._begin()
            elif self._replaceable():
                self._say("Restarting the restoration engine: another version is installed now…")
                self._end_daemon(if_idle=True)
                if not self._greet_running():
                    self._begin()
        if self.hello["type"] == messages.ERROR:
            self._drop()
            _checked(self.hello, [])

    def _begin(self) -> None:
        """Start a daemon and wait for its hello."""
        self._say("Starting the restoration engine…")
        starting = launch.start(self._executable)
        deadline = time.monotonic() + TIME_TO_START
        try:
            while not self._greet_running():
                starting.check()
                if time.monotonic() > deadline:
                    raise ClientError("start_failed", detail=f"no hello after {TIME_TO_START:.0f} seconds")
                time.sleep(0.02)
        finally:
            starting.close()

    def _greet_running(self) -> bool:
        for tries_left in reversed(range(TRIES)):
            connection = read_connection()
            try:
                return connection is not None and self._greet(connection)
            except AccessRefused:
                # another daemon may have begun since the file was read, or strangers crowd its door
                if not tries_left:
                    raise
                time.sleep(LOOK_UP)
        return False

    def _greet(self, connection: Connection) -> bool:
        """Connect and say hello; False when nobody is there. The answer, which may be an error, is left in `hello`."""
        request = uuid.uuid4().hex
        asked = proof.challenge()
        hello = messages.message(
            messages.HELLO, request, client=self._client, pid=os.getpid(), build=self._build, challenge=asked
        )
        self._drop()
        try:
            self._dealer = _connect(connection)
            self._dealer.send([messages.encode(hello)])
            deadline = time.monotonic() + TIME_TO_ANSWER
            while time.monotonic() < deadline:
                header, _ = self._receive(request, SMALL)
                if header:
                    # an error says nothing that an impostor could use, and a daemon of another protocol may not know of proofs
                    if header["type"] != messages.ERROR and not proof.is_right(connection.token, asked, header.get("proof")):
                        raise ZmtpError("the peer does not know the token")
                    self.hello = header
                    return True
            raise Silent("no hello")
        except ConnectionLost:
            self._drop()
            return False
        except ZmtpError:
            self._drop()
            if is_alive(connection.pid):
                raise
            return False  # a stale file, and another program has taken its port
        except BaseException:
            self._drop()
            raise

    def _replaceable(self) -> bool:
        other_build = self._build is not None and self._build != self.hello.get("build")
        replaceable = self._start and bool(self.hello.get("idle")) and (other_build or bool(self.hello.get("outdated")))
        # an old engine is better than none: it stays when no newer one can be found to start
        return replaceable and bool(self._executable or launch.find_executable())

    def _end_daemon(self, *, if_idle: bool) -> None:
        """Ask the daemon to end and wait until its connection file is gone; a busy one stays when `if_idle`."""
        running = read_connection()
        request = uuid.uuid4().hex
        try:
            if self._dealer is None and not self._greet_running():
                return
            self._send([messages.encode(messages.message(messages.SHUTDOWN, request, if_idle=if_idle))])
            self._next(request, None, None, skip=_PROGRESS)
        except ConnectionLost:
            pass
        finally:
            self._drop()
        deadline = time.monotonic() + TIME_TO_ANSWER
        while running is not None and not if_idle and read_connection() == running and time.monotonic() < deadline:
            time.sleep(LOOK_UP)

    def _drop(self) -> None:
        if self._dealer is not None:
            self._dealer.close()
            self._dealer = None


def _connect(connection: Connection) -> Dealer:
    try:
        return Dealer.connect(
            connection.endpoint, username=USERNAME, password=proof.password(connection.token), timeout=TIME_TO_ANSWER
        )
    except AccessRefused:
        if not connection.endpoint.startswith("ipc://"):
            raise
        # a daemon from before proofs wants the token itself; in the user's own folder nobody else can be listening
        return Dealer.connect(connection.endpoint, username=USERNAME, password=connection.token.encode(), timeout=TIME_TO_ANSWER)


_CONNECTION_IS_BROKEN: Final = ("daemon_died", "timeout", "not_a_daemon", "bad_answer", "token")


_PROGRESS: Final = (messages.PROGRESS, messages.PREVIEW)


@contextlib.contextmanager
def _as_client_errors() -> Any:
    """Turn what can go wrong on the wire into sentences."""
    try:
        yield
    except AccessRefused as error:
        raise ClientError("token", detail=str(error)) from error
    except Silent as error:
        raise ClientError("timeout", detail=str(error)) from error
    except ConnectionLost as error:
        raise ClientError("daemon_died", detail=str(error)) from error
    except ZmtpError as error:
        raise ClientError("not_a_daemon", detail=str(error)) from error


def _decode_answer(frame: Any) -> Dict[str, Any]:
    try:
        return messages.decode(frame, most=messages.MAX_ANSWER)
    except ClientError as error:
        raise ClientError("bad_answer", detail=error.detail) from None


def _checked(header: Dict[str, Any], frames: List[Any]) -> Message:
    """The same answer, unless it is an error or the end of a cancelled job."""
    if header["type"] == messages.ERROR:
        raise ClientError(str(header.get("code")), header.get("sentence"), str(header.get("detail", "")))
    if header["type"] == messages.CANCELLED:
        raise Cancelled()
    return header, frames


def _field(header: Mapping[str, Any], name: str, kind: type) -> Any:
    value = header.get(name)
    if not isinstance(value, kind):
        raise ClientError("bad_answer", detail=f"no valid “{name}” in {header.get('type')}")
    return value


def _pixels(header: Mapping[str, Any], frames: Sequence[Any], role: str = messages.LAYER) -> Pixels:
    """The announced picture as pixels."""
    try:
        announced = messages.read_frames(header, (role,))
        return announced[0].content(frames[0])
    except (ClientError, IndexError) as error:
        raise ClientError("bad_answer", detail="{}: {}".format(error, getattr(error, "detail", ""))) from None
