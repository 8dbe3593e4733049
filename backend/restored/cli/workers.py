"""Who restores: the daemon, or this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from numpy.typing import NDArray

from restored.files import Done, FileOrder, OnProgress
from restored.here import Here, as_done, order_of
from restored_client.session import Progress, Session
from restored_client.wire.checks import is_model_name

from .console import Failure

CLIENT: Final = "restored command line"


class Worker(Protocol):
    """Understands and restores."""

    def explain(self, text: str) -> dict[str, Any]: ...

    def restore(
        self, pixels: NDArray, wish: FileOrder, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done: ...


@contextmanager
def worker(no_daemon: bool, on_status: Callable[[str], None]) -> Iterator[Worker]:
    """This process when `no_daemon`, else the daemon, which is started when it does not run."""
    if no_daemon:
        yield Here()
    else:
        with open_session(start=True, on_status=on_status) as session:
            yield _Daemon(session)


def open_session(*, start: bool, on_status: Callable[[str], None] | None = None) -> Session:
    """A session with the daemon of this very installation: an idle one of another is replaced."""
    from restored.ground.build import build_id
    from restored.hosts import executable

    command = [str(executable())] if start else None
    return Session.open(client=CLIENT, start=start, on_status=on_status, executable=command, build=build_id())


class _Daemon:
    def __init__(self, session: Session) -> None:
        self._session = session

    def explain(self, text: str) -> dict[str, Any]:
        return self._session.explain(text)

    def restore(
        self, pixels: NDArray, wish: FileOrder, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done:
        def hear(now: Progress) -> None:
            progress(now.fraction, now.words)

        if wish.model is not None and not is_model_name(wish.model):
            raise Failure("The daemon uses installed models only, by their name. With --no-daemon a model's folder will do.")
        return as_done(self._session.carry_out(order_of(wish, pixels, mask), hear, cancelled))
