"""One line to the daemon per thread that talks to it, opened on first use."""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, Optional

from krita import Krita

from .restored_client.session import Session

_opening = threading.Lock()  # one thread may start the daemon, the others find it


class JobSession:
    """Used by one thread. `on_hello` gets the daemon's greeting and `on_status` words while it starts, in that thread."""

    def __init__(
        self,
        on_hello: Optional[Callable[[Dict[str, Any]], None]] = None,
        on_status: Optional[Callable[[str], None]] = None,
    ) -> None:
        self._on_hello, self._on_status = on_hello, on_status
        self._session: Optional[Session] = None

    def call(self, work: Callable[[Session], Any]) -> Any:
        """`work(session)`, with the daemon started if need be, also when it went away since. Raises ClientError."""
        if self._session is None:
            with _opening:
                self._session = self._open(start=True)
            self._greet(self._session)
        before = self._session.hello
        result = work(self._session)
        if self._session.hello is not before:  # another daemon than before
            self._greet(self._session)
        return result

    def listen(self) -> None:
        """Hear the greeting of a daemon that runs already, without starting one. Raises ClientError when none runs."""
        with self._open(start=False) as session:
            self._greet(session)

    def _open(self, start: bool) -> Session:
        return Session.open(client="krita " + Krita.instance().version(), start=start, on_status=self._on_status)

    def _greet(self, session: Session) -> None:
        if self._on_hello is not None:
            self._on_hello(session.hello)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
