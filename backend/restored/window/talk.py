"""What the desk asks for: read of the picture here, and answered by the desk's conversation with the daemon."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from restored.files import Done, Report, save
from restored.files import FileOrder as FileWish
from restored.files.one import restore_pages
from restored.here import as_done, order_of
from restored.service.arrays import pixels_of
from restored_client.desk.conversation import Conversation, Look, OpenSession, RegionLook
from restored_client.desk.overlay import RegionWant
from restored_client.desk.previewstate import Want
from restored_client.session import Progress, Session

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


class Talk:
    """The desk's Requests, and the job."""

    def __init__(self, opened: Opened, open_session: OpenSession, post: WindowPost) -> None:
        self._opened = opened
        self.conversation = Conversation("restored edit", post, open_session)
        self.find = False
        """Whether marks that the engine finds are filled: somebody has looked at them."""

    def ask_plan(self, text: str) -> None:
        self.conversation.explain(text, self._opened.context)

    def drop_plan(self) -> None:
        self.conversation.drop_plan()

    def ask_preview(self, want: Want) -> None:
        crop = pixels_of(self._opened.seen(want.padded, want.reduction))
        self.conversation.preview(Look(want, crop, None, self._opened.context, self.find))

    def drop_preview(self) -> None:
        self.conversation.drop_preview()

    def ask_region(self, want: RegionWant) -> None:
        crop = pixels_of(self._opened.seen(want.box, want.reduction))
        self.conversation.region(RegionLook(want, crop, self._opened.context))

    def drop_region(self) -> None:
        self.conversation.drop_region()

    def job(self, wish: FileWish, heard: Callable[[Progress], None], ended: Callable[[Any, Exception | None], None]) -> None:
        """Restore the whole file and write it; `ended(report, error)` follows, as after `Conversation.work`."""

        def work(session: Session, progress: Callable[[Progress], None], cancelled: Callable[[], bool]) -> Report:
            def restore(pixels: Any, wish: FileWish, mask: Any, _tell: Any, stop: Callable[[], bool]) -> Done:
                return as_done(session.carry_out(order_of(wish, pixels, mask), progress, stop))

            done = restore_pages(self._opened.loaded, wish, restore, lambda _fraction, _words: None, cancelled)
            return save(self._opened.loaded, done, self._opened.target, wish)

        self.conversation.work(work, ended, heard)
