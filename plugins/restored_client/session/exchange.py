"""Messages to and from a daemon that was found: one request at a time, and what its answers say."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Final, Iterator, List, Mapping, Optional, Sequence, Tuple

from ..wire import messages
from ..wire.answers import check_answer
from ..wire.errors import Cancelled, ClientError
from ..wire.pixels import Pixels
from ..wire.zmtp import AccessRefused, ConnectionLost, Dealer, Silent, ZmtpError

TIME_TO_DEAD: Final = 120.0
"""Seconds without a byte after which a job's daemon counts as hung (it speaks every quarter of a second)."""

LOOK_UP: Final = 0.1
"""Seconds after which one who waits looks up: whether the user cancelled, and whether the daemon still lives."""

SMALL: Final = 1 << 22
"""Bytes of an answer without a picture, at most."""

PROGRESS: Final = (messages.PROGRESS, messages.PREVIEW)
"""Types of the messages that come before an answer."""


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
Message = Tuple[Dict[str, Any], List[Any]]


class Exchange:
    """The connection to a daemon, while there is one. Not thread-safe: one request at a time."""

    def __init__(self) -> None:
        self.dealer: Optional[Dealer] = None
        self.most = SMALL
        """Bytes that an answer may have."""

    def drop(self) -> None:
        """Leave; the daemon cancels what it was doing for us."""
        if self.dealer is not None:
            self.dealer.close()
            self.dealer = None

    def send(self, parts: Sequence[Any], cancelled: IsCancelled = None) -> None:
        """Send one message. Raises Cancelled, which ends the connection, and ZmtpError."""
        dealer = self.dealer
        assert dealer is not None
        dealer.moved = time.monotonic()  # silence is measured from now, not from the end of the last job

        def look_up() -> None:
            if cancelled is not None and cancelled():
                raise Cancelled()
            if time.monotonic() - dealer.moved > TIME_TO_DEAD:
                raise Silent("the daemon does not take the picture")

        dealer.send(parts, look_up)

    def next(
        self, request: str, skip: Sequence[str] = PROGRESS, on_progress: OnProgress = None, cancelled: IsCancelled = None
    ) -> Message:
        """The next message that is of none of the types `skip`; progress among them is reported."""
        while True:
            if cancelled is not None and cancelled():
                raise Cancelled()
            header, frames = self.receive(request)
            if not header:
                continue
            kind = header["type"]
            if kind not in skip:
                return header, frames
            if on_progress is not None and kind in PROGRESS:
                preview = pixels_in(header, frames) if kind == messages.PREVIEW else None
                place = header.get("x", 0), header.get("y", 0)
                on_progress(Progress(header.get("fraction"), str(header.get("words", "")), preview, *place))

    def receive(self, request: str, most: Optional[int] = None) -> Message:
        """The next message for this request, or ({}, []) when there was none for a moment. Others' messages are dropped.

        most: bytes that it may have, if not as many as this request's answer.
        """
        assert self.dealer is not None
        self.dealer.most = self.most if most is None else most
        parts = self.dealer.receive(LOOK_UP)
        if parts is None:
            if time.monotonic() - self.dealer.moved > TIME_TO_DEAD:
                raise Silent(f"no sign of life for {TIME_TO_DEAD:.0f} seconds")
            return {}, []
        header = _decode_answer(parts[0])
        # an error without an id is about a request that the daemon could not even read: ours, as there is one at a time
        nameless = header.get("type") == messages.ERROR and not header.get("id")
        if not (nameless or header.get("id") == request) or not isinstance(header.get("type"), str):
            return {}, []
        check_answer(header)
        return header, parts[1:]


@contextlib.contextmanager
def as_client_errors() -> Iterator[None]:
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


def checked(header: Dict[str, Any], frames: List[Any]) -> Message:
    """The same answer, unless it is an error or the end of a cancelled job."""
    if header["type"] == messages.ERROR:
        raise ClientError(str(header.get("code")), header.get("sentence"), str(header.get("detail", "")))
    if header["type"] == messages.CANCELLED:
        raise Cancelled()
    return header, frames


def field_of(header: Mapping[str, Any], name: str, kind: type) -> Any:
    value = header.get(name)
    if not isinstance(value, kind):
        raise ClientError("bad_answer", detail=f"no valid “{name}” in {header.get('type')}")
    return value


def pixels_in(header: Mapping[str, Any], frames: Sequence[Any], role: str = messages.LAYER) -> Pixels:
    """The announced picture as pixels."""
    try:
        announced = messages.read_frames(header, (role,))
        return announced[0].content(frames[0])
    except (ClientError, IndexError) as error:
        raise ClientError("bad_answer", detail="{}: {}".format(error, getattr(error, "detail", ""))) from None
