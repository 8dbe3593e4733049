"""Who restores: the daemon, or this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from restored.daemon.restoring import Restoring
from restored.daemon.work import Done as Finished
from restored.daemon.work import Order
from restored.engine import DEPTHS
from restored.files import Done, OnProgress, Wish
from restored_client.session import Outcome, Progress, Session
from restored_client.wire.messages import is_model_name
from restored_client.wire.pixels import Pixels

from .say import Failure

CLIENT: Final = "restored command line"


class Worker(Protocol):
    """Understands and restores."""

    def explain(self, text: str) -> dict[str, Any]: ...

    def restore(
        self, pixels: NDArray, wish: Wish, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done: ...


@contextmanager
def worker(no_daemon: bool, on_status: Callable[[str], None]) -> Iterator[Worker]:
    """This process when `no_daemon`, else the daemon, which is started when it does not run."""
    if no_daemon:
        yield _Here()
    else:
        with open_session(start=True, on_status=on_status) as session:
            yield _Daemon(session)


def open_session(*, start: bool, on_status: Callable[[str], None] | None = None) -> Session:
    """A session with the daemon of this very installation: an idle one of another is replaced."""
    from restored.daemon.build import build_id
    from restored.hosts import executable

    command = [str(executable())] if start else None
    return Session.open(client=CLIENT, start=start, on_status=on_status, executable=command, build=build_id())


class _Daemon:
    def __init__(self, session: Session) -> None:
        self._session = session

    def explain(self, text: str) -> dict[str, Any]:
        return self._session.explain(text)

    def restore(
        self, pixels: NDArray, wish: Wish, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done:
        def hear(now: Progress) -> None:
            progress(now.fraction, now.words)

        if wish.model is not None and not is_model_name(wish.model):
            raise Failure("The daemon uses installed models only, by their name. With --no-daemon a model's folder will do.")
        layer, where = to_wire(pixels), _mask(mask)
        return _done(self._session.restore(layer, mask=where, on_progress=hear, cancelled=cancelled, **wish.asked()))


class _Here:
    """The daemon's own engine without the daemon, so that both ways give the same answers."""

    def __init__(self) -> None:
        self._work = Restoring()

    def explain(self, text: str) -> dict[str, Any]:
        return dict(self._work.explain(text, None))

    def restore(
        self, pixels: NDArray, wish: Wish, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done:
        def hear(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
            progress(fraction, words)

        order = Order(to_wire(pixels), mask=_mask(mask), **wish.asked())
        return _done(self._work.restore(order, hear, cancelled))


def _done(result: Outcome | Finished) -> Done:
    return Done(
        pixels=None if result.pixels is None else from_wire(result.pixels),
        plan=dict(result.plan),
        message=result.message,
        device=result.device,
        model=result.model,
        seconds=result.seconds,
        recipe=dict(result.recipe),
    )


def _mask(mask: NDArray | None) -> Pixels | None:
    return None if mask is None else to_wire(mask[..., np.newaxis])


def to_wire(pixels: NDArray) -> Pixels:
    """(H, W, C) pixels as a client sends them, without a copy where the array lies in order."""
    height, width, channels = pixels.shape
    depth = next(name for name, dtype in DEPTHS.items() if dtype == pixels.dtype)
    return Pixels(width, height, channels, depth, np.ascontiguousarray(pixels).reshape(-1).view(np.uint8).data)


def from_wire(pixels: Pixels) -> NDArray:
    """The inverse of `to_wire`."""
    flat = np.frombuffer(pixels.data, DEPTHS[pixels.depth])
    return flat.reshape(pixels.height, pixels.width, pixels.channels)
