"""Run only the newest of many requests, in one background thread, after a short pause: for plans while a person types and for
previews while a person drags.

`Latest` knows no toolkit. Its results arrive in its own thread; an adapter hands them to its GUI thread (GLib.idle_add, a Qt
signal).
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Optional

Superseded = Callable[[], bool]


class Latest:
    """`ask(value)` again and again; `work(value, superseded)` runs for the last one only.

    work(value, superseded)   in the background thread; may poll `superseded()` and give up early.
    deliver(value, result, error, superseded)   in the same thread, with the result of `work` or the exception it raised; not
        called for a value that was superseded in the meantime. Who hands it on to another thread asks `superseded()` there once
        more, for what was asked on its way.
    delay   seconds of quiet to wait for before `work` starts.
    """

    def __init__(
        self,
        work: Callable[[Any, Superseded], Any],
        deliver: Callable[[Any, Any, Optional[Exception], Superseded], None],
        delay: float = 0.1,
        name: str = "latest",
    ) -> None:
        self._work, self._deliver, self._delay = work, deliver, delay
        self._changed = threading.Condition()
        self._asked = 0
        self._value: Any = None
        self._due = 0.0
        self._waiting = False
        self._closed = False
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    def ask(self, value: Any, delay: Optional[float] = None) -> None:
        """Supersede whatever was asked before; what is running is told to give up."""
        with self._changed:
            self._asked += 1
            self._value = value
            self._due = time.monotonic() + (self._delay if delay is None else delay)
            self._waiting = True
            self._changed.notify()

    def drop(self) -> None:
        """Forget what was asked, running or not."""
        with self._changed:
            self._asked += 1
            self._waiting = False
            self._changed.notify()

    def close(self, timeout: float = 2.0) -> None:
        """Stop the thread; gives what is running `timeout` seconds to notice."""
        with self._changed:
            self._asked += 1
            self._closed = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def _next(self) -> Optional[tuple]:
        """Wait for a request whose pause is over; None when closed."""
        with self._changed:
            while not self._closed:
                if not self._waiting:
                    self._changed.wait()
                    continue
                left = self._due - time.monotonic()
                if left <= 0:
                    self._waiting = False
                    return self._asked, self._value
                self._changed.wait(left)
        return None

    def _loop(self) -> None:
        while True:
            request = self._next()
            if request is None:
                return
            turn, value = request

            def superseded(turn: int = turn) -> bool:
                return self._asked != turn

            result, error = None, None
            try:
                result = self._work(value, superseded)
            except Exception as problem:
                error = problem
            if not superseded():
                self._deliver(value, result, error, superseded)
