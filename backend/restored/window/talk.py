"""Between the desk and the daemon: questions go out from background threads, answers come back into the window's."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from restored.files import Done, save
from restored.files import FileOrder as FileWish
from restored.files.one import restore_pages
from restored.here import as_done, order_of
from restored.service.arrays import array_of, pixels_of
from restored_client.desk.desk import Desk
from restored_client.desk.latest import Latest
from restored_client.desk.overlay import RegionWant
from restored_client.desk.previewstate import Want
from restored_client.desk.requests import NoRequests
from restored_client.desk.state import OPENING, PLAN, PREVIEW
from restored_client.session import Progress, Session
from restored_client.wire.order import Answer
from restored_client.wire.pixels import Pixels

from .layer import Opened


class WindowPost(QObject):
    """Runs in the window's thread what other threads hand to it."""

    _given = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._given.connect(self._run, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _run(self, act: Callable[[], None]) -> None:
        act()

    def __call__(self, act: Callable[[], None]) -> None:
        self._given.emit(act)


class Talk(NoRequests):
    """What the desk asks for. Plans and previews share a session; a job has one of its own, so that they do not wait for it."""

    def __init__(self, opened: Opened, open_session: Callable[[Callable[[str], None]], Session], post: WindowPost) -> None:
        self._opened, self._open, self._post = opened, open_session, post
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._plans = Latest(self._understand, self._understood, 0.25, "restored plans")
        self._previews = Latest(self._render, self._rendered, 0.15, "restored previews")
        self._places = Latest(self._locate, self._located, 0.0, "restored places")
        self.find = False
        """Whether marks that the engine finds are filled: somebody has looked at them."""
        self.desk: Desk | None = None

    def ask_plan(self, text: str) -> None:
        self._plans.ask(text)

    def drop_plan(self) -> None:
        self._plans.drop()

    def ask_preview(self, want: Want) -> None:
        self._previews.ask(want)

    def drop_preview(self) -> None:
        self._previews.drop()

    def ask_region(self, want: RegionWant) -> None:
        self._places.ask(want)

    def drop_region(self) -> None:
        self._places.drop()

    def job(self, wish: FileWish, progress: Callable[[float | None, str], None], end: Callable[[Any], None], stop: Any) -> None:
        """Restore the whole file and write it, in a thread; `end` hears the report or the exception, in the window's."""

        def work() -> None:
            try:
                with self._open(lambda words: progress(None, words)) as session:
                    done = restore_pages(self._opened.loaded, wish, _restore(session), progress, stop)
                    result: Any = save(self._opened.loaded, done, self._opened.target, wish)
            except Exception as error:  # the window shows it, whatever it is
                result = error
            self._post(lambda: end(result))

        threading.Thread(target=work, name="restored job", daemon=True).start()

    def close(self) -> None:
        self._plans.close()
        self._previews.close()
        self._places.close()
        if self._session is not None:
            self._session.close()

    # --- in background threads ---

    def _there(self) -> Session:
        with self._lock:
            if self._session is None:
                self._session = self._open(lambda words: self._tell("waiting_for", words))
                self._tell("greeted", self._session.hello)
            return self._session

    def _understand(self, text: str, superseded: Callable[[], bool]) -> Any:
        return self._there().explain(text, self._opened.context)

    def _understood(self, text: str, plan: Any, error: Exception | None) -> None:
        if error is None:
            self._tell("understood", text, plan)
        else:
            self._tell("failed", error, PLAN if self._session is not None else OPENING)

    def _render(self, want: Want, superseded: Callable[[], bool]) -> Answer:
        session = self._there()
        if want.job is not None:
            return session.adjust(want.job, strength=want.strength, texture=want.texture)
        return session.restore(
            pixels_of(self._opened.seen(want.padded, want.reduction)),
            plan=want.plan,
            strength=want.strength,
            texture=want.texture,
            context=self._opened.context,
            place=want.place,
            find=self.find,
            keep=True,
            cancelled=superseded,
        )

    def _rendered(self, want: Want, answer: Answer | None, error: Exception | None) -> None:
        if error is not None or answer is None:
            self._tell("failed", error or RuntimeError("no answer"), PREVIEW)
            return
        pixels = None if answer.pixels is None else array_of(answer.pixels)
        self._tell("previewed", want, pixels, answer.job or want.job, answer.device)

    def _locate(self, want: RegionWant, superseded: Callable[[], bool]) -> Pixels:
        layer = pixels_of(self._opened.seen(want.box, want.reduction))
        return self._there().region(want.region, layer, self._opened.context, want.place)

    def _located(self, want: RegionWant, mask: Pixels | None, error: Exception | None) -> None:
        def act() -> None:
            if self.desk is not None:
                self.desk.overlay.located(want, mask)

        self._post(act)

    def _tell(self, verb: str, *values: Any) -> None:
        def act() -> None:
            if self.desk is not None:
                getattr(self.desk, verb)(*values)

        self._post(act)


def _restore(session: Session) -> Callable[..., Done]:
    def restore(pixels: Any, wish: FileWish, mask: Any, progress: Any, cancelled: Any) -> Done:
        def hear(now: Progress) -> None:
            progress(now.fraction, now.words)

        return as_done(session.carry_out(order_of(wish, pixels, mask), hear, cancelled))

    return restore
