"""What adapters use: one session with the daemon, which is found or started on the way. Knows no host and no toolkit."""

from __future__ import annotations

import threading
import time
import uuid
from typing import Any, Dict, Final, List, Mapping, Optional, Sequence, Tuple

from ..wire import messages
from ..wire.errors import Cancelled, ClientError
from ..wire.order import FACTS, Answer, Order
from ..wire.pixels import Pixels
from ..wire.zmtp import ConnectionLost, ZmtpError
from .exchange import LOOK_UP, PROGRESS, SMALL, IsCancelled, Message, OnProgress, as_client_errors, checked, field_of, pixels_in
from .greeting import LEAVING, TIME_TO_LEAVE, Daemon, OnStatus

ANY_SIZE: Final = 1 << 34
"""Bytes of an answer whose picture's size is not known here, at most."""

LOSSES: Final = 2
"""How often a daemon may be gone that has heard: it may have gone because of what it was asked."""

_CONNECTION_IS_BROKEN: Final = ("daemon_died", "timeout", "not_a_daemon", "bad_answer", "token")


class Session:
    """A conversation with the daemon. Calls block and raise ClientError or Cancelled: make them in a worker thread.

    Calls from several threads wait for each other. A daemon that went away between two calls is started again unseen.
    """

    def __init__(
        self, client: str, start: bool, on_status: OnStatus, executable: Optional[Sequence[str]], build: Optional[str]
    ) -> None:
        """Use `open`."""
        self._daemon = Daemon(client, start, on_status, executable, build)
        self._exchange = self._daemon.exchange
        self._lock = threading.RLock()

    @property
    def hello(self) -> Dict[str, Any]:
        """protocol, version, build, state ("loading" or "ready"), device, tasks [{id, label}], models, default_model."""
        return self._daemon.hello

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
            session._daemon.connect()
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
        return field_of(header, "plan", dict)

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
        on_progress: OnProgress = None,
        cancelled: IsCancelled = None,
    ) -> Pixels:
        """Where a plan's region is in these pixels: a mask of u8, exactly the weights that its step is done by.

        region: as a step of a plan has it, perhaps edited; on_progress, cancelled: as of `carry_out`, for marks are searched
        for; the others as of an Order.
        """
        fields = {"region": dict(region), "place": None if place is None else tuple(place), "profile": profile}
        sent = [(messages.LAYER, layer), (messages.CONTEXT, context)]
        header, frames = self._call(messages.REGION, fields, sent, on_progress, cancelled)
        mask = pixels_in(header, frames, messages.MASK)
        if header["type"] != messages.REGION or (mask.width, mask.height) != (layer.width, layer.height):
            raise ClientError("bad_answer", detail="no mask of a region, or one of another size")
        return mask

    def status(self) -> Dict[str, Any]:
        """What the daemon is doing: state, jobs, clients, device, memory, models loaded, log file."""
        return self._call(messages.STATUS, {})[0]

    def models(self) -> List[Dict[str, Any]]:
        """The installed models, the default first."""
        return field_of(self._call(messages.MODELS, {})[0], "models", list)

    def unload(self) -> None:
        """Give the models' memory back now; the next job loads them again."""
        self._call(messages.UNLOAD, {})

    def shutdown(self, *, if_idle: bool = False) -> None:
        """End the daemon, cancelling what it does, and wait until it cannot be found any more.

        if_idle: only one that nobody waits for; raises ClientError("busy") when it is at work.
        """
        with self._lock, as_client_errors():
            self._daemon.end(if_idle=if_idle)

    def close(self) -> None:
        """Leave; the daemon cancels what it was doing for this session."""
        with self._lock:
            self._exchange.drop()

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
            self._exchange.most = (
                ANY_SIZE if kind == messages.ADJUST else 16 * sum(content.nbytes for _, content in frames) + SMALL
            )
            try:
                with as_client_errors():
                    answer = self._ask(header, request, on_progress, cancelled)
                    if answer[0]["type"] == messages.ACCEPTED:
                        if frames:
                            self._upload(request, [content.view for _, content in frames], cancelled)
                        answer = self._exchange.next(request, (*PROGRESS, messages.ACCEPTED), on_progress, cancelled)
                    return checked(*answer)
            except ClientError as error:
                if error.code in _CONNECTION_IS_BROKEN:
                    self._exchange.drop()
                raise
            except Cancelled:
                self._cancel(request)
                raise
            except BaseException:  # a callback's exception, Ctrl+C: the conversation's state is unknown, so it ends
                self._exchange.drop()
                raise

    def _upload(self, request: str, frames: Sequence[Any], cancelled: IsCancelled) -> None:
        """Send accepted frames, in pieces."""
        more = messages.encode(messages.message(messages.UPLOAD, request, more=True))
        last = messages.encode(messages.message(messages.UPLOAD, request))
        pieces = [frame[at : at + messages.MAX_FRAME] for frame in frames for at in range(0, len(frame), messages.MAX_FRAME)]
        for number, piece in enumerate(pieces, 1):
            self._exchange.send([more if number < len(pieces) else last, piece], cancelled)

    def _ask(self, header: bytes, request: str, on_progress: OnProgress, cancelled: IsCancelled) -> Message:
        """Send the header and return the first answer; again from the start when the daemon has gone or is about to, for as long
        as a daemon may take to make way for the next."""
        tries, heard, deadline = 0, 0, time.monotonic() + TIME_TO_LEAVE
        while True:
            reached = False
            try:
                if self._exchange.dealer is None:
                    self._daemon.connect()
                self._exchange.send([header])
                reached = True
                answer = self._exchange.next(request, PROGRESS, on_progress, cancelled)
                if answer[0].get("code") != LEAVING or not self._waits(deadline):
                    return answer
            except ConnectionLost:
                tries, heard = tries + 1, heard + reached
                if heard >= LOSSES or (tries > 1 and not self._waits(deadline)):
                    raise
            except ClientError as error:
                if error.code != LEAVING or not self._waits(deadline):
                    raise
            self._exchange.drop()
            if cancelled is not None and cancelled():
                raise Cancelled()

    def _waits(self, deadline: float) -> bool:
        """Whether to look once more for the daemon that comes after one that ends; a moment later."""
        if not self._daemon.starts or time.monotonic() > deadline:
            return False
        time.sleep(LOOK_UP)
        return True

    def _cancel(self, request: str) -> None:
        """Tell the daemon; do not wait for it. Its last words about this request are dropped by `Exchange.receive`."""
        try:
            if self._exchange.dealer is not None and not self._exchange.dealer.closed:
                self._exchange.send([messages.encode(messages.message(messages.CANCEL, uuid.uuid4().hex, job=request))])
                return
        except ZmtpError:
            pass
        self._exchange.drop()

    def _answer(self, header: Mapping[str, Any], frames: Sequence[Any]) -> Answer:
        if header["type"] not in (messages.RESULT, messages.NOTHING_TO_DO):
            raise ClientError("bad_answer", detail=f"{header['type'][:60]} instead of a result")
        pixels = pixels_in(header, frames) if header["type"] == messages.RESULT else None
        return Answer(pixels, **{"plan": {}, **{name: header[name] for name in FACTS if name in header}})
