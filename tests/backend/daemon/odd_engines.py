"""Daemons with engines that misbehave, run as programs by test_engines.py: `odd_engines.py KIND`."""

import sys
import time

from restored.daemon import serve
from restored.daemon.echo import Echo
from restored.daemon.settings import Settings
from restored_client.paths import runtime_dir


class Stubborn(Echo):
    """Never looks whether its job was cancelled."""

    def restore(self, order, tell, cancelled):
        time.sleep(600)
        return super().restore(order, tell, cancelled)


class Raising(Echo):
    """Fails in a way nobody foresaw."""

    def restore(self, order, tell, cancelled):
        if order.instruction == "raise":
            raise RuntimeError("deep inside")
        return super().restore(order, tell, cancelled)


class Unloadable(Echo):
    """Is not completely installed."""

    def load(self, say):
        import restored_is_not_complete  # type: ignore[import-not-found]  # noqa: F401


class Slow(Echo):
    """Loads for as long as the test wants: until a file "go" is there."""

    def load(self, say):
        say("Loading the models…")
        while not (runtime_dir() / "go").exists():
            time.sleep(0.02)


ENGINES = {engine.__name__: engine for engine in (Stubborn, Raising, Unloadable, Slow)}

sys.exit(0 if serve(Settings(grace=0.3), ENGINES[sys.argv[1]]()) else 3)
