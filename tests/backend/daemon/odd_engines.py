"""Daemons with engines that misbehave, run as programs by test_engines.py: `odd_engines.py KIND`."""

import select
import sys
import time
from dataclasses import replace

from restored.daemon import serve
from restored.daemon.echo import Echo
from restored.daemon.settings import DaemonSettings
from restored.ground.errors import Cancelled
from restored_client import Pixels
from restored_client.session.paths import runtime_dir


class Stubborn(Echo):
    """Never looks whether its job was cancelled."""

    def restore(self, order, tell, cancelled):
        time.sleep(600)
        return super().restore(order, tell, cancelled)


class Steady(Echo):
    """Takes as many seconds as the instruction says, without `time.sleep`, which fails under libfaketime ("Invalid argument")."""

    def restore(self, order, tell, cancelled):
        end = time.monotonic() + float(order.instruction or 0)
        while time.monotonic() < end and not cancelled():
            tell(0.5, "Waiting")
            select.select([], [], [], 0.02)
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


class Wordy(Echo):
    """Has more models than anybody, and says all of an order again, in the answer and in its recipe."""

    def models(self):
        return [{"name": f"model-{n}", "family": "f" * 64, "licence": "L" * 1000, "tasks": ["denoise"]} for n in range(5000)]

    def restore(self, order, tell, cancelled):
        done = super().restore(order, tell, cancelled)
        return replace(done, recipe={"plan": done.plan, "instruction": order.instruction})


class Searching(Echo):
    """Looks for a region until nobody wants it any more."""

    def region(self, region, order, tell, cancelled):
        while not cancelled():
            tell(0.5, "Searching")
            time.sleep(0.02)
        raise Cancelled


class Piecewise(Echo):
    """Gives finished pieces while it works, when they are wanted."""

    def restore(self, order, tell, cancelled):
        if order.previews:
            tell(0.5, "Restoring", 1, 0, Pixels(1, 1, 3, "u8", b"abc"))
            time.sleep(1)
        return super().restore(order, tell, cancelled)


ENGINES = {engine.__name__: engine for engine in (Echo, Steady, Piecewise, Stubborn, Raising, Unloadable, Searching, Slow, Wordy)}

sys.exit(0 if serve(DaemonSettings(grace=0.3, courtesy=0.3), ENGINES[sys.argv[1]]()) else 3)
