"""Daemons with engines for the studio's tests, run as programs: `engines.py KIND [options of restored serve]`."""

import sys
import time
from dataclasses import replace

from restored.daemon import serve
from restored.daemon.echo import Echo
from restored.daemon.settings import read_settings
from restored.ground.errors import Cancelled, PlanError
from restored.service import LocalService
from restored_client import Pixels


class Inverting(Echo):
    """Changes every byte, so that a result is known from what was sent. "sleep N" takes N seconds, in steps that are told."""

    def device(self):
        return "NVIDIA Testing, 130.1 of 139.0 GiB free: PyTorch in bfloat16."

    def restore(self, order, tell, cancelled):
        if order.instruction == "wrong":
            raise PlanError("This plan cannot be followed.")
        answer = super().restore(order, tell, cancelled)
        layer = order.pixels
        if order.previews:
            tell(0.5, "Restoring", 0, 0, Pixels(1, 1, 3, "u8", b"abc"))
            time.sleep(0.5)
        table = bytes(255 - value for value in range(256))
        pixels = replace(layer, data=bytes(layer.view).translate(table))
        return replace(answer, pixels=pixels, device=self.device()) if answer.changed else answer

    def adjust(self, kept, strength, mask, texture=None):
        return replace(super().adjust(kept, strength, mask, texture), message=f"adjusted to {strength}")


class Slow(Inverting):
    """Takes half a second for everything, and looks whether it was cancelled."""

    def restore(self, order, tell, cancelled):
        for step in range(25):
            if cancelled():
                raise Cancelled
            tell(step / 25, "Restoring")
            time.sleep(0.02)
        return super().restore(order, tell, cancelled)


class Other(Inverting):
    """Has weights of its own."""

    def models(self):
        return [{**model, "sha256": "0" * 64} for model in super().models()]


ENGINES = {engine.__name__: engine for engine in (Echo, Inverting, LocalService, Other, Slow)}

sys.exit(0 if serve(read_settings(sys.argv[2:]), ENGINES[sys.argv[1]]()) else 3)
