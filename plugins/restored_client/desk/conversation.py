"""A host's talk with the daemon while a person types and looks: questions go out from worker threads, the newest only, and
answers come back as calls in the host's GUI thread.

Two sessions, because calls on one wait for each other: words (plans, while one types) and pictures (previews, the result).
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, NamedTuple, Optional

from ..session import Session
from ..wire.errors import Cancelled, ClientError, RestoredError
from ..wire.order import Answer
from ..wire.pixels import Pixels
from .desk import Desk
from .latest import Latest, Superseded
from .overlay import RegionWant, is_searched
from .previewstate import Want
from .state import OPENING, PLAN, PREVIEW

TYPING_PAUSE = 0.05
"""Seconds without a key before the text is understood: shorter than between two keys, as understanding takes a moment, too."""

DRAG_PAUSE = 0.15
"""Seconds without a change before a preview is inferred; a kept one is weighed again at once."""

PATIENCE = 0.7
"""Seconds without a plan after which it is said what is waited for."""

ON_TOP = ("also", "and", "plus", "but", "even")
"""First words of what is meant in addition to the plan that stands; any other whole wish takes its place."""

Post = Callable[[Callable[[], None]], None]
OpenSession = Callable[[Callable[[str], None]], Session]
Done = Callable[[Any, Optional[Exception]], None]


class Look(NamedTuple):
    """A preview to be made: the crop's pixels (with its margin), the selection in it, the whole layer small; find: whether marks
    that nobody selected are searched for and filled, too."""

    want: Want
    crop: Pixels
    mask: Optional[Pixels] = None
    context: Optional[Pixels] = None
    find: bool = False


class RegionLook(NamedTuple):
    """A region to be shown: the pixels of its box, the whole layer small."""

    want: RegionWant
    crop: Pixels
    context: Optional[Pixels] = None


class Conversation:
    """`post(call)` has `call()` run in the GUI thread, soon and in order, and is safe to call from any thread.

    opener(say): opens a session and says what it waits for; without one, the user's daemon is found or started.
    """

    def __init__(self, client: str, post: Post, opener: Optional[OpenSession] = None) -> None:
        self._opener = opener or (lambda say: Session.open(client=client, on_status=say))
        self._to_gui = post
        self._desk: Optional[Desk] = None
        self._closed = False
        self._opening = threading.Lock()  # one thread may start the daemon, the others find it
        self._words: Optional[Session] = None
        self._pictures: Optional[Session] = None
        self._plans = Latest(self._explain, self._plan_came, TYPING_PAUSE, "restored plans")
        self._looks = Latest(self._preview, self._preview_came, DRAG_PAUSE, "restored previews")
        self._places = Latest(self._region, self._region_came, TYPING_PAUSE, "restored regions")
        self._opens = Latest(self._open, self._opened, 0, "restored hello")
        self._stop = threading.Event()

    def serve(self, desk: Desk) -> None:
        """Answers go to this desk."""
        self._desk = desk

    def open(self) -> None:
        """Find or start the daemon, without waiting for it: `Desk.greeted` or `Desk.failed(…, OPENING)` follows."""
        self._opens.ask(None)

    def explain(self, text: str, context: Optional[Pixels], standing: Optional[Dict[str, Any]] = None) -> None:
        """Have the text understood after a short pause. `standing` is the plan that it may be said of: "a bit less" is no wish by
        itself, and "also the rain" comes on top."""
        self._plans.ask((text, context, standing))

    def drop_plan(self) -> None:
        self._plans.drop()

    def preview(self, look: Look) -> None:
        """Have a crop restored after a pause, or a kept one weighed again at once."""
        self._looks.ask(look, 0.0 if look.want.job is not None else None)

    def drop_preview(self) -> None:
        self._looks.drop()

    def region(self, look: RegionLook) -> None:
        """Have the mask of a region made after a short pause."""
        self._places.ask(look)

    def drop_region(self) -> None:
        self._places.drop()

    def work(
        self, job: Callable[..., Any], done: Callable[[Any, Optional[Exception]], None], progress: Callable[[Any], None]
    ) -> None:
        """Run `job(session, on_progress, cancelled)` in a thread: `done(outcome, error)` follows, also when cancelled."""
        self._looks.drop()
        self._places.drop()
        self._stop.clear()
        threading.Thread(target=self._work, args=(job, done, progress), name="restored job", daemon=True).start()

    def cancel(self) -> None:
        """The job that runs is not wanted any more."""
        self._stop.set()

    def close(self, seconds: float = 0.3) -> None:
        """Leave; the daemon drops what it was doing for this window. Nothing is called any more."""
        self._closed = True
        self._stop.set()
        for worker in (self._plans, self._looks, self._places, self._opens):
            worker.close(seconds)
        for session in (self._words, self._pictures):
            if session is not None:  # without waiting: one that is busy lets go when its call ends, or with the process
                threading.Thread(target=session.close, daemon=True).start()

    # --- in the workers' threads ---

    def _session(self, name: str) -> Session:
        """The session of this name, opened on first use; the daemon's greeting, and that of a new one, goes to the desk."""
        session = getattr(self, name)
        if session is None:
            with self._opening:
                session = self._opener(self._say)
                setattr(self, name, session)
            self._hello(session.hello)
        return session

    def _call(self, name: str, ask: Callable[[Session], Any]) -> Any:
        session = self._session(name)
        before = session.hello
        answer = ask(session)
        if session.hello is not before:  # another daemon than before
            self._hello(session.hello)
        return answer

    def _say(self, words: str) -> None:
        self._post(lambda desk: desk.waiting_for(words))

    def _hello(self, hello: Dict[str, Any]) -> None:
        self._post(lambda desk: desk.greeted(hello))

    def _open(self, _nothing: None, _superseded: Superseded) -> Any:
        for name in ("_words", "_pictures"):
            session = getattr(self, name)
            if session is None:
                self._session(name)
            else:
                session.status()  # one that has lost its daemon finds or starts another
                self._hello(session.hello)
        return None

    def _opened(self, _asked: None, _nothing: Any, error: Optional[Exception], superseded: Superseded) -> None:
        if error is not None:
            self._post(lambda desk: desk.failed(error, OPENING), superseded)

    def _explain(self, asked: Any, _superseded: Superseded) -> Any:
        text, context, standing = asked
        hourglass = threading.Timer(PATIENCE, self._say, ["The restoration engine is getting ready…"])
        hourglass.daemon = True
        hourglass.start()
        try:
            plan = self._call("_words", lambda session: session.explain(text, context))
            if standing and (not plan.get("steps") or text.split()[0].strip(",:").lower() in ON_TOP):
                plan = self._call("_words", lambda session: session.explain(text, context, standing))
            return plan
        finally:
            hourglass.cancel()

    def _plan_came(self, asked: Any, plan: Any, error: Optional[Exception], superseded: Superseded) -> None:
        if error is None:
            self._post(lambda desk: desk.understood(asked[0], plan), superseded)
        else:
            self._post(lambda desk: desk.failed(error, PLAN), superseded)

    def _preview(self, look: Look, superseded: Superseded) -> Answer:
        want = look.want
        if want.job is not None:
            job, strength, texture = want.job, want.strength, want.texture
            return self._call("_pictures", lambda session: session.adjust(job, strength=strength, texture=texture))
        return self._call(
            "_pictures",
            lambda session: session.restore(
                look.crop,
                plan=want.plan,
                strength=want.strength,
                texture=want.texture,
                mask=look.mask,
                context=look.context,
                place=want.place if look.context is not None else None,
                find=look.find,
                keep=True,
                cancelled=superseded,
            ),
        )

    def _preview_came(self, look: Look, outcome: Optional[Answer], error: Optional[Exception], superseded: Superseded) -> None:
        if error is not None:
            # superseded ones do not get here: a cancelled one was cancelled by a daemon that is about to end
            problem = ClientError("shutting_down") if isinstance(error, Cancelled) else error
            self._post(lambda desk: desk.failed(problem, PREVIEW), superseded)
            return
        assert outcome is not None
        pixels = outcome.pixels if outcome.changed else None
        self._post(lambda desk: desk.previewed(look.want, pixels, outcome.job or None, outcome.device), superseded)

    def _work(self, job: Callable[..., Any], done: Done, progress: Callable[[Any], None]) -> None:
        outcome: Any = None
        problem: Optional[Exception] = None
        try:
            outcome = self._call("_pictures", lambda session: job(session, self._reporter(progress), self._stop.is_set))
        except Exception as error:
            known = isinstance(error, RestoredError)  # which has a sentence of its own
            problem = error if known else ClientError("engine_failed", detail=repr(error))
        if isinstance(outcome, Answer):
            self._post(lambda desk: desk.computed_on(outcome.device))
        self._in_gui(lambda: done(outcome, problem))

    def _region(self, look: RegionLook, superseded: Superseded) -> Pixels:
        want = look.want
        place = want.place if look.context is not None else None
        # a search takes as long as a preview, and no plan is to wait behind it
        name = "_pictures" if is_searched(want.region) else "_words"
        return self._call(name, lambda session: session.region(want.region, look.crop, look.context, place, cancelled=superseded))

    def _region_came(self, look: RegionLook, mask: Optional[Pixels], error: Optional[Exception], superseded: Superseded) -> None:
        # a region that cannot be shown is no trouble: the wish itself is carried out, or fails, with its own words
        self._post(lambda desk: desk.overlay.located(look.want, mask if error is None else None), superseded)

    def _reporter(self, progress: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda step: self._in_gui(lambda: progress(step))

    def _post(self, tell: Callable[[Desk], None], superseded: Superseded = lambda: False) -> None:
        """Tell the desk. An answer is dropped if something else was asked while it was on its way: the same crop and plan may be
        wanted of another layer by then."""

        def deliver() -> None:
            if self._desk is not None and not superseded():
                tell(self._desk)

        self._in_gui(deliver)

    def _in_gui(self, call: Callable[[], None]) -> None:
        def unless_closed() -> None:
            if not self._closed:
                call()

        self._to_gui(unless_closed)
