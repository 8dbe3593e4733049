"""Work in pieces: generators that yield now and then, so that a window stays alive while they read or write a large layer."""

from gi.repository import GLib


def at_once(parts):
    """Run a generator to its end; what it returns."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            return end.value


def in_pieces(parts, done):
    """Run a generator to its end in the main loop's idle time; `done(result, error)` follows. Returns what GLib.source_remove
    ends it by."""

    def step():
        try:
            next(parts)
            return GLib.SOURCE_CONTINUE
        except StopIteration as end:
            done(end.value, None)
        except Exception as problem:
            done(None, problem)
        return GLib.SOURCE_REMOVE

    return GLib.idle_add(step, priority=GLib.PRIORITY_LOW)


class OneAtATime:
    """Such works, of which one is carried out at a time: another one takes the place of that which has not ended, and what was to
    follow that one follows it, too."""

    def __init__(self):
        self._source, self._calls = None, []

    @property
    def is_on(self):
        return self._source is not None

    def begin(self, parts, then, failed):
        """`then(result)` follows, or `failed(error)`."""
        if self._source is not None:
            GLib.source_remove(self._source)
        calls = self._calls = [*self._calls, then]

        def done(result, error):
            self._source, self._calls = None, []
            if error is not None:
                failed(error)
                return
            for call in calls:
                call(result)

        self._source = in_pieces(parts, done)

    def drop(self):
        """It is not wanted any more."""
        if self._source is not None:
            GLib.source_remove(self._source)
        self._source, self._calls = None, []
