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
