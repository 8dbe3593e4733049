"""One line to the daemon per thread that talks to it, opened on first use."""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, Optional

from krita import Krita

from .restored_client.session import Session

_opening = threading.Lock()  # one thread may start the daemon, the others find it


class Line:
    """Used by one thread. `on_hello` gets the daemon's greeting and `on_status` words while it starts, in that thread."""

    def __init__(
        self,
        on_hello: Optional[Callable[[Dict[str, Any]], None]] = None,
        on_status: Optional[Callable[[str], None]] = None,
    ) -> None:
        self._on_hello, self._on_status = on_hello, on_status
        self._session: Optional[Session] = None
        self._greeting: Optional[Dict[str, Any]] = None

    def call(self, work: Callable[[Session], Any], start: bool = True) -> Any:
        """`work(session)`. Raises ClientError; with `start` False also when no daemon is running yet.

        A session finds a daemon that went away again by itself.
        """
        return work(self._open(start))

    def _open(self, start: bool) -> Session:
        if self._session is None:
            with _opening:
                self._session = Session.open(client="krita " + Krita.instance().version(), start=start, on_status=self._on_status)
        if self._on_hello is not None and self._session.hello is not self._greeting:
            self._greeting = self._session.hello
            self._on_hello(self._greeting)
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
